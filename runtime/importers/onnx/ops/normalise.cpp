// SPDX-License-Identifier: MIT
// Translators of softmax and normalisation.
#include "onnx/schema.h"
#include "ops.h"
#include "steps.h"

#include <algorithm>
#include <numeric>

namespace accel::onnx::ops {
namespace {

/// What is made of each row along an axis.
using EmitRows = void (*)(Node &node, ValueId x, ValueId y, uint32_t axis);

/// In the operation's type; half ones in float, doubles by the steps that it stands for.
void emit_softmax(Node &node, ValueId x, ValueId y, uint32_t axis)
{
    Steps steps{node};
    const accel_operation operation = node.schema().operation;
    const uint32_t type = steps.type(x);
    if (type == ACCEL_TYPE_F64) {
        const ValueId moved = steps.make(ACCEL_OPERATION_SUB, x, steps.greatest(x, axis));
        const ValueId power = steps.make(ACCEL_OPERATION_EXP, moved), sum = sum_of(steps, power, {axis}, true);
        if (operation == ACCEL_OPERATION_SOFTMAX) {
            node.emit(ACCEL_OPERATION_DIV, {power, sum}, {y});
        } else {
            node.emit(ACCEL_OPERATION_SUB, {moved, steps.make(ACCEL_OPERATION_LOG, sum)}, {y});
        }
        return;
    }
    if (type == ACCEL_TYPE_F32) {
        node.emit(operation, {x}, {y}, along(axis));
        return;
    }
    AttributeList back;
    back.integer(ACCEL_ATTRIBUTE_TO, type);
    node.emit(ACCEL_OPERATION_CAST, {steps.make(operation, {steps.convert(x, ACCEL_TYPE_F32)}, ACCEL_TYPE_F32, Dims(steps.dims(x)), along(axis))}, {y}, std::move(back));
}

/// 1 at the greatest value, at the first one of equal ones.
void emit_hardmax(Node &node, ValueId x, ValueId y, uint32_t axis)
{
    Steps steps{node};
    const Dims dims = steps.dims(x);
    if (!is_fixed(dims[axis]) || dims[axis].size < 1) {
        node.fail_unsupported("the size of axis ", axis, " is not a number above 0");
    }
    Dims place = dims;
    place[axis] = fixed_dim(1);
    AttributeList extreme = along(axis);
    extreme.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1);
    const ValueId greatest = steps.make(ACCEL_OPERATION_ARG_MAX, {x}, ACCEL_TYPE_I64, place, std::move(extreme));
    const ValueId found = steps.make(ACCEL_OPERATION_EQUAL, {counted(steps, x, axis, dims.size() - 1 - axis), greatest}, ACCEL_TYPE_BOOL, dims);
    AttributeList to;
    to.integer(ACCEL_ATTRIBUTE_TO, steps.type(x));
    node.emit(ACCEL_OPERATION_CAST, {found}, {y}, std::move(to));
}

void emit_reshape(Node &node, ValueId x, ValueId y)
{
    node.emit(ACCEL_OPERATION_RESHAPE, reshape_operands(node, x, node.graph.value(y).dims), {y});
}

/// Below opset 13 everything from the axis on is one row: seen as a matrix, except where all but one of these axes have size 1.
void flattening_rows(Node &node, uint32_t axis, EmitRows emit_rows)
{
    const Dims dims = node.input(0).dims;
    const uint32_t type = node.input(0).type;
    size_t long_axes = 0;
    uint32_t long_axis = axis;
    for (uint32_t i = axis; i < dims.size(); ++i) {
        if (!is_one(dims[i])) {
            ++long_axes;
            long_axis = i;
        }
    }
    if (long_axes <= 1) {
        emit_rows(node, node.input_id(0), node.define_output(0, type, dims), long_axis);
        return;
    }
    Sizes &sizes = node.graph.sizes;
    const Dims matrix{sizes.dim(sizes.product(std::span(dims).first(axis))), sizes.dim(sizes.product(std::span(dims).subspan(axis)))};
    const ValueId flat = node.define_hidden(type, matrix);
    const ValueId normalised = node.define_hidden(type, node.graph.value(flat).dims);
    emit_reshape(node, node.input_id(0), flat);
    emit_rows(node, flat, normalised, 1);
    emit_reshape(node, normalised, node.define_output(0, type, dims));
}

void by_rows(Node &node, TypeSet types, EmitRows emit_rows)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, types);
    const size_t rank = node.input(0).dims.size();
    if (node.opset >= 13) {
        node.expect_rank(0, 1);
        const uint32_t axis = node.axis(node.integer("axis", -1), rank);
        emit_rows(node, node.input_id(0), node.define_output(0, node.input(0).type, node.input(0).dims), axis);
        return;
    }
    node.expect_rank(0, 1);
    flattening_rows(node, node.axis(node.integer("axis", 1), rank), emit_rows);
}

}  // namespace

void softmax(Node &node) { by_rows(node, type_set({ACCEL_TYPE_F32, ACCEL_TYPE_F64, ACCEL_TYPE_F16, ACCEL_TYPE_BF16}), emit_softmax); }
void hardmax(Node &node) { by_rows(node, node.types_of(0), emit_hardmax); }

