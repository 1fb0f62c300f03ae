// SPDX-License-Identifier: MIT
// Passes that merge and remove moves, and take normalisation, scales and activations into what is before them.
#include "canonicalise.h"

#include <algorithm>
#include <cmath>

#include "base/catalog.h"
#include "base/error.h"
#include "base/progress.h"
#include "constants.h"
#include "graph/values.h"
#include "rewrite.h"
#include "value_operands.h"

namespace accel::runtime {

namespace {

bool same_tensor(const Graph &graph, uint32_t a, uint32_t b)
{
    const Tensor &x = graph.tensors[a];
    const Tensor &y = graph.tensors[b];
    return x.type == y.type && x.shape == y.shape && x.quantization == y.quantization;
}

std::vector<int64_t> perm_of(const Graph &graph, const Node &node)
{
    std::vector<int64_t> reversed;
    for (size_t axis = graph.tensors[node.inputs[0]].shape.size(); axis-- > 0;) reversed.push_back(static_cast<int64_t>(axis));
    return node.ints(ACCEL_ATTRIBUTE_PERM, reversed);
}

bool changes_nothing(const Graph &graph, const Node &node)
{
    switch (node.operation) {
    case ACCEL_OPERATION_IDENTITY:
    case ACCEL_OPERATION_RESHAPE:
    case ACCEL_OPERATION_CAST: return same_tensor(graph, node.inputs[0], node.outputs[0]);
    case ACCEL_OPERATION_TRANSPOSE: {
        const std::vector<int64_t> perm = perm_of(graph, node);
        return std::is_sorted(perm.begin(), perm.end()) && same_tensor(graph, node.inputs[0], node.outputs[0]);
    }
    case ACCEL_OPERATION_CONCAT: return node.inputs.size() == 1 && same_tensor(graph, node.inputs[0], node.outputs[0]);
    default: return false;
    }
}

/// Is there a node with one of these operations? Asked before a pass looks at who makes and reads what, which costs far more.
bool has(const Graph &graph, std::initializer_list<uint32_t> operations)
{
    return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                       [&](const Node &node) { return std::find(operations.begin(), operations.end(), node.operation) != operations.end(); });
}

/// RESHAPE after RESHAPE, TRANSPOSE after TRANSPOSE: the second reads what the first read.
bool merge_into(Graph &graph, Node &node, uint32_t maker)
{
    const bool reshape = node.operation == ACCEL_OPERATION_RESHAPE;
    if ((!reshape && node.operation != ACCEL_OPERATION_TRANSPOSE) || maker == UINT32_MAX || graph.nodes[maker].operation != node.operation) return false;
    const Node &first = graph.nodes[maker];
    if (graph.tensors[first.inputs[0]].quantization != graph.tensors[node.outputs[0]].quantization) return false;
    if (!reshape) {
        const std::vector<int64_t> inner = perm_of(graph, first);
        std::vector<int64_t> merged;
        for (const int64_t axis : perm_of(graph, node)) merged.push_back(inner[static_cast<size_t>(axis)]);
        node.set_ints(ACCEL_ATTRIBUTE_PERM, std::move(merged));
    }
    node.inputs[0] = first.inputs[0];
    graph.take_origins(node, first);
    return true;
}

/// Moves after moves become one, and those that change nothing go: in one walk, so that a nest of moves that undo each other costs no walk per layer.
bool simplify_moves(Graph &graph)
{
    if (!has(graph, {ACCEL_OPERATION_IDENTITY, ACCEL_OPERATION_RESHAPE, ACCEL_OPERATION_CAST, ACCEL_OPERATION_TRANSPOSE, ACCEL_OPERATION_CONCAT})) return false;
    Bypass bypass(graph);
    std::vector<bool> dead(graph.nodes.size());
    bool changed = false;
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        pace();
        Node &node = graph.nodes[i];
        bypass.enter(node);
        if (!node.inputs.empty() && node.inputs[0] != ACCEL_TENSOR_NONE && merge_into(graph, node, bypass.maker(node.inputs[0]))) {
            bypass.enter(node);  // the first one was entered when its operand may have had another name
            changed = true;
        }
        if (!changes_nothing(graph, node) || !bypass.remove(node)) continue;
        dead[i] = true;
        changed = true;
    }
    bypass.finish();
    if (changed) sweep(graph, dead);
    return changed;
}

struct Clamp {
    float low = -INFINITY, high = INFINITY;
};

