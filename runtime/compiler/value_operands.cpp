// SPDX-License-Identifier: MIT
// Resolves value operands to the forms that modules are shown.
#include "value_operands.h"

#include <cmath>

#include "base/catalog.h"
#include "constants.h"
#include "graph/values.h"

namespace accel::runtime {

namespace {

using Ints = std::vector<int64_t>;

std::string value_name(const Node &node, size_t position)
{
    const OperationRow &row = *find_operation(node.operation);
    return node.name + "." + row.values[position - row.first_value].name;
}

void place(Graph &graph, Node &node, size_t position, Tensor constant)
{
    if (node.inputs.size() <= position) node.inputs.resize(position + 1, ACCEL_TENSOR_NONE);
    node.inputs[position] = graph.add_tensor(std::move(constant));
}

bool refuse(std::string *why, std::string sentence)
{
    *why = std::move(sentence);
    return false;
}

bool resolve_slice(Graph &graph, Node &node, std::string *why)
{
    const auto cuts = cuts_of(graph, node, why);
    if (!cuts) return false;
    Ints starts, ends, axes, steps;
    for (const graph::Cut &cut : *cuts) {
        if (cut.count < 0) return true;
        starts.push_back(cut.start);
        ends.push_back(cut.end);
        axes.push_back(cut.axis);
        steps.push_back(cut.step);
    }
    if (axes.empty()) {
        node.operation = ACCEL_OPERATION_IDENTITY;
        node.inputs.resize(1);
        return true;
    }
    set_integers(graph, node, ACCEL_OPERAND_SLICE_STARTS, starts);
    set_integers(graph, node, ACCEL_OPERAND_SLICE_ENDS, ends);
    set_integers(graph, node, ACCEL_OPERAND_SLICE_AXES, axes);
    set_integers(graph, node, ACCEL_OPERAND_SLICE_STEPS, steps);
    return true;
}

bool resolve_axes(Graph &graph, Node &node, std::string *why)
{
    const auto given = integers_at(graph, node, ACCEL_OPERAND_REDUCE_MEAN_AXES);
    if (!given) return true;
    const auto axes = graph::ascending_axes(*given, graph.tensors[node.inputs[0]].shape.size(), why);
    if (!axes) return false;
    if (axes->empty())
        take_away(node, ACCEL_OPERAND_REDUCE_MEAN_AXES);
    else
        set_integers(graph, node, ACCEL_OPERAND_REDUCE_MEAN_AXES, *axes);
    return true;
}

/// ONNX takes the upper bound last, so it wins over a lower bound above it.
bool resolve_bounds(Graph &graph, Node &node, std::string *why)
{
    const auto low = real_at(graph, node, ACCEL_OPERAND_CLIP_MIN), high = real_at(graph, node, ACCEL_OPERAND_CLIP_MAX);
    if ((low && std::isnan(*low)) || (high && std::isnan(*high))) return refuse(why, "a bound is not a number");
    if (low && high && *low > *high) set_real(graph, node, ACCEL_OPERAND_CLIP_MIN, *high);
    return true;
}

bool resolve_pad(const Graph &graph, const Node &node, std::string *why)
{
    const auto value = real_at(graph, node, ACCEL_OPERAND_PAD_VALUE);
    return !value || !std::isnan(*value) || refuse(why, "value is not a number");
}

bool resolve_list(Graph &graph, Node &node, size_t position)
{
    if (const auto values = integers_at(graph, node, position)) set_integers(graph, node, position, *values);
    return true;
}

}  // namespace

void set_integers(Graph &graph, Node &node, size_t position, const Ints &values)
{
    if (is_given(node, position) && graph.tensors[node.inputs[position]].type == ACCEL_TYPE_I64 && graph.tensors[node.inputs[position]].shape.size() == 1 &&
        integers_at(graph, node, position) == values)
        return;
    Tensor constant;
    constant.name = value_name(node, position);
    constant.type = ACCEL_TYPE_I64;
    constant.shape = {Dim{static_cast<int64_t>(values.size())}};
    own_values(constant, values, graph.grant(values.size() * sizeof(int64_t), node_text(node)));
    place(graph, node, position, std::move(constant));
}

void set_real(Graph &graph, Node &node, size_t position, float value)
{
    Tensor constant;
    constant.name = value_name(node, position);
    constant.type = ACCEL_TYPE_F32;
    own_values(constant, std::vector<float>{value}, graph.grant(sizeof value, node_text(node)));
    place(graph, node, position, std::move(constant));
}

void take_away(Node &node, size_t position)
{
    if (position < node.inputs.size()) node.inputs[position] = ACCEL_TENSOR_NONE;
    while (!node.inputs.empty() && node.inputs.back() == ACCEL_TENSOR_NONE) node.inputs.pop_back();
}

bool resolve_values(Graph &graph, Node &node, std::string *why)
{
    if (node.inputs.size() == node.tensor_count()) return true;
    if (const uint32_t unknown = unknown_value(graph, node); unknown != ACCEL_TENSOR_NONE) return true;
    switch (node.operation) {
    case ACCEL_OPERATION_SLICE: return resolve_slice(graph, node, why);
    case ACCEL_OPERATION_REDUCE_MEAN:
    case ACCEL_OPERATION_REDUCE_SUM:
    case ACCEL_OPERATION_REDUCE_MAX:
    case ACCEL_OPERATION_REDUCE_MIN:
    case ACCEL_OPERATION_REDUCE_PROD:
    case ACCEL_OPERATION_REDUCE_SUM_SQUARE:
    case ACCEL_OPERATION_REDUCE_L1:
    case ACCEL_OPERATION_REDUCE_L2:
    case ACCEL_OPERATION_REDUCE_LOG_SUM:
    case ACCEL_OPERATION_REDUCE_LOG_SUM_EXP: return resolve_axes(graph, node, why);
    case ACCEL_OPERATION_CLIP: return resolve_bounds(graph, node, why);
    case ACCEL_OPERATION_PAD: return resolve_pad(graph, node, why) && resolve_list(graph, node, ACCEL_OPERAND_PAD_PADS);
    case ACCEL_OPERATION_SPLIT: return resolve_list(graph, node, ACCEL_OPERAND_SPLIT_SPLIT);
    case ACCEL_OPERATION_TILE: return resolve_list(graph, node, ACCEL_OPERAND_TILE_REPEATS);
    case ACCEL_OPERATION_TRILU: return resolve_list(graph, node, ACCEL_OPERAND_TRILU_K);
    default: return true;
    }
}

}  // namespace accel::runtime
