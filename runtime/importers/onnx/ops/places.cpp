// SPDX-License-Identifier: MIT
// Translators of operators that repeat elements, take or put them where indices say, or keep a triangle of them.
#include "ops.h"

#include <accel/graph/indices.h>

#include <algorithm>

namespace accel::onnx::ops {
namespace {

constexpr TypeSet kIndexTypes = type_set({ACCEL_TYPE_I32, ACCEL_TYPE_I64});

/// Constant indices at operand 1, one behind the other for each of these sizes in turn.
void expect_inside(const Node &node, std::span<const accel_dim> counted)
{
    constexpr uint64_t kPieceIndices = 1 << 18;
    std::vector<int64_t> sizes;
    for (const accel_dim &dim : counted) {
        sizes.push_back(is_fixed(dim) ? dim.size : -1);
    }
    const Value &value = node.input(1);
    const std::vector<int64_t> calculated = value.data == nullptr ? integers_of(value).value_or(std::vector<int64_t>{}) : std::vector<int64_t>{};
    graph::Values rest{value.type, 1, value.data, value.data_bytes};
    if (value.data == nullptr) {
        rest = {ACCEL_TYPE_I64, 1, calculated.data(), calculated.size() * sizeof(int64_t)};
    }
    const uint64_t width = rest.type == ACCEL_TYPE_I64 ? sizeof(int64_t) : sizeof(int32_t), piece_bytes = kPieceIndices * sizes.size() * width;
    for (uint64_t before = 0; rest.data_bytes > 0; before += piece_bytes / width) {
        node.pace();
        graph::Values piece = rest;
        piece.data_bytes = std::min(rest.data_bytes, piece_bytes);
        if (auto outside = graph::find_outside(piece, sizes)) {
            outside->element += before;
            node.fail_corrupt("input '", value.name, "': ", graph::text(*outside));
        }
        rest.data = static_cast<const char *>(rest.data) + piece.data_bytes;
        rest.data_bytes -= piece.data_bytes;
    }
}

/// Indices of single elements: as many axes as x, of at most its sizes but along the axis.
void expect_single_indices(const Node &node, uint32_t axis)
{
    node.expect_type(1, kIndexTypes);
    const Dims &x = node.input(0).dims;
    const Dims &indices = node.input(1).dims;
    if (indices.size() != x.size()) {
        node.fail_corrupt("indices of ", to_text(indices), " for an input of ", to_text(x), "; ranks must be equal");
    }
    for (size_t i = 0; i < x.size(); ++i) {
        if (i != axis && is_fixed(x[i]) && is_fixed(indices[i]) && indices[i].size > x[i].size) {
            node.fail_corrupt("indices of ", to_text(indices), " reach beyond ", to_text(x), " at axis ", i);
        }
    }
    expect_inside(node, std::span(x).subspan(axis, 1));
}

/// How many axes of x a tuple of indices names, behind the batch axes.
size_t depth_of_indices(const Node &node, size_t batch)
{
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    const Dims &x = node.input(0).dims;
    const Dims &indices = node.input(1).dims;
    if (x.size() <= batch || indices.size() <= batch) {
        node.fail_corrupt("an input of ", to_text(x), " and indices of ", to_text(indices), ", expected are more than ", batch, " axes of both");
    }
    const accel_dim depth = indices.back();
    if (!is_fixed(depth)) {
        node.fail_unsupported("how many axes the indices '", node.input(1).name, "' name is only known by name");
    }
    if (depth.size < 1 || depth.size > static_cast<int64_t>(x.size() - batch)) {
        node.fail_corrupt("indices of ", to_text(indices), " name ", depth.size, " axes of ", to_text(x), ", expected are 1 to ", x.size() - batch);
    }
    expect_inside(node, std::span(x).subspan(batch, static_cast<size_t>(depth.size)));
    return static_cast<size_t>(depth.size);
}

/// A place for each tuple of indices, with what of x it leaves.
Dims picked(const Node &node, size_t taken)
{
    const Dims &x = node.input(0).dims;
    Dims dims(node.input(1).dims.begin(), node.input(1).dims.end() - 1);
    dims.insert(dims.end(), x.begin() + static_cast<std::ptrdiff_t>(taken), x.end());
    return dims;
}

/// x with updates in it, which have the dims that are expected.
void emit_scatter(Node &node, accel_operation operation, const Dims &expected, AttributeList attributes)
{
    node.expect_same_type(0, 2);
    if (!may_equal(node.input(2).dims, expected)) {
        node.fail_corrupt("updates are ", to_text(node.input(2).dims), ", expected are ", to_text(expected));
    }
    const std::string reduction = node.opset < 16 ? "none" : node.string("reduction").value_or("none");
    const bool newer = reduction == "max" || reduction == "min";
    if (reduction != "none" && reduction != "add" && reduction != "mul" && !(newer && node.opset >= 18)) {
        node.fail_corrupt("reduction '", reduction, "', expected is none, add or mul", node.opset >= 18 ? ", max or min" : "");
    }
    if (reduction != "none") {
        attributes.text(ACCEL_ATTRIBUTE_REDUCTION, reduction);
    }
    const ValueId y = node.define_output(0, node.input(0).type, node.input(0).dims);
    node.emit(operation, {node.input_id(0), node.input_id(1), node.input_id(2)}, {y}, std::move(attributes));
}

}  // namespace

void tile(Node &node)
{
    if (!node.schema().readable_at(node.opset)) {
        node.fail_unsupported("opset ", node.opset, " repeats one axis only, and says which by values of the input's type");
    }
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kMovedTypes);
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    Dims dims = node.input(0).dims;
    if (!may_equal(node.input(1).dims, Dims{fixed_dim(static_cast<int64_t>(dims.size()))})) {
        node.fail_corrupt("repeats are ", to_text(node.input(1).dims), " values for an input of ", to_text(dims));
    }
    const auto times = elements_of(node.input(1));
    Sizes &sizes = node.graph.sizes;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
        if (!times) {
            dims[axis] = open_dim();
            continue;
        }
        const Element &element = (*times)[axis];
        if (element.is_number() && (element.value < 0 || element.value > kSizeMax)) {
            node.fail_corrupt("axis ", axis, " is repeated ", element.value, " times");
        }
        dims[axis] = sizes.dim(sizes.calculate().mul(sizes.size(dims[axis]), node.graph.size_of(element)));
    }
    const auto known = integers_of(node.input(1));
    const ValueId repeats = known ? node.define_list(*known) : node.input_id(1);
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    node.emit(ACCEL_OPERATION_TILE, {node.input_id(0), repeats}, {y});
}