void lp_normalization(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, node.types_of(0));
    node.expect_rank(0, 1);
    const int64_t p = node.integer("p", 2);
    if (p != 1 && p != 2) {
        node.fail_corrupt("p is ", p, ", expected is 1 or 2");
    }
    Steps steps{node};
    const ValueId x = node.input_id(0);
    const Dims dims = steps.dims(x);
    const uint32_t type = steps.type(x), axis = node.axis(node.integer("axis", -1), dims.size());
    const ValueId sizes = p == 1 ? steps.make(ACCEL_OPERATION_ABS, {x}, type, dims) : steps.make(ACCEL_OPERATION_MUL, {x, x}, type, dims);
    const ValueId sum = sum_of(steps, sizes, {axis}, true);
    const Dims one = steps.dims(sum);
    const ValueId norm = p == 1 ? sum : steps.make(ACCEL_OPERATION_SQRT, {sum}, type, one);
    // Nothing but zeros stays as it is.
    const ValueId none = steps.make(ACCEL_OPERATION_EQUAL, {norm, one_value(node, type, 0)}, ACCEL_TYPE_BOOL, one);
    const ValueId divisor = steps.make(ACCEL_OPERATION_WHERE, {none, one_value(node, type, 1), norm}, type, one);
    node.emit(ACCEL_OPERATION_DIV, {x, divisor}, {node.define_output(0, type, dims)});
}

namespace {

/// Statistics are made in the type of the operands.
void expect_own_statistics(Node &node)
{
    if (const int64_t type = node.integer("stash_type", 1); type != 1) {
        node.fail_unsupported("stash_type is ", type, "; only 1, which is float");
    }
}

void expect_stretches(const Node &node, size_t index)
{
    node.expect_same_type(0, index);
    const Dims &x = node.input(0).dims;
    if (!may_equal(broadcast_shape(node, x, node.input(index).dims), x)) {
        node.fail_corrupt("input '", node.input(index).name, "' of ", to_text(node.input(index).dims), " does not spread to ", to_text(x));
    }
}

/// Where a row begins; the attributes of both operators.
uint32_t read_row(Node &node, AttributeList &attributes)
{
    // ONNX Runtime had the operator before ONNX did, and its optimiser writes it into models of any opset.
    node.expect_type(0, node.schema().input(0, std::max<int64_t>(node.opset, node.schema().opsets.front().first))->types);
    node.expect_rank(0, 1);
    for (size_t i = 1; i < node.input_count(); ++i) {
        if (node.has_input(i)) {
            expect_stretches(node, i);
        }
    }
    expect_own_statistics(node);
    const uint32_t axis = node.axis(node.integer("axis", -1), node.input(0).dims.size());
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis).real(ACCEL_ATTRIBUTE_EPSILON, node.real("epsilon", 1e-5f));
    return axis;
}

}  // namespace

void layer_normalization(Node &node)
{
    node.expect_operands(2, 3, 1, 3);
    AttributeList attributes;
    const uint32_t axis = read_row(node, attributes);
    const uint32_t type = node.input(0).type;
    const Dims x = node.input(0).dims;
    Dims statistics = x;
    std::fill(statistics.begin() + axis, statistics.end(), fixed_dim(1));
    std::vector<ValueId> results{node.define_output(0, type, x)};
    const size_t count = node.has_output(2) ? 3 : node.has_output(1) ? 2
                                                                     : 1;
    for (size_t i = 1; i < count; ++i) {
        results.push_back(node.has_output(i) ? node.define_output(i, type, statistics) : node.define_hidden(type, statistics));
    }
    node.emit(ACCEL_OPERATION_LAYER_NORMALIZATION, {node.input_id(0), node.input_id(1), node.optional_input_id(2)}, std::move(results), std::move(attributes));
}

void rms_normalization(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    AttributeList attributes;
    read_row(node, attributes);
    const ValueId y = node.define_output(0, node.input(0).type, node.input(0).dims);
    node.emit(ACCEL_OPERATION_RMS_NORMALIZATION, node.inputs(), {y}, std::move(attributes));
}

void mean_variance_normalization(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, node.types_of(0));
    std::vector<int64_t> axes = node.integers("axes").value_or(std::vector<int64_t>{0, 2, 3});
    for (int64_t &axis : axes) {
        axis = node.axis(axis, node.input(0).dims.size());
    }
    const ValueId y = node.define_output(0, node.input(0).type, node.input(0).dims);
    AttributeList attributes;
    attributes.ints(ACCEL_ATTRIBUTE_AXES, std::move(axes));
    node.emit(ACCEL_OPERATION_MEAN_VARIANCE_NORMALIZATION, {node.input_id(0)}, {y}, std::move(attributes));
}

void batch_normalization(Node &node)
{
    node.expect_operands(5, 5, 1, 5);
    for (size_t i = 0; i < 5; ++i) {
        node.expect_type(i, kRealTypes);
    }
    node.expect_rank(0, 2);
    for (size_t output = 1; output < node.output_count(); ++output) {
        if (node.is_output_read(output)) {
            node.fail_unsupported("outputs of training");
        }
    }
    if (node.opset < 7 && node.integer("is_test", 0) == 0) {
        node.fail_unsupported("is_test 0, which is training");
    }
    if (node.integer("training_mode", 0) != 0) {
        node.fail_unsupported("training_mode 1");
    }
    if (node.integer("spatial", 1) != 1) {
        node.fail_unsupported("spatial 0");
    }
    node.ignore_attribute("momentum");  // training only
    const float epsilon = node.real("epsilon", 1e-5f);
    const Dims &x = node.input(0).dims;
    for (size_t i = 1; i < 5; ++i) {
        if (!may_equal(node.input(i).dims, Dims{x[1]})) {
            node.fail_corrupt("input '", node.input(i).name, "' is ", to_text(node.input(i).dims), ", expected is one value per channel, ", to_text(Dims{x[1]}));
        }
    }
    const ValueId y = node.define_output(0, node.input(0).type, x);
    AttributeList attributes;
    attributes.real(ACCEL_ATTRIBUTE_EPSILON, epsilon);
    node.emit(ACCEL_OPERATION_BATCH_NORMALIZATION, node.inputs(), {y}, std::move(attributes));
}

}  // namespace accel::onnx::ops
