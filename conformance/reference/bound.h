// SPDX-License-Identifier: MIT
// How far a result in binary32 may be from the exact one.
//
// A sum of K products may be made in any order and with fused multiply-adds. Its error is measured in units of half an ulp of the sum of the
// products' magnitudes ("the mass"). Each output may err by twice the number of roundings; over a whole tensor errors behave like a random walk, so
// their squares sum to far less, and their plain sum shows whether something always errs to one side (as arithmetic in a shorter type, or
// cut-off terms, do). The three limits follow the reasoning of the TOSA specification's dot-product check.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace accel::conformance {

struct DotProducts {
    std::vector<double> exact;  ///< in binary64
    std::vector<double> mass;   ///< sum of |x| * |w| (+ |bias|)
    int64_t products = 1;
    bool has_bias = false;
};

/// What is wrong with the results, or "" when they are within the three limits. Where an operand is NaN or infinite, so is what is exact, and the result must be that.
std::string judge_dot_products(const DotProducts &reference, const std::vector<float> &results);

/// Distance in units in the last place of `exact` rounded to binary32; infinite when only one is finite.
double ulp_distance(float result, double exact);

/// Is |result - exact| at most `factor` * 2^-23 * max(|exact|, smallest normal)?
bool within_relative(float result, double exact, double factor);

}  // namespace accel::conformance
