// SPDX-License-Identifier: MIT
// Adds, multiplies and divides sizes and ranges of sizes, within 64 bits.
#include "step.h"

#include <algorithm>

namespace accel::graph {

namespace {

Number divided(uint32_t op, int64_t a, int64_t b)
{
    if (b <= 0) return {Outcome::kUndefined};
    const int64_t below = a % b < 0 ? 1 : 0, floor = a / b - below, rest = a % b + below * b;
    if (op == ACCEL_EXPRESSION_MOD) return {Outcome::kNumber, rest};
    return {Outcome::kNumber, floor + (op == ACCEL_EXPRESSION_CEIL_DIV && rest ? 1 : 0)};
}

/// A product whose factors may be without bound, and are so beyond 64 bits.
int64_t bounded_product(int64_t a, int64_t b)
{
    int64_t product = 0;
    if (!__builtin_mul_overflow(a, b, &product)) return product;
    return (a < 0) == (b < 0) ? INT64_MAX : INT64_MIN;
}

/// A sum of two lower or two upper bounds, none being what stays none.
int64_t bounded_sum(int64_t a, int64_t b, int64_t none)
{
    int64_t sum = 0;
    if (a == none || b == none) return none;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return a > 0 ? INT64_MAX : INT64_MIN;
}

int64_t bounded_negative(int64_t a) { return a == INT64_MIN ? INT64_MAX : a == INT64_MAX ? INT64_MIN
                                                                                         : -a; }

Range sum_range(const Range &a, const Range &b) { return {bounded_sum(a.low, b.low, INT64_MIN), bounded_sum(a.high, b.high, INT64_MAX)}; }

Range product_range(const Range &a, const Range &b)
{
    const auto ends = std::minmax({bounded_product(a.low, b.low), bounded_product(a.low, b.high), bounded_product(a.high, b.low), bounded_product(a.high, b.high)});
    return {ends.first, ends.second};
}

/// Divisors that are not above 0 have no value, so they bound nothing.
Range quotient_range(uint32_t op, const Range &a, const Range &b)
{
    const int64_t low = std::max<int64_t>(b.low, 1), high = std::max<int64_t>(b.high, 1);
    if (op == ACCEL_EXPRESSION_MOD) return {0, a.low >= 0 ? std::min(a.high, high - 1) : high - 1};
    const auto end = [&](int64_t given, int64_t divisor) {
        return given == INT64_MIN || given == INT64_MAX ? given : divided(op, given, divisor).value;
    };
    return {std::min(end(a.low, low), end(a.low, high)), std::max(end(a.high, low), end(a.high, high))};
}

}  // namespace

Number step(uint32_t op, const Number &left, const Number &right)
{
    if (left.outcome != Outcome::kNumber) return {left.outcome};
    if (right.outcome != Outcome::kNumber) return {right.outcome};
    const int64_t a = left.value, b = right.value;
    int64_t made = 0;
    bool over = false;
    switch (op) {
    case ACCEL_EXPRESSION_ADD: over = __builtin_add_overflow(a, b, &made); break;
    case ACCEL_EXPRESSION_SUB: over = __builtin_sub_overflow(a, b, &made); break;
    case ACCEL_EXPRESSION_MUL: over = __builtin_mul_overflow(a, b, &made); break;
    case ACCEL_EXPRESSION_MAX: made = std::max(a, b); break;
    case ACCEL_EXPRESSION_MIN: made = std::min(a, b); break;
    default: return divided(op, a, b);
    }
    return over ? Number{Outcome::kOverflow} : Number{Outcome::kNumber, made};
}

Range step_range(uint32_t op, const Range &left, const Range &right)
{
    switch (op) {
    case ACCEL_EXPRESSION_ADD: return sum_range(left, right);
    case ACCEL_EXPRESSION_SUB: return sum_range(left, {bounded_negative(right.high), bounded_negative(right.low)});
    case ACCEL_EXPRESSION_MUL: return product_range(left, right);
    case ACCEL_EXPRESSION_MAX: return {std::max(left.low, right.low), std::max(left.high, right.high)};
    case ACCEL_EXPRESSION_MIN: return {std::min(left.low, right.low), std::min(left.high, right.high)};
    default: return quotient_range(op, left, right);
    }
}

}  // namespace accel::graph
