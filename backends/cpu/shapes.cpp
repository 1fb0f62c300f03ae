// SPDX-License-Identifier: MIT
#include "shapes.h"

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

std::optional<SliceRange> slice_range(const Node &node, const Dims &dims)
{
    const size_t rank = dims.size();
    SliceRange range{Dims(rank, 0), Dims(rank, 1), dims};
    const Dims *starts = node.list(ACCEL_ATTRIBUTE_STARTS), *ends = node.list(ACCEL_ATTRIBUTE_ENDS);
    const Dims *axes = node.list(ACCEL_ATTRIBUTE_AXES), *steps = node.list(ACCEL_ATTRIBUTE_STEPS);
    if (starts == nullptr || ends == nullptr || starts->size() != ends->size() || starts->size() > rank)
        return std::nullopt;
    if ((axes && axes->size() != starts->size()) || (steps && steps->size() != starts->size()))
        return std::nullopt;
    for (size_t i = 0; i < starts->size(); ++i) {
        const int64_t axis = axes ? (*axes)[i] : static_cast<int64_t>(i);
        if (axis < 0 || axis >= static_cast<int64_t>(rank))
            return std::nullopt;
        const auto at = static_cast<size_t>(axis);
        const int64_t step = steps ? (*steps)[i] : 1, size = dims[at];
        if (step == 0 || step < -size || step > size + (int64_t{1} << 31))
            return std::nullopt;
        const int64_t start = std::clamp<int64_t>((*starts)[i], 0, step > 0 ? size : size - 1);
        const int64_t end = std::clamp<int64_t>((*ends)[i], step > 0 ? 0 : -1, size);
        const int64_t span = step > 0 ? end - start : start - end, stride = step > 0 ? step : -step;
        range.starts[at] = start;
        range.steps[at] = step;
        range.counts[at] = std::max<int64_t>((span + stride - 1) / stride, 0);
    }
    return range;
}

std::optional<std::vector<bool>> reduced_axes(const Node &node, size_t rank)
{
    const Dims *axes = node.list(ACCEL_ATTRIBUTE_AXES);
    if (axes == nullptr || axes->empty())
        return std::vector<bool>(rank, true);
    std::vector<bool> reduced(rank, false);
    for (const int64_t axis : *axes) {
        if (axis < 0 || axis >= static_cast<int64_t>(rank))
            return std::nullopt;
        reduced[static_cast<size_t>(axis)] = true;
    }
    return reduced;
}

} // namespace accel::cpu
