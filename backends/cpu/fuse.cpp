// SPDX-License-Identifier: MIT
// Makes clamps, biases and residual additions part of the operation before them.
#include "fuse.h"

#include "host.h"
#include "uses.h"

#include <algorithm>
#include <cstring>

namespace accel::cpu {
namespace {

class Fuser {
public:
    explicit Fuser(Graph &graph) : graph_(graph),
                                   uses_(graph) {}

    void activations();
    void biases();
    void residuals();

private:
    bool is_f32(uint32_t tensor) const { return graph_.tensor(tensor).type == ACCEL_TYPE_F32; }
    Node *sole_maker(uint32_t tensor) { return uses_.sole_maker(graph_, tensor); }
    void absorb(Node &maker, const Node &node, Clamp clamp);
    const float *channel_vector(const Node &maker, uint32_t addend) const;
    void add_bias(Node &maker, const float *values, int64_t count);

    Graph &graph_;
    Uses uses_;
};

// maker now makes what node made, within its clamp.
void Fuser::absorb(Node &maker, const Node &node, Clamp clamp)
{
    graph_.fusion(maker).clamp = clamp;
    uses_.absorb(graph_, maker, node);
}

bool takes_clamp(uint32_t operation)
{
    switch (operation) {
    case ACCEL_OPERATION_CONV:
    case ACCEL_OPERATION_CONV_TRANSPOSE:
    case ACCEL_OPERATION_GEMM:
    case ACCEL_OPERATION_MATMUL:
    case ACCEL_OPERATION_MAX_POOL:
    case ACCEL_OPERATION_AVERAGE_POOL:
    case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL:
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_MUL:
    case ACCEL_OPERATION_DIV:
        return true;
    default:
        return false;
    }
}

void Fuser::activations()
{
    for (Node &node : graph_.nodes) {
        pulse();
        if (node.operation != ACCEL_OPERATION_RELU && node.operation != ACCEL_OPERATION_CLIP)
            continue;
        Node *maker = is_f32(node.inputs[0]) ? sole_maker(node.inputs[0]) : nullptr;
        if (maker != nullptr && takes_clamp(maker->operation) && graph_.fusion(*maker).clamp.none())
            absorb(*maker, node, node.operation == ACCEL_OPERATION_RELU ? Clamp{.min = 0.0f} : graph_.fusion(node).clamp);
    }
}

// The addend as one value per output channel, if it is that.
const float *Fuser::channel_vector(const Node &maker, uint32_t addend) const
{
    const Tensor &vector = graph_.tensor(addend);
    const graph::Shape &result = graph_.tensor(maker.outputs[0]).shape;
    const size_t channel_axis = maker.operation == ACCEL_OPERATION_CONV ? 1 : result.size() - 1;
    if (!vector.constant() || !is_f32(addend) || result.size() <= channel_axis)
        return nullptr;
    const graph::Dim channels = result[channel_axis];
    if (maker.operation == ACCEL_OPERATION_MATMUL && (graph_.tensor(maker.inputs[0]).shape.size() < 2 || graph_.tensor(maker.inputs[1]).shape.size() < 2))
        return nullptr;  // vectors lose an axis, so the last one is no channel
    const size_t rank = vector.shape.size(), from_back = result.size() - channel_axis;
    if (elements_of(vector) != channels.size || rank < from_back || rank > result.size() || vector.shape[rank - from_back] != channels)
        return nullptr;
    return static_cast<const float *>(vector.data);
}

void Fuser::add_bias(Node &maker, const float *values, int64_t count)
{
    auto bytes = std::make_shared<std::vector<uint8_t>>(static_cast<size_t>(count) * sizeof(float));
    std::memcpy(bytes->data(), values, bytes->size());
    if (maker.input(2) != kNone) {
        std::vector<float> old(static_cast<size_t>(count));
        std::memcpy(old.data(), graph_.tensor(maker.inputs[2]).data, bytes->size());
        for (size_t i = 0; i < old.size(); ++i)
            reinterpret_cast<float *>(bytes->data())[i] += old[i];
    }
    Tensor bias;
    bias.type = ACCEL_TYPE_F32;
    bias.shape = {count};
    bias.data = bytes->data();
    bias.data_bytes = bytes->size();
    bias.owned = std::move(bytes);
    maker.inputs.resize(3, kNone);
    maker.inputs[2] = graph_.add_tensor(std::move(bias));
    uses_.readers.push_back(1);
    uses_.maker.push_back(kNone);
}

void Fuser::biases()
{
    for (Node &node : graph_.nodes) {
        pulse();
        if (node.operation != ACCEL_OPERATION_ADD || !is_f32(node.inputs[0]) || node.inputs[0] == node.inputs[1])
            continue;
        for (const size_t side : {0, 1}) {
            Node *maker = sole_maker(node.inputs[side]);
            if (maker == nullptr || (maker->operation != ACCEL_OPERATION_CONV && maker->operation != ACCEL_OPERATION_MATMUL))
                continue;
            const bool plain = graph_.fusion(*maker).clamp.none() && graph_.tensor(node.inputs[side]).shape == graph_.tensor(node.outputs[0]).shape;
            const bool room = maker->input(2) == kNone || graph_.tensor(maker->inputs[2]).constant();
            const float *values = plain && room && is_f32(maker->inputs[0]) ? channel_vector(*maker, node.inputs[1 - side]) : nullptr;
            if (values == nullptr)
                continue;
            add_bias(*maker, values, elements_of(graph_.tensor(node.inputs[1 - side])));
            absorb(*maker, node, graph_.fusion(node).clamp);
            break;
        }
    }
}

void Fuser::residuals()
{
    for (Node &node : graph_.nodes) {
        pulse();
        if (graph_.fusion(node).fused() || node.operation != ACCEL_OPERATION_ADD || !is_f32(node.inputs[0]) || node.inputs[0] == node.inputs[1])
            continue;
        if (graph_.tensor(node.inputs[0]).shape != graph_.tensor(node.inputs[1]).shape)
            continue;
        for (const size_t side : {0, 1}) {
            Node *maker = sole_maker(node.inputs[side]);
            const uint32_t other = node.inputs[1 - side];
            if (maker == nullptr || maker->operation != ACCEL_OPERATION_CONV || !graph_.fusion(*maker).clamp.none() || graph_.fusion(*maker).residual != kNone ||
                !uses_.ready_before(graph_, other, *maker))
                continue;
            graph_.fusion(*maker).residual = other;
            absorb(*maker, node, graph_.fusion(node).clamp);
            break;
        }
    }
}

}  // namespace

void fuse(Graph &graph)
{
    Fuser fuser(graph);
    fuser.activations();
    fuser.biases();
    fuser.residuals();
}

}  // namespace accel::cpu
