// SPDX-License-Identifier: MIT
// Translators of com.microsoft's operators: what ONNX Runtime writes into the models that it optimises, as the operations that it made them of.
#include "ops.h"
#include "steps.h"
#include "window.h"

#include <algorithm>

namespace accel::onnx::ops {
namespace {

constexpr TypeSet kCurveTypes = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_F64});

/// Operand 0, with operand 1 added where there is one.
ValueId biased(Steps &steps, TypeSet types)
{
    Node &node = steps.node;
    node.expect_type(0, types);
    if (!node.has_input(1)) {
        return node.input_id(0);
    }
    node.expect_same_type(0, 1);
    return steps.both(ACCEL_OPERATION_ADD, node.input_id(0), node.input_id(1));
}

/// The last operation, whose result is the node's.
void finish(Steps &steps, accel_operation operation, ValueId x, AttributeList attributes = {})
{
    const uint32_t type = steps.type(x);
    Dims dims = steps.dims(x);
    steps.node.emit(operation, {x}, {steps.node.define_output(0, type, std::move(dims))}, std::move(attributes));
}

void gelu(Node &node, const char *approximate)
{
    Steps steps{node};
    const ValueId x = biased(steps, kCurveTypes);
    AttributeList attributes;
    attributes.text(ACCEL_ATTRIBUTE_APPROXIMATE, approximate);
    finish(steps, ACCEL_OPERATION_GELU, x, std::move(attributes));
}

/// What follows a product or a convolution, with numbers that its attribute has or that it has by itself.
void activate(Steps &steps, ValueId x, const std::string &name, const std::vector<float> &numbers)
{
    Node &node = steps.node;
    const auto number = [&](size_t index, float otherwise) { return index < numbers.size() ? numbers[index] : otherwise; };
    AttributeList attributes;
    if (name.empty()) {
        finish(steps, ACCEL_OPERATION_IDENTITY, x);
    } else if (name == "Relu" || name == "Tanh" || name == "Sigmoid") {
        finish(steps, name == "Relu" ? ACCEL_OPERATION_RELU : name == "Tanh" ? ACCEL_OPERATION_TANH
                                                                             : ACCEL_OPERATION_SIGMOID,
               x);
    } else if (name == "LeakyRelu") {
        attributes.real(ACCEL_ATTRIBUTE_ALPHA, number(0, 0.01f));
        finish(steps, ACCEL_OPERATION_LEAKY_RELU, x, std::move(attributes));
    } else if (name == "HardSigmoid") {
        attributes.real(ACCEL_ATTRIBUTE_ALPHA, number(0, 0.2f)).real(ACCEL_ATTRIBUTE_BETA, number(1, 0.5f));
        finish(steps, ACCEL_OPERATION_HARD_SIGMOID, x, std::move(attributes));
    } else if (name == "Clip" && numbers.size() == 2) {
        Dims dims = steps.dims(x);
        const ValueId y = node.define_output(0, steps.type(x), std::move(dims));
        node.emit(ACCEL_OPERATION_CLIP, {x, node.define_real(numbers[0]), node.define_real(numbers[1])}, {y});
    } else {
        node.fail_unsupported("activation '", name, "' with ", numbers.size(), " numbers");
    }
}

/// Input and skip added up, and a bias where there is one at that position: what is normalised, and also a result.
ValueId skipped(Steps &steps, size_t bias)
{
    Node &node = steps.node;
    for (size_t i = 0; i < node.input_count(); ++i) {
        if (node.has_input(i)) {
            node.expect_type(i, kRealTypes);
        }
    }
    for (const size_t output : {1, 2}) {
        if (node.is_output_read(output)) {
            node.fail_unsupported("outputs of training");
        }
    }
    ValueId sum = steps.both(ACCEL_OPERATION_ADD, node.input_id(0), node.input_id(1));
    if (node.has_input(bias)) {
        sum = steps.both(ACCEL_OPERATION_ADD, sum, node.input_id(bias));
    }
    if (!may_equal(steps.dims(sum), steps.dims(node.input_id(0)))) {
        node.fail_corrupt("skip of ", to_text(node.input(1).dims), " does not spread to ", to_text(node.input(0).dims));
    }
    if (node.has_output(3)) {
        steps.give(sum, 3);
    }
    return sum;
}

/// Along the last axis of x, with the operands at these positions.
void normalise(Steps &steps, accel_operation operation, ValueId x, std::vector<ValueId> more, float epsilon)
{
    Node &node = steps.node;
    if (steps.dims(x).empty()) {
        node.fail_corrupt("a scalar has no last axis");
    }
    AttributeList attributes = along(static_cast<int64_t>(steps.dims(x).size()) - 1);
    attributes.real(ACCEL_ATTRIBUTE_EPSILON, epsilon);
    const uint32_t type = steps.type(x);
    Dims dims = steps.dims(x);
    for (const ValueId each : more) {
        if (each != kNoValue && !may_equal(steps.dims(each), Dims{dims.back()})) {
            node.fail_corrupt("a factor or bias of ", to_text(steps.dims(each)), ", expected is ", to_text(Dims{dims.back()}));
        }
    }
    more.insert(more.begin(), x);
    node.emit(operation, std::move(more), {node.define_output(0, type, std::move(dims))}, std::move(attributes));
}

/// With its last two axes exchanged.
ValueId turned(Steps &steps, ValueId x)
{
    const size_t rank = steps.dims(x).size();
    if (rank < 2) {
        steps.node.fail_corrupt("an operand of ", to_text(steps.dims(x)), " has no two axes to exchange");
    }
    std::vector<int64_t> perm;
    for (size_t axis = 0; axis < rank; ++axis) {
        perm.push_back(static_cast<int64_t>(axis));
    }
    std::swap(perm[rank - 1], perm[rank - 2]);
    return steps.permute(x, perm);
}

}  // namespace

