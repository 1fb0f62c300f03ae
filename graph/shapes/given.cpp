// SPDX-License-Identifier: MIT
// Results whose sizes are written down, or whose number of axes is.
#include <accel/graph/geometry.h>

#include "attributes.h"
#include "rules.h"

namespace accel::graph::shapes {

namespace {

Contradiction does_not_fit(const Applied &node, uint64_t have, uint64_t count, const Shape &out)
{
    return of_operand(0, node.shown(0) + ", expected " + std::to_string(count) + " elements for " + text(node.symbols, out), static_cast<int64_t>(have), static_cast<int64_t>(count));
}

/// Without a shape: as the result is declared.
std::optional<ResultShapes> declared(const Applied &node, Contradiction *why)
{
    if (!node.results[0]) return refuse(why, of_operand(0, "shape is missing"));
    const Shape out = Applied::shape_of(*node.results[0]);
    const auto have = element_count(node.shape(0)), made = element_count(out);
    if (have && made && *have != *made) return refuse(why, does_not_fit(node, *have, *made, out));
    return one(out);
}

}  // namespace

std::optional<ResultShapes> reshape(const Applied &node, Contradiction *why)
{
    if (!node.operand(ACCEL_OPERAND_RESHAPE_SHAPE)) return declared(node, why);
    const Ints wanted = *node.integers(ACCEL_OPERAND_RESHAPE_SHAPE);
    if (wanted.size() > kMaxRank) return refuse(why, of_operand(ACCEL_OPERAND_RESHAPE_SHAPE, "shape has " + std::to_string(wanted.size()) + " sizes, at most " + std::to_string(kMaxRank)));
    const Shape x = node.shape(0);
    Shape out;
    size_t open_axis = SIZE_MAX;
    for (size_t axis = 0; axis < wanted.size(); ++axis) {
        const int64_t size = wanted[axis];
        if (size == -1 && open_axis == SIZE_MAX)
            open_axis = axis;
        else if (size < 0 || size > kMaxExtent)
            return refuse(why, of_operand(ACCEL_OPERAND_RESHAPE_SHAPE, "shape has " + std::to_string(size) + " at axis " + std::to_string(axis), size, 0));
        out.push_back(size == -1 ? kUnknownDim : size == 0 && axis < x.size() ? x[axis]
                                                                              : Dim{size});
    }
    const auto count = element_count(x);
    if (!count) return one(std::move(out));
    if (open_axis != SIZE_MAX) {
        out[open_axis] = Dim{1};
        const auto rest = element_count(out);
        if (!rest) return out[open_axis] = kUnknownDim, one(std::move(out));
        if (*rest == 0 || *count % *rest != 0) return refuse(why, of_operand(0, node.shown(0) + ", which does not divide into the wanted shape", static_cast<int64_t>(*count), static_cast<int64_t>(*rest)));
        out[open_axis].size = static_cast<int64_t>(*count / *rest);
    }
    if (const auto made = element_count(out); made && *made != *count) return refuse(why, does_not_fit(node, *count, *made, out));
    return one(std::move(out));
}

std::optional<ResultShapes> expand(const Applied &node, Contradiction *why)
{
    const auto wanted = node.integers(ACCEL_OPERAND_EXPAND_SHAPE);
    if (!wanted) return refuse(why, of_operand(ACCEL_OPERAND_EXPAND_SHAPE, "shape is missing"));
    Shape given;
    for (const int64_t size : *wanted) {
        if (size < 0 || size > kMaxExtent) return refuse(why, of_operand(ACCEL_OPERAND_EXPAND_SHAPE, "shape has " + std::to_string(size), size, 0));
        given.emplace_back(size);
    }
    auto out = graph::broadcast(node.shape(0), given);
    if (!out || out->size() > kMaxRank) return refuse(why, of_operand(0, node.shown(0) + ", which does not stretch to " + text(node.symbols, given)));
    return one(std::move(out));
}

std::optional<ResultShapes> sizes(const Applied &node, Contradiction *)
{
    const auto rank = static_cast<int64_t>(node.operand(0)->rank);
    const AxisSpan told = axis_span(node.integer(ACCEL_ATTRIBUTE_START, 0), node.integer(ACCEL_ATTRIBUTE_END, rank), node.operand(0)->rank);
    return one(Shape{Dim{static_cast<int64_t>(told.count())}});
}

std::optional<ResultShapes> scalar(const Applied &, Contradiction *) { return one(Shape{}); }

}  // namespace accel::graph::shapes
