// SPDX-License-Identifier: MIT
// Shape arithmetic that checking and execution share.
#ifndef ACCEL_BACKENDS_CPU_SHAPES_H
#define ACCEL_BACKENDS_CPU_SHAPES_H

#include "graph.h"

namespace accel::cpu
{

// The common shape of two operands, sizes 1 stretched; nothing when they disagree.
std::optional<Dims> broadcast(const Dims &a, const Dims &b);

// dims with ones in front until it has that rank.
Dims with_leading_ones(const Dims &dims, size_t rank);

struct MatmulShape {
    Dims batch; // of the result
    int64_t rows = 0, columns = 0, depth = 0;
    Dims result; // as the operation defines it: vectors lose their axis
};

// a [.., rows, depth] x b [.., depth, columns]; vectors are stretched as NumPy does.
std::optional<MatmulShape> matmul_shape(const Dims &a, const Dims &b);

struct SliceRange {
    Dims starts, steps, counts; // one per axis of the operand
};

// Of a SLICE whose bounds are known; nothing when they contradict each other.
std::optional<SliceRange> slice_range(const Graph &graph, const Node &node);

// The axes that REDUCE_MEAN reduces, true where it does; nothing when one is out of range.
std::optional<std::vector<bool>> reduced_axes(const Graph &graph, const Node &node);

} // namespace accel::cpu

#endif
