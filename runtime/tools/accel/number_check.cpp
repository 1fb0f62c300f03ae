// SPDX-License-Identifier: MIT
// Validators of numbers for CLI11.
#include "number_check.h"

#include <cmath>

namespace accel::tool {
namespace {

CLI::Validator number_check(bool above_zero)
{
    return {[above_zero](const std::string &text) -> std::string {
                float value = 0;
                if (CLI::detail::lexical_cast(text, value) && std::isfinite(value) && (value > 0 || !above_zero)) return "";
                double wide = 0;
                if (CLI::detail::lexical_cast(text, wide) && std::isfinite(wide) && (wide > 0 || !above_zero)) return "'" + text + "' is beyond what a 32-bit float can say";
                return std::string("expected a finite number") + (above_zero ? " greater than 0" : "") + ", got '" + text + "'";
            },
            above_zero ? "POSITIVE" : "FINITE"};
}

}  // namespace

CLI::Validator finite_number() { return number_check(false); }
CLI::Validator number_above_zero() { return number_check(true); }

CLI::Validator no_minus()
{
    return {[](const std::string &text) { return text.find('-') == std::string::npos ? std::string() : "expected a size such as 2GB, got '" + text + "'"; }, ""};
}

}  // namespace accel::tool
