// SPDX-License-Identifier: MIT
// What the graph library knows about an operation: one row of functions for each, which the catalog names by family.
#pragma once

#include <accel/graph/applied.h>

#include <optional>
#include <string>
#include <vector>

namespace accel::graph {

/// Shapes of a node's results; an entry is nothing where only the values tell.
using ResultShapes = std::vector<std::optional<Shape>>;

/// On contradiction nothing, and a sentence in *why (which may be null).
using ShapeRule = std::optional<ResultShapes> (*)(const Applied &node, std::string *why);

/// Multiply-accumulates, UINT64_MAX where they are more than that counts.
using WorkRule = uint64_t (*)(const Applied &node);

struct Rules {
    ShapeRule shapes;
    WorkRule work;
};

/// What the operation of a node makes of the shapes it is given: symbols and unknown sizes stay what they are where the rule can carry them. Of an operation outside the
/// catalog, and of one whose shape waits for the values of operands, every entry is nothing.
/// The counts of operands and results are those of the catalog (G-6), operands have ranks (G-21).
std::optional<ResultShapes> infer_shapes(const Applied &node, std::string *why);

/// How much the node computes, for reports and for balancing: 0 for data movement, for operations outside the catalog and where a size of the result is not known.
uint64_t work_macs(const Applied &node);

}  // namespace accel::graph
