// SPDX-License-Identifier: MIT
// Where the results of a node that reduces axes lie.
#include "folded.h"

namespace accel::cpu {

int64_t Along::count(const Dims &x) const
{
    int64_t count = 1;
    for (size_t axis = 0; axis < x.size(); ++axis)
        count *= reduced[axis] ? x[axis] : 1;
    return count;
}

Along read_along(const Node &node, const Dims &axes, const View &x, const View &y)
{
    Along along{std::vector<bool>(x.dims.size(), axes.empty()), Dims(x.dims.size(), 0)};
    for (const int64_t axis : axes)
        along.reduced[static_cast<size_t>(axis)] = true;
    const bool keep = node.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1) != 0;
    for (size_t axis = 0, at = 0; axis < x.dims.size(); ++axis) {
        if (!along.reduced[axis])
            along.y_strides[axis] = y.strides[at];
        at += keep || !along.reduced[axis] ? 1 : 0;
    }
    return along;
}

}  // namespace accel::cpu