/// Of a CLIP whose bounds are known.
Clamp clamp_of(const Graph &graph, const Node &node)
{
    if (node.operation == ACCEL_OPERATION_RELU) return {0.0f, INFINITY};
    if (node.operation == ACCEL_OPERATION_CLIP)
        return {real_at(graph, node, ACCEL_OPERAND_CLIP_MIN).value_or(-INFINITY), real_at(graph, node, ACCEL_OPERAND_CLIP_MAX).value_or(INFINITY)};
    return {node.real(ACCEL_ATTRIBUTE_CLAMP_MIN, -INFINITY), node.real(ACCEL_ATTRIBUTE_CLAMP_MAX, INFINITY)};
}

void narrow(Graph &graph, Node &node, Clamp outer)
{
    const Clamp inner = clamp_of(graph, node);
    const float low = std::min(std::max(inner.low, outer.low), outer.high);
    const float high = std::min(std::max(inner.high, outer.low), outer.high);
    if (node.operation == ACCEL_OPERATION_CLIP) {
        if (low > -INFINITY) set_real(graph, node, ACCEL_OPERAND_CLIP_MIN, low);
        if (high < INFINITY) set_real(graph, node, ACCEL_OPERAND_CLIP_MAX, high);
        return;
    }
    if (low > -INFINITY) node.set_real(ACCEL_ATTRIBUTE_CLAMP_MIN, low);
    if (high < INFINITY) node.set_real(ACCEL_ATTRIBUTE_CLAMP_MAX, high);
}

bool takes_clamp(const Graph &graph, const Node &node)
{
    if (node.operation == ACCEL_OPERATION_CLIP) return unknown_value(graph, node) == ACCEL_TENSOR_NONE;
    const OperationRow *row = node.operation == ACCEL_OPERATION_CUSTOM ? nullptr : find_operation(node.operation);
    return row && has_attribute(*row, ACCEL_ATTRIBUTE_CLAMP_MIN);
}

/// RELU or CLIP whose operand has no other reader becomes a clamp of the operation that makes it.
bool fuse_activations(Graph &graph)
{
    if (!has(graph, {ACCEL_OPERATION_RELU, ACCEL_OPERATION_CLIP})) return false;
    Uses uses(graph);
    std::vector<bool> dead(graph.nodes.size());
    bool changed = false;
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        pace();
        const Node &activation = graph.nodes[i];
        if (activation.operation != ACCEL_OPERATION_RELU && activation.operation != ACCEL_OPERATION_CLIP) continue;
        if (unknown_value(graph, activation) != ACCEL_TENSOR_NONE) continue;
        const uint32_t between = activation.inputs[0];
        const uint32_t maker = uses.maker[between];
        if (maker == UINT32_MAX || uses.only_reader(between) != i || !takes_clamp(graph, graph.nodes[maker])) continue;
        if (graph.tensors[between].type != ACCEL_TYPE_F32) continue;
        Node &node = graph.nodes[maker];
        if (node.outputs[0] != between) continue;
        narrow(graph, node, clamp_of(graph, activation));
        graph.take_in(node, activation);
        node.outputs[0] = activation.outputs[0];
        uses.maker[node.outputs[0]] = maker;
        dead[i] = true;
        changed = true;
    }
    if (changed) sweep(graph, dead);
    return changed;
}

struct Normalisation {
    std::vector<double> factor, offset;
};

/// y = x * factor + offset per channel, when all four operands are constant.
std::optional<Normalisation> normalisation_of(const Graph &graph, const Node &node)
{
    std::vector<float> operand[4];
    for (size_t i = 0; i < 4; ++i) {
        const Tensor &tensor = graph.tensors[node.inputs[i + 1]];
        if (!tensor.constant()) return std::nullopt;
        operand[i] = values_of<float>(tensor);
    }
    const auto &[scale, bias, mean, variance] = operand;
    const double epsilon = static_cast<double>(node.real(ACCEL_ATTRIBUTE_EPSILON, 1e-5f));
    Normalisation out;
    for (size_t c = 0; c < scale.size(); ++c) {
        const double factor = scale[c] / std::sqrt(static_cast<double>(variance[c]) + epsilon);
        if (!std::isfinite(factor)) return std::nullopt;
        out.factor.push_back(factor);
        out.offset.push_back(bias[c] - mean[c] * factor);
    }
    return out;
}

/// The values of a constant that has one number per channel of a [n, c, …] tensor.
std::optional<std::vector<float>> channel_values(const Graph &graph, uint32_t index, const Shape &x)
{
    const Tensor &tensor = graph.tensors[index];
    if (!tensor.constant() || tensor.type != ACCEL_TYPE_F32 || tensor.shape.size() > x.size()) return std::nullopt;
    const size_t lead = x.size() - tensor.shape.size();
    for (size_t axis = 0; axis < tensor.shape.size(); ++axis) {
        if (tensor.shape[axis].size != 1 && axis + lead != 1) return std::nullopt;
    }
    std::vector<float> values = values_of<float>(tensor);
    const auto channels = static_cast<size_t>(x[1].size);
    if (values.size() == 1) values.assign(channels, values[0]);
    if (values.size() != channels) return std::nullopt;
    return values;
}

