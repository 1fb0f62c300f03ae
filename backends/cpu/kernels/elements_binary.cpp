// SPDX-License-Identifier: MIT
// Arithmetic on two elements. Whole numbers wrap; what has no quotient is 0.
#include "element_loops.h"

#include <cmath>

namespace accel::cpu {
namespace {

template <typename W> W clamped(W value, const ElementFactors &factors) { return bounded(value, static_cast<W>(factors.low), static_cast<W>(factors.high)); }

struct Sum {
    template <typename W> static W of(W a, W b, const ElementFactors &factors)
    {
        if constexpr (std::is_floating_point_v<W>)
            return clamped(a + b, factors);
        else
            return static_cast<W>(static_cast<Wrapping<W>>(a) + static_cast<Wrapping<W>>(b));
    }
};
struct Difference {
    template <typename W> static W of(W a, W b, const ElementFactors &factors)
    {
        if constexpr (std::is_floating_point_v<W>)
            return clamped(a - b, factors);
        else
            return static_cast<W>(static_cast<Wrapping<W>>(a) - static_cast<Wrapping<W>>(b));
    }
};
struct Product {
    template <typename W> static W of(W a, W b, const ElementFactors &factors)
    {
        if constexpr (std::is_floating_point_v<W>)
            return clamped(a * b, factors);
        else
            return static_cast<W>(static_cast<Wrapping<W>>(a) * static_cast<Wrapping<W>>(b));
    }
};
// Toward zero.
struct Quotient {
    template <typename W> static W of(W a, W b, const ElementFactors &factors)
    {
        if constexpr (std::is_floating_point_v<W>)
            return clamped(a / b, factors);
        else if (b == 0)
            return 0;
        else if (std::is_signed_v<W> && b == static_cast<W>(-1))
            return static_cast<W>(Wrapping<W>{} - static_cast<Wrapping<W>>(a));
        else
            return static_cast<W>(a / b);
    }
};
struct Plain {
    template <typename W> static W of(W a, W b, const ElementFactors &) { return a + b; }
};
struct Remainder {
    template <typename W> static W of(W a, W b, const ElementFactors &factors)
    {
        const bool of_divisor = factors.mode == 0;
        W rest;
        if constexpr (std::is_floating_point_v<W>)
            rest = std::fmod(a, b);
        else if (b == 0 || (std::is_signed_v<W> && b == static_cast<W>(-1)))
            return 0;
        else
            rest = static_cast<W>(a % b);
        return of_divisor && rest != W{} && (rest < W{}) != (b < W{}) ? static_cast<W>(rest + b) : rest;
    }
};
// A NaN wins.
struct Larger {
    template <typename W> static W of(W a, W b, const ElementFactors &) { return a != a || a > b ? a : b; }
};
struct Smaller {
    template <typename W> static W of(W a, W b, const ElementFactors &) { return a != a || a < b ? a : b; }
};
struct Sloped {
    template <typename W> static W of(W x, W slope, const ElementFactors &) { return x < W{} ? x * slope : x; }
};

// Read whatever the type of exponents is; of whole ones both forms, of real ones the first.
struct Exponent {
    double real;
    int64_t whole;
};
template <typename T> Exponent exponent_at(const std::byte *at, int64_t index)
{
    T value;
    std::memcpy(&value, at + index * static_cast<int64_t>(sizeof value), sizeof value);
    const auto wide = static_cast<Wide<T>>(value);
    if constexpr (std::is_floating_point_v<Wide<T>>)
        return {static_cast<double>(wide), 0};
    else if constexpr (std::is_same_v<T, uint64_t>)
        return {static_cast<double>(wide), wide > static_cast<uint64_t>(INT64_MAX) ? INT64_MAX - (wide % 2 == 0) : static_cast<int64_t>(wide)};  // as even or odd as it is
    else
        return {static_cast<double>(wide), static_cast<int64_t>(wide)};
}

struct ExponentType {
    Exponent (*at)(const std::byte *, int64_t);
    bool whole;
};
template <typename... T> ExponentType exponent_type(uint32_t number, Types<T...>)
{
    ExponentType found{};
    ((number == kTypeNumber<T> ? void(found = {exponent_at<T>, !std::is_floating_point_v<Wide<T>>}) : void()), ...);
    return found;
}

// Wraps as products do. Of a negative exponent the inverse, toward zero, and 0 where there is none.
template <typename W> W whole_power(W base, int64_t exponent)
{
    if (exponent < 0)
        return base == 1 ? W{1} : base == static_cast<W>(-1) ? static_cast<W>(exponent % 2 == 0 ? 1 : -1)
                                                             : W{};
    Wrapping<W> power = 1, square = static_cast<Wrapping<W>>(base);
    for (auto left = static_cast<uint64_t>(exponent); left != 0; left >>= 1, square *= square)
        if (left & 1)
            power *= square;
    return static_cast<W>(power);
}

template <typename W> W power(W base, const Exponent &exponent, bool whole)
{
    if constexpr (std::is_floating_point_v<W>) {
        return static_cast<W>(std::pow(static_cast<double>(base), exponent.real));
    } else if (whole) {
        return whole_power(base, exponent.whole);
    } else {
        // As CAST makes a whole number of a real one; in more digits than binary64, which does not hold every base.
        const long double real = std::pow(static_cast<long double>(base), static_cast<long double>(exponent.real));
        if (!(real > static_cast<long double>(std::numeric_limits<W>::min())))
            return real == real ? std::numeric_limits<W>::min() : W{};
        return real >= static_cast<long double>(std::numeric_limits<W>::max()) ? std::numeric_limits<W>::max() : static_cast<W>(real);
    }
}

template <typename T> void along_powers(const ElementRun &run)
{
    const auto *x = reinterpret_cast<const T *>(run.x[0]);
    auto *y = reinterpret_cast<T *>(run.y);
    if constexpr (std::is_same_v<T, float>) {
        if (run.factors.second == ACCEL_TYPE_F32) {
            const auto *exponents = reinterpret_cast<const float *>(run.x[1]);
            for (int64_t i = 0; i < run.count; ++i)
                y[i * run.y_step] = std::pow(x[i * run.x_step[0]], exponents[i * run.x_step[1]]);
            return;
        }
    }
    const ExponentType type = exponent_type(run.factors.second, Numbers{});
    for (int64_t i = 0; i < run.count; ++i)
        y[i * run.y_step] = static_cast<T>(power(static_cast<Wide<T>>(x[i * run.x_step[0]]), type.at(run.x[1], i * run.x_step[1]), type.whole));
}

template <typename... T> constexpr ElementKernels powers(Types<T...>)
{
    ElementKernels kernels{};
    ((kernels[kTypeNumber<T>] = along_powers<T>), ...);
    return kernels;
}

constexpr ElementRow kRows[] = {
    {ACCEL_OPERATION_ADD, 2, binary<Sum>(Numbers{})},
    {ACCEL_OPERATION_SUB, 2, binary<Difference>(Numbers{})},
    {ACCEL_OPERATION_MUL, 2, binary<Product>(Numbers{})},
    {ACCEL_OPERATION_DIV, 2, binary<Quotient>(Numbers{})},
    {ACCEL_OPERATION_MOD, 2, binary<Remainder>(Numbers{})},
    {ACCEL_OPERATION_POW, 2, powers(Types<float, double, Half, Brain, int32_t, int64_t>{})},
    {ACCEL_OPERATION_MAX, 2, binary<Larger>(Numbers{})},
    {ACCEL_OPERATION_MIN, 2, binary<Smaller>(Numbers{})},
    {ACCEL_OPERATION_SUM, 2, binary<Plain>(Reals{})},
    {ACCEL_OPERATION_PRELU, 2, binary<Sloped>(Reals{})},
};

}  // namespace

std::span<const ElementRow> binary_rows() { return kRows; }

}  // namespace accel::cpu