/// Gelu of com.microsoft, and BiasGelu.
void exact_gelu(Node &node)
{
    node.expect_operands(1, 2, 1, 1);
    gelu(node, "none");
}

void fast_gelu(Node &node)
{
    node.expect_operands(1, 2, 1, 1);
    gelu(node, "tanh");
}

void quick_gelu(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, kCurveTypes);
    Steps steps{node};
    AttributeList attributes;
    attributes.real(ACCEL_ATTRIBUTE_ALPHA, node.real("alpha", 1.702f));
    finish(steps, ACCEL_OPERATION_SWISH, node.input_id(0), std::move(attributes));
}

void fused_matmul(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kRealTypes);
    node.expect_same_type(0, 1);
    if (node.integer("transBatchA", 0) != 0 || node.integer("transBatchB", 0) != 0) {
        node.fail_unsupported("transBatchA and transBatchB, which move an axis of the batch");
    }
    Steps steps{node};
    const ValueId a = node.integer("transA", 0) != 0 ? turned(steps, node.input_id(0)) : node.input_id(0);
    const ValueId b = node.integer("transB", 0) != 0 ? turned(steps, node.input_id(1)) : node.input_id(1);
    const float alpha = node.real("alpha", 1);
    const uint32_t type = steps.type(a);
    Dims dims = matmul_shape(node, steps.dims(a), steps.dims(b));
    if (alpha == 1) {
        node.emit(ACCEL_OPERATION_MATMUL, {a, b}, {node.define_output(0, type, std::move(dims))});
        return;
    }
    const ValueId product = steps.make(ACCEL_OPERATION_MATMUL, {a, b}, type, dims);
    node.emit(ACCEL_OPERATION_MUL, {product, node.define_real(alpha)}, {node.define_output(0, type, std::move(dims))});
}

void fused_conv(Node &node)
{
    node.expect_operands(2, 4, 1, 1);
    for (size_t i = 0; i < node.input_count(); ++i) {
        if (node.has_input(i)) {
            node.expect_type(i, kRealTypes);
        }
    }
    AttributeList attributes;
    Dims dims = convolution_shape(node, 0, 1, attributes);
    if (node.has_input(2) && !may_equal(node.input(2).dims, Dims{dims[1]})) {
        node.fail_corrupt("bias is ", to_text(node.input(2).dims), ", expected is ", to_text(Dims{dims[1]}));
    }
    Steps steps{node};
    ValueId made = steps.make(ACCEL_OPERATION_CONV, {node.input_id(0), node.input_id(1), node.optional_input_id(2)}, ACCEL_TYPE_F32, std::move(dims), std::move(attributes));
    if (node.has_input(3)) {
        made = steps.both(ACCEL_OPERATION_ADD, made, node.input_id(3));
    }
    const std::string activation = node.string("activation").value_or("");
    activate(steps, made, activation, node.reals("activation_params").value_or(std::vector<float>{}));
}

void fused_gemm(Node &node)
{
    node.expect_operands(2, 3, 1, 1);
    AttributeList attributes;
    Dims dims = gemm_shape(node, true, attributes);
    Steps steps{node};
    const ValueId made = steps.make(ACCEL_OPERATION_GEMM, {node.input_id(0), node.input_id(1), node.optional_input_id(2)}, ACCEL_TYPE_F32, std::move(dims), std::move(attributes));
    const std::string activation = node.string("activation").value_or("");
    std::vector<float> numbers;
    for (const char *name : {"activation_alpha", "activation_beta"}) {
        if (const auto given = node.real(name)) {
            numbers.push_back(*given);
        }
    }
    node.ignore_attribute("activation_gamma");  // of none of those that are read
    activate(steps, made, activation, numbers);
}

// ONNX Runtime's own, though its domain is ONNX's.
void simplified_layer_normalization(Node &node)
{
    node.expect_operands(2, 2, 1, 2);
    node.expect_type(0, kRealTypes);
    node.expect_same_type(0, 1);
    node.expect_rank(0, 1);
    if (node.is_output_read(1)) {
        node.fail_unsupported("outputs of training");
    }
    if (node.axis(node.integer("axis", -1), node.input(0).dims.size()) + 1 != node.input(0).dims.size() || node.integer("stash_type", 1) != 1) {
        node.fail_unsupported("an axis in front of the last one, or a stash_type that is not float");
    }
    Steps steps{node};
    normalise(steps, ACCEL_OPERATION_RMS_NORMALIZATION, node.input_id(0), {node.input_id(1)}, node.real("epsilon", 1e-5f));
}

void skip_layer_normalization(Node &node)
{
    node.expect_operands(3, 5, 1, 4);
    const float epsilon = node.real("epsilon", 1e-12f);
    Steps steps{node};
    normalise(steps, ACCEL_OPERATION_LAYER_NORMALIZATION, skipped(steps, 4), {node.input_id(2), node.optional_input_id(3)}, epsilon);
}

void skip_rms_normalization(Node &node)
{
    node.expect_operands(3, 4, 1, 4);
    const float epsilon = node.real("epsilon", 1e-12f);
    Steps steps{node};
    normalise(steps, ACCEL_OPERATION_RMS_NORMALIZATION, skipped(steps, 3), {node.input_id(2)}, epsilon);
}

}  // namespace accel::onnx::ops
