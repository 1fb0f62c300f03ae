// SPDX-License-Identifier: MIT
// How far two tensors of one type and shape are apart.
#pragma once

#include <optional>

#include "session.h"

namespace accel::tool {

/// Reals a and b agree where |a - b| <= absolute + relative * max(|a|, |b|), or both are NaN; integers where they are at most so many steps apart; all other types where their bits do.
struct Tolerance {
    double absolute = 0, relative = 0;
    uint64_t steps = 0;
};

/// What --atol, --rtol and --steps say; where they say nothing, what rounding in another order may make of the type: some hundred times the distance of neighbours. Integers agree in every bit.
struct ToleranceOptions {
    std::optional<double> absolute, relative;
    uint64_t steps = 0;
    Tolerance of(uint32_t type) const;
};

struct Difference {
    size_t count = 0, differ = 0;
    double absolute_max = 0, relative_max = 0;  ///< infinite where one is NaN, or an infinity that the other is not
    std::optional<size_t> first;                ///< element beyond the tolerance, row-major
    double first_a = 0, first_b = 0;            ///< its values; of Bits 0
    bool equal() const { return differ == 0; }
};

/// Both have the type and so many elements.
Difference compare(uint32_t type, const Dense &a, const Dense &b, const Tolerance &tolerance);

/// "[0,3,1]" of a row-major index.
std::string place_text(size_t index, const std::vector<int64_t> &dims);

}  // namespace accel::tool