/// How a node scales and shifts the channels of one of its operands by constants.
std::optional<Normalisation> scaling_of(const Graph &graph, const Node &node, size_t side)
{
    if (node.operation == ACCEL_OPERATION_BATCH_NORMALIZATION) return side == 0 ? normalisation_of(graph, node) : std::nullopt;
    if (node.operation != ACCEL_OPERATION_MUL || side > 1) return std::nullopt;
    const Tensor &operand = graph.tensors[node.inputs[side]];
    if (operand.type != ACCEL_TYPE_F32 || operand.shape.size() < 2 || operand.shape != graph.tensors[node.outputs[0]].shape) return std::nullopt;
    const auto values = channel_values(graph, node.inputs[1 - side], operand.shape);
    if (!values || !std::all_of(values->begin(), values->end(), [](float value) { return std::isfinite(value); })) return std::nullopt;
    return Normalisation{{values->begin(), values->end()}, std::vector<double>(values->size())};
}

bool fold_into_conv(Graph &graph, uint32_t conv_index, const Node &batch, const Normalisation &by)
{
    Node &conv = graph.nodes[conv_index];
    if (conv.operation != ACCEL_OPERATION_CONV || conv.find(ACCEL_ATTRIBUTE_CLAMP_MIN) || conv.find(ACCEL_ATTRIBUTE_CLAMP_MAX)) return false;
    const Tensor weights = graph.tensors[conv.inputs[1]];
    const bool biased = conv.input(2) != ACCEL_TENSOR_NONE;
    if (!weights.constant() || weights.type != ACCEL_TYPE_F32 || (biased && !graph.tensors[conv.inputs[2]].constant())) return false;
    const size_t channels = by.factor.size();
    if (weights.shape[0].size != static_cast<int64_t>(channels) || channels == 0) return false;
    const auto weights_charge = graph.grant(weights.data_bytes, node_text(batch));
    const auto bias_charge = graph.grant(channels * sizeof(float), node_text(batch));
    pace_piece();
    std::vector<float> scaled = values_of<float>(weights);
    const size_t per_channel = scaled.size() / channels;
    for (size_t i = 0; i < scaled.size(); ++i) scaled[i] = static_cast<float>(scaled[i] * by.factor[i / per_channel]);
    std::vector<float> bias = biased ? values_of<float>(graph.tensors[conv.inputs[2]]) : std::vector<float>(channels);
    for (size_t c = 0; c < channels; ++c) bias[c] = static_cast<float>(bias[c] * by.factor[c] + by.offset[c]);

    Tensor new_weights = weights;
    own_values(new_weights, scaled, std::move(weights_charge));
    Tensor new_bias;
    new_bias.name = batch.name + ".bias";
    new_bias.type = ACCEL_TYPE_F32;
    new_bias.shape = {Dim{static_cast<int64_t>(channels)}};
    own_values(new_bias, bias, std::move(bias_charge));
    conv.inputs.resize(3, ACCEL_TENSOR_NONE);
    conv.inputs[1] = graph.add_tensor(std::move(new_weights));
    conv.inputs[2] = graph.add_tensor(std::move(new_bias));
    conv.outputs[0] = batch.outputs[0];
    graph.take_in(conv, batch);
    for (const uint32_t key : {ACCEL_ATTRIBUTE_CLAMP_MIN, ACCEL_ATTRIBUTE_CLAMP_MAX})
        if (batch.find(key)) conv.set_real(key, batch.real(key, 0.0f));
    return true;
}

/// The convolution that makes one of a node's operands, and is read by nobody else, takes its scaling along.
bool scale_maker(Graph &graph, Uses &uses, uint32_t index)
{
    const Node &node = graph.nodes[index];
    for (size_t side = 0; side < node.inputs.size() && side < 2; ++side) {
        const uint32_t between = node.inputs[side], maker = uses.maker[between];
        if (maker == UINT32_MAX || uses.only_reader(between) != index || graph.nodes[maker].operation != ACCEL_OPERATION_CONV) continue;
        const auto by = scaling_of(graph, node, side);
        if (!by || !fold_into_conv(graph, maker, node, *by)) continue;
        uses.maker[node.outputs[0]] = maker;
        return true;
    }
    return false;
}

