// SPDX-License-Identifier: MIT
// Translators of operations on two operands that spread over each other.
#include "ops.h"

#include <accel/graph/broadcast.h>

namespace accel::tflite::ops {

using namespace importer;

Sizes broadcast(const Node &node, const Sizes &a, const Sizes &b)
{
    const auto is_one = [](int64_t size) { return size == 1; };
    const auto meet = [](int64_t left, int64_t right) { return left == right ? std::optional(left) : std::nullopt; };
    std::optional<Sizes> out = graph::broadcast(a, b, is_one, meet);
    if (!out) {
        node.fail_corrupt("shapes ", to_text(fixed_dims(a)), " and ", to_text(fixed_dims(b)), " do not fit together");
    }
    return *std::move(out);
}

namespace {

/// Both operands, and the result's sizes as they lie.
struct Spread {
    Order order;
    ValueId a, b;
    Sizes sizes;
};

Spread spread(Node &node)
{
    Sizes sizes = broadcast(node, node.sizes(0), node.sizes(1));
    const Order order = sizes.size() == 4 ? node.order() : Order::kFile;
    const ValueId a = node.spread(0, order, sizes.size()), b = node.spread(1, order, sizes.size());
    if (node.emitter().value(a).type != node.emitter().value(b).type) {
        node.fail_unsupported("operands of two types");
    }
    return {order, a, b, order == Order::kFile ? std::move(sizes) : permuted(sizes, perm_to(order))};
}

uint32_t type_of(Node &node, ValueId id) { return node.emitter().value(id).type; }

}  // namespace

void arithmetic(Node &node, accel_operation operation, schema::ActivationFunctionType activation)
{
    node.expect_operands(2, 2);
    Spread at = spread(node);
    const ValueId y = node.emit(operation, {at.a, at.b}, type_of(node, at.a), std::move(at.sizes));
    node.define(0, at.order, node.activated(y, activation));
}

void compare(Node &node, accel_operation operation)
{
    node.expect_operands(2, 2);
    Spread at = spread(node);
    node.define(0, at.order, node.emit(operation, {at.a, at.b}, ACCEL_TYPE_BOOL, std::move(at.sizes)));
}

void not_equal(Node &node)
{
    node.expect_operands(2, 2);
    Spread at = spread(node);
    const ValueId equal = node.emit(ACCEL_OPERATION_EQUAL, {at.a, at.b}, ACCEL_TYPE_BOOL, at.sizes);
    node.define(0, at.order, node.emit(ACCEL_OPERATION_NOT, {equal}, ACCEL_TYPE_BOOL, std::move(at.sizes)));
}

void squared_difference(Node &node)
{
    node.expect_operands(2, 2);
    Spread at = spread(node);
    const uint32_t type = type_of(node, at.a);
    const ValueId difference = node.emit(ACCEL_OPERATION_SUB, {at.a, at.b}, type, at.sizes);
    node.define(0, at.order, node.emit(ACCEL_OPERATION_MUL, {difference, difference}, type, std::move(at.sizes)));
}

/// Of whole numbers DIV is cut toward zero, which is another thing.
void floor_div(Node &node)
{
    node.expect_operands(2, 2);
    Spread at = spread(node);
    if (type_of(node, at.a) != ACCEL_TYPE_F32) {
        node.fail_unsupported("FLOOR_DIV of whole numbers");
    }
    const ValueId quotient = node.emit(ACCEL_OPERATION_DIV, {at.a, at.b}, ACCEL_TYPE_F32, at.sizes);
    node.define(0, at.order, node.emit(ACCEL_OPERATION_FLOOR, {quotient}, ACCEL_TYPE_F32, std::move(at.sizes)));
}

/// The sign of the divisor; of real numbers a - floor(a / b) * b.
void floor_mod(Node &node)
{
    node.expect_operands(2, 2);
    Spread at = spread(node);
    const uint32_t type = type_of(node, at.a);
    if (type != ACCEL_TYPE_F32) {
        AttributeList attributes;
        attributes.integer(ACCEL_ATTRIBUTE_FMOD, 0);
        node.define(0, at.order, node.emit(ACCEL_OPERATION_MOD, {at.a, at.b}, type, at.sizes, std::move(attributes)));
        return;
    }
    ValueId y = node.emit(ACCEL_OPERATION_DIV, {at.a, at.b}, type, at.sizes);
    y = node.emit(ACCEL_OPERATION_FLOOR, {y}, type, at.sizes);
    y = node.emit(ACCEL_OPERATION_MUL, {y, at.b}, type, at.sizes);
    node.define(0, at.order, node.emit(ACCEL_OPERATION_SUB, {at.a, y}, type, at.sizes));
}

void add_n(Node &node)
{
    node.expect_operands(1, SIZE_MAX);
    const Order order = node.sizes(0).size() == 4 ? node.order() : Order::kFile;
    ValueId sum = node.value(0, order);
    for (size_t i = 1; i < node.input_count(); ++i) {
        if (node.sizes(i) != node.sizes(0) || node.input(i).type != node.input(0).type) {
            node.fail_corrupt("operands that differ in their sizes or types");
        }
        sum = node.emit(ACCEL_OPERATION_ADD, {sum, node.value(i, order)}, type_of(node, sum), node.emitter().sizes(sum));
    }
    node.define(0, order, sum);
}

void prelu(Node &node)
{
    node.expect_operands(2, 2);
    Spread at = spread(node);
    if (at.sizes != node.emitter().sizes(at.a)) {
        node.fail_unsupported("a slope of more elements than the input");
    }
    node.define(0, at.order, node.emit(ACCEL_OPERATION_PRELU, {at.a, at.b}, type_of(node, at.a), std::move(at.sizes)));
}

}  // namespace accel::tflite::ops
