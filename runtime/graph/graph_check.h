// SPDX-License-Identifier: MIT
// The rules G-* of graphs. Answers of failures name node or tensor, what was given and what was expected.
#pragma once

#include <accel/accel.h>

#include "graph.h"

namespace accel::runtime {

/// Pointers, counts, indices, sizes, ranks, kinds: everything that must hold before the description can be copied.
accel_status check_structure(const accel_graph_desc &desc);

/// Where a walk through a graph and the graphs in its regions is.
struct RegionWalk {
    const accel_graph_desc &outermost;  ///< which has the tables of sizes
    uint32_t depth;                     ///< regions around the graph
    uint64_t &element_count;            ///< nodes and tensors met in regions so far: a graph that several regions share is copied for each of them
};
constexpr uint64_t kMaxRegionElements = uint64_t{1} << 22;

/// The same of a graph in the regions of a node of another.
accel_status check_structure_inside(const accel_graph_desc &desc, const RegionWalk &walk);

/// The same of the regions of a node, whose operands have passed. graph is the node's, where the walk is.
accel_status check_region_structure(const accel_graph_desc &graph, const accel_node_desc &node, const RegionWalk &walk);

/// The same of one attribute of a node, whose tensors have passed.
accel_status check_attribute(const accel_graph_desc &graph, const accel_node_desc &node, uint32_t index);

/// Order, names, symbols, constants, quantisation and the catalog's rules, on the copy.
accel_status check_rules(const Graph &graph);

/// Names, types and sizes of variables, and of the tensors that read and write them.
accel_status check_variables(const Graph &graph);

/// The same without the names of ports and symbols: an output that is an input has its name twice once it is a copy.
accel_status check_inside(const Graph &graph);

/// How a node's regions are connected, and all rules of the graphs in them. graph is the node's.
accel_status check_regions(const Graph &graph, const Node &node);

/// check_rules of the graph in a region, whose tables are the outermost graph's; captured: its tensors that come from around it.
accel_status check_rules_inside(const Graph &graph, const std::vector<accel_capture> &captured);

/// Operand counts and types, attributes and rounding of one node against the catalog. Shapes are not looked at.
accel_status check_node(const Graph &graph, const Node &node);

}  // namespace accel::runtime
