// SPDX-License-Identifier: MIT
// Translators of operators that move, join, part and choose elements.
#include "ops.h"

#include <algorithm>
#include <numeric>

namespace accel::onnx::ops {

void transpose(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, kMovedTypes);
    const Dims &x = node.input(0).dims;
    std::vector<int64_t> perm(x.size());
    std::iota(perm.rbegin(), perm.rend(), 0);
    perm = node.integers("perm").value_or(perm);
    std::vector<int64_t> sorted = perm;
    std::sort(sorted.begin(), sorted.end());
    std::vector<int64_t> ascending(x.size());
    std::iota(ascending.begin(), ascending.end(), 0);
    if (sorted != ascending) {
        node.fail_corrupt("perm is no permutation of ", x.size(), " axes");
    }
    Dims dims;
    for (const int64_t axis : perm) {
        dims.push_back(x[static_cast<size_t>(axis)]);
    }
    if (fold_transpose(node, dims, perm)) {
        return;
    }
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    AttributeList attributes;
    attributes.ints(ACCEL_ATTRIBUTE_PERM, perm);
    node.emit(ACCEL_OPERATION_TRANSPOSE, {node.input_id(0)}, {y}, std::move(attributes));
}

void concat(Node &node)
{
    node.expect_operands(1, SIZE_MAX, 1, 1);
    auto given = node.integer("axis");
    if (!given && node.opset < 4) {
        given = 1;
    }
    if (!given) {
        node.fail_corrupt("attribute 'axis' is missing");
    }
    Dims dims = node.input(0).dims;
    const uint32_t axis = node.axis(*given, dims.size());
    node.expect_type(0, kMovedTypes);
    Sizes &sizes = node.graph.sizes;
    Size along = sizes.size(dims[axis]);
    for (size_t i = 1; i < node.input_count(); ++i) {
        node.expect_same_type(0, i);
        const Dims &next = node.input(i).dims;
        if (next.size() != dims.size()) {
            node.fail_corrupt("ranks ", dims.size(), " and ", next.size(), " differ");
        }
        for (size_t k = 0; k < dims.size(); ++k) {
            if (k == axis) {
                continue;
            }
            if (is_fixed(dims[k]) && is_fixed(next[k]) && dims[k].size != next[k].size) {
                node.fail_corrupt("shapes ", to_text(dims), " and ", to_text(next), " differ beside the axis");
            }
            if (!is_fixed(dims[k])) {
                dims[k] = next[k];
            }
        }
        along = sizes.calculate().add(along, sizes.size(next[axis]));
    }
    dims[axis] = sizes.dim(along);
    if (fold_concat(node)) {
        return;
    }
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    node.emit(ACCEL_OPERATION_CONCAT, node.inputs(), {y}, std::move(attributes));
}

