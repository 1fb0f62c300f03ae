// SPDX-License-Identifier: MIT
// The rows of functions.h.
#include "functions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace accel::conformance {
namespace {

/// Beyond it functions have reached their ends, and an argument does not excuse more.
constexpr double kFar = 104;

/// So many units of the value; of one near 0, of its smallest normal number.
double units(Exact value, double count) { return count * std::max(std::fabs(static_cast<double>(value)), static_cast<double>(std::numeric_limits<float>::min())); }

double few_units(Exact, Exact value) { return units(value, 4); }
/// Devices take multiples of pi off first, and what that loses grows with the argument.
double periodic(Exact x, Exact value) { return units(value, 4) + std::min(std::fabs(static_cast<double>(x)), kFar) * (1 + static_cast<double>(value * value)); }
/// Where devices take a form that cancels near 0, an absolute error counts.
double near_one(Exact, Exact value) { return 4 * std::max(std::fabs(static_cast<double>(value)), 0.5); }
double growing(Exact x, Exact value) { return units(value, 4 + 2 * std::min(std::fabs(static_cast<double>(x)), kFar)); }
double power_units(Exact base, Exact exponent, Exact value)
{
    const double size = base == 0 ? 0 : std::fabs(static_cast<double>(exponent * std::log(std::fabs(base))));
    return units(value, 4 + 2 * (std::isnan(size) ? 0 : std::min(size, kFar)));
}

Exact sign_of(Exact x) { return x > 0 ? 1 : x < 0 ? -1
                                                  : x; }

int bits_of(accel_type type) { return static_cast<int>(bytes_of(type)) * 8; }

/// What a whole number is when it wraps into the type.
Whole wrapped(accel_type type, Whole value)
{
    const Whole span = static_cast<Whole>(1) << bits_of(type), low = is_unsigned(type) ? 0 : -(span / 2);
    const Whole rest = (value - low) % span;
    return low + (rest < 0 ? rest + span : rest);
}

/// Python's: the sign of the divisor. With FMOD that of the dividend, as C has it.
Whole whole_remainder(Whole a, Whole b, const Question &question)
{
    if (b == 0) return 0;
    const Whole rest = a % b;
    return question.integer(ACCEL_ATTRIBUTE_FMOD, 0) || rest == 0 || (rest < 0) == (b < 0) ? rest : rest + b;
}
Exact real_remainder(Exact a, Exact b, const Question &question)
{
    const Exact rest = std::fmod(a, b);
    return question.integer(ACCEL_ATTRIBUTE_FMOD, 0) || rest == 0 || (rest < 0) == (b < 0) ? rest : rest + b;
}

/// Bit by bit, from the lowest.
Whole shifted(Whole a, Whole b, const Question &question)
{
    const accel_type type = question.x().type;
    const int bits = bits_of(type);
    const bool far = b < 0 || b >= bits, right = question.text(ACCEL_ATTRIBUTE_DIRECTION) == "RIGHT";
    Whole made = 0;
    for (int bit = 0; bit < bits; ++bit) {
        const int from = far ? (right ? bits : -1) : static_cast<int>(right ? bit + b : bit - b);
        const bool is_set = from < 0 ? false : from >= bits ? a < 0
                                                            : (a >> from & 1) != 0;
        if (is_set) made |= static_cast<Whole>(1) << bit;
    }
    return made;
}

/// By one factor after the other, wrapped each time, until the powers repeat or end.
Whole whole_power(Whole base, Whole exponent, const Question &question)
{
    const accel_type type = question.x().type;
    if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1)
                                                        : 0;
    if (base == 0 || base == 1) return exponent == 0 ? 1 : base;
    if (base == -1) return exponent % 2 == 0 ? 1 : -1;
    Whole power = 1, square = base;
    for (; exponent > 0; exponent /= 2, square = wrapped(type, square * square))
        if (exponent % 2 != 0) power = wrapped(type, power * square);
    return power;
}

/// Attributes are binary32, and so are their defaults.
Exact number(const Question &question, accel_attribute_key key, float fallback) { return question.real(key, static_cast<double>(fallback)); }

Exact bent(Exact x, Exact alpha) { return x < 0 ? alpha * std::expm1(x) : x; }

/// log(1 + exp(x)), which does not overflow.
Exact softplus(Exact x) { return std::max(x, Exact{0}) + std::log1p(std::exp(-std::fabs(x))); }

