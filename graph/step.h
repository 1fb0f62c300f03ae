// SPDX-License-Identifier: MIT
// One step of a calculation with sizes.
#pragma once

#include <accel/graph/expressions.h>

namespace accel::graph {

/// What op makes of two numbers; what has no number hands on why.
Number step(uint32_t op, const Number &left, const Number &right);

/// Nothing where step has no number.
inline std::optional<int64_t> step(uint32_t op, int64_t left, int64_t right)
{
    const Number made = step(op, Number{Outcome::kNumber, left}, Number{Outcome::kNumber, right});
    return made.outcome == Outcome::kNumber ? std::optional(made.value) : std::nullopt;
}

}  // namespace accel::graph
