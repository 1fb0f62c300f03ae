// SPDX-License-Identifier: MIT
// The first nodes of a graph as a graph of their own, to see what they make.
#pragma once

#include <accel/graph.h>

#include <deque>
#include <string>
#include <vector>

namespace accel::tool {

/// Its outputs are what the first nodes make and later ones, or the outputs of the whole, read: everything that the rest can learn of them. What no port can hold (an unknown type or rank, strings), and elements that are parts of a byte, are left out.
/// Points into the graph, which must neither change nor go.
class GraphHead {
public:
    /// The first node_count nodes; also: tensors that they make, to be outputs as well.
    GraphHead(const accel_graph_desc &graph, uint32_t node_count, const std::vector<uint32_t> &also = {});
    GraphHead(const GraphHead &) = delete;
    GraphHead &operator=(const GraphHead &) = delete;

    const accel_graph_desc &get() const { return desc_; }
    /// As tensors of the whole graph, in the order in which they are made.
    const std::vector<uint32_t> &outputs() const { return outputs_; }

private:
    void name_outputs();

    accel_graph_desc desc_;
    std::vector<uint32_t> outputs_;
    std::vector<char> tensors_;      ///< a copy of the table, where names had to be made
    std::deque<std::string> names_;  ///< that were made
};

/// The node that makes each tensor; ACCEL_NONE: none does.
std::vector<uint32_t> makers(const accel_graph_desc &graph);

/// Its name, or where it has none what stands for it: "tensor 7".
std::string tensor_name(const accel_graph_desc &graph, uint32_t tensor);

}  // namespace accel::tool