Exact gelu(Exact x, const Question &question)
{
    const Exact pi = std::acos(Exact{-1});
    if (question.text(ACCEL_ATTRIBUTE_APPROXIMATE) == "tanh") return x / 2 * (1 + std::tanh(std::sqrt(2 / pi) * x * (1 + 0.044715L * (x * x))));
    return x / 2 * (1 + std::erf(x / std::sqrt(Exact{2})));
}

/// CELU's: the exponent is x by alpha, which may be a small number of either sign.
Exact bent_by(Exact x, Exact alpha) { return (x > 0 ? x : Exact{0}) + alpha * std::expm1(std::min(x, Exact{0}) / alpha); }

Exact between(Exact x, Exact low, Exact high) { return x < low ? low : x > high ? high
                                                                                : x; }

Exact shrunk(Exact x, const Question &question)
{
    const Exact half = number(question, ACCEL_ATTRIBUTE_LAMBDA, 0.5f), bias = number(question, ACCEL_ATTRIBUTE_BIAS, 0);
    return x < -half ? x + bias : x > half ? x - bias
                                           : 0;
}

/// Terms as large as the argument are taken off each other.
double of_argument(Exact x, Exact value) { return 16 * std::max({std::fabs(static_cast<double>(value)), std::isfinite(x) ? std::fabs(static_cast<double>(x)) : 0, 0.5}); }

/// An error of the exponent is one of the power.
double of_power(Exact x, Exact value) { return of_argument(x, value) * (1 + std::min(std::fabs(std::log(std::max(std::fabs(static_cast<double>(value)), 1.0))), kFar)); }

#define REAL(expression) [](Exact x, const Question &) -> Exact { return expression; }
#define ASKED(expression) [](Exact x, const Question &question) -> Exact { return expression; }
#define WHOLE(expression) [](Whole x, accel_type) -> Whole { return expression; }
#define REALS(expression) [](Exact a, Exact b, const Question &) -> Exact { return expression; }
#define WHOLES(expression) [](Whole a, Whole b, const Question &) -> Whole { return expression; }

constexpr UnaryRow kUnary[] = {
    {ACCEL_OPERATION_ABS, REAL(std::fabs(x)), WHOLE(x < 0 ? -x : x)},
    {ACCEL_OPERATION_NEG, REAL(-x), WHOLE(-x)},
    {ACCEL_OPERATION_FLOOR, REAL(std::floor(x)), nullptr},
    {ACCEL_OPERATION_CEIL, REAL(std::ceil(x)), nullptr},
    {ACCEL_OPERATION_ROUND, REAL(std::fabs(x - std::trunc(x)) == 0.5L ? 2 * std::round(x / 2) : std::round(x)), nullptr},
    {ACCEL_OPERATION_SIGN, REAL(sign_of(x)), WHOLE(x > 0 ? 1 : x < 0 ? -1
                                                                     : 0)},
    {ACCEL_OPERATION_SQRT, REAL(std::sqrt(x)), nullptr},
    {ACCEL_OPERATION_RECIPROCAL, REAL(1 / x), nullptr},
    {ACCEL_OPERATION_LOG, REAL(std::log(x)), nullptr, near_one},
    {ACCEL_OPERATION_ERF, REAL(std::erf(x)), nullptr, near_one},
    {ACCEL_OPERATION_SIN, REAL(std::sin(x)), nullptr, periodic},
    {ACCEL_OPERATION_COS, REAL(std::cos(x)), nullptr, periodic},
    {ACCEL_OPERATION_TAN, REAL(std::tan(x)), nullptr, periodic},
    {ACCEL_OPERATION_ASIN, REAL(std::asin(x)), nullptr, few_units},
    {ACCEL_OPERATION_ACOS, REAL(std::acos(x)), nullptr, near_one},
    {ACCEL_OPERATION_ATAN, REAL(std::atan(x)), nullptr, few_units},
    {ACCEL_OPERATION_SINH, REAL(std::sinh(x)), nullptr, growing},
    {ACCEL_OPERATION_COSH, REAL(std::cosh(x)), nullptr, growing},
    {ACCEL_OPERATION_ASINH, REAL(std::asinh(x)), nullptr, near_one},
    {ACCEL_OPERATION_ACOSH, REAL(std::acosh(x)), nullptr, near_one},
    {ACCEL_OPERATION_ATANH, REAL(std::atanh(x)), nullptr, near_one},
    {ACCEL_OPERATION_IS_NAN, REAL(std::isnan(x)), nullptr},
    {ACCEL_OPERATION_IS_INF, [](Exact x, const Question &question) -> Exact { return std::isinf(x) && question.integer(x > 0 ? ACCEL_ATTRIBUTE_DETECT_POSITIVE : ACCEL_ATTRIBUTE_DETECT_NEGATIVE, 1) != 0; }, nullptr},
    {ACCEL_OPERATION_NOT, nullptr, WHOLE(x == 0)},
    {ACCEL_OPERATION_BITWISE_NOT, nullptr, WHOLE(-1 - x)},
    {ACCEL_OPERATION_HARD_SIGMOID, ASKED(between(number(question, ACCEL_ATTRIBUTE_ALPHA, 0.2f) * x + number(question, ACCEL_ATTRIBUTE_BETA, 0.5f), 0, 1)), nullptr, of_argument},
    {ACCEL_OPERATION_HARD_SWISH, REAL(x *between(x / 6 + 0.5L, 0, 1)), nullptr, of_argument},
    {ACCEL_OPERATION_SOFTPLUS, REAL(softplus(x)), nullptr, of_argument},
    {ACCEL_OPERATION_MISH, REAL(x *std::tanh(softplus(x))), nullptr, of_argument},
    {ACCEL_OPERATION_ELU, ASKED(bent(x, number(question, ACCEL_ATTRIBUTE_ALPHA, 1))), nullptr, of_argument},
    {ACCEL_OPERATION_CELU, ASKED(bent_by(x, number(question, ACCEL_ATTRIBUTE_ALPHA, 1))), nullptr, of_power},
    {ACCEL_OPERATION_SELU, ASKED(number(question, ACCEL_ATTRIBUTE_GAMMA, 1.050701f) * bent(x, number(question, ACCEL_ATTRIBUTE_ALPHA, 1.6732632f))), nullptr, of_argument},
    {ACCEL_OPERATION_SOFTSIGN, REAL(x / (1 + std::fabs(x))), nullptr, few_units},
    {ACCEL_OPERATION_SWISH, ASKED(x / (1 + std::exp(-number(question, ACCEL_ATTRIBUTE_ALPHA, 1) * x))), nullptr, of_argument},
    {ACCEL_OPERATION_GELU, gelu, nullptr, of_argument},
    {ACCEL_OPERATION_THRESHOLDED_RELU, ASKED(x > number(question, ACCEL_ATTRIBUTE_ALPHA, 1) ? x : 0), nullptr},
    {ACCEL_OPERATION_SHRINK, shrunk, nullptr},
};

