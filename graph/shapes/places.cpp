// SPDX-License-Identifier: MIT
// Shape rules of operations that repeat elements, take or put them where indices say, or keep a triangle of them.
#include <accel/graph/indices.h>

#include <algorithm>

#include "attributes.h"
#include "rules.h"

namespace accel::graph::shapes {

namespace {

/// More are looked at when they are used.
constexpr uint64_t kMostBytesOfIndices = uint64_t{1} << 23;

/// Constant indices at operand 1, one behind the other for each of these sizes in turn.
bool indices_fit(const Applied &node, std::span<const Dim> counted, Contradiction *why)
{
    const Values indices = Values::of(*node.operand(1));
    if (indices.data_bytes > kMostBytesOfIndices) return true;
    const auto outside = find_outside(indices, sizes_of(Shape(counted.begin(), counted.end())));
    if (!outside) return true;
    refuse(why, of_operand(1, "operand " + node.name(1) + ": " + text(*outside), outside->index, outside->size));
    return false;
}

/// Indices of single elements: as many axes as x, of at most its sizes but along the axis.
bool single_indices_fit(const Applied &node, size_t along, Contradiction *why)
{
    const Shape x = node.shape(0), indices = node.shape(1);
    if (indices.size() != x.size())
        return refuse(why, of_rank(1, node.shown(1) + ", expected " + std::to_string(x.size()) + " axes, as " + node.shown(0), indices.size(), x.size())), false;
    for (size_t axis = 0; axis < x.size(); ++axis) {
        if (axis == along || !x[axis].fixed() || !indices[axis].fixed() || indices[axis].size <= x[axis].size) continue;
        refuse(why, of_operand(1, node.shown(1) + ", expected at most " + std::to_string(x[axis].size) + " at axis " + std::to_string(axis) + ", as " + node.shown(0), indices[axis].size, x[axis].size));
        return false;
    }
    return indices_fit(node, std::span(x).subspan(along, 1), why);
}

/// Indices of several axes at once, each along the last axis of operand 1. Their number where it is known, 0 where it is not; nothing: they do not fit x behind its batch axes.
std::optional<size_t> depth_of_indices(const Applied &node, size_t batch, Contradiction *why)
{
    const Shape x = node.shape(0), indices = node.shape(1);
    if (indices.size() <= batch || x.size() <= batch)
        return refuse(why, of_rank(indices.size() <= batch ? 1 : 0, node.shown(0) + " and " + node.shown(1) + ", expected more than " + std::to_string(batch) + " axes of both", std::min(indices.size(), x.size()), batch + 1));
    const Dim depth = indices.back();
    if (!depth.fixed()) return 0;
    const auto most = static_cast<int64_t>(x.size() - batch);
    if (depth.size < 1 || depth.size > most)
        return refuse(why, of_operand(1, node.shown(1) + ", expected 1 to " + std::to_string(most) + " along its last axis for " + node.shown(0), depth.size, most));
    if (!indices_fit(node, std::span(x).subspan(batch, static_cast<size_t>(depth.size)), why)) return std::nullopt;
    return static_cast<size_t>(depth.size);
}

/// One element of indices for each place of them, and what of x such an index leaves.
Shape picked(const Shape &x, const Shape &indices, size_t taken)
{
    Shape out(indices.begin(), indices.end() - 1);
    out.insert(out.end(), x.begin() + static_cast<std::ptrdiff_t>(taken), x.end());
    return out;
}

bool updates_fit(const Applied &node, const Shape &expected, Contradiction *why)
{
    if (shapes_agree(node.symbols, node.shape(2), expected)) return true;
    refuse(why, of_operand(2, node.shown(2) + ", expected " + text(node.symbols, expected)));
    return false;
}

}  // namespace

std::optional<ResultShapes> tile(const Applied &node, Contradiction *why)
{
    Shape out = node.shape(0);
    const auto repeats = bounded_values(node, ACCEL_OPERAND_TILE_REPEATS, out.size(), "repeats", why);
    if (!repeats) return std::nullopt;
    for (size_t axis = 0; axis < out.size(); ++axis) {
        const int64_t times = (*repeats)[axis];
        if (!out[axis].fixed()) {
            if (times != 1) out[axis] = times == 0 ? Dim{0} : kUnknownDim;
        } else if (__builtin_mul_overflow(out[axis].size, times, &out[axis].size) || out[axis].size > kMaxExtent) {
            return refuse(why, of_operand(ACCEL_OPERAND_TILE_REPEATS, "repeats is " + std::to_string(times) + " at axis " + std::to_string(axis) + "; " + node.shown(0) + ", and no size is above " + std::to_string(kMaxExtent), times, kMaxExtent));
        }
    }
    return one(std::move(out));
}

std::optional<ResultShapes> as_indices(const Applied &node, Contradiction *why)
{
    const auto along = axis(node, 0, why);
    if (!along || !single_indices_fit(node, *along, why)) return std::nullopt;
    return one(node.shape(1));
}

std::optional<ResultShapes> gather_nd(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0), indices = node.shape(1);
    const int64_t given = node.integer(ACCEL_ATTRIBUTE_BATCH_DIMS, 0);
    if (given < 0 || given > kMaxRank) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_BATCH_DIMS, "batch_dims is " + std::to_string(given) + ", expected 0 to " + std::to_string(kMaxRank), given, 0));
    const auto batch = static_cast<size_t>(given);
    const auto depth = depth_of_indices(node, batch, why);
    if (!depth) return std::nullopt;
    for (size_t axis = 0; axis < batch; ++axis)
        if (!shapes_agree(node.symbols, Shape{x[axis]}, Shape{indices[axis]}))
            return refuse(why, of_operand(1, node.shown(0) + " and " + node.shown(1) + ", which differ at batch axis " + std::to_string(axis)));
    if (*depth == 0) return ResultShapes(1);
    Shape out = picked(x, indices, batch + *depth);
    if (out.size() > kMaxRank) return refuse(why, of_rank(0, "the result would have rank " + std::to_string(out.size()) + ", at most " + std::to_string(kMaxRank), out.size(), kMaxRank));
    return one(std::move(out));
}