void gather_elements(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kMovedTypes);
    const uint32_t axis = node.axis(node.integer("axis", 0), node.input(0).dims.size());
    expect_single_indices(node, axis);
    const ValueId y = node.define_output(0, node.input(0).type, node.input(1).dims);
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    node.emit(ACCEL_OPERATION_GATHER_ELEMENTS, {node.input_id(0), node.input_id(1)}, {y}, std::move(attributes));
}

void gather_nd(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kMovedTypes);
    const int64_t given = node.opset < 12 ? 0 : node.integer("batch_dims", 0);
    if (given < 0 || given > static_cast<int64_t>(kRankMax)) {
        node.fail_corrupt("batch_dims is ", given);
    }
    const auto batch = static_cast<size_t>(given);
    const size_t depth = depth_of_indices(node, batch);
    Dims dims = picked(node, batch + depth);
    for (size_t i = 0; i < batch; ++i) {
        if (!may_equal(node.input(0).dims[i], node.input(1).dims[i])) {
            node.fail_corrupt("an input of ", to_text(node.input(0).dims), " and indices of ", to_text(node.input(1).dims), " differ at batch axis ", i);
        }
    }
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_BATCH_DIMS, given);
    node.emit(ACCEL_OPERATION_GATHER_ND, {node.input_id(0), node.input_id(1)}, {y}, std::move(attributes));
}

