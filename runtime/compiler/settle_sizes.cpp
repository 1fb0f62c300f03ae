// SPDX-License-Identifier: MIT
// Writes sizes into attributes and operands, operation by operation.
#include "settle_sizes.h"

#include <algorithm>

#include "constants.h"
#include "graph/values.h"
#include "value_operands.h"

namespace accel::runtime {

namespace {

const Shape &shape_of(const Graph &graph, uint32_t tensor) { return graph.tensors[tensor].shape; }

/// An axis of size 0 can be said by the result alone: in a shape 0 copies.
void settle_reshape(Graph &graph, Node &node)
{
    if (is_given(node, ACCEL_OPERAND_RESHAPE_SHAPE) && !integers_at(graph, node, ACCEL_OPERAND_RESHAPE_SHAPE)) return;
    std::vector<int64_t> sizes;
    for (const Dim &dim : shape_of(graph, node.outputs[0])) sizes.push_back(dim.size);
    if (std::find(sizes.begin(), sizes.end(), 0) != sizes.end())
        take_away(node, ACCEL_OPERAND_RESHAPE_SHAPE);
    else
        set_integers(graph, node, ACCEL_OPERAND_RESHAPE_SHAPE, sizes);
}

/// Equal parts become their sizes.
void settle_split(Graph &graph, Node &node)
{
    if (is_given(node, ACCEL_OPERAND_SPLIT_SPLIT)) return;
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    std::vector<int64_t> sizes;
    for (const uint32_t output : node.outputs) sizes.push_back(shape_of(graph, output)[axis].size);
    set_integers(graph, node, ACCEL_OPERAND_SPLIT_SPLIT, sizes);
}

/// SAME becomes pads; the odd one goes to the end (UPPER) or to the begin (LOWER).
void settle_window(const Graph &graph, Node &node)
{
    const Attribute *automatic = node.find(ACCEL_ATTRIBUTE_AUTO_PAD);
    if (!automatic) return;
    const bool upper = automatic->text() == "SAME_UPPER";
    const Shape &x = shape_of(graph, node.inputs[0]), &y = shape_of(graph, node.outputs[0]);
    const size_t spatial = x.size() - 2;
    std::vector<int64_t> kernel;
    if (node.operation == ACCEL_OPERATION_CONV) {
        for (size_t i = 0; i < spatial; ++i) kernel.push_back(shape_of(graph, node.inputs[1])[i + 2].size);
    }
    kernel = node.ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, kernel);
    const std::vector<int64_t> strides = node.ints(ACCEL_ATTRIBUTE_STRIDES, std::vector<int64_t>(spatial, 1));
    const std::vector<int64_t> dilations = node.ints(ACCEL_ATTRIBUTE_DILATIONS, std::vector<int64_t>(spatial, 1));
    std::vector<int64_t> pads(2 * spatial);
    for (size_t i = 0; i < spatial; ++i) {
        const int64_t extent = (kernel[i] - 1) * dilations[i] + 1;
        const int64_t total = std::max<int64_t>((y[i + 2].size - 1) * strides[i] + extent - x[i + 2].size, 0);
        pads[i] = upper ? total / 2 : total - total / 2;
        pads[spatial + i] = total - pads[i];
    }
    node.erase(ACCEL_ATTRIBUTE_AUTO_PAD);
    node.set_ints(ACCEL_ATTRIBUTE_PADS, std::move(pads));
}

/// Constant indices that count from the end count from the begin.
void settle_gather(Graph &graph, Node &node)
{
    const Tensor &indices = graph.tensors[node.inputs[1]];
    if (!indices.constant()) return;
    const int64_t size = shape_of(graph, node.inputs[0])[static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0))].size;
    const auto rewrite = [&](auto values) {
        if (std::none_of(values.begin(), values.end(), [](auto value) { return value < 0; })) return;
        for (auto &value : values) value = static_cast<std::decay_t<decltype(value)>>(value < 0 ? value + size : value);
        Tensor resolved = indices;
        resolved.name += ".resolved";
        own_values(resolved, values, graph.grant(indices.data_bytes, node_text(node)));
        node.inputs[1] = graph.add_tensor(std::move(resolved));
    };
    if (indices.type == ACCEL_TYPE_I64)
        rewrite(values_of<int64_t>(indices));
    else if (indices.type == ACCEL_TYPE_I32)
        rewrite(values_of<int32_t>(indices));
}

