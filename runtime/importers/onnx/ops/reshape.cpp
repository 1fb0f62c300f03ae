// SPDX-License-Identifier: MIT
// Translators of operators that see elements in another shape.
#include "computed.h"
#include "ops.h"

#include <algorithm>

namespace accel::onnx::ops {
namespace {

/// Are axes of Squeeze and Unsqueeze an operand that is computed?
bool are_axes_computed(const Node &node) { return node.opset >= 13 && node.has_input(1) && !integers_of(node.input(1)); }

/// Axes of Squeeze and Unsqueeze: an attribute below opset 13, an operand since.
std::optional<std::vector<int64_t>> read_axes(Node &node)
{
    if (node.opset < 13) {
        return node.integers("axes");
    }
    return node.has_input(1) ? integers_of(node.input(1)) : std::nullopt;
}

/// Axes that are computed say a shape once they are known.
void view_by_axes(Node &node, bool inserted)
{
    node.expect_type(0, kMovedTypes);
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    const Dims &axes = node.input(1).dims;
    const size_t rank = node.input(0).dims.size();
    const int64_t most = inserted ? static_cast<int64_t>(kRankMax - rank) : static_cast<int64_t>(rank);
    if (axes.size() != 1 || !is_fixed(axes[0]) || axes[0].size > most) {
        node.fail_unsupported("axes '", node.input(1).name, "' that are computed, and not a list of a known number up to ", most);
    }
    Steps steps{node};
    const ValueId shape = inserted ? shape_with(steps, node.input_id(0), node.input_id(1)) : shape_without(steps, node.input_id(0), node.input_id(1));
    const auto count = static_cast<size_t>(axes[0].size);
    const ValueId y = node.define_output(0, node.input(0).type, Dims(inserted ? rank + count : rank - count, open_dim()));
    node.emit(ACCEL_OPERATION_RESHAPE, {node.input_id(0), shape}, {y});
}

std::vector<int64_t> resolve_axes(const Node &node, const std::vector<int64_t> &given, size_t rank)
{
    std::vector<int64_t> axes;
    for (const int64_t axis : given) {
        axes.push_back(node.axis(axis, rank));
    }
    std::sort(axes.begin(), axes.end());
    if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
        node.fail_corrupt("an axis is given twice");
    }
    return axes;
}

/// The dims that a Reshape asks for; 0 copies the input's, and the place of a -1 is given back to be filled in.
Dims requested_dims(Node &node, const std::vector<Element> &shape, const Dims &x, bool zero_is_zero, std::optional<size_t> &rest)
{
    Dims dims;
    for (size_t i = 0; i < shape.size(); ++i) {
        const Element &element = shape[i];
        if (!element.is_number()) {
            dims.push_back(node.graph.sizes.dim(element.size));
        } else if (element.value == -1) {
            if (rest) {
                node.fail_corrupt("the shape has more than one -1");
            }
            rest = i;
            dims.push_back(fixed_dim(1));
        } else if (element.value == 0 && !zero_is_zero) {
            if (i >= x.size()) {
                node.fail_corrupt("the shape copies dimension ", i, " of an input of rank ", x.size());
            }
            dims.push_back(x[i]);
        } else if (element.value < 0 || element.value > kSizeMax) {
            node.fail_corrupt("the shape has ", element.value);
        } else {
            dims.push_back(fixed_dim(element.value));
        }
    }
    return dims;
}

}  // namespace

// A shape can leave one size open (-1) and copy sizes from the same axis (0). Where that is not enough there is none, which says: as the result is declared. So it is with a
// true size of 0 that is no copy.
std::vector<ValueId> reshape_operands(Node &node, ValueId id, const Dims &dims)
{
    const Dims &x = node.graph.value(id).dims;
    std::vector<int64_t> shape;
    bool open = false;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
        const bool copied = axis < x.size() && same(x[axis], dims[axis]);
        if (is_fixed(dims[axis])) {
            if (dims[axis].size == 0 && !copied) {
                return {id};
            }
            shape.push_back(dims[axis].size);
        } else if (!open) {
            open = true;
            shape.push_back(-1);
        } else if (copied) {
            shape.push_back(0);
        } else {
            return {id};
        }
    }
    return {id, node.define_list(shape)};
}

void define_reshaped(Node &node, Dims dims)
{
    const Value &x = node.input(0);
    if (x.is_constant()) {
        Value view = x;
        view.dims = std::move(dims);
        node.define_output(0, std::move(view));
        return;
    }
    node.expect_type(0, kMovedTypes);
    std::vector<ValueId> operands = reshape_operands(node, node.input_id(0), dims);
    node.hand_on_elements();
    const uint32_t type = x.type;
    const ValueId y = node.define_output(0, type, std::move(dims));
    node.emit(ACCEL_OPERATION_RESHAPE, std::move(operands), {y});
}

