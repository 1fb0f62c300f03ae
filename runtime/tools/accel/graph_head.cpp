// SPDX-License-Identifier: MIT
// Looks for what is alive behind a node, and names it.
#include "graph_head.h"

#include <accel/graph/catalog.h>

#include <algorithm>
#include <set>

namespace accel::tool {
namespace {

bool may_be_port(const accel_tensor_desc &tensor)
{
    return graph::type_has_ports(tensor.type) && graph::type_size_bytes(tensor.type) != 0 && tensor.rank != ACCEL_RANK_UNKNOWN && !tensor.data && !(tensor.flags & ACCEL_TENSOR_FLAG_VARIABLE);
}

template <class Visit> void for_each_read(const accel_node_desc &node, const Visit &visit)
{
    for (uint32_t index = 0; index < node.input_count; ++index)
        if (node.inputs[index] != ACCEL_TENSOR_NONE) visit(node.inputs[index]);
    for (uint32_t region = 0; region < node.region_count; ++region)
        for (uint32_t index = 0; index < node.regions[region]->capture_count; ++index) visit(node.regions[region]->captures[index].outer);
}

std::vector<bool> read_later(const accel_graph_desc &graph, uint32_t node_count)
{
    std::vector<bool> read(graph.tensor_count);
    for (uint32_t node = node_count; node < graph.node_count; ++node)
        for_each_read(*accel_graph_node(&graph, node), [&](uint32_t tensor) { read[tensor] = true; });
    std::for_each(graph.outputs, graph.outputs + graph.output_count, [&](uint32_t tensor) { read[tensor] = true; });
    return read;
}

}  // namespace

std::vector<uint32_t> makers(const accel_graph_desc &graph)
{
    std::vector<uint32_t> makers(graph.tensor_count, ACCEL_NONE);
    for (uint32_t index = 0; index < graph.node_count; ++index) {
        const accel_node_desc &node = *accel_graph_node(&graph, index);
        for (uint32_t result = 0; result < node.output_count; ++result)
            if (node.outputs[result] != ACCEL_TENSOR_NONE) makers[node.outputs[result]] = index;
    }
    return makers;
}

std::string tensor_name(const accel_graph_desc &graph, uint32_t tensor)
{
    const char *name = accel_graph_tensor(&graph, tensor)->name;
    return name && *name ? name : "tensor " + std::to_string(tensor);
}

GraphHead::GraphHead(const accel_graph_desc &graph, uint32_t node_count, const std::vector<uint32_t> &also) : desc_(graph)
{
    std::vector<bool> wanted = read_later(graph, node_count);
    for (const uint32_t tensor : also) wanted[tensor] = true;
    for (uint32_t index = 0; index < node_count; ++index) {
        const accel_node_desc &node = *accel_graph_node(&graph, index);
        for (uint32_t result = 0; result < node.output_count; ++result) {
            const uint32_t tensor = node.outputs[result];
            if (tensor != ACCEL_TENSOR_NONE && wanted[tensor] && may_be_port(*accel_graph_tensor(&graph, tensor))) outputs_.push_back(tensor);
        }
    }
    desc_.node_count = node_count;
    desc_.outputs = outputs_.data();
    desc_.output_count = static_cast<uint32_t>(outputs_.size());
    name_outputs();
}

/// Ports have names, each its own (G-8); tensors inside a graph need not.
void GraphHead::name_outputs()
{
    std::set<std::string> taken;
    for (uint32_t index = 0; index < desc_.input_count; ++index) taken.insert(tensor_name(desc_, desc_.inputs[index]));
    for (const uint32_t tensor : outputs_) {
        const char *given = accel_graph_tensor(&desc_, tensor)->name;
        std::string name = tensor_name(desc_, tensor);
        while (!taken.insert(name).second) name += "'";
        if (given && name == given) continue;
        if (tensors_.empty()) {
            const char *table = reinterpret_cast<const char *>(desc_.tensors);
            tensors_.assign(table, table + size_t{desc_.tensor_count} * desc_.tensor_size);
            desc_.tensors = reinterpret_cast<const accel_tensor_desc *>(tensors_.data());
        }
        names_.push_back(std::move(name));
        reinterpret_cast<accel_tensor_desc *>(&tensors_[size_t{tensor} * desc_.tensor_size])->name = names_.back().c_str();
    }
}

}  // namespace accel::tool
