// SPDX-License-Identifier: MIT
// From the ABI's form of a graph to the one that owns itself, and back.
#pragma once

#include <accel/graph/graph.h>

#include <array>
#include <cstddef>
#include <deque>
#include <list>
#include <memory_resource>
#include <vector>

namespace accel::graph {

/// The owned form of a description whose pointers, counts, numbers, ranks and kinds are right (G-1, G-3). pulse is called for every node, and may throw.
Graph copy_graph(const accel_graph_desc &desc, Pulse pulse = nullptr);

/// A description of a graph. It points into the graph, which must neither change nor go.
class GraphDesc {
public:
    explicit GraphDesc(const Graph &graph, Pulse pulse = nullptr);
    GraphDesc(const GraphDesc &) = delete;
    GraphDesc &operator=(const GraphDesc &) = delete;
    const accel_graph_desc &get() const { return *top_; }

private:
    const accel_graph_desc *describe(const Graph &graph, const accel_graph_desc *outermost);
    void describe_node(const Node &node, const accel_graph_desc &outermost, accel_node_desc &out);
    void describe_tables(const Graph &graph, accel_graph_desc &out);
    const accel_region *describe_region(const Region &region, const accel_graph_desc &outermost);
    const accel_quantization *describe_quantization(const Tensor &from);
    const std::vector<accel_variable> &describe_variables(const Graph &graph);

    std::deque<accel_graph_desc> graphs_;
    std::deque<std::vector<accel_tensor_desc>> tensors_;
    std::deque<std::vector<accel_node_desc>> nodes_;
    std::deque<std::vector<accel_symbol>> symbols_;
    std::deque<std::vector<accel_variable>> variables_;
    std::deque<std::vector<accel_dim>> dims_;
    std::deque<QuantizationDesc> quantizations_;
    std::deque<std::vector<accel_attribute>> attributes_;
    AttributeArrays attribute_arrays_;
    std::deque<accel_region> regions_;
    std::deque<std::vector<const accel_region *>> region_lists_;
    const Pulse pulse_;
    const accel_graph_desc *top_;
};

/// A tensor, node, attribute, symbol or variable of a description, whatever size its maker's struct has.
accel_tensor_desc tensor_at(const accel_graph_desc &graph, uint32_t index);
accel_node_desc node_at(const accel_graph_desc &graph, uint32_t index);
accel_attribute attribute_at(const accel_graph_desc &graph, const accel_node_desc &node, uint32_t index);
accel_symbol symbol_at(const accel_graph_desc &graph, uint32_t index);
accel_variable variable_at(const accel_graph_desc &graph, uint32_t index);
/// As the tensor that is all of it.
accel_tensor_desc tensor_of(const accel_variable &variable);
/// One node, made where it is needed: most fit into the room on the stack. It points into the graph, which must neither change nor go.
class NodeDesc {
public:
    NodeDesc(const Graph &graph, const Node &node);
    NodeDesc(const NodeDesc &) = delete;
    NodeDesc &operator=(const NodeDesc &) = delete;
    const Applied &get() const { return applied_; }

private:
    const accel_tensor_desc &describe(const Tensor &tensor);

    std::array<std::byte, 1024> room_;
    std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
    AttributeArrays arrays_;
    std::list<QuantizationDesc> quantizations_;
    std::pmr::vector<accel_attribute> attributes_;
    std::pmr::vector<accel_tensor_desc> tensors_;
    std::pmr::vector<const accel_tensor_desc *> named_;
    accel_node_desc desc_{};
    Applied applied_;
};

}  // namespace accel::graph
