// SPDX-License-Identifier: MIT
// Shape inference: what the catalog's operations make of the shapes they are given.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph.h"

namespace accel::runtime {

/// A size that cannot be told, because it follows from a symbol.
inline constexpr Dim kUnknownDim{-1, ACCEL_SYMBOL_NONE};

/// Shapes of a node's results; an entry is nothing when the operation is not in the catalog. On contradiction: nothing, and a sentence in *why.
/// Operand counts and attribute kinds have been checked. Rules for attribute values that concern shapes are checked here.
std::optional<std::vector<std::optional<Shape>>> infer_shapes(const Graph &graph, const Node &node, std::string *why);

/// The axes whose sizes a SHAPE tells.
struct AxisSpan {
    size_t begin, end;
    size_t count() const { return end - begin; }
};
AxisSpan told_axes(const Node &node, size_t rank);

/// Can both shapes describe the same tensor? Unknown dimensions agree with everything, symbols with what lies in their range.
bool shapes_agree(const Graph &graph, const Shape &a, const Shape &b);

/// Numpy's broadcasting of two shapes.
std::optional<Shape> broadcast(const Shape &a, const Shape &b);

}  // namespace accel::runtime
