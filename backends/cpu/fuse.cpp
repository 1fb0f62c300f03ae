// SPDX-License-Identifier: MIT
// Makes clamps, biases and residual additions part of the operation before them.
#include "fuse.h"

#include "support.h"

#include <algorithm>
#include <cstring>

namespace accel::cpu
{
namespace
{

class Fuser
{
public:
    explicit Fuser(Graph &graph) : graph_(graph), uses_(graph.tensors.size(), 0), maker_(graph.tensors.size(), kNoNode)
    {
        for (size_t i = 0; i < graph_.nodes.size(); ++i) {
            for (const uint32_t tensor : graph_.nodes[i].inputs)
                if (tensor != kNone)
                    ++uses_[tensor];
            for (const uint32_t tensor : graph_.nodes[i].outputs)
                maker_[tensor] = i;
        }
        for (const uint32_t tensor : graph_.outputs)
            ++uses_[tensor];
    }

    void activations();
    void biases();
    void residuals();

private:
    static constexpr size_t kNoNode = SIZE_MAX;

    bool is_f32(uint32_t tensor) const { return graph_.tensor(tensor).type == ACCEL_TYPE_F32; }
    // The node that makes a tensor for one consumer alone.
    Node *sole_maker(uint32_t tensor);
    void absorb(Node &maker, Node &node);
    const float *channel_vector(const Node &maker, uint32_t addend) const;
    void add_bias(Node &maker, const float *values, int64_t count);
    bool ready_before(uint32_t tensor, const Node &node) const;

    Graph &graph_;
    std::vector<uint32_t> uses_;
    std::vector<size_t> maker_;
};

Node *Fuser::sole_maker(uint32_t tensor)
{
    if (maker_[tensor] == kNoNode || uses_[tensor] != 1)
        return nullptr;
    Node &maker = graph_.nodes[maker_[tensor]];
    return maker.outputs.size() == 1 ? &maker : nullptr;
}

// maker now makes what node made.
void Fuser::absorb(Node &maker, Node &node)
{
    const auto index = static_cast<size_t>(&maker - graph_.nodes.data());
    node.fused = true;
    node.done_by = static_cast<uint32_t>(index);
    maker.outputs = node.outputs;
    maker_[node.outputs[0]] = index;
}

bool takes_clamp(uint32_t operation)
{
    switch (operation) {
    case ACCEL_OPERATION_CONV:
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
        if (node.operation != ACCEL_OPERATION_RELU && node.operation != ACCEL_OPERATION_CLIP)
            continue;
        Node *maker = is_f32(node.inputs[0]) ? sole_maker(node.inputs[0]) : nullptr;
        if (maker == nullptr || !takes_clamp(maker->operation) || !maker->clamp().none())
            continue;
        maker->set_clamp(node.operation == ACCEL_OPERATION_RELU ? Clamp{.min = 0.0f} : node.clamp());
        absorb(*maker, node);
    }
}

// The addend as one value per output channel, if it is that.
const float *Fuser::channel_vector(const Node &maker, uint32_t addend) const
{
    const Tensor &vector = graph_.tensor(addend), &result = graph_.tensor(maker.outputs[0]);
    const size_t channel_axis = maker.operation == ACCEL_OPERATION_CONV ? 1 : result.dims.size() - 1;
    if (!vector.constant() || !is_f32(addend) || result.dims.size() <= channel_axis)
        return nullptr;
    const int64_t channels = result.dims[channel_axis];
    if (maker.operation == ACCEL_OPERATION_MATMUL && (graph_.tensor(maker.inputs[0]).rank < 2 || graph_.tensor(maker.inputs[1]).rank < 2))
        return nullptr; // vectors lose an axis, so the last one is no channel
    const size_t from_back = result.dims.size() - channel_axis;
    if (vector.elements() != channels || vector.dims.size() < from_back || vector.dims.size() > result.dims.size() ||
        vector.dims[vector.dims.size() - from_back] != channels)
        return nullptr;
    return static_cast<const float *>(vector.data);
}

void Fuser::add_bias(Node &maker, const float *values, int64_t count)
{
    const auto size = static_cast<size_t>(count) * sizeof(float);
    AlignedBytes bytes = allocate_aligned(size);
    std::memcpy(bytes.get(), values, size);
    if (maker.input(2) != kNone) {
        std::vector<float> old(static_cast<size_t>(count));
        std::memcpy(old.data(), graph_.tensor(maker.inputs[2]).data, size);
        for (size_t i = 0; i < old.size(); ++i)
            reinterpret_cast<float *>(bytes.get())[i] += old[i];
    }
    Tensor bias;
    bias.type = ACCEL_TYPE_F32;
    bias.dims = {count};
    bias.rank = 1;
    bias.data = bytes.get();
    bias.data_bytes = size;
    graph_.owned.push_back(std::move(bytes));
    graph_.tensors.push_back(std::move(bias));
    uses_.push_back(1);
    maker_.push_back(kNoNode);
    maker.inputs.resize(3, kNone);
    maker.inputs[2] = static_cast<uint32_t>(graph_.tensors.size() - 1);
}

void Fuser::biases()
{
    for (Node &node : graph_.nodes) {
        if (node.operation != ACCEL_OPERATION_ADD || !is_f32(node.inputs[0]) || node.inputs[0] == node.inputs[1])
            continue;
        for (const size_t side : {0, 1}) {
            Node *maker = sole_maker(node.inputs[side]);
            if (maker == nullptr || (maker->operation != ACCEL_OPERATION_CONV && maker->operation != ACCEL_OPERATION_MATMUL))
                continue;
            const Tensor &made = graph_.tensor(node.inputs[side]);
            const bool plain = maker->clamp().none() && maker->residual == kNone && made.dims == graph_.tensor(node.outputs[0]).dims;
            const bool room = maker->input(2) == kNone || graph_.tensor(maker->inputs[2]).constant();
            const float *values = plain && room && is_f32(maker->inputs[0]) ? channel_vector(*maker, node.inputs[1 - side]) : nullptr;
            if (values == nullptr)
                continue;
            add_bias(*maker, values, graph_.tensor(node.inputs[1 - side]).elements());
            maker->set_clamp(node.clamp());
            absorb(*maker, node);
            break;
        }
    }
}

bool Fuser::ready_before(uint32_t tensor, const Node &node) const
{
    return maker_[tensor] == kNoNode || maker_[tensor] < static_cast<size_t>(&node - graph_.nodes.data());
}

void Fuser::residuals()
{
    for (Node &node : graph_.nodes) {
        if (node.fused || node.operation != ACCEL_OPERATION_ADD || !is_f32(node.inputs[0]) || node.inputs[0] == node.inputs[1])
            continue;
        if (graph_.tensor(node.inputs[0]).dims != graph_.tensor(node.inputs[1]).dims)
            continue;
        for (const size_t side : {0, 1}) {
            Node *maker = sole_maker(node.inputs[side]);
            const uint32_t other = node.inputs[1 - side];
            if (maker == nullptr || maker->operation != ACCEL_OPERATION_CONV || !maker->clamp().none() || maker->residual != kNone ||
                !ready_before(other, *maker))
                continue;
            maker->residual = other;
            maker->set_clamp(node.clamp());
            absorb(*maker, node);
            break;
        }
    }
}

} // namespace

void fuse(Graph &graph)
{
    Fuser fuser(graph);
    fuser.activations();
    fuser.biases();
    fuser.residuals();
}

} // namespace accel::cpu