std::optional<ResultShapes> scatter_elements(const Applied &node, Contradiction *why)
{
    const auto along = axis(node, 0, why);
    if (!along || !single_indices_fit(node, *along, why) || !updates_fit(node, node.shape(1), why)) return std::nullopt;
    return one(node.shape(0));
}

std::optional<ResultShapes> scatter_nd(const Applied &node, Contradiction *why)
{
    const auto depth = depth_of_indices(node, 0, why);
    if (!depth || (*depth != 0 && !updates_fit(node, picked(node.shape(0), node.shape(1), *depth), why))) return std::nullopt;
    return one(node.shape(0));
}

std::optional<ResultShapes> top(const Applied &node, Contradiction *why)
{
    Shape out = node.shape(0);
    const auto along = axis(node, static_cast<int64_t>(out.size()) - 1, why);
    if (!along) return std::nullopt;
    const auto count = bounded_values(node, ACCEL_OPERAND_TOP_K_K, 1, "k", why);
    if (!count) return std::nullopt;
    Dim &size = out[*along];
    if (size.fixed() && count->front() > size.size)
        return refuse(why, of_operand(ACCEL_OPERAND_TOP_K_K, "k is " + std::to_string(count->front()) + ", expected at most " + std::to_string(size.size) + ", the size of axis " + std::to_string(*along) + "; " + node.shown(0), count->front(), size.size));
    size = Dim{count->front()};
    return ResultShapes(node.results.size(), out);
}

std::optional<ResultShapes> triangle(const Applied &node, Contradiction *why)
{
    Shape x = node.shape(0);
    if (x.size() < 2) return refuse(why, of_rank(0, node.shown(0) + ", expected two axes or more", x.size(), 2));
    const auto diagonal = node.integers(ACCEL_OPERAND_TRILU_K);
    if (diagonal && diagonal->size() != 1) return refuse(why, of_operand(ACCEL_OPERAND_TRILU_K, "k has " + std::to_string(diagonal->size()) + " values, expected one", static_cast<int64_t>(diagonal->size()), 1));
    return one(std::move(x));
}

}  // namespace accel::graph::shapes
