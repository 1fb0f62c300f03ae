// SPDX-License-Identifier: MIT
// From answers and numeric class to what is compared.
#include "judge.h"

#include <algorithm>
#include <cmath>

namespace accel::conformance {

namespace {

/// What the reference allows in units of binary32. A type of fewer digits rounds the result once more; the sums of a dot product round in it each time.
std::vector<double> allowed_in(accel_type type, NumericClass numeric_class, const Answer &answer)
{
    const int digits = real_format(type).digits, kDigits = real_format(ACCEL_TYPE_F32).digits;
    const bool rounds_once = digits < kDigits && numeric_class != NumericClass::Dot;
    std::vector<double> allowed = answer.allowed;
    for (size_t index = 0; index < allowed.size(); ++index) allowed[index] = rounds_once ? allowed[index] + ulp_of(type, answer.values[index]) : std::ldexp(allowed[index], kDigits - digits);
    return allowed;
}

}  // namespace

Expected judged(NumericClass numeric_class, accel_type type, const Answer &answer)
{
    if (answer.values.empty()) return Expected::exactly(type, answer.dims, answer.bits);
    if (!answer.allowed.empty()) return Expected::within(type, answer.dims, answer.values, allowed_in(type, numeric_class, answer));
    if (numeric_class == NumericClass::Dot && !answer.exact) return Expected::dot_products(answer.dims, {answer.values, answer.mass, answer.terms, answer.one_more});
    if (numeric_class != NumericClass::Ulp) return Expected::within_ulps(type, answer.dims, answer.values, 0);
    if (answer.mass.empty()) return Expected::within_ulps(type, answer.dims, answer.values, 1);
    std::vector<double> allowed;
    for (const double mass : answer.mass) allowed.push_back(std::max(std::ldexp(mass, 1 - real_format(type).digits), ulp_of(type, 0)));
    return Expected::within(type, answer.dims, answer.values, allowed);
}

}  // namespace accel::conformance