constexpr BinaryRow kBinary[] = {
    {ACCEL_OPERATION_EQUAL, REALS(a == b), WHOLES(a == b)},
    {ACCEL_OPERATION_LESS, REALS(a < b), WHOLES(a < b)},
    {ACCEL_OPERATION_GREATER, REALS(a > b), WHOLES(a > b)},
    {ACCEL_OPERATION_LESS_OR_EQUAL, REALS(a < b || a == b), WHOLES(a <= b)},
    {ACCEL_OPERATION_GREATER_OR_EQUAL, REALS(a > b || a == b), WHOLES(a >= b)},
    {ACCEL_OPERATION_AND, nullptr, WHOLES(a != 0 && b != 0)},
    {ACCEL_OPERATION_OR, nullptr, WHOLES(a != 0 || b != 0)},
    {ACCEL_OPERATION_XOR, nullptr, WHOLES((a != 0) != (b != 0))},
    {ACCEL_OPERATION_BITWISE_AND, nullptr, WHOLES(a &b)},
    {ACCEL_OPERATION_BITWISE_OR, nullptr, WHOLES(a | b)},
    {ACCEL_OPERATION_BITWISE_XOR, nullptr, WHOLES((a | b) - (a & b))},
    {ACCEL_OPERATION_BIT_SHIFT, nullptr, shifted},
    {ACCEL_OPERATION_MOD, real_remainder, whole_remainder},
    {ACCEL_OPERATION_POW, REALS(std::pow(a, b)), whole_power, power_units},
    {ACCEL_OPERATION_MAX, REALS(std::isnan(a) || std::isnan(b) ? a + b : std::max(a, b)), WHOLES(std::max(a, b))},
    {ACCEL_OPERATION_MIN, REALS(std::isnan(a) || std::isnan(b) ? a + b : std::min(a, b)), WHOLES(std::min(a, b))},
    {ACCEL_OPERATION_PRELU, REALS(a < 0 ? a * b : a), nullptr},
};

#undef REAL
#undef ASKED
#undef WHOLE
#undef REALS
#undef WHOLES

}  // namespace

std::span<const UnaryRow> unary_functions() { return kUnary; }
std::span<const BinaryRow> binary_functions() { return kBinary; }

}  // namespace accel::conformance
