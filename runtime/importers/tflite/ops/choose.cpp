// SPDX-License-Identifier: MIT
// Translators of operations that choose elements by indices or conditions, or tell where they are.
#include "ops.h"
#include "tflite/types.h"

namespace accel::tflite::ops {
namespace {

uint32_t type_of(Node &node, ValueId id) { return node.emitter().value(id).type; }

void expect_indices(const Node &node, size_t index)
{
    if (node.input(index).type != ACCEL_TYPE_I32 && node.input(index).type != ACCEL_TYPE_I64) {
        node.fail_unsupported("indices of ", name_of(node.input(index).file_type));
    }
}

}  // namespace

void gather(Node &node)
{
    node.expect_operands(2, 2);
    expect_indices(node, 1);
    const auto &options = node.options<schema::GatherOptions>();
    if (options.batch_dims() != 0) {
        node.fail_unsupported("batch_dims ", options.batch_dims(), "; only 0");
    }
    const Sizes &x = node.sizes(0), &indices = node.sizes(1);
    const uint32_t axis = node.axis(options.axis(), x.size());
    Sizes to(x.begin(), x.begin() + axis);
    to.insert(to.end(), indices.begin(), indices.end());
    to.insert(to.end(), x.begin() + axis + 1, x.end());
    const ValueId from = node.moved(0, Order::kFile);
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    const ValueId y = node.emitter().result(type_of(node, from), to, node.emitter().value(from).quantization);
    node.emitter().push(ACCEL_OPERATION_GATHER, {from, node.stored(1)}, {y}, std::move(attributes));
    node.define(0, Order::kFile, y);
}

void gather_nd(Node &node)
{
    node.expect_operands(2, 2);
    node.expect_rank(1, 1);
    expect_indices(node, 1);
    const Sizes &x = node.sizes(0), &indices = node.sizes(1);
    if (indices.back() < 1 || indices.back() > static_cast<int64_t>(x.size())) {
        node.fail_corrupt("indices of ", indices.back(), " numbers into ", x.size(), " axes");
    }
    Sizes to(indices.begin(), indices.end() - 1);
    to.insert(to.end(), x.begin() + indices.back(), x.end());
    const ValueId from = node.moved(0, Order::kFile);
    const ValueId places = node.emitter().cast(node.stored(1), ACCEL_TYPE_I64);
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_BATCH_DIMS, 0);
    const ValueId y = node.emitter().result(type_of(node, from), to, node.emitter().value(from).quantization);
    node.emitter().push(ACCEL_OPERATION_GATHER_ND, {from, places}, {y}, std::move(attributes));
    node.define(0, Order::kFile, y);
}

/// Operands: condition, and both choices. The older form's condition may be about whole rows.
void select(Node &node)
{
    node.expect_operands(3, 3);
    Emitter &emitter = node.emitter();
    if (node.input(0).type != ACCEL_TYPE_BOOL) {
        node.fail_corrupt("a condition of ", name_of(node.input(0).file_type));
    }
    const ValueId a = node.value(1), b = node.value(2);
    ValueId condition = node.stored(0);
    if (node.sizes(0).size() == 1 && node.sizes(1).size() > 1 && node.sizes(0)[0] == node.sizes(1)[0] && node.sizes(1) == node.sizes(2) && node.output().sizes == node.sizes(1) &&
        node.is(schema::BuiltinOperator::SELECT)) {
        Sizes rows(node.sizes(1).size(), 1);
        rows[0] = node.sizes(0)[0];
        condition = emitter.reshaped(condition, rows);
    }
    if (type_of(node, a) != type_of(node, b)) {
        node.fail_corrupt("choices of two types");
    }
    Sizes to = broadcast(node, broadcast(node, emitter.sizes(condition), node.sizes(1)), node.sizes(2));
    node.define(0, Order::kFile, node.emit(ACCEL_OPERATION_WHERE, {condition, a, b}, type_of(node, a), std::move(to)));
}

/// Operands: x, axis. Stored values are in the same order as what they mean.
void arg_extreme(Node &node, accel_operation operation)
{
    node.expect_operands(2, 2);
    const Sizes &x = node.sizes(0);
    const uint32_t axis = node.axis(node.integer(1, "axis"), x.size());
    const uint32_t wanted = node.output().type;
    if (wanted != ACCEL_TYPE_I32 && wanted != ACCEL_TYPE_I64) {
        node.fail_corrupt("places as ", name_of(node.output().file_type));
    }
    // Taking the channels away leaves the others in the file's order.
    const Order order = x.size() == 4 && axis == 3 ? node.order() : Order::kFile;
    const ValueId from = node.value(0, order);
    Sizes to = x;
    to.erase(to.begin() + axis);
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, x.size() == 4 ? axis_in(order, axis) : axis).integer(ACCEL_ATTRIBUTE_KEEPDIMS, 0);
    const ValueId places = node.emit(operation, {from}, ACCEL_TYPE_I64, to, std::move(attributes));
    node.define(0, Order::kFile, node.emitter().cast(places, wanted));
}

/// Operands: x, how many; along the last axis.
void top_k(Node &node)
{
    node.expect_operands(2, 2, 2, 2);
    node.expect_rank(0, 1);
    Emitter &emitter = node.emitter();
    const int64_t count = node.integer(1, "k");
    const ValueId x = node.value(0);
    Sizes to = node.sizes(0);
    if (count < 0 || count > to.back()) {
        node.fail_corrupt(count, " of ", to.back());
    }
    const auto axis = static_cast<int64_t>(to.size()) - 1;
    to.back() = count;
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis).integer(ACCEL_ATTRIBUTE_LARGEST, 1).integer(ACCEL_ATTRIBUTE_SORTED, 1);
    const ValueId values = emitter.result(type_of(node, x), to), places = emitter.result(ACCEL_TYPE_I64, to);
    emitter.push(ACCEL_OPERATION_TOP_K, {x, emitter.list({count})}, {values, places}, std::move(attributes));
    node.define(0, Order::kFile, values);
    node.define(1, Order::kFile, emitter.cast(places, node.output(1).type));
}

}  // namespace accel::tflite::ops
