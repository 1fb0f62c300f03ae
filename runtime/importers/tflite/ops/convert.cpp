// SPDX-License-Identifier: MIT
// Translators of conversions, and of constants that follow from sizes.
#include "ops.h"
#include "tflite/types.h"

#include <cstring>

namespace accel::tflite::ops {

using namespace importer;

/// Of stored values to others, too.
void quantize(Node &node)
{
    node.expect_operands(1, 1);
    const Order order = node.order();
    const Tensor &from = node.input(0), &to = node.output();
    if (!to.is_quantised()) {
        node.fail_unsupported("a result without scale and zero point");
    }
    const bool bytes = is_byte(from.type) && is_byte(to.type) && from.is_quantised();
    const ValueId x = bytes ? node.stored(0, order) : node.value(0, order);
    node.define(0, order, node.emitter().quantised(x, to.type, *to.quantization));
}

/// Of float16, too, which converters keep weights in.
void dequantize(Node &node)
{
    node.expect_operands(1, 1);
    const Order order = node.order();
    node.define(0, order, node.emitter().cast(node.value(0, order), ACCEL_TYPE_F32));
}

/// A sparse constant is a dense one from the beginning.
void densify(Node &node)
{
    node.expect_operands(1, 1);
    if (!node.input(0).is_constant) {
        node.fail_unsupported("'", node.input(0).name, "' is no constant");
    }
    node.define(0, Order::kFile, node.stored(0));
}

void cast(Node &node)
{
    node.expect_operands(1, 1);
    const Order order = node.order();
    if (node.output().type == 0) {
        node.fail_unsupported("to ", name_of(node.output().file_type));
    }
    node.define(0, order, node.emitter().cast(node.stored(0, order), node.output().type));
}

namespace {

/// Integers as a constant of the type that the result is declared with.
void define_integers(Node &node, const Sizes &values, Sizes sizes)
{
    const uint32_t type = node.output().type;
    if (type != ACCEL_TYPE_I32 && type != ACCEL_TYPE_I64) {
        node.fail_unsupported("sizes as ", name_of(node.output().file_type));
    }
    const ValueId id = node.emitter().list(values);
    Value &value = node.emitter().graph().value(id);
    value.type = type;
    value.dims = fixed_dims(sizes);
    node.define(0, Order::kFile, id);
}

}  // namespace

void shape(Node &node)
{
    node.expect_operands(1, 1);
    const Sizes sizes = node.sizes(0);
    define_integers(node, sizes, {static_cast<int64_t>(sizes.size())});
}

void rank(Node &node)
{
    node.expect_operands(1, 1);
    define_integers(node, {static_cast<int64_t>(node.sizes(0).size())}, {});
}

/// Operands: sizes, value.
void fill(Node &node)
{
    node.expect_operands(2, 2);
    const Sizes sizes = node.integers(0, "dims");
    checked_sizes(sizes);
    const ValueId value = node.moved(1, Order::kFile);
    node.define(0, Order::kFile, node.emit(ACCEL_OPERATION_EXPAND, {value, node.emitter().list(sizes)}, node.emitter().value(value).type, sizes));
}

void zeros_like(Node &node)
{
    node.expect_operands(1, 1);
    const Sizes sizes = node.sizes(0);
    const uint32_t type = node.output().type;
    if (type != node.input(0).type || node.input(0).is_quantised()) {
        node.fail_unsupported("zeros of another type, or stored ones");
    }
    const uint64_t byte_count = constant_bytes(type, count_of(sizes));
    void *zeros = node.emitter().granted(byte_count);
    std::memset(zeros, 0, byte_count);
    node.define(0, Order::kFile, node.emitter().constant(type, sizes, zeros, byte_count));
}

}  // namespace accel::tflite::ops
