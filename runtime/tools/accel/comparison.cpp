// SPDX-License-Identifier: MIT
// Compares element by element.
#include "comparison.h"

#include <absl/strings/str_join.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "elements.h"

namespace accel::tool {
namespace {

Tolerance default_of(uint32_t type)
{
    switch (type) {
    case ACCEL_TYPE_F64: return {1e-12, 1e-10, 0};
    case ACCEL_TYPE_F16: return {1e-3, 1e-2, 0};
    case ACCEL_TYPE_BF16: return {1e-2, 5e-2, 0};
    default: return {1e-5, 1e-4, 0};
    }
}

struct Apart {
    double absolute, relative;
    bool agree;
};

Apart reals(double a, double b, const Tolerance &tolerance)
{
    if (a == b || (std::isnan(a) && std::isnan(b))) return {0, 0, true};
    if (!std::isfinite(a) || !std::isfinite(b)) return {INFINITY, INFINITY, false};
    const double apart = std::fabs(a - b), larger = std::max(std::fabs(a), std::fabs(b));
    return {apart, apart / larger, apart <= tolerance.absolute + tolerance.relative * larger};
}

Apart integers(uint32_t type, const Dense &a, const Dense &b, size_t index, const Tolerance &tolerance)
{
    const uint64_t steps = integer_distance(type, a, b, index);
    const double apart = static_cast<double>(steps), larger = std::max(std::fabs(element(type, a, index)), std::fabs(element(type, b, index)));
    return {apart, steps ? apart / larger : 0, steps <= tolerance.steps};
}

Apart bits(uint32_t type, const Dense &a, const Dense &b, size_t index)
{
    const size_t bytes = element_bytes(type);
    const bool agree = std::memcmp(&a[index * bytes], &b[index * bytes], bytes) == 0;
    return {agree ? 0 : INFINITY, agree ? 0 : INFINITY, agree};
}

}  // namespace

Tolerance ToleranceOptions::of(uint32_t type) const
{
    const Tolerance otherwise = default_of(type);
    return {absolute.value_or(otherwise.absolute), relative.value_or(otherwise.relative), steps};
}

Difference compare(uint32_t type, const Dense &a, const Dense &b, const Tolerance &tolerance)
{
    const Numbers numbers = numbers_of(type);
    Difference difference;
    difference.count = a.size() / std::max<size_t>(element_bytes(type), 1);
    for (size_t index = 0; index < difference.count; ++index) {
        const Apart apart = numbers == Numbers::Reals      ? reals(element(type, a, index), element(type, b, index), tolerance)
                            : numbers == Numbers::Integers ? integers(type, a, b, index, tolerance)
                                                           : bits(type, a, b, index);
        difference.absolute_max = std::max(difference.absolute_max, apart.absolute);
        difference.relative_max = std::max(difference.relative_max, apart.relative);
        if (apart.agree || difference.differ++ != 0) continue;
        difference.first = index;
        if (numbers == Numbers::Bits) continue;
        difference.first_a = element(type, a, index);
        difference.first_b = element(type, b, index);
    }
    return difference;
}

std::string place_text(size_t index, const std::vector<int64_t> &dims)
{
    std::vector<size_t> place(dims.size());
    for (size_t axis = dims.size(); axis-- > 0;) {
        place[axis] = index % static_cast<size_t>(dims[axis]);
        index /= static_cast<size_t>(dims[axis]);
    }
    return "[" + absl::StrJoin(place, ",") + "]";
}

}  // namespace accel::tool
