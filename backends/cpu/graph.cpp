// SPDX-License-Identifier: MIT
// Reads a graph of the ABI into this backend's own form.
#include "graph.h"

#include "host.h"
#include "region.h"

#include <accel/graph/catalog.h>
#include <accel/graph/description.h>

#include <algorithm>

namespace accel::cpu {
namespace {

// Kernels compute with the plain form, which everything that passed the check has; what no node reads may be without scales.
void make_plain(Tensor &tensor)
{
    if (!tensor.quantization || tensor.quantization->plain())
        return;
    const graph::QuantizationDesc given(*tensor.quantization, static_cast<uint32_t>(tensor.shape.size()));
    tensor.quantization = graph::plain_form(given.get(), dims_of(tensor)).value_or(graph::Quantization{});
}

// The bounds of a CLIP are its clamp, as those of a fused activation are.
Clamp clamp_of(const Graph &graph, const Node &node)
{
    const Clamp open;
    if (node.operation != ACCEL_OPERATION_CLIP)
        return {node.real(ACCEL_ATTRIBUTE_CLAMP_MIN, open.min), node.real(ACCEL_ATTRIBUTE_CLAMP_MAX, open.max)};
    const graph::NodeDesc desc(graph, node);
    return {desc.get().real(ACCEL_OPERAND_CLIP_MIN).value_or(open.min), desc.get().real(ACCEL_OPERAND_CLIP_MAX).value_or(open.max)};
}

}  // namespace

namespace {

Graph read(graph::Graph given)
{
    Graph graph{std::move(given), {}};
    for (Tensor &tensor : graph.tensors)
        make_plain(tensor);
    graph.fusions.resize(graph.nodes.size());
    for (const Node &node : graph.nodes)
        graph.fusion(node).clamp = clamp_of(graph, node);
    return graph;
}

}  // namespace

Graph read_graph(const accel_graph_desc &desc) { return read(graph::copy_graph(desc, pulse)); }

Graph read_region(const graph::Region &region)
{
    graph::Graph inside = *region.graph;
    for (const accel_capture &capture : region.captures)
        inside.inputs.push_back(capture.inner);
    return read(std::move(inside));
}

bool is_quantized(const Graph &graph, const Node &node)
{
    const auto stored = [&](uint32_t index) {
        const Tensor &tensor = graph.tensor(index);
        return (tensor.type == ACCEL_TYPE_I8 || tensor.type == ACCEL_TYPE_U8) && tensor.quantization;
    };
    return stored(node.inputs[0]) && stored(node.outputs[0]);
}

// The newer types are the catalog's, but none that a kernel here moves or computes.
uint64_t type_bytes(uint32_t type) { return type <= ACCEL_TYPE_U64 ? graph::type_size_bytes(type) : 0; }

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

}  // namespace accel::cpu
