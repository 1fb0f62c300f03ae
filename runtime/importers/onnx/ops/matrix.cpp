// SPDX-License-Identifier: MIT
// Translators of products of matrices.
#include "ops.h"

namespace accel::onnx::ops {
namespace {

/// The inner dimensions of a product. Where one is only known by name, the build of a program checks them.
void expect_inner(const Node &node, const accel_dim &a, const accel_dim &b)
{
    if (!may_equal(a, b)) {
        node.fail_corrupt("inner dimensions ", a.size, " and ", b.size, " differ");
    }
}

}  // namespace

void expect_stored(const Node &node, size_t x, size_t w)
{
    constexpr TypeSet kBytes = type_set({ACCEL_TYPE_I8, ACCEL_TYPE_U8});
    for (const size_t operand : {x, w}) {
        node.expect_type(operand, kBytes);
        if (node.has_input(operand + 2)) {
            node.expect_same_type(operand, operand + 2);
        }
    }
}

Dims matmul_shape(const Node &node, const Dims &a, const Dims &b)
{
    if (a.empty() || b.empty()) {
        node.fail_corrupt("a scalar operand");
    }
    // A vector is a row on the left, a column on the right, and its axis is dropped from the result.
    Dims left = a.size() == 1 ? Dims{fixed_dim(1), a[0]} : a;
    Dims right = b.size() == 1 ? Dims{b[0], fixed_dim(1)} : b;
    expect_inner(node, left.back(), right[right.size() - 2]);
    Dims out = broadcast_shape(node, Dims(left.begin(), left.end() - 2), Dims(right.begin(), right.end() - 2));
    if (a.size() > 1) {
        out.push_back(left[left.size() - 2]);
    }
    if (b.size() > 1) {
        out.push_back(right.back());
    }
    return out;
}

void matmul(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kRealTypes);
    node.expect_same_type(0, 1);
    const ValueId y = node.define_output(0, node.input(0).type, matmul_shape(node, node.input(0).dims, node.input(1).dims));
    node.emit(ACCEL_OPERATION_MATMUL, {node.input_id(0), node.input_id(1)}, {y});
}

void matmul_integer(Node &node)
{
    node.expect_operands(2, 4, 1, 1);
    expect_stored(node, 0, 1);
    Dims dims = matmul_shape(node, node.input(0).dims, node.input(1).dims);
    const ValueId y = node.define_output(0, ACCEL_TYPE_I32, std::move(dims));
    node.emit(ACCEL_OPERATION_MATMUL_INTEGER, {node.input_id(0), node.input_id(1), node.optional_input_id(2), node.optional_input_id(3)}, {y});
}

Dims gemm_shape(Node &node, bool spreads, AttributeList &attributes)
{
    node.expect_type(0, kRealTypes);
    node.expect_same_type(0, 1);
    node.expect_rank(0, 2, 2);
    node.expect_rank(1, 2, 2);
    const bool transpose_a = node.integer("transA", 0) != 0;
    const bool transpose_b = node.integer("transB", 0) != 0;
    const float alpha = node.real("alpha", 1.0f);
    const float beta = node.real("beta", 1.0f);
    const Dims &a = node.input(0).dims;
    const Dims &b = node.input(1).dims;
    expect_inner(node, a[transpose_a ? 0 : 1], b[transpose_b ? 1 : 0]);
    Dims dims{a[transpose_a ? 1 : 0], b[transpose_b ? 0 : 1]};
    if (node.has_input(2)) {
        node.expect_same_type(0, 2);
        const Dims sum = broadcast_shape(node, dims, node.input(2).dims);
        if (!may_equal(sum, dims) || (!spreads && !may_equal(node.input(2).dims, dims))) {
            node.fail_corrupt("c of ", to_text(node.input(2).dims), " does not spread to the product's ", to_text(dims));
        }
    }
    attributes.real(ACCEL_ATTRIBUTE_ALPHA, alpha)
        .real(ACCEL_ATTRIBUTE_BETA, beta)
        .integer(ACCEL_ATTRIBUTE_TRANS_A, transpose_a ? 1 : 0)
        .integer(ACCEL_ATTRIBUTE_TRANS_B, transpose_b ? 1 : 0);
    return dims;
}

void gemm(Node &node)
{
    node.expect_operands(node.opset < 11 ? 3 : 2, 3, 1, 1);
    AttributeList attributes;
    Dims dims = gemm_shape(node, node.opset >= 7 || node.integer("broadcast", 0) != 0, attributes);
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    node.emit(ACCEL_OPERATION_GEMM, {node.input_id(0), node.input_id(1), node.optional_input_id(2)}, {y}, std::move(attributes));
}

}  // namespace accel::onnx::ops
