// SPDX-License-Identifier: MIT
// The rules G-* of graphs. Answers of failures name node or tensor, what was given and what was expected.
#pragma once

#include <accel/accel.h>

#include "graph.h"

namespace accel::runtime {

/// Pointers, counts, indices, sizes, ranks, kinds: everything that must hold before the description can be copied.
accel_status check_structure(const accel_graph_desc &desc, uint32_t depth = 0);

/// The same of one attribute of a node, whose tensors have passed.
accel_status check_attribute(const accel_graph_desc &graph, const accel_node_desc &node, uint32_t index);

/// Order, names, symbols, constants, quantisation and the catalog's rules, on the copy.
accel_status check_rules(const Graph &graph);

/// Names, types and sizes of variables, and of the tensors that read and write them.
accel_status check_variables(const Graph &graph);

/// The same without the names of ports and symbols: an output that is an input has its name twice once it is a copy.
accel_status check_inside(const Graph &graph);

/// Operand counts and types, attributes and rounding of one node against the catalog. Shapes are not looked at.
accel_status check_node(const Graph &graph, const Node &node);

}  // namespace accel::runtime