/// Scatter of opsets 9 and 10, too.
void scatter_elements(Node &node)
{
    node.expect_operands(3, 3, 1, 1);
    node.expect_type(0, kMovedTypes);
    const uint32_t axis = node.axis(node.integer("axis", 0), node.input(0).dims.size());
    expect_single_indices(node, axis);
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    emit_scatter(node, ACCEL_OPERATION_SCATTER_ELEMENTS, node.input(1).dims, std::move(attributes));
}

void scatter_nd(Node &node)
{
    node.expect_operands(3, 3, 1, 1);
    node.expect_type(0, kMovedTypes);
    const size_t depth = depth_of_indices(node, 0);
    emit_scatter(node, ACCEL_OPERATION_SCATTER_ND, picked(node, depth), {});
}

/// k was an attribute below opset 10.
void top_k(Node &node)
{
    const bool as_operand = node.opset >= 10;
    node.expect_operands(as_operand ? 2 : 1, as_operand ? 2 : 1, 2, 2);
    node.expect_type(0, node.types_of(0));
    Dims dims = node.input(0).dims;
    const uint32_t axis = node.axis(node.integer("axis", -1), dims.size());
    std::optional<int64_t> count = as_operand ? std::nullopt : node.integer("k");
    if (!as_operand && !count) {
        node.fail_corrupt("attribute 'k' is missing");
    }
    if (as_operand) {
        node.expect_type(1, type_set({ACCEL_TYPE_I64}));
        if (node.input(1).dims.size() > 1 || !may_equal(node.input(1).dims, Dims(node.input(1).dims.size(), fixed_dim(1)))) {
            node.fail_corrupt("k is ", to_text(node.input(1).dims), ", expected is one value");
        }
        const auto held = elements_of(node.input(1));
        const bool is_size = held && !held->front().is_number() && node.graph.sizes.is_natural(held->front().size);
        count = held && held->front().is_number() ? std::optional(held->front().value) : std::nullopt;
        dims[axis] = is_size ? node.graph.sizes.dim(held->front().size) : open_dim();
    }
    if (count) {
        const accel_dim size = node.input(0).dims[axis];
        if (*count < 0 || *count > kSizeMax || (is_fixed(size) && *count > size.size)) {
            node.fail_corrupt("k is ", *count, " along axis ", axis, " of ", to_text(node.input(0).dims));
        }
        dims[axis] = fixed_dim(*count);
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    for (const auto &[name, key] : {std::pair{"largest", ACCEL_ATTRIBUTE_LARGEST}, std::pair{"sorted", ACCEL_ATTRIBUTE_SORTED}}) {
        attributes.integer(key, node.opset < 11 || node.integer(name, 1) != 0 ? 1 : 0);
    }
    const ValueId k = count ? node.define_list({*count}) : node.input_id(1);
    const ValueId values = node.define_output(0, node.input(0).type, dims);
    // Open sizes of both results are the same ones.
    const ValueId places = node.define_output(1, ACCEL_TYPE_I64, node.graph.value(values).dims);
    node.emit(ACCEL_OPERATION_TOP_K, {node.input_id(0), k}, {values, places}, std::move(attributes));
}

void trilu(Node &node)
{
    node.expect_operands(1, 2, 1, 1);
    node.expect_type(0, kMovedTypes);
    node.expect_rank(0, 2);
    std::vector<ValueId> operands{node.input_id(0)};
    if (node.has_input(1)) {
        node.expect_type(1, type_set({ACCEL_TYPE_I64}));
        if (node.input(1).dims.size() > 1 || !may_equal(node.input(1).dims, Dims(node.input(1).dims.size(), fixed_dim(1)))) {
            node.fail_corrupt("k is ", to_text(node.input(1).dims), ", expected is one value");
        }
        const auto diagonal = integers_of(node.input(1));
        operands.push_back(diagonal ? node.define_list(*diagonal) : node.input_id(1));
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_UPPER, node.integer("upper", 1) != 0 ? 1 : 0);
    const ValueId y = node.define_output(0, node.input(0).type, node.input(0).dims);
    node.emit(ACCEL_OPERATION_TRILU, std::move(operands), {y}, std::move(attributes));
}

}  // namespace accel::onnx::ops
