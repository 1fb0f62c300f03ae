// SPDX-License-Identifier: MIT
// Translators of operators that make one value of all that lie along some axes, or of those up to a place.
#include "onnx/schema.h"
#include "ops.h"

#include <algorithm>
#include <numeric>

namespace accel::onnx::ops {
namespace {

/// Dims without the axes, which ascend, or with 1 there.
Dims without(const Dims &x, const std::vector<int64_t> &axes, bool keepdims)
{
    Dims dims;
    for (size_t i = 0; i < x.size(); ++i) {
        const bool reduced = std::binary_search(axes.begin(), axes.end(), static_cast<int64_t>(i));
        if (!reduced) {
            dims.push_back(x[i]);
        } else if (keepdims) {
            dims.push_back(fixed_dim(1));
        }
    }
    return dims;
}

void emit_reduction(Node &node, ValueId axes, bool keepdims, Dims dims)
{
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_KEEPDIMS, keepdims ? 1 : 0);
    node.emit(node.schema().operation, {node.input_id(0), axes}, {y}, std::move(attributes));
}

/// Axes that are open: they stay an operand. How many there are has to be known where they are taken away, and that there is one where none is another thing than all.
void reduce_by_operand(Node &node, bool keepdims)
{
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    const auto count = element_count(node.input(1).dims);
    const size_t rank = node.input(0).dims.size();
    const bool none_is_none = node.integer("noop_with_empty_axes", 0) != 0, number_matters = !keepdims || none_is_none;
    if (node.input(1).dims.size() > 1 || (number_matters && !count) || count == 0 || (count && *count > static_cast<int64_t>(rank))) {
        node.fail_unsupported("axes '", node.input(1).name, "' that are computed, and not of a known number from 1 to ", rank);
    }
    emit_reduction(node, node.input_id(1), keepdims, Dims(keepdims ? rank : rank - static_cast<size_t>(*count), open_dim()));
}

/// An attribute, or an operand since the opset that the catalog says; in ascending order.
std::vector<int64_t> read_axes(Node &node, bool as_operand)
{
    std::vector<int64_t> axes;
    if (!as_operand) {
        axes = node.integers("axes").value_or(std::vector<int64_t>{});
    } else if (node.has_input(1)) {
        axes = node.constant_integers(1, "axes");
    }
    for (int64_t &axis : axes) {
        axis = node.axis(axis, node.input(0).dims.size());
    }
    std::sort(axes.begin(), axes.end());
    if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
        node.fail_corrupt("an axis is given twice");
    }
    return axes;
}

/// What has nothing to reduce is its operand, where a value that is alone stays as it is.
void reduce_nothing(Node &node)
{
    switch (node.schema().operation) {
    case ACCEL_OPERATION_REDUCE_MEAN:
    case ACCEL_OPERATION_REDUCE_SUM:
    case ACCEL_OPERATION_REDUCE_PROD:
    case ACCEL_OPERATION_REDUCE_MAX:
    case ACCEL_OPERATION_REDUCE_MIN: break;
    default: node.fail_unsupported("noop_with_empty_axes 1 without axes");
    }
    node.emit(ACCEL_OPERATION_IDENTITY, {node.input_id(0)}, {node.define_output(0, node.input(0).type, node.input(0).dims)});
}

}  // namespace

void reduce(Node &node)
{
    const OperandSchema *operand = node.schema().input(1, node.opset);
    node.expect_operands(1, operand == nullptr ? 1 : 2, 1, 1);
    node.expect_type(0, node.types_of(0));
    const bool keepdims = node.integer("keepdims", 1) != 0;
    if (operand != nullptr && node.has_input(1) && !integers_of(node.input(1))) {
        reduce_by_operand(node, keepdims);
        return;
    }
    std::vector<int64_t> axes = read_axes(node, operand != nullptr);
    if (axes.empty() && operand != nullptr && node.integer("noop_with_empty_axes", 0) != 0) {
        reduce_nothing(node);
        return;
    }
    node.ignore_attribute("noop_with_empty_axes");
    if (axes.empty()) {
        axes.resize(node.input(0).dims.size());
        std::iota(axes.begin(), axes.end(), 0);
    }
    emit_reduction(node, node.define_list(axes), keepdims, without(node.input(0).dims, axes, keepdims));
}

void arg_extreme(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, node.types_of(0));
    const Dims &x = node.input(0).dims;
    const uint32_t axis = node.axis(node.integer("axis", 0), x.size());
    const bool keepdims = node.integer("keepdims", 1) != 0;
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis).integer(ACCEL_ATTRIBUTE_KEEPDIMS, keepdims ? 1 : 0);
    if (node.opset >= 12 && node.integer("select_last_index", 0) != 0) {
        attributes.integer(ACCEL_ATTRIBUTE_SELECT_LAST, 1);
    }
    const ValueId y = node.define_output(0, ACCEL_TYPE_I64, without(x, {axis}, keepdims));
    node.emit(node.schema().operation, {node.input_id(0)}, {y}, std::move(attributes));
}

/// CumSum and CumProd.
void cumulative(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, node.types_of(0));
    node.expect_type(1, type_set({ACCEL_TYPE_I32, ACCEL_TYPE_I64}));
    ValueId axis = node.input_id(1);
    if (const auto given = integers_of(node.input(1))) {
        if (given->size() != 1) {
            node.fail_corrupt("axis has ", given->size(), " values, expected is one");
        }
        axis = node.define_list({node.axis(given->front(), node.input(0).dims.size())});
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_EXCLUSIVE, node.integer("exclusive", 0) != 0).integer(ACCEL_ATTRIBUTE_REVERSE, node.integer("reverse", 0) != 0);
    const ValueId y = node.define_output(0, node.input(0).type, node.input(0).dims);
    node.emit(node.schema().operation, {node.input_id(0), axis}, {y}, std::move(attributes));
}

}  // namespace accel::onnx::ops
