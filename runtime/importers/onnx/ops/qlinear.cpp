// SPDX-License-Identifier: MIT
// Translators of com.microsoft's operators on stored values: what they stand for is computed between DEQUANTIZE and QUANTIZE, which the compiler takes into one operation where its formula is the same.
#include "ops.h"
#include "stored.h"
#include "window.h"

namespace accel::onnx::ops {
namespace {

/// Products of bytes, whose zero points may be absent, as whole numbers in F32.
ValueId whole_product(Steps &steps, ValueId a, ValueId b, ValueId a_zero_point, ValueId b_zero_point)
{
    Dims dims = matmul_shape(steps.node, steps.dims(a), steps.dims(b));
    return steps.convert(steps.make(ACCEL_OPERATION_MATMUL_INTEGER, {a, b, a_zero_point, b_zero_point}, ACCEL_TYPE_I32, std::move(dims)), ACCEL_TYPE_F32);
}

/// Scaled, with a bias where there is one: the node's result.
void give_scaled(Steps &steps, ValueId product, ValueId scale, size_t bias)
{
    ValueId made = steps.both(ACCEL_OPERATION_MUL, product, scale);
    if (steps.node.has_input(bias)) {
        made = steps.both(ACCEL_OPERATION_ADD, made, steps.node.input_id(bias));
    }
    steps.give(made);
}

void expect_channels_first(Node &node)
{
    if (node.integer("channels_last", 0) != 0) {
        node.fail_unsupported("channels_last");
    }
}

void qlinear_each(Node &node, accel_operation operation, AttributeList attributes)
{
    node.expect_operands(4, 5, 1, 1);
    Steps steps{node};
    give_stored(steps, steps.each(operation, reals_of(steps, 0, 1, 2), std::move(attributes)), 3, 4);
}

}  // namespace

void qlinear_sigmoid(Node &node) { qlinear_each(node, ACCEL_OPERATION_SIGMOID, {}); }

void qlinear_leaky_relu(Node &node)
{
    AttributeList attributes;
    attributes.real(ACCEL_ATTRIBUTE_ALPHA, node.real("alpha", 0.01f));
    qlinear_each(node, ACCEL_OPERATION_LEAKY_RELU, std::move(attributes));
}

void qlinear_mul(Node &node)
{
    node.expect_operands(7, 8, 1, 1);
    node.expect_same_type(0, 3);
    Steps steps{node};
    const ValueId a = reals_of(steps, 0, 1, 2), b = reals_of(steps, 3, 4, 5);
    give_stored(steps, steps.both(ACCEL_OPERATION_MUL, a, b), 6, 7, node.input(0).type);
}

void qlinear_average_pool(Node &node)
{
    node.expect_operands(4, 5, 1, 1);
    expect_channels_first(node);
    node.expect_rank(0, 3);
    Steps steps{node};
    Dims dims;
    AttributeList attributes = average_window(node, dims);
    give_stored(steps, steps.make(ACCEL_OPERATION_AVERAGE_POOL, {reals_of(steps, 0, 1, 2)}, ACCEL_TYPE_F32, std::move(dims), std::move(attributes)), 3, 4, node.input(0).type);
}

void qlinear_global_average_pool(Node &node)
{
    node.expect_operands(4, 5, 1, 1);
    expect_channels_first(node);
    node.expect_rank(0, 3);
    Steps steps{node};
    Dims dims = node.input(0).dims;
    std::fill(dims.begin() + 2, dims.end(), fixed_dim(1));
    give_stored(steps, steps.make(ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, {reals_of(steps, 0, 1, 2)}, ACCEL_TYPE_F32, std::move(dims)), 3, 4, node.input(0).type);
}

// Scale and zero point of the result, then each operand with its own.
void qlinear_concat(Node &node)
{
    if (node.input_count() < 5 || node.input_count() % 3 != 2) {
        node.fail_corrupt("has ", node.input_count(), " inputs, expected are 2 and three for each operand");
    }
    node.expect_operands(5, node.input_count(), 1, 1);
    const auto given = node.integer("axis");
    if (!given) {
        node.fail_corrupt("has no axis");
    }
    Steps steps{node};
    const Dims first = node.input(2).dims;
    const uint32_t axis = node.axis(*given, first.size());
    std::vector<ValueId> parts;
    for (size_t i = 2; i < node.input_count(); i += 3) {
        Dims expected = first;
        node.expect_rank(i, first.size(), first.size());
        expected[axis] = node.input(i).dims[axis];
        if (!may_equal(node.input(i).dims, expected)) {
            node.fail_corrupt("operands of ", to_text(first), " and ", to_text(node.input(i).dims), " differ beside axis ", axis);
        }
        parts.push_back(reals_of(steps, i, i + 1, i + 2));
    }
    give_stored(steps, parts.size() == 1 ? parts[0] : steps.joined(parts, axis), 0, 1, node.input(2).type);
}

void qlinear_softmax(Node &node)
{
    node.expect_operands(4, 5, 1, 1);
    node.expect_rank(0, 1);
    const int64_t opset = node.integer("opset", 13);
    const Dims dims = node.input(0).dims;
    const uint32_t axis = node.axis(node.integer("axis", opset < 13 ? 1 : -1), dims.size());
    if (opset < 13 && std::any_of(dims.begin() + axis + 1, dims.end(), [](const accel_dim &dim) { return !is_one(dim); })) {
        node.fail_unsupported("rows of several axes");
    }
    Steps steps{node};
    give_stored(steps, steps.each(ACCEL_OPERATION_SOFTMAX, reals_of(steps, 0, 1, 2), along(axis)), 3, 4);
}

void qlinear_where(Node &node)
{
    node.expect_operands(9, 9, 1, 1);
    node.expect_type(0, type_set({ACCEL_TYPE_BOOL}));
    node.expect_same_type(1, 4);
    Steps steps{node};
    const ValueId x = reals_of(steps, 1, 2, 3), y = reals_of(steps, 4, 5, 6);
    give_stored(steps, steps.where(node.input_id(0), x, y), 7, 8);
}

// A, its scale and zero point, B, the same, C, and of the result, which is real without them.
void qgemm(Node &node)
{
    node.expect_operands(6, 9, 1, 1);
    node.expect_rank(0, 2, 2);
    node.expect_rank(3, 2, 2);
    const int64_t transpose_a = node.integer("transA", 0) != 0 ? 1 : 0, transpose_b = node.integer("transB", 0) != 0 ? 1 : 0;
    const float alpha = node.real("alpha", 1);
    Steps steps{node};
    const ValueId a = steps.permute(reals_of(steps, 0, 1, 2), {transpose_a, 1 - transpose_a});
    const ValueId b = steps.permute(reals_of(steps, 3, 4, 5, transpose_b != 0 ? 0 : 1), {transpose_b, 1 - transpose_b});
    ValueId made = steps.make(ACCEL_OPERATION_MATMUL, {a, b}, ACCEL_TYPE_F32, matmul_shape(node, steps.dims(a), steps.dims(b)));
    if (alpha != 1) {
        made = steps.both(ACCEL_OPERATION_MUL, made, node.define_real(alpha));
    }
    if (node.has_input(6)) {
        node.expect_type(6, type_set({ACCEL_TYPE_I32}));
        const ValueId scale = steps.both(ACCEL_OPERATION_MUL, node.input_id(4), node.input_id(1));
        const ValueId whole = alpha == 1 ? scale : steps.both(ACCEL_OPERATION_MUL, scale, node.define_real(alpha));
        made = steps.both(ACCEL_OPERATION_ADD, made, steps.both(ACCEL_OPERATION_MUL, steps.convert(node.input_id(6), ACCEL_TYPE_F32), whole));
    }
    node.has_input(7) ? give_stored(steps, made, 7, 8) : steps.give(made);
}

// A is quantised on the way, as DynamicQuantizeLinear does it.
void dynamic_quantize_matmul(Node &node)
{
    node.expect_operands(3, 5, 1, 1);
    node.expect_type(0, kRealTypes);
    expect_stored_operand(node, 1, 3);
    Steps steps{node};
    const ValueId stored = node.define_hidden(ACCEL_TYPE_U8, Dims(node.input(0).dims)), scale = node.define_hidden(ACCEL_TYPE_F32, {}), zero_point = node.define_hidden(ACCEL_TYPE_U8, {});
    node.emit(ACCEL_OPERATION_DYNAMIC_QUANTIZE_LINEAR, {node.input_id(0)}, {stored, scale, zero_point});
    const ValueId product = whole_product(steps, stored, node.input_id(1), zero_point, node.optional_input_id(3));
    give_scaled(steps, product, steps.both(ACCEL_OPERATION_MUL, node.input_id(2), scale), 4);
}

// A, B, the scales of both, their zero points, a bias.
void matmul_integer_to_float(Node &node)
{
    node.expect_operands(4, 7, 1, 1);
    expect_stored_operand(node, 0, 4);
    expect_stored_operand(node, 1, 5);
    node.expect_type(2, kRealTypes);
    node.expect_type(3, kRealTypes);
    Steps steps{node};
    const ValueId product = whole_product(steps, node.input_id(0), node.input_id(1), node.optional_input_id(4), node.optional_input_id(5));
    give_scaled(steps, product, steps.both(ACCEL_OPERATION_MUL, node.input_id(3), node.input_id(2)), 6);
}

}  // namespace accel::onnx::ops
