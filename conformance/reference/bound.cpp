// SPDX-License-Identifier: MIT
// Judges results in binary32 against exact ones and their masses.
#include "bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace accel::conformance {
namespace {

constexpr double kSmallestNormal = std::numeric_limits<float>::min();
constexpr double kHalfUlp = 1.0 / 16777216;       // of a number in [1, 2)
constexpr double kVariancePerRounding = 4 * 0.4;  // 0.4: variance of evenly spread rounding errors of half an ulp, with a margin
constexpr size_t kEnough = 16;                    // fewer errors may well lie to one side
constexpr double kSquaredSigmas = 10;             // a sum beyond sqrt(10) deviations is no accident

}  // namespace

std::string judge_dot_products(const DotProducts &reference, const std::vector<float> &results)
{
    std::ostringstream out;
    if (results.size() != reference.exact.size()) return "the number of results differs";
    const double roundings = static_cast<double>(reference.products) + (reference.has_bias ? 1 : 0);
    double sum = 0, squares = 0;
    size_t judged = 0;
    for (size_t index = 0; index < results.size(); ++index) {
        const double exact = reference.exact[index], mass = reference.mass[index];
        if (mass == 0 && results[index] == 0) continue;
        if (!std::isfinite(exact)) {
            // NaN or infinity of an operand: nothing else comes of it.
            if (std::isnan(exact) ? std::isnan(results[index]) : static_cast<double>(results[index]) == exact) continue;
            out << "output " << index << " is " << results[index] << ", exactly " << exact;
            return out.str();
        }
        // Partial sums may leave binary32 then.
        if (mass > static_cast<double>(std::numeric_limits<float>::max())) continue;
        ++judged;
        const double error = (static_cast<double>(results[index]) - exact) / std::max(mass * kHalfUlp, kSmallestNormal);
        if (!(std::fabs(error) <= 2 * roundings)) {
            out << "output " << index << " is " << results[index] << ", exactly " << exact << ": an error of " << error << ", limit " << 2 * roundings;
            return out.str();
        }
        sum += error;
        squares += error * error;
    }
    if (judged < kEnough) return "";
    const double variance = kVariancePerRounding * roundings * static_cast<double>(judged);
    if (squares > variance)
        out << "the errors' squares sum to " << squares << ", limit " << variance;
    else if (std::fabs(sum) > std::sqrt(kSquaredSigmas * variance))
        out << "the errors sum to " << sum << ", limit " << std::sqrt(kSquaredSigmas * variance);
    return out.str();
}

double ulp_distance(float result, double exact)
{
    const auto nearest = static_cast<float>(exact);
    if (std::isnan(result) || std::isnan(nearest)) return std::isnan(result) == std::isnan(nearest) ? 0 : std::numeric_limits<double>::infinity();
    if (std::isinf(nearest) || std::isinf(result)) return result == nearest ? 0 : std::numeric_limits<double>::infinity();
    const double magnitude = std::max(std::fabs(exact), kSmallestNormal);
    const double ulp = std::ldexp(1.0, std::ilogb(magnitude) - 23);
    return std::fabs(static_cast<double>(result) - exact) / ulp;
}

bool within_relative(float result, double exact, double factor)
{
    const double bound = factor * std::ldexp(1.0, -23) * std::max(std::fabs(exact), kSmallestNormal);
    return std::fabs(static_cast<double>(result) - exact) <= bound;
}

}  // namespace accel::conformance
