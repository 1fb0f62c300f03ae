// SPDX-License-Identifier: MIT
// From answers and numeric class to what is compared.
#include "judge.h"

#include <cmath>

namespace accel::conformance {

Expected judged(NumericClass numeric_class, accel_type type, const Answer &answer)
{
    if (answer.values.empty()) return Expected::exactly(type, answer.dims, answer.bits);
    if (!answer.allowed.empty()) return Expected::within(answer.dims, answer.values, answer.allowed);
    if (numeric_class == NumericClass::Dot && !answer.exact) return Expected::dot_products(answer.dims, {answer.values, answer.mass, answer.terms, answer.one_more});
    if (numeric_class != NumericClass::Ulp) return Expected::within_ulps(answer.dims, answer.values, 0);
    if (answer.mass.empty()) return Expected::within_ulps(answer.dims, answer.values, 1);
    std::vector<double> allowed;
    for (const double mass : answer.mass) allowed.push_back(std::ldexp(mass, -23));
    return Expected::within(answer.dims, answer.values, allowed);
}

}  // namespace accel::conformance
