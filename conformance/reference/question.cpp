// SPDX-License-Identifier: MIT
// What a node says of itself, as the reference reads it.
#include "question.h"

#include <algorithm>
#include <stdexcept>

namespace accel::conformance {

std::optional<Dims> Question::values(size_t position) const
{
    const Tensor *held = operand(position);
    if (!held) return std::nullopt;
    Dims list;
    for (size_t index = 0; index < held->count(); ++index) list.push_back(held->whole(index));
    return list;
}

size_t Question::axis(uint32_t key, int64_t fallback) const
{
    const int64_t given = integer(key, fallback), rank = static_cast<int64_t>(x().dims.size());
    return static_cast<size_t>(given < 0 ? given + rank : given);
}

double Question::clamped(double value) const
{
    // A NaN is neither below nor above.
    const double low = real(ACCEL_ATTRIBUTE_CLAMP_MIN, -std::numeric_limits<double>::infinity()), high = real(ACCEL_ATTRIBUTE_CLAMP_MAX, std::numeric_limits<double>::infinity());
    return value < low ? low : value > high ? high
                                            : value;
}

StoredRange Question::range() const
{
    const auto whole = stored_range(results.at(0).type);
    if (!reals.count(ACCEL_ATTRIBUTE_CLAMP_MIN) && !reals.count(ACCEL_ATTRIBUTE_CLAMP_MAX)) return whole;
    const double infinity = std::numeric_limits<double>::infinity();
    return clamp_range(real(ACCEL_ATTRIBUTE_CLAMP_MIN, -infinity), real(ACCEL_ATTRIBUTE_CLAMP_MAX, infinity), stored_type(results[0]), rounding, whole);
}

}  // namespace accel::conformance
