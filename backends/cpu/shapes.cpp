// SPDX-License-Identifier: MIT
// Shapes of products, slices, reductions and broadcasts.
#include "shapes.h"

#include <accel/graph/cuts.h>

#include <algorithm>

namespace accel::cpu
{

Dims with_leading_ones(const Dims &dims, size_t rank)
{
    Dims padded(rank - std::min(rank, dims.size()), 1);
    padded.insert(padded.end(), dims.begin(), dims.end());
    return padded;
}

std::optional<Dims> broadcast(const Dims &a, const Dims &b)
{
    const size_t rank = std::max(a.size(), b.size());
    const Dims left = with_leading_ones(a, rank), right = with_leading_ones(b, rank);
    Dims common(rank);
    for (size_t axis = 0; axis < rank; ++axis) {
        if (left[axis] != right[axis] && left[axis] != 1 && right[axis] != 1)
            return std::nullopt;
        common[axis] = left[axis] == 1 ? right[axis] : left[axis];
    }
    return common;
}

std::optional<MatmulShape> matmul_shape(const Dims &a, const Dims &b)
{
    if (a.empty() || b.empty())
        return std::nullopt;
    const Dims left = a.size() == 1 ? Dims{1, a[0]} : a;
    const Dims right = b.size() == 1 ? Dims{b[0], 1} : b;
    MatmulShape shape;
    shape.rows = left[left.size() - 2];
    shape.depth = left.back();
    shape.columns = right.back();
    const auto batch = broadcast(Dims(left.begin(), left.end() - 2), Dims(right.begin(), right.end() - 2));
    if (!batch || right[right.size() - 2] != shape.depth)
        return std::nullopt;
    shape.batch = *batch;
    shape.result = *batch;
    if (a.size() > 1)
        shape.result.push_back(shape.rows);
    if (b.size() > 1)
        shape.result.push_back(shape.columns);
    return shape;
}

std::optional<SliceRange> slice_range(const Graph &graph, const Node &node)
{
    const Dims &dims = graph.tensor(node.inputs[0]).dims;
    const auto starts = graph.integers(node, ACCEL_OPERAND_SLICE_STARTS), ends = graph.integers(node, ACCEL_OPERAND_SLICE_ENDS);
    const auto axes = graph.integers(node, ACCEL_OPERAND_SLICE_AXES), steps = graph.integers(node, ACCEL_OPERAND_SLICE_STEPS);
    if (!starts || !ends)
        return std::nullopt;
    graph::Bounds bounds{*starts, *ends, {}, {}};
    if (axes)
        bounds.axes = *axes;
    if (steps)
        bounds.steps = *steps;
    const auto cuts = graph::cuts(dims, bounds, nullptr);
    if (!cuts)
        return std::nullopt;
    SliceRange range{Dims(dims.size(), 0), Dims(dims.size(), 1), dims};
    for (const graph::Cut &cut : *cuts) {
        const auto at = static_cast<size_t>(cut.axis);
        range.starts[at] = cut.start;
        range.steps[at] = cut.step;
        range.counts[at] = cut.count;
    }
    return range;
}

std::optional<std::vector<bool>> reduced_axes(const Graph &graph, const Node &node)
{
    const size_t rank = graph.tensor(node.inputs[0]).dims.size();
    const auto axes = graph::ascending_axes(graph.integers(node, ACCEL_OPERAND_REDUCE_MEAN_AXES).value_or(Dims{}), rank, nullptr);
    if (!axes)
        return std::nullopt;
    std::vector<bool> reduced(rank, axes->empty());
    for (const int64_t axis : *axes)
        reduced[static_cast<size_t>(axis)] = true;
    return reduced;
}

} // namespace accel::cpu
