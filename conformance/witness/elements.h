// SPDX-License-Identifier: MIT
// Elements one by one, where a list of steps says that they are.
#pragma once

#include "objects.h"

namespace accel::witness {

/// Sizes and steps from word number `at` on, which moves behind them. False: there are fewer words than they say.
inline bool read_elements(const std::vector<uint64_t> &words, size_t &at, Side &out)
{
    const uint64_t rank = words[at++];
    if (rank == 0) return true;
    if (rank > 8 || words.size() - at < rank + 1) return false;
    for (uint64_t axis = 0; axis < rank; ++axis) out.dims.push_back(static_cast<int64_t>(words[at++]));
    const uint64_t step_count = words[at++];
    if (step_count > 32 || words.size() - at < 3 * step_count) return false;
    for (uint64_t step = 0; step < step_count; ++step, at += 3)
        out.steps.push_back({static_cast<uint32_t>(words[at]), 0, static_cast<int64_t>(words[at + 1]), static_cast<int64_t>(words[at + 2])});
    return true;
}

inline int64_t offset_of(const Side &side, std::vector<int64_t> index)
{
    int64_t bits = 0;
    for (auto step = side.steps.rbegin(); step != side.steps.rend(); ++step) {
        bits += index[step->axis] % step->extent * step->stride_bits;
        index[step->axis] /= step->extent;
    }
    return static_cast<int64_t>(side.offset_bytes) + bits / 8;
}

template <class Visit> void for_each_index(const std::vector<int64_t> &dims, const Visit &visit)
{
    std::vector<int64_t> index(dims.size(), 0);
    for (size_t axis = 1; axis > 0;) {
        visit(index);
        axis = index.size();
        while (axis > 0 && ++index[axis - 1] == dims[axis - 1]) index[--axis] = 0;
    }
}

}  // namespace accel::witness