ValueId define_view(Node &node, ValueId x, Dims dims)
{
    if (node.graph.value(x).is_constant()) {
        Value view = node.graph.value(x);
        view.dims = std::move(dims);
        return node.graph.add(std::move(view));
    }
    std::vector<ValueId> operands = reshape_operands(node, x, dims);
    const ValueId y = node.define_hidden(node.graph.value(x).type, std::move(dims));
    node.emit(ACCEL_OPERATION_RESHAPE, std::move(operands), {y});
    return y;
}

namespace {

/// An attribute below opset 5, an operand since. Nothing: parts of it are open, or may turn out to be -1, or a 0 that copies.
std::optional<std::vector<Element>> read_shape(Node &node, bool zero_is_zero)
{
    if (node.opset < 5) {
        std::vector<Element> shape;
        for (const int64_t size : node.integers("shape").value_or(std::vector<int64_t>{})) {
            shape.push_back({size});
        }
        return shape;
    }
    auto shape = elements_of(node.input(1));
    if (shape && node.input(1).dims.size() != 1) {
        node.fail_unsupported("the shape '", node.input(1).name, "' must be a list");
    }
    const auto plain = [&](const Element &element) {
        return element.is_number() || node.graph.sizes.is_positive(element.size) || (zero_is_zero && node.graph.sizes.is_natural(element.size));
    };
    return shape && std::all_of(shape->begin(), shape->end(), plain) ? shape : std::nullopt;
}

/// To a shape of which parts are open: it stays an operand.
void reshape_by_operand(Node &node, bool zero_is_zero)
{
    const std::optional<Dims> dims = sizes_operand(node, 1);
    if (!dims || zero_is_zero) {
        node.fail_unsupported("the shape '", node.input(1).name, "' is computed, ", dims ? "and allowzero is 1" : "and so is its number of axes");
    }
    node.expect_type(0, kMovedTypes);
    node.hand_on_elements();
    const ValueId y = node.define_output(0, node.input(0).type, *dims);
    node.emit(ACCEL_OPERATION_RESHAPE, {node.input_id(0), node.input_id(1)}, {y});
}

}  // namespace

std::optional<Dims> sizes_operand(Node &node, size_t index)
{
    const Value &value = node.input(index);
    if (value.dims.size() != 1 || !is_fixed(value.dims[0])) {
        return std::nullopt;
    }
    if (value.dims[0].size > static_cast<int64_t>(kRankMax)) {
        node.fail_unsupported("a result of rank ", value.dims[0].size, "; the limit is ", kRankMax);
    }
    Dims dims(static_cast<size_t>(value.dims[0].size), open_dim());
    const auto elements = elements_of(value);
    for (size_t i = 0; elements && i < elements->size(); ++i) {
        const Element &element = (*elements)[i];
        if (element.is_number() ? element.value > 0 : node.graph.sizes.is_positive(element.size)) {
            dims[i] = node.graph.sizes.dim(node.graph.size_of(element));
        }
    }
    return dims;
}

void reshape(Node &node)
{
    const size_t operands = node.opset < 5 ? 1 : 2;
    node.expect_operands(operands, operands, 1, 1);
    const bool zero_is_zero = node.integer("allowzero", 0) != 0;
    const std::optional<std::vector<Element>> known = read_shape(node, zero_is_zero);
    if (!known) {
        reshape_by_operand(node, zero_is_zero);
        return;
    }
    const std::vector<Element> &shape = *known;
    if (shape.size() > kRankMax) {
        node.fail_unsupported("a result of rank ", shape.size(), "; the limit is ", kRankMax);
    }
    const Dims &x = node.input(0).dims;
    std::optional<size_t> rest;
    Dims dims = requested_dims(node, shape, x, zero_is_zero, rest);
    if (all_fixed(dims) && !element_count(dims)) {
        node.fail_corrupt("the shape has more elements than any memory holds");
    }
    Sizes &sizes = node.graph.sizes;
    const auto have = sizes.calculate().number(sizes.product(x));
    const auto want = sizes.calculate().number(sizes.product(dims));
    if (rest && have && want && (*want == 0 || *have % *want != 0)) {
        node.fail_corrupt("no -1 makes ", to_text(x), " into the shape");
    }
    if (!rest && have && want && *have != *want) {
        node.fail_corrupt("an input of ", to_text(x), " does not have as many elements as ", to_text(dims));
    }
    if (rest) {
        dims[*rest] = sizes.dim(sizes.calculate().floor_div(sizes.product(x), sizes.product(dims)));
    }
    define_reshaped(node, std::move(dims));
}

void flatten(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    const Dims &x = node.input(0).dims;
    const uint32_t axis = node.axis(node.integer("axis", 1), x.size(), true);
    Sizes &sizes = node.graph.sizes;
    define_reshaped(node, {sizes.dim(sizes.product(std::span(x).first(axis))), sizes.dim(sizes.product(std::span(x).subspan(axis)))});
}