/// BATCH_NORMALIZATION, and MUL by a constant per channel, become part of the convolution in front.
bool fold_scalings(Graph &graph)
{
    if (!has(graph, {ACCEL_OPERATION_CONV})) return false;
    Uses uses(graph);
    std::vector<bool> dead(graph.nodes.size());
    bool changed = false;
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        pace();
        const uint32_t operation = graph.nodes[i].operation;
        if (operation != ACCEL_OPERATION_BATCH_NORMALIZATION && operation != ACCEL_OPERATION_MUL) continue;
        if (!scale_maker(graph, uses, i)) continue;
        dead[i] = true;
        changed = true;
    }
    if (changed) sweep(graph, dead);
    return changed;
}

/// The convolution that makes an operand of this addition takes the other one as its bias, or on top of the one it has.
bool take_bias(Graph &graph, Uses &uses, uint32_t index, size_t side)
{
    const Node &add = graph.nodes[index];
    const uint32_t between = add.inputs[side], maker = uses.maker[between];
    if (maker == UINT32_MAX || uses.only_reader(between) != index || graph.nodes[maker].operation != ACCEL_OPERATION_CONV) return false;
    Node &conv = graph.nodes[maker];
    if (conv.find(ACCEL_ATTRIBUTE_CLAMP_MIN) || conv.find(ACCEL_ATTRIBUTE_CLAMP_MAX)) return false;
    if (conv.input(2) != ACCEL_TENSOR_NONE && !graph.tensors[conv.inputs[2]].constant()) return false;
    if (graph.tensors[between].shape != graph.tensors[add.outputs[0]].shape) return false;
    auto values = channel_values(graph, add.inputs[1 - side], graph.tensors[between].shape);
    if (!values) return false;
    if (conv.input(2) != ACCEL_TENSOR_NONE) {
        const std::vector<float> before = values_of<float>(graph.tensors[conv.inputs[2]]);
        for (size_t c = 0; c < values->size(); ++c) (*values)[c] += before[c];
    }
    Tensor bias;
    bias.name = add.name + ".bias";
    bias.type = ACCEL_TYPE_F32;
    bias.shape = {Dim{static_cast<int64_t>(values->size())}};
    own_values(bias, *values, graph.grant(values->size() * sizeof(float), node_text(add)));
    conv.inputs.resize(3, ACCEL_TENSOR_NONE);
    conv.inputs[2] = graph.add_tensor(std::move(bias));
    conv.outputs[0] = add.outputs[0];
    graph.take_in(conv, add);
    for (const Attribute &attribute : add.attributes) conv.attributes.push_back(attribute);
    uses.maker[add.outputs[0]] = maker;
    return true;
}

/// ADD of a constant per channel becomes part of the bias of the convolution in front.
bool fold_bias(Graph &graph)
{
    if (!has(graph, {ACCEL_OPERATION_CONV})) return false;
    Uses uses(graph);
    std::vector<bool> dead(graph.nodes.size());
    bool changed = false;
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        pace();
        const Node &add = graph.nodes[i];
        if (add.operation != ACCEL_OPERATION_ADD || graph.tensors[add.outputs[0]].type != ACCEL_TYPE_F32) continue;
        if (!take_bias(graph, uses, i, 0) && !take_bias(graph, uses, i, 1)) continue;
        dead[i] = true;
        changed = true;
    }
    if (changed) sweep(graph, dead);
    return changed;
}

}  // namespace

void canonicalise(Graph &graph)
{
    sweep(graph);
    // Each success removes a node or an operand chain, so this ends.
    while (simplify_moves(graph) || fold_scalings(graph) || fold_bias(graph) || fuse_activations(graph)) {
    }
}

accel_status give_outputs_makers(Graph &graph)
{
    const uint32_t admitted = find_operation(ACCEL_OPERATION_IDENTITY)->types;
    const std::vector<uint32_t> maker = makers(graph);
    for (uint32_t &output : graph.outputs) {
        if (maker[output] != UINT32_MAX) continue;
        Tensor copy = graph.tensors[output];
        if (!copy.ranked || !(admitted & (1u << copy.type)))
            return fail(ACCEL_STATUS_UNSUPPORTED, "G-6", nullptr, "output '%s' is an input or a constant of %s, which no operation copies", copy.name.c_str(),
                        copy.ranked ? (std::string("type ") + type_text(copy.type)).c_str() : "unknown rank");
        copy.data = nullptr;
        copy.data_bytes = 0;
        copy.owned.reset();
        Node node;
        node.name = copy.name;
        node.operation = ACCEL_OPERATION_IDENTITY;
        node.inputs = {output};
        output = graph.add_tensor(std::move(copy));
        node.outputs = {output};
        graph.nodes.push_back(std::move(node));
    }
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