/// Ones of the sizes of y where x has 1: what x is multiplied with, or the condition under which it is chosen.
Tensor ones(const Graph &graph, const Node &node, uint32_t type)
{
    const Shape &x = graph.tensors[node.inputs[0]].shape;
    Tensor made;
    made.name = graph.tensors[node.outputs[0]].name + ".ones";
    made.type = type;
    made.shape = graph.tensors[node.outputs[0]].shape;
    const size_t lead = made.shape.size() - x.size();
    for (size_t axis = 0; axis < x.size(); ++axis) {
        if (x[axis] == made.shape[axis + lead]) made.shape[axis + lead] = Dim{1};
    }
    const size_t count = element_count(made.shape).value_or(0);
    const auto charge = graph.grant(size_bytes(made).value_or(0), node_text(node));
    switch (type) {
    case ACCEL_TYPE_F32: own_values(made, std::vector<float>(count, 1.0f), std::move(charge)); break;
    case ACCEL_TYPE_I32: own_values(made, std::vector<int32_t>(count, 1), std::move(charge)); break;
    case ACCEL_TYPE_I64: own_values(made, std::vector<int64_t>(count, 1), std::move(charge)); break;
    default: own_values(made, std::vector<uint8_t>(count, 1), std::move(charge)); break;
    }
    return made;
}

/// How often each axis of x stands in y.
std::vector<int64_t> repeats(const Shape &x, const Shape &y)
{
    std::vector<int64_t> times;
    for (size_t axis = 0; axis < x.size(); ++axis) times.push_back(x[axis] == y[axis] ? 1 : y[axis].size);
    return times;
}

/// A product where many devices have one; else a TILE, or between ranks a WHERE that chooses x in any case.
void settle_expand(Graph &graph, Node &node)
{
    const Tensor &x = graph.tensors[node.inputs[0]];
    if (!integers_at(graph, node, ACCEL_OPERAND_EXPAND_SHAPE)) return;
    take_away(node, ACCEL_OPERAND_EXPAND_SHAPE);
    const Shape from = x.shape, to = shape_of(graph, node.outputs[0]);
    const uint32_t type = x.type;
    if (from == to) {
        node.operation = ACCEL_OPERATION_IDENTITY;
    } else if (type == ACCEL_TYPE_F32 || type == ACCEL_TYPE_I32 || type == ACCEL_TYPE_I64) {
        node.operation = ACCEL_OPERATION_MUL;
        node.inputs.push_back(graph.add_tensor(ones(graph, node, type)));
    } else if (from.size() == to.size()) {
        node.operation = ACCEL_OPERATION_TILE;
        set_integers(graph, node, ACCEL_OPERAND_TILE_REPEATS, repeats(from, to));
    } else if (!x.quantization) {
        node.operation = ACCEL_OPERATION_WHERE;
        node.inputs = {graph.add_tensor(ones(graph, node, ACCEL_TYPE_BOOL)), node.inputs[0], node.inputs[0]};
    } else {
        node.custom_name = node.label();
        node.operation = ACCEL_OPERATION_CUSTOM;
        node.revision = 0;
        node.reason = "no device spreads stored integers along new axes yet: reshape to the rank of the result first";
    }
}

}  // namespace

void settle_sizes(Graph &graph, Node &node)
{
    std::string why;
    resolve_values(graph, node, &why);  // of sizes that other nodes told; whether bounds go together was seen before
    switch (node.operation) {
    case ACCEL_OPERATION_RESHAPE: return settle_reshape(graph, node);
    case ACCEL_OPERATION_SPLIT: return settle_split(graph, node);
    case ACCEL_OPERATION_CONV:
    case ACCEL_OPERATION_MAX_POOL:
    case ACCEL_OPERATION_AVERAGE_POOL: return settle_window(graph, node);
    case ACCEL_OPERATION_GATHER: return settle_gather(graph, node);
    case ACCEL_OPERATION_EXPAND: return settle_expand(graph, node);
    default: return;
    }
}

}  // namespace accel::runtime
