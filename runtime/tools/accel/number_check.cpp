// SPDX-License-Identifier: MIT
// Validators of numbers for CLI11.
#include "number_check.h"

#include <cmath>

namespace accel::tool {
namespace {

enum class Least { None,
                   Zero,
                   AboveZero };

CLI::Validator number_check(Least least)
{
    const auto fits = [least](double value) { return std::isfinite(value) && (least == Least::None || value > 0 || (least == Least::Zero && value == 0)); };
    return {[least, fits](const std::string &text) -> std::string {
                float value = 0;
                if (CLI::detail::lexical_cast(text, value) && fits(static_cast<double>(value))) return "";
                double wide = 0;
                if (CLI::detail::lexical_cast(text, wide) && fits(wide)) return "'" + text + "' is beyond what a 32-bit float can say";
                static constexpr const char *kWords[] = {"", " not less than 0", " greater than 0"};
                return std::string("expected a finite number") + kWords[static_cast<int>(least)] + ", got '" + text + "'";
            },
            least == Least::None ? "FINITE" : least == Least::Zero ? "NONNEGATIVE"
                                                                   : "POSITIVE"};
}

}  // namespace

CLI::Validator finite_number() { return number_check(Least::None); }
CLI::Validator number_above_zero() { return number_check(Least::AboveZero); }
CLI::Validator number_not_negative() { return number_check(Least::Zero); }

CLI::Validator no_minus()
{
    return {[](const std::string &text) { return text.find('-') == std::string::npos ? std::string() : "expected a size such as 2GB, got '" + text + "'"; }, ""};
}

}  // namespace accel::tool