namespace {

/// Parts whose sizes are open: they stay an operand.
void split_by_operand(Node &node, uint32_t axis)
{
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    const std::optional<Dims> parts = sizes_operand(node, 1);
    if (!parts || parts->size() != node.output_count()) {
        node.fail_unsupported("split '", node.input(1).name, "' is computed, and so is the number of parts");
    }
    const uint32_t type = node.input(0).type;
    Dims dims = node.input(0).dims;
    std::vector<ValueId> outputs;
    for (size_t i = 0; i < parts->size(); ++i) {
        dims[axis] = (*parts)[i];
        outputs.push_back(node.define_output(i, type, dims));
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    node.emit(ACCEL_OPERATION_SPLIT, {node.input_id(0), node.input_id(1)}, std::move(outputs), std::move(attributes));
}

/// Equal parts of a dimension that is open; since opset 18 the last one may be smaller. Whether it divides is seen when it is known.
void split_evenly(Node &node, uint32_t axis, int64_t count, int64_t asked)
{
    if (asked != count) {
        node.fail_corrupt(asked, " parts for ", count, " outputs");
    }
    const uint32_t type = node.input(0).type;
    Dims dims = node.input(0).dims;
    Sizes &sizes = node.graph.sizes;
    const Size whole = sizes.size(dims[axis]);
    const bool uneven = node.opset >= 18;
    const Size part = uneven ? sizes.calculate().ceil_div(whole, sizes.number(count)) : sizes.calculate().floor_div(whole, sizes.number(count));
    const Size last = uneven ? sizes.calculate().sub(whole, sizes.calculate().mul(part, sizes.number(count - 1))) : part;
    std::vector<ValueId> outputs;
    for (int64_t i = 0; i < count; ++i) {
        dims[axis] = sizes.dim(i + 1 < count ? part : last);
        outputs.push_back(node.define_output(static_cast<size_t>(i), type, dims));
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    node.emit(ACCEL_OPERATION_SPLIT, {node.input_id(0)}, std::move(outputs), std::move(attributes));
}

}  // namespace

void split(Node &node)
{
    const bool has_operand = node.opset >= 13 || node.opset < 2;
    node.expect_operands(1, has_operand ? 2 : 1, 1, SIZE_MAX);
    node.expect_type(0, kMovedTypes);
    const Dims x = node.input(0).dims;
    const uint32_t type = node.input(0).type;
    const uint32_t axis = node.axis(node.integer("axis", 0), x.size());
    const auto count = static_cast<int64_t>(node.output_count());
    std::optional<std::vector<int64_t>> sizes = node.opset < 13 ? node.integers("split") : std::nullopt;
    if (has_operand && node.has_input(1) && !integers_of(node.input(1))) {
        split_by_operand(node, axis);
        return;
    }
    if (has_operand && node.has_input(1)) {
        sizes = node.constant_integers(1, "split");
    }
    const int64_t asked = node.opset >= 18 ? node.integer("num_outputs", count) : count;
    if (!is_fixed(x[axis]) && !sizes) {
        split_evenly(node, axis, count, asked);
        return;
    }
    const int64_t size = is_fixed(x[axis]) ? x[axis].size : kSizeMax;
    if (!sizes) {
        const int64_t piece = (size + count - 1) / count;
        sizes.emplace(static_cast<size_t>(count), piece);
        sizes->back() = size - piece * (count - 1);
        if (node.opset < 18 && size % count != 0) {
            node.fail_corrupt(size, " does not split into ", count, " equal parts");
        }
    }
    int64_t sum = 0;
    for (const int64_t part : *sizes) {
        if (part < 0 || part > size || __builtin_add_overflow(sum, part, &sum)) {
            node.fail_corrupt("a part of ", part, " out of ", size);
        }
    }
    if ((is_fixed(x[axis]) && sum != size) || static_cast<int64_t>(sizes->size()) != count || asked != count) {
        node.fail_corrupt(sizes->size(), " parts of together ", sum, " for ", count, " outputs of together ", size);
    }
    std::vector<ValueId> outputs;
    for (size_t i = 0; i < sizes->size(); ++i) {
        Dims dims = x;
        dims[axis] = fixed_dim((*sizes)[i]);
        outputs.push_back(node.define_output(i, type, std::move(dims)));
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    node.emit(ACCEL_OPERATION_SPLIT, {node.input_id(0), node.define_list(*sizes)}, std::move(outputs), std::move(attributes));
}

namespace {

/// Indices may count from the end; constant ones are made to count from the begin, and are checked.
ValueId resolve_indices(Node &node, const accel_dim &along)
{
    const ValueId id = node.input_id(1);
    const auto indices = integers_of(node.input(1));
    if (!indices || !is_fixed(along)) {
        return id;
    }
    std::vector<Element> resolved;
    bool changed = false;
    for (const int64_t index : *indices) {
        if (index < -along.size || index >= along.size) {
            node.fail_corrupt("index ", index, " lies outside of ", along.size);
        }
        changed = changed || index < 0;
        resolved.push_back({index < 0 ? index + along.size : index});
    }
    if (!changed) {
        return id;
    }
    Value value;
    value.type = node.input(1).type;
    value.dims = node.input(1).dims;
    value.elements = std::move(resolved);
    return node.graph.add(std::move(value));
}

}  // namespace

void gather(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kMovedTypes);
    node.expect_type(1, type_set({ACCEL_TYPE_I32, ACCEL_TYPE_I64}));
    node.expect_rank(0, 1);
    const Dims &x = node.input(0).dims;
    const uint32_t axis = node.axis(node.integer("axis", 0), x.size());
    if (fold_gather(node)) {
        return;
    }
    Dims dims(x.begin(), x.begin() + axis);
    dims.insert(dims.end(), node.input(1).dims.begin(), node.input(1).dims.end());
    dims.insert(dims.end(), x.begin() + axis + 1, x.end());
    const ValueId indices = resolve_indices(node, x[axis]);
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    node.emit(ACCEL_OPERATION_GATHER, {node.input_id(0), indices}, {y}, std::move(attributes));
}

}  // namespace accel::onnx::ops
