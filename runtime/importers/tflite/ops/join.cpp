// SPDX-License-Identifier: MIT
// Translators of operations that join tensors along an axis, or part one.
#include "ops.h"

#include <numeric>

namespace accel::tflite::ops {
namespace {

/// One of the joined: stored as the result is. What is stored in another way is brought there, as the format's kernels do it.
ValueId part(Node &node, size_t index, Order order)
{
    const Tensor &from = node.input(index), &to = node.output();
    if (from.is_quantised() && to.is_quantised() && is_byte(from.type) && is_byte(to.type) && (from.type != to.type || from.quantization != to.quantization)) {
        return node.emitter().quantised(node.stored(index, order), to.type, *to.quantization);
    }
    return node.moved(index, order);
}

ValueId joined(Node &node, const std::vector<ValueId> &parts, int64_t axis)
{
    Emitter &emitter = node.emitter();
    Sizes to = emitter.sizes(parts[0]);
    int64_t along = 0;
    for (const ValueId each : parts) {
        Sizes sizes = emitter.sizes(each);
        if (sizes.size() != to.size() || emitter.value(each).type != emitter.value(parts[0]).type) {
            node.fail_corrupt("operands of different ranks or types");
        }
        along += sizes[static_cast<size_t>(axis)];
        sizes[static_cast<size_t>(axis)] = to[static_cast<size_t>(axis)];
        if (sizes != to) {
            node.fail_corrupt("operands that differ beside the axis");
        }
    }
    to[static_cast<size_t>(axis)] = along;
    if (parts.size() == 1) {
        return parts[0];
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    const ValueId y = emitter.result(emitter.value(parts[0]).type, std::move(to), emitter.value(parts[0]).quantization);
    emitter.push(ACCEL_OPERATION_CONCAT, parts, {y}, std::move(attributes));
    return y;
}

/// x in parts of these sizes along an axis of x as it lies.
std::vector<ValueId> parts_of(Node &node, ValueId x, int64_t axis, const Sizes &sizes)
{
    Emitter &emitter = node.emitter();
    std::vector<ValueId> out;
    for (const int64_t size : sizes) {
        Sizes to = emitter.sizes(x);
        to[static_cast<size_t>(axis)] = size;
        out.push_back(emitter.result(emitter.value(x).type, std::move(to), emitter.value(x).quantization));
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    emitter.push(ACCEL_OPERATION_SPLIT, {x, emitter.list(sizes)}, out, std::move(attributes));
    return out;
}

/// Results of a split all mean the same as result 0, which Node::moved has looked at.
void expect_alike(const Node &node)
{
    for (size_t i = 1; i < node.output_count(); ++i) {
        if (node.output(i).quantization != node.output(0).quantization || node.output(i).type != node.output(0).type) {
            node.fail_unsupported("results that are stored differently");
        }
    }
}

void define_split(Node &node, size_t index, uint32_t axis, const Sizes &sizes)
{
    int64_t sum = 0;
    for (const int64_t size : sizes) {
        if (size < 0 || __builtin_add_overflow(sum, size, &sum)) {
            node.fail_corrupt("a part of ", size);
        }
    }
    if (sum != node.sizes(index)[axis] || sizes.size() != node.output_count()) {
        node.fail_corrupt(sizes.size(), " parts of together ", sum, " for ", node.output_count(), " results of together ", node.sizes(index)[axis]);
    }
    expect_alike(node);
    const Order order = node.sizes(index).size() == 4 ? node.order() : Order::kFile;
    const std::vector<ValueId> parts = parts_of(node, node.moved(index, order), node.sizes(index).size() == 4 ? axis_in(order, axis) : axis, sizes);
    for (size_t i = 0; i < parts.size(); ++i) {
        node.define(i, order, parts[i]);
    }
}

}  // namespace

void concatenation(Node &node)
{
    node.expect_operands(1, SIZE_MAX);
    node.expect_rank(0, 1);
    const auto &options = node.options<schema::ConcatenationOptions>();
    const size_t rank = node.sizes(0).size();
    const uint32_t axis = node.axis(options.axis(), rank);
    const Order order = rank == 4 ? node.order() : Order::kFile;
    std::vector<ValueId> parts;
    for (size_t i = 0; i < node.input_count(); ++i) {
        node.expect_rank(i, rank, rank);
        parts.push_back(part(node, i, order));
    }
    const ValueId y = joined(node, parts, rank == 4 ? axis_in(order, axis) : axis);
    node.define(0, order, node.activated(y, options.fused_activation_function()));
}

void pack(Node &node)
{
    node.expect_operands(1, SIZE_MAX);
    Sizes widened = node.sizes(0);
    const uint32_t axis = node.axis(node.options<schema::PackOptions>().axis(), widened.size() + 1);
    widened.insert(widened.begin() + axis, 1);
    std::vector<ValueId> parts;
    for (size_t i = 0; i < node.input_count(); ++i) {
        parts.push_back(node.emitter().reshaped(part(node, i, Order::kFile), widened));
    }
    node.define(0, Order::kFile, joined(node, parts, axis));
}

void unpack(Node &node)
{
    node.expect_operands(1, 1, 1, SIZE_MAX);
    const Sizes x = node.sizes(0);
    const uint32_t axis = node.axis(node.options<schema::UnpackOptions>().axis(), x.size());
    if (x[axis] != static_cast<int64_t>(node.output_count())) {
        node.fail_corrupt(node.output_count(), " results of an axis of ", x[axis]);
    }
    expect_alike(node);
    Sizes narrowed = x;
    narrowed.erase(narrowed.begin() + axis);
    const std::vector<ValueId> parts = parts_of(node, node.moved(0, Order::kFile), axis, Sizes(node.output_count(), 1));
    for (size_t i = 0; i < parts.size(); ++i) {
        node.define(i, Order::kFile, node.emitter().reshaped(parts[i], narrowed));
    }
}

/// Operands: axis, x.
void split(Node &node)
{
    node.expect_operands(2, 2, 1, SIZE_MAX);
    const Sizes &x = node.sizes(1);
    const uint32_t axis = node.axis(node.integer(0, "split_dim"), x.size());
    const auto count = static_cast<int64_t>(node.output_count());
    if (x[axis] % count != 0) {
        node.fail_corrupt(x[axis], " does not split into ", count, " equal parts");
    }
    define_split(node, 1, axis, Sizes(node.output_count(), x[axis] / count));
}

/// Operands: x, sizes of the parts, axis; one size may be -1.
void split_v(Node &node)
{
    node.expect_operands(3, 3, 1, SIZE_MAX);
    Sizes sizes = node.integers(1, "size_splits");
    const uint32_t axis = node.axis(node.integer(2, "split_dim"), node.sizes(0).size());
    int64_t rest = node.sizes(0)[axis];
    for (const int64_t size : sizes) {
        if (size < -1 || size > importer::kSizeMax) {
            node.fail_corrupt("a part of ", size);
        }
        rest -= size == -1 ? 0 : size;
    }
    for (int64_t &size : sizes) {
        if (size == -1) {
            size = rest;
        }
    }
    define_split(node, 0, axis, sizes);
}

}  // namespace accel::tflite::ops
