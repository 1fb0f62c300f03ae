// SPDX-License-Identifier: MIT
// Halves the range, around places that cannot say.
#include "bisection.h"

#include <algorithm>
#include <set>

namespace accel::tool {
namespace {

/// The place between both that is nearest to their middle and not silent.
std::optional<uint32_t> nearest_to_middle(uint32_t before, uint32_t at, const std::set<uint32_t> &silent)
{
    const uint32_t middle = before + (at - before) / 2;
    for (uint32_t distance = 0; distance < at - before; ++distance) {
        if (middle + distance < at && middle + distance > before && !silent.count(middle + distance)) return middle + distance;
        if (middle > before + distance && !silent.count(middle - distance)) return middle - distance;
    }
    return std::nullopt;
}

}  // namespace

Change find_change(uint32_t last, const std::function<std::optional<bool>(uint32_t place)> &ask)
{
    Change change{0, last, 0, 0};
    std::set<uint32_t> silent;
    while (const auto place = nearest_to_middle(change.before, change.at, silent)) {
        const auto answer = ask(*place);
        if (!answer) {
            silent.insert(*place);
            continue;
        }
        ++change.asked;
        (*answer ? change.at : change.before) = *place;
    }
    change.silent = static_cast<uint32_t>(silent.size());
    return change;
}

}  // namespace accel::tool
