// SPDX-License-Identifier: MIT
// Translators of functions of one operand, element by element or along its last axis.
#include "ops.h"

namespace accel::tflite::ops {
namespace {

/// One operand in the order that it has.
struct Operand {
    Order order;
    ValueId x;
    uint32_t type;
    Sizes sizes;
    /// Where the file's last axis is.
    int64_t last_axis() const { return sizes.size() == 4 ? axis_in(order, 3) : static_cast<int64_t>(sizes.size()) - 1; }
};

Operand operand(Node &node)
{
    node.expect_operands(1, 1);
    const Order order = node.order();
    const ValueId x = node.value(0, order);
    return {order, x, node.emitter().value(x).type, node.emitter().sizes(x)};
}

void define(Node &node, accel_operation operation, AttributeList attributes)
{
    const Operand from = operand(node);
    node.define(0, from.order, node.emit(operation, {from.x}, from.type, from.sizes, std::move(attributes)));
}

}  // namespace

void unary(Node &node, accel_operation operation) { define(node, operation, {}); }

/// Stored values are brought to the result's scale first, and clipped there, as the format's kernels do it.
void clip(Node &node, float least, std::optional<float> most)
{
    node.expect_operands(1, 1);
    const Order order = node.order();
    const Tensor &from = node.input(0), &to = node.output();
    Emitter &emitter = node.emitter();
    ValueId x = kNoValue;
    const bool bytes = is_byte(from.type) && from.type == to.type && from.is_quantised() && to.is_quantised();
    if (bytes && from.quantization != to.quantization) {
        x = emitter.dequantised(emitter.quantised(node.stored(0, order), to.type, *to.quantization));
    } else {
        x = node.value(0, order);
    }
    if (emitter.value(x).type != ACCEL_TYPE_F32) {
        node.fail_unsupported("an activation of values that are not real");
    }
    const bool is_relu = least == 0.0f && !most;
    node.define(0, order, is_relu ? node.emit(ACCEL_OPERATION_RELU, {x}, ACCEL_TYPE_F32, emitter.sizes(x)) : node.clipped(x, least, most));
}

void rsqrt(Node &node)
{
    const Operand from = operand(node);
    const ValueId root = node.emit(ACCEL_OPERATION_SQRT, {from.x}, from.type, from.sizes);
    node.define(0, from.order, node.emit(ACCEL_OPERATION_RECIPROCAL, {root}, from.type, from.sizes));
}

void square(Node &node)
{
    const Operand from = operand(node);
    node.define(0, from.order, node.emit(ACCEL_OPERATION_MUL, {from.x, from.x}, from.type, from.sizes));
}

void leaky_relu(Node &node)
{
    AttributeList attributes;
    attributes.real(ACCEL_ATTRIBUTE_ALPHA, node.options<schema::LeakyReluOptions>().alpha());
    define(node, ACCEL_OPERATION_LEAKY_RELU, std::move(attributes));
}

void elu(Node &node)
{
    AttributeList attributes;
    attributes.real(ACCEL_ATTRIBUTE_ALPHA, 1.0f);
    define(node, ACCEL_OPERATION_ELU, std::move(attributes));
}

void gelu(Node &node)
{
    AttributeList attributes;
    attributes.text(ACCEL_ATTRIBUTE_APPROXIMATE, node.options<schema::GeluOptions>().approximate() ? "tanh" : "none");
    define(node, ACCEL_OPERATION_GELU, std::move(attributes));
}

namespace {

ValueId along_last(Node &node, accel_operation operation, const Operand &from, ValueId x)
{
    if (from.sizes.empty()) {
        node.fail_corrupt("a scalar has no last axis");
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, from.last_axis());
    return node.emit(operation, {x}, from.type, from.sizes, std::move(attributes));
}

}  // namespace

void softmax(Node &node)
{
    const Operand from = operand(node);
    const float beta = node.options<schema::SoftmaxOptions>().beta();
    ValueId x = from.x;
    if (beta != 1.0f) {
        x = node.emit(ACCEL_OPERATION_MUL, {x, node.emitter().real(beta)}, from.type, from.sizes);
    }
    node.define(0, from.order, along_last(node, ACCEL_OPERATION_SOFTMAX, from, x));
}

void log_softmax(Node &node)
{
    const Operand from = operand(node);
    node.define(0, from.order, along_last(node, ACCEL_OPERATION_LOG_SOFTMAX, from, from.x));
}

/// x / sqrt(max(sum of squares along the last axis, 1e-6)).
void l2_normalization(Node &node)
{
    const Operand from = operand(node);
    if (from.sizes.empty() || from.type != ACCEL_TYPE_F32) {
        node.fail_unsupported("values that are not real, or a scalar");
    }
    Sizes one = from.sizes;
    one[static_cast<size_t>(from.last_axis())] = 1;
    AttributeList keep;
    keep.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1);
    ValueId y = node.emit(ACCEL_OPERATION_MUL, {from.x, from.x}, from.type, from.sizes);
    y = node.emit(ACCEL_OPERATION_REDUCE_SUM, {y, node.emitter().list({from.last_axis()})}, from.type, one, std::move(keep));
    y = node.emit(ACCEL_OPERATION_MAX, {y, node.emitter().real(1e-6f)}, from.type, one);
    y = node.emit(ACCEL_OPERATION_SQRT, {y}, from.type, one);
    y = node.emit(ACCEL_OPERATION_DIV, {from.x, y}, from.type, from.sizes);
    node.define(0, from.order, node.activated(y, node.options<schema::L2NormOptions>().fused_activation_function()));
}

}  // namespace accel::tflite::ops
