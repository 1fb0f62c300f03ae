// SPDX-License-Identifier: MIT
// Walking several tensors of one shape in step, whatever their strides.
//
// Axes of size 1 vanish and neighbouring axes that are contiguous for everybody merge, so that most walks end as one flat loop.
#pragma once

#include "../graph.h"
#include "../team.h"

#include <algorithm>
#include <array>
#include <utility>

namespace accel::cpu {

inline constexpr int64_t kParallelElements = 1 << 16;  // below it, waking a thread costs more than it brings

inline constexpr int64_t kShortRow = 16;

template <size_t N> struct Walk {
    size_t rank = 0;  // outer axes, without the row
    std::array<int64_t, kMaxRank> size{};
    std::array<std::array<int64_t, kMaxRank>, N> stride{};
    int64_t row = 1;  // elements of the innermost axis
    std::array<int64_t, N> row_stride{};
    int64_t rows = 1;

    int64_t elements() const { return rows * row; }

    // Calls body(offsets, count) for pieces of rows; offsets are in elements, one per tensor. weight: how many elements one stands for.
    template <typename Body> void each(int threads, const Body &body, int64_t weight = 1) const
    {
        const int64_t worthwhile = std::max<int64_t>(kParallelElements / weight, 1), part = std::max<int64_t>(worthwhile / 4, 1);
        if (rows == 1 && row < worthwhile)
            return body(std::array<int64_t, N>{}, row);
        const int64_t piece = row >= worthwhile ? part : row, pieces = (row + piece - 1) / piece;
        const int64_t total = rows * pieces;
        if (threads <= 1 || total == 1 || elements() < worthwhile)
            return some(0, total, piece, pieces, body);
        const int64_t grain = std::max<int64_t>(part / piece, 1);
        parallel_for(threads, total, grain, [&](int64_t first, int64_t last) { some(first, last, piece, pieces, body); });
    }

private:
    // Pieces first..last (exclusive), counting rows up like an odometer.
    template <typename Body> void some(int64_t first, int64_t last, int64_t piece, int64_t pieces, const Body &body) const
    {
        std::array<int64_t, kMaxRank> at{};
        std::array<int64_t, N> start{};
        int64_t number = first / pieces;
        for (size_t axis = rank; axis-- > 0;) {
            at[axis] = number % size[axis];
            number /= size[axis];
            for (size_t i = 0; i < N; ++i)
                start[i] += at[axis] * stride[i][axis];
        }
        for (int64_t index = first, in_row = first % pieces; index < last; ++index) {
            std::array<int64_t, N> offsets = start;
            for (size_t i = 0; i < N; ++i)
                offsets[i] += in_row * piece * row_stride[i];
            body(offsets, std::min(piece, row - in_row * piece));
            if (++in_row == pieces) {
                in_row = 0;
                step(at, start);
            }
        }
    }

    void step(std::array<int64_t, kMaxRank> &at, std::array<int64_t, N> &start) const
    {
        for (size_t axis = rank; axis-- > 0;) {
            for (size_t i = 0; i < N; ++i)
                start[i] += stride[i][axis];
            if (++at[axis] < size[axis])
                return;
            at[axis] = 0;
            for (size_t i = 0; i < N; ++i)
                start[i] -= size[axis] * stride[i][axis];
        }
    }
};

// The first tensor decides the order of the axes: its strides shrink inward.
template <size_t N> Walk<N> make_walk(const Dims &dims, const std::array<Dims, N> &strides)
{
    std::vector<size_t> axes;
    for (size_t axis = 0; axis < dims.size(); ++axis)
        if (dims[axis] != 1)
            axes.push_back(axis);
    std::stable_sort(axes.begin(), axes.end(), [&](size_t a, size_t b) { return strides[0][a] > strides[0][b]; });
    Walk<N> walk;
    std::array<std::array<int64_t, kMaxRank>, N> merged{};
    std::array<int64_t, kMaxRank> size{};
    size_t count = 0;
    for (const size_t axis : axes) {
        bool joins = count > 0;
        for (size_t i = 0; joins && i < N; ++i)
            joins = merged[i][count - 1] == strides[i][axis] * dims[axis];
        const size_t at = joins ? count - 1 : count++;
        size[at] = joins ? size[at] * dims[axis] : dims[axis];
        for (size_t i = 0; i < N; ++i)
            merged[i][at] = strides[i][axis];
    }
    // A short row in front of a long axis would be all overhead: walk the long one.
    if (count > 1 && size[count - 1] < kShortRow && size[count - 2] > size[count - 1]) {
        std::swap(size[count - 1], size[count - 2]);
        for (size_t i = 0; i < N; ++i)
            std::swap(merged[i][count - 1], merged[i][count - 2]);
    }
    if (count > 0) {
        walk.row = size[count - 1];
        for (size_t i = 0; i < N; ++i)
            walk.row_stride[i] = merged[i][count - 1];
        walk.rank = count - 1;
    }
    for (size_t axis = 0; axis < walk.rank; ++axis) {
        walk.size[axis] = size[axis];
        walk.rows *= size[axis];
        for (size_t i = 0; i < N; ++i)
            walk.stride[i][axis] = merged[i][axis];
    }
    return walk;
}

// Strides of an operand read at the coordinates of a broadcast result.
inline Dims broadcast_strides(const Dims &dims, const Dims &strides, size_t rank)
{
    Dims stretched(rank, 0);
    const size_t lead = rank - dims.size();
    for (size_t axis = 0; axis < dims.size(); ++axis)
        stretched[lead + axis] = dims[axis] == 1 ? 0 : strides[axis];
    return stretched;
}

}  // namespace accel::cpu
