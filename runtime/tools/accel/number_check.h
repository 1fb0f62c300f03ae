// SPDX-License-Identifier: MIT
// Options that are numbers: what CLI11's own checks let through (NaN, infinity), or refuse with the range of a double in 309 digits.
#pragma once

#include <CLI/CLI.hpp>

namespace accel::tool {

/// As a float: what a float makes infinite, or 0, is refused too.
CLI::Validator finite_number();
CLI::Validator number_above_zero();
CLI::Validator number_not_negative();
/// For sizes, which CLI11 wraps around; as a transform behind theirs, for the latest one comes first.
CLI::Validator no_minus();

}  // namespace accel::tool