void squeeze(Node &node)
{
    node.expect_operands(1, node.opset < 13 ? 1 : 2, 1, 1);
    if (are_axes_computed(node)) {
        view_by_axes(node, false);
        return;
    }
    const Dims &x = node.input(0).dims;
    const auto given = read_axes(node);
    std::vector<int64_t> axes;
    if (given) {
        axes = resolve_axes(node, *given, x.size());
    } else {
        for (size_t i = 0; i < x.size(); ++i) {
            if (!is_fixed(x[i]) && node.graph.sizes.least(x[i]) < 2) {
                node.fail_unsupported("without axes, whether dimension ", i, " stays depends on its size, which is only known by name");
            }
            if (is_one(x[i])) {
                axes.push_back(static_cast<int64_t>(i));
            }
        }
    }
    Dims dims;
    for (size_t i = 0; i < x.size(); ++i) {
        if (!std::binary_search(axes.begin(), axes.end(), static_cast<int64_t>(i))) {
            dims.push_back(x[i]);
        } else if (!may_equal(x[i], fixed_dim(1))) {
            node.fail_corrupt("axis ", i, " of ", to_text(x), " is not 1");
        }
    }
    define_reshaped(node, std::move(dims));
}

void unsqueeze(Node &node)
{
    node.expect_operands(node.opset < 13 ? 1 : 2, node.opset < 13 ? 1 : 2, 1, 1);
    if (are_axes_computed(node)) {
        view_by_axes(node, true);
        return;
    }
    const Dims &x = node.input(0).dims;
    const auto given = read_axes(node);
    if (!given) {
        node.fail_corrupt("axes are missing");
    }
    const size_t rank = x.size() + given->size();
    if (rank > kRankMax) {
        node.fail_unsupported("a result of rank ", rank, "; the limit is ", kRankMax);
    }
    const std::vector<int64_t> axes = resolve_axes(node, *given, rank);
    Dims dims;
    for (size_t i = 0, next = 0; i < rank; ++i) {
        const bool inserted = std::binary_search(axes.begin(), axes.end(), static_cast<int64_t>(i));
        dims.push_back(inserted ? fixed_dim(1) : x[next++]);
    }
    define_reshaped(node, std::move(dims));
}

void identity(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    if (node.input(0).is_constant()) {
        node.define_output(0, Value(node.input(0)));
        return;
    }
    node.expect_type(0, kMovedTypes);
    node.hand_on_elements();
    const ValueId y = node.define_output(0, node.input(0).type, node.input(0).dims);
    node.emit(ACCEL_OPERATION_IDENTITY, {node.input_id(0)}, {y});
}

namespace {

/// Training with a ratio of 0 is no other than inference.
bool drops_nothing(const Node &node)
{
    const auto training = integers_of(node.input(2));
    const bool known_false = training && training->size() == 1 && training->front() == 0;
    const bool has_ratio = node.has_input(1) && node.input(1).data != nullptr && element_count(node.input(1).dims) == 1;
    const auto *ratio = has_ratio ? static_cast<const char *>(node.input(1).data) : nullptr;
    return known_false || (has_ratio && std::all_of(ratio, ratio + node.input(1).data_bytes, [](char byte) { return byte == 0; }));
}

/// Everything stays.
void define_mask(Node &node)
{
    const Dims &dims = node.input(0).dims;
    const auto count = element_count(dims);
    if (!all_fixed(dims) || !count) {
        node.fail_unsupported("the second output (mask) for an input of ", to_text(dims));
    }
    node.charge(static_cast<uint64_t>(*count));
    Value mask;
    mask.type = ACCEL_TYPE_BOOL;
    mask.dims = dims;
    mask.data = node.graph.memory.copy(std::vector<char>(static_cast<size_t>(*count), 1));
    mask.data_bytes = static_cast<uint64_t>(*count);
    node.define_output(1, std::move(mask));
}

}  // namespace

void dropout(Node &node)
{
    node.expect_operands(1, node.opset < 12 ? 1 : 3, 1, 2);
    node.ignore_attribute("ratio");
    node.ignore_attribute("seed");
    if (node.opset < 7 && node.integer("is_test", 0) == 0) {
        node.fail_unsupported("is_test 0, which is training");
    }
    if (node.is_output_read(1) && node.opset < 10) {
        node.fail_unsupported("the second output (mask), of the input's type below opset 10");
    }
    if (node.has_input(2) && !drops_nothing(node)) {
        node.fail_unsupported("training_mode must be a constant false, or the ratio a constant 0");
    }
    node.expect_type(0, kRealTypes);
    if (node.is_output_read(1)) {
        define_mask(node);
    }
    const ValueId y = node.define_output(0, node.input(0).type, node.input(0).dims);
    node.emit(ACCEL_OPERATION_IDENTITY, {node.input_id(0)}, {y});
}

}  // namespace accel::onnx::ops
