// SPDX-License-Identifier: MIT
// Functions of one element that are exact, or rounded once.
#include "element_loops.h"

#include <cmath>

namespace accel::cpu {
namespace {

struct Absolute {
    template <typename W> static W of(W x, const ElementFactors &)
    {
        if constexpr (std::is_floating_point_v<W>)
            return std::fabs(x);
        else
            return x < W{} ? static_cast<W>(Wrapping<W>{} - static_cast<Wrapping<W>>(x)) : x;
    }
};
struct Negated {
    template <typename W> static W of(W x, const ElementFactors &)
    {
        if constexpr (std::is_floating_point_v<W>)
            return -x;
        else
            return static_cast<W>(Wrapping<W>{} - static_cast<Wrapping<W>>(x));
    }
};
struct Floor {
    template <typename W> static W of(W x, const ElementFactors &) { return std::floor(x); }
};
struct Ceiling {
    template <typename W> static W of(W x, const ElementFactors &) { return std::ceil(x); }
};
// Halves to even: threads keep the mode of rounding that they start with.
struct Rounded {
    template <typename W> static W of(W x, const ElementFactors &) { return std::nearbyint(x); }
};
struct Sign {
    template <typename W> static W of(W x, const ElementFactors &) { return x > W{} ? W{1} : x < W{} ? static_cast<W>(-1)
                                                                                         : x == W{}  ? W{}
                                                                                                     : x; }
};
struct Root {
    template <typename W> static W of(W x, const ElementFactors &) { return std::sqrt(x); }
};
struct Inverse {
    template <typename W> static W of(W x, const ElementFactors &) { return W{1} / x; }
};
struct Positive {
    template <typename W> static W of(W x, const ElementFactors &) { return x < W{} ? W{} : x; }
};
struct Leaky {
    template <typename W> static W of(W x, const ElementFactors &factors) { return x < W{} ? x * static_cast<W>(factors.alpha) : x; }
};
struct Shared {
    template <typename W> static W of(W x, const ElementFactors &factors) { return x / static_cast<W>(factors.alpha); }
};
struct IsNan {
    template <typename W> static bool of(W x, const ElementFactors &) { return x != x; }
};
struct IsInfinite {
    template <typename W> static bool of(W x, const ElementFactors &factors)
    {
        return ((factors.mode & 1) != 0 && x == std::numeric_limits<W>::infinity()) || ((factors.mode & 2) != 0 && x == -std::numeric_limits<W>::infinity());
    }
};
struct Not {
    static bool of(bool x, const ElementFactors &) { return !x; }
};
struct Inverted {
    template <typename W> static W of(W x, const ElementFactors &) { return static_cast<W>(~x); }
};

constexpr ElementRow kRows[] = {
    {ACCEL_OPERATION_ABS, 1, unary<Absolute>(Numbers{})},
    {ACCEL_OPERATION_NEG, 1, unary<Negated>(Signed{})},
    {ACCEL_OPERATION_FLOOR, 1, unary<Floor>(Reals{})},
    {ACCEL_OPERATION_CEIL, 1, unary<Ceiling>(Reals{})},
    {ACCEL_OPERATION_ROUND, 1, unary<Rounded>(Reals{})},
    {ACCEL_OPERATION_SIGN, 1, unary<Sign>(Numbers{})},
    {ACCEL_OPERATION_SQRT, 1, unary<Root>(Reals{})},
    {ACCEL_OPERATION_RECIPROCAL, 1, unary<Inverse>(Reals{})},
    {ACCEL_OPERATION_RELU, 1, unary<Positive>(Signed{})},
    {ACCEL_OPERATION_LEAKY_RELU, 1, unary<Leaky>(Reals{})},
    {ACCEL_OPERATION_MEAN, 1, unary<Shared>(Reals{})},
    {ACCEL_OPERATION_IS_NAN, 1, unary<IsNan, Truth>(Reals{}), ACCEL_TYPE_BOOL},
    {ACCEL_OPERATION_IS_INF, 1, unary<IsInfinite, Truth>(Reals{}), ACCEL_TYPE_BOOL},
    {ACCEL_OPERATION_NOT, 1, unary<Not>(Types<Truth>{})},
    {ACCEL_OPERATION_BITWISE_NOT, 1, unary<Inverted>(Integers{})},
};

}  // namespace

std::span<const ElementRow> unary_rows() { return kRows; }

}  // namespace accel::cpu
