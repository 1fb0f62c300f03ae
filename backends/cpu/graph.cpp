// SPDX-License-Identifier: MIT
// Reads a graph of the ABI into this backend's own form.
#include "graph.h"

#include <accel/graph/catalog.h>
#include <accel/graph/description.h>
#include <accel/graph/view.h>
#include "host.h"

#include <algorithm>

namespace accel::cpu
{
namespace
{

Tensor read_tensor(const accel_tensor_desc &desc)
{
    Tensor tensor;
    tensor.type = desc.type;
    tensor.rank = desc.rank;
    tensor.data = desc.data;
    tensor.data_bytes = desc.data_bytes;
    if (desc.rank > kMaxRank) {
        tensor.oversized = true;
        return tensor;
    }
    if (desc.quantization != nullptr)
        tensor.quantization = graph::quantization(desc);
    for (uint32_t axis = 0; axis < desc.rank; ++axis) {
        tensor.fixed = tensor.fixed && desc.dims[axis].symbol == ACCEL_SYMBOL_NONE && desc.dims[axis].size >= 0;
        tensor.dims.push_back(desc.dims[axis].size);
    }
    if (!tensor.fixed)
        tensor.dims.clear();
    else if (!element_count(tensor.dims))
        tensor.oversized = true;
    return tensor;
}

template <typename Value> std::vector<Value> values_of(const accel_attribute &attribute)
{
    const auto *values = static_cast<const Value *>(attribute.values);
    return {values, values + attribute.count};
}

Node read_node(const accel_node_desc &desc)
{
    Node node;
    node.operation = desc.operation;
    node.revision = desc.revision;
    node.rounding = desc.rounding;
    node.inputs.assign(desc.inputs, desc.inputs + desc.input_count);
    node.outputs.assign(desc.outputs, desc.outputs + desc.output_count);
    node.has_regions = desc.region_count != 0;
    for (uint32_t i = 0; i < desc.attribute_count; ++i) {
        const accel_attribute &attribute = desc.attributes[i];
        if (attribute.kind == ACCEL_ATTRIBUTE_KIND_INT || attribute.kind == ACCEL_ATTRIBUTE_KIND_INTS)
            node.ints[attribute.key] = values_of<int64_t>(attribute);
        else if (attribute.kind == ACCEL_ATTRIBUTE_KIND_FLOAT || attribute.kind == ACCEL_ATTRIBUTE_KIND_FLOATS)
            node.floats[attribute.key] = values_of<float>(attribute);
    }
    return node;
}

graph::Values values_at(const Graph &graph, const Node &node, size_t position)
{
    if (node.input(position) == kNone)
        return {ACCEL_TYPE_I64, 1, nullptr, 0};
    const Tensor &tensor = graph.tensor(node.inputs[position]);
    return {tensor.type, tensor.rank, tensor.data, tensor.data_bytes};
}

// The bounds of a CLIP are its clamp, as those of a fused activation are.
void take_bounds(const Graph &graph, Node &node)
{
    const Clamp open;
    node.set_clamp({graph.real(node, ACCEL_OPERAND_CLIP_MIN).value_or(open.min), graph.real(node, ACCEL_OPERAND_CLIP_MAX).value_or(open.max)});
}

bool well_formed(const Graph &graph)
{
    const auto known = [&](uint32_t tensor) { return tensor < graph.tensors.size(); };
    const auto known_or_none = [&](uint32_t tensor) { return tensor == kNone || known(tensor); };
    return std::ranges::all_of(graph.inputs, known) && std::ranges::all_of(graph.outputs, known) &&
           std::ranges::all_of(graph.nodes, [&](const Node &node) {
               return std::ranges::all_of(node.inputs, known_or_none) && std::ranges::all_of(node.outputs, known_or_none);
           });
}

} // namespace

std::optional<Dims> Graph::integers(const Node &node, size_t position, graph::Unreadable *why) const
{
    return graph::read_integers(values_at(*this, node, position), why);
}

std::optional<float> Graph::real(const Node &node, size_t position, graph::Unreadable *why) const
{
    return graph::read_real(values_at(*this, node, position), why);
}

int64_t Tensor::elements() const { return element_count(dims).value_or(0); }

uint64_t Tensor::size_bytes() const { return static_cast<uint64_t>(elements()) * type_bytes(type); }

const std::vector<int64_t> *Node::list(uint32_t key) const
{
    const auto found = ints.find(key);
    return found == ints.end() ? nullptr : &found->second;
}

int64_t Node::integer(uint32_t key, int64_t otherwise) const
{
    const auto *values = list(key);
    return values == nullptr || values->empty() ? otherwise : values->front();
}

float Node::real(uint32_t key, float otherwise) const
{
    const auto found = floats.find(key);
    return found == floats.end() || found->second.empty() ? otherwise : found->second.front();
}

Clamp Node::clamp() const { return {real(ACCEL_ATTRIBUTE_CLAMP_MIN, Clamp{}.min), real(ACCEL_ATTRIBUTE_CLAMP_MAX, Clamp{}.max)}; }

void Node::set_clamp(Clamp clamp)
{
    floats[ACCEL_ATTRIBUTE_CLAMP_MIN] = {clamp.min};
    floats[ACCEL_ATTRIBUTE_CLAMP_MAX] = {clamp.max};
}

// The newer types are the catalog's, but none that a kernel here moves or computes.
uint64_t type_bytes(uint32_t type) { return type <= ACCEL_TYPE_F64 ? graph::type_size_bytes(type) : 0; }

std::optional<int64_t> element_count(const Dims &dims)
{
    constexpr int64_t kMaxElements = int64_t{1} << 40;
    int64_t count = 1;
    for (const int64_t size : dims) {
        if (size < 0 || size > kMaxElements || (size > 0 && count > kMaxElements / size))
            return std::nullopt;
        count *= size;
    }
    return count;
}

Dims row_major_strides(const Dims &dims)
{
    Dims strides(dims.size());
    int64_t step = 1;
    for (size_t axis = dims.size(); axis-- > 0;) {
        strides[axis] = step;
        step *= std::max<int64_t>(dims[axis], 1);
    }
    return strides;
}

std::optional<Graph> read_graph(const accel_graph_desc &desc)
{
    Graph graph;
    graph.tensors.reserve(desc.tensor_count);
    graph.nodes.reserve(desc.node_count);
    for (uint32_t i = 0; i < desc.tensor_count; ++i)
        graph.tensors.push_back(read_tensor(graph::tensor_at(desc, i)));
    for (uint32_t i = 0; i < desc.node_count; ++i) {
        pulse();
        graph.nodes.push_back(read_node(graph::node_at(desc, i)));
    }
    graph.inputs.assign(desc.inputs, desc.inputs + desc.input_count);
    graph.outputs.assign(desc.outputs, desc.outputs + desc.output_count);
    if (!well_formed(graph))
        return std::nullopt;
    for (Node &node : graph.nodes)
        if (node.operation == ACCEL_OPERATION_CLIP)
            take_bounds(graph, node);
    return graph;
}

} // namespace accel::cpu
