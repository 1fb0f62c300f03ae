// SPDX-License-Identifier: MIT
// Finds where a row of answers changes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace accel::tool {

struct Change {
    uint32_t before = 0;  ///< the last place that was asked and said no, or 0
    uint32_t at = 0;      ///< the first behind it that said yes, and none between them could say
    uint32_t asked = 0;   ///< places that answered
    uint32_t silent = 0;  ///< that were asked and could not say
};

/// From place 0, which says no, to the last, which says yes: a place that says yes behind one that says no, as near as can be told. Asks about log2(last) of the places between, and the neighbours of those that cannot say.
Change find_change(uint32_t last, const std::function<std::optional<bool>(uint32_t place)> &ask);

}  // namespace accel::tool
