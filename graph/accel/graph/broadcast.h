// SPDX-License-Identifier: MIT
// The rule by which shapes of different rank and size meet, whatever a size is.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace accel::graph {

/// Numpy's broadcasting: shapes meet from their last axes on, and an axis that is absent, or of size 1, takes the other's size. meet(of a, of b) says what any
/// other two sizes become, equal ones among them; nothing: they do not go together, and neither do the shapes.
template <class Size, class IsOne, class Meet>
std::optional<std::vector<Size>> broadcast(const std::vector<Size> &a, const std::vector<Size> &b, const IsOne &is_one, const Meet &meet)
{
    std::vector<Size> out = a.size() >= b.size() ? a : b;
    const size_t lead_a = out.size() - a.size(), lead_b = out.size() - b.size();
    for (size_t axis = lead_a + lead_b; axis < out.size(); ++axis) {
        const Size &x = a[axis - lead_a], &y = b[axis - lead_b];
        if (is_one(y)) {
            out[axis] = x;
        } else if (is_one(x)) {
            out[axis] = y;
        } else if (const std::optional<Size> met = meet(x, y)) {
            out[axis] = *met;
        } else {
            return std::nullopt;
        }
    }
    return out;
}

}  // namespace accel::graph
