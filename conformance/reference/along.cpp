// SPDX-License-Identifier: MIT
// Gathers the elements that have the same place on all axes but those that are reduced.
#include "along.h"

#include <algorithm>
#include <cmath>

namespace accel::conformance {

std::vector<bool> named_axes(const Question &question, size_t position)
{
    const auto rank = static_cast<int64_t>(question.x().dims.size());
    const auto axes = question.values(position);
    std::vector<bool> named(question.x().dims.size(), !axes);
    for (const int64_t axis : axes.value_or(Dims{})) named[static_cast<size_t>(axis < 0 ? axis + rank : axis)] = true;
    return named;
}

Groups groups_along(const Question &question, const std::vector<bool> &reduced)
{
    const Dims &x = question.x().dims;
    const bool keep = question.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1) != 0;
    Groups groups;
    Dims kept = x;
    for (size_t axis = 0; axis < x.size(); ++axis) {
        if (reduced[axis]) kept[axis] = 1;
        if (!reduced[axis] || keep) groups.dims.push_back(kept[axis]);
    }
    groups.members.resize(element_count(kept));
    for_each_index(x, [&](Dims index) {
        const size_t position = position_of(x, index);
        for (size_t axis = 0; axis < x.size(); ++axis)
            if (reduced[axis]) index[axis] = 0;
        groups.members[position_of(kept, index)].push_back(position);
    });
    return groups;
}

double allowed_sum(accel_type type, double value, double mass, double roundings)
{
    const int digits = real_format(type).digits, kDigits = real_format(ACCEL_TYPE_F32).digits;
    const double once = digits < kDigits ? ulp_of(type, value) : 0;
    // Of binary64 the reference's own sum errs as well.
    const double summed = 2 * roundings * std::ldexp(mass, digits > kDigits ? 1 - digits : -kDigits);
    return std::isfinite(value) ? std::ldexp(once + summed, digits - kDigits) : 0;
}

}  // namespace accel::conformance
