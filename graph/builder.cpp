// SPDX-License-Identifier: MIT
// Simplifies expressions while their rows are made.
//
// A row is made as base + number or base * number where that can be, with the number last, and numbers come out of products and quotients of sums. So what shape rules make in different ways ends in one row:
//
//   (n + 3) * 2 + 4   ┐
//   2 * n + 10        ├─ the row (n * 2) + 10
//   (n + 5) * 2       ┘
//
// What is true:
// - Operands of a row are before it: a table is evaluated in one pass.
// - Rows are shared: one operator over the same operands is one row. Where the order of operands means nothing, the smaller number is first.
// - A row that is made has the value of what was asked for wherever that has one. It may have one where that has none: n * 0 is 0.
// - What leaves 64 bits, and what is made of ACCEL_EXPRESSION_NONE, is ACCEL_EXPRESSION_NONE: a size that nobody can say.
// - Each row has a range, made of its operands' ranges. MAX and MIN use it to take one side.
//
// Where one size ends in two rows nothing wrong follows: they are compared as numbers, once the symbols have sizes.
//
// Not chosen: a normal form of polynomials. It would find more equal pairs, and takes rows that grow with the power of the expression; sizes of models come from a few additions and divisions.
#include <accel/graph/builder.h>

#include <algorithm>

#include "step.h"

namespace accel::graph {

namespace {

constexpr uint32_t kNone = ACCEL_EXPRESSION_NONE;
/// Products of more factors are not taken apart to be divided.
constexpr size_t kFactorsMax = 16;

}  // namespace

size_t Builder::Hash::operator()(const Key &key) const
{
    uint64_t mixed = key.op;
    for (const uint64_t part : {uint64_t{key.left}, uint64_t{key.right}, static_cast<uint64_t>(key.value)}) mixed = (mixed ^ part) * 0x9e3779b97f4a7c15u ^ mixed >> 29;
    return static_cast<size_t>(mixed ^ mixed >> 32);
}

uint32_t Builder::row(uint32_t op, uint32_t left, uint32_t right, int64_t value)
{
    const auto [place, added] = known_.emplace(Key{op, left, right, value}, static_cast<uint32_t>(rows_.size()));
    if (!added) return place->second;
    rows_.push_back({op, left, right, 0, value});
    ranges_.push_back(op > ACCEL_EXPRESSION_SYMBOL ? step_range(op, ranges_[left], ranges_[right]) : Range{value, value});
    return place->second;
}

uint32_t Builder::commuting(uint32_t op, uint32_t a, uint32_t b) { return row(op, std::min(a, b), std::max(a, b)); }

uint32_t Builder::constant(int64_t value) { return row(ACCEL_EXPRESSION_CONSTANT, 0, 0, value); }

uint32_t Builder::symbol(uint32_t symbol, Range range)
{
    if (range.low == range.high) return constant(range.low);
    const size_t before = rows_.size();
    const uint32_t made = row(ACCEL_EXPRESSION_SYMBOL, symbol, 0);
    if (rows_.size() != before) ranges_[made] = range;
    return made;
}

std::optional<int64_t> Builder::number(uint32_t row) const
{
    if (row == kNone || !is(row, ACCEL_EXPRESSION_CONSTANT)) return std::nullopt;
    return rows_[row].value;
}

Builder::Parts Builder::as_sum(uint32_t row) const
{
    if (!is(row, ACCEL_EXPRESSION_ADD)) return {row, 0};
    const auto offset = number(rows_[row].right);
    return offset ? Parts{rows_[row].left, *offset} : Parts{row, 0};
}

Builder::Parts Builder::as_product(uint32_t row) const
{
    if (!is(row, ACCEL_EXPRESSION_MUL)) return {row, 1};
    const auto factor = number(rows_[row].right);
    return factor ? Parts{rows_[row].left, *factor} : Parts{row, 1};
}

uint32_t Builder::plus(uint32_t a, int64_t offset)
{
    if (const auto value = number(a)) {
        const auto sum = step(ACCEL_EXPRESSION_ADD, *value, offset);
        return sum ? constant(*sum) : kNone;
    }
    const Parts parts = as_sum(a);
    const auto sum = step(ACCEL_EXPRESSION_ADD, parts.number, offset);
    if (!sum) return kNone;
    return *sum == 0 ? parts.base : row(ACCEL_EXPRESSION_ADD, parts.base, constant(*sum));
}

uint32_t Builder::times(uint32_t a, int64_t factor)
{
    if (factor == 0) return constant(0);
    if (const auto value = number(a)) {
        const auto product = step(ACCEL_EXPRESSION_MUL, *value, factor);
        return product ? constant(*product) : kNone;
    }
    if (factor == 1) return a;
    if (const Parts sum = as_sum(a); sum.number != 0) {
        const auto offset = step(ACCEL_EXPRESSION_MUL, sum.number, factor);
        const uint32_t base = times(sum.base, factor);
        return offset && base != kNone ? plus(base, *offset) : kNone;
    }
    const Parts parts = as_product(a);
    const auto product = step(ACCEL_EXPRESSION_MUL, parts.number, factor);
    return product ? row(ACCEL_EXPRESSION_MUL, parts.base, constant(*product)) : kNone;
}

/// a + sign * b, neither with a number behind it.
uint32_t Builder::merged(uint32_t a, uint32_t b, int64_t sign)
{
    const Parts left = as_product(a), right = as_product(b);
    if (left.base == right.base) {
        const auto factor = step(sign > 0 ? ACCEL_EXPRESSION_ADD : ACCEL_EXPRESSION_SUB, left.number, right.number);
        return factor ? times(left.base, *factor) : kNone;
    }
    if (sign > 0) return commuting(ACCEL_EXPRESSION_ADD, a, b);
    if (is(a, ACCEL_EXPRESSION_ADD)) {
        if (rows_[a].left == b) return rows_[a].right;
        if (rows_[a].right == b) return rows_[a].left;
    }
    return row(ACCEL_EXPRESSION_SUB, a, b);
}

uint32_t Builder::add(uint32_t a, uint32_t b)
{
    if (a == kNone || b == kNone) return kNone;
    if (const auto value = number(a)) return plus(b, *value);
    if (const auto value = number(b)) return plus(a, *value);
    const Parts left = as_sum(a), right = as_sum(b);
    const auto offset = step(ACCEL_EXPRESSION_ADD, left.number, right.number);
    const uint32_t base = merged(left.base, right.base, 1);
    return offset && base != kNone ? plus(base, *offset) : kNone;
}

uint32_t Builder::sub(uint32_t a, uint32_t b)
{
    if (a == kNone || b == kNone) return kNone;
    const Parts left = as_sum(a);
    Parts right = as_sum(b);
    if (const auto value = number(b)) right = {kNone, *value};
    if (right.number == INT64_MIN) return kNone;
    if (right.base == kNone) return plus(a, -right.number);
    const auto offset = step(ACCEL_EXPRESSION_SUB, left.number, right.number);
    const uint32_t base = number(left.base) ? row(ACCEL_EXPRESSION_SUB, left.base, right.base) : merged(left.base, right.base, -1);
    return offset && base != kNone ? plus(base, *offset) : kNone;
}

uint32_t Builder::mul(uint32_t a, uint32_t b)
{
    if (a == kNone || b == kNone) return kNone;
    if (const auto value = number(a)) return times(b, *value);
    if (const auto value = number(b)) return times(a, *value);
    const Parts left = as_product(a), right = as_product(b);
    const auto factor = step(ACCEL_EXPRESSION_MUL, left.number, right.number);
    return factor ? times(commuting(ACCEL_EXPRESSION_MUL, left.base, right.base), *factor) : kNone;
}

/// floor(a / divisor). What the divisor divides comes out of the floor.
uint32_t Builder::over(uint32_t a, int64_t divisor)
{
    if (divisor == 1) return a;
    const Parts sum = as_sum(a);
    const int64_t outside = step(ACCEL_EXPRESSION_FLOOR_DIV, sum.number, divisor).value_or(0);
    const int64_t inside = sum.number - outside * divisor;
    const Parts product = as_product(sum.base);
    if (product.number % divisor == 0) return plus(times(product.base, product.number / divisor), outside);
    uint32_t base = plus(sum.base, inside);
    if (base != kNone && is(base, ACCEL_EXPRESSION_FLOOR_DIV)) {
        // The floor of a quotient of a floor of a quotient is that of the quotient by both.
        const auto inner = number(rows_[base].right);
        const auto both = inner ? step(ACCEL_EXPRESSION_MUL, *inner, divisor) : std::nullopt;
        if (both) return plus(over(rows_[base].left, *both), outside);
    }
    return base == kNone ? kNone : plus(row(ACCEL_EXPRESSION_FLOOR_DIV, base, constant(divisor)), outside);
}

/// a / b where b's factors are among a's; ACCEL_EXPRESSION_NONE elsewhere.
uint32_t Builder::cancelled(uint32_t a, uint32_t b)
{
    const auto factors = [this](uint32_t whole) {
        std::vector<uint32_t> open{whole}, found;
        while (!open.empty() && found.size() + open.size() <= kFactorsMax) {
            const uint32_t at = open.back();
            open.pop_back();
            if (is(at, ACCEL_EXPRESSION_MUL))
                open.insert(open.end(), {rows_[at].left, rows_[at].right});
            else
                found.push_back(at);
        }
        if (!open.empty()) found.assign(1, whole);
        std::sort(found.begin(), found.end());
        return found;
    };
    std::vector<uint32_t> kept = factors(a), gone = factors(b);
    int64_t above = 1, below = 1;
    const auto take_numbers = [&](std::vector<uint32_t> &list, int64_t &product) {
        std::erase_if(list, [&](uint32_t factor) {
            const auto value = number(factor);
            const auto taken = value ? step(ACCEL_EXPRESSION_MUL, product, *value) : std::nullopt;
            product = taken.value_or(product);
            return taken.has_value();
        });
    };
    take_numbers(kept, above);
    take_numbers(gone, below);
    if (below <= 0 || above % below != 0 || !std::includes(kept.begin(), kept.end(), gone.begin(), gone.end())) return kNone;
    std::vector<uint32_t> rest;
    std::set_difference(kept.begin(), kept.end(), gone.begin(), gone.end(), std::back_inserter(rest));
    uint32_t made = constant(above / below);
    for (const uint32_t factor : rest) made = mul(made, factor);
    return made;
}

uint32_t Builder::floor_div(uint32_t a, uint32_t b)
{
    if (a == kNone || b == kNone) return kNone;
    const auto divisor = number(b);
    if (divisor && *divisor <= 0) return kNone;
    if (const auto value = number(a); value && divisor) return constant(*step(ACCEL_EXPRESSION_FLOOR_DIV, *value, *divisor));
    if (divisor) return over(a, *divisor);
    if (const uint32_t made = cancelled(a, b); made != kNone) return made;
    return row(ACCEL_EXPRESSION_FLOOR_DIV, a, b);
}

uint32_t Builder::ceil_div(uint32_t a, uint32_t b)
{
    if (a == kNone || b == kNone) return kNone;
    if (const auto divisor = number(b)) return *divisor > 0 ? floor_div(plus(a, *divisor - 1), b) : kNone;
    if (const uint32_t made = cancelled(a, b); made != kNone) return made;
    return row(ACCEL_EXPRESSION_CEIL_DIV, a, b);
}

uint32_t Builder::mod(uint32_t a, uint32_t b)
{
    if (a == kNone || b == kNone) return kNone;
    const auto divisor = number(b);
    if (divisor && *divisor <= 0) return kNone;
    if (const auto value = number(a); value && divisor) return constant(*step(ACCEL_EXPRESSION_MOD, *value, *divisor));
    if (divisor && as_product(as_sum(a).base).number % *divisor == 0) return constant(*step(ACCEL_EXPRESSION_MOD, as_sum(a).number, *divisor));
    return row(ACCEL_EXPRESSION_MOD, a, b);
}

uint32_t Builder::extreme(uint32_t op, uint32_t a, uint32_t b)
{
    if (a == kNone || b == kNone) return kNone;
    const bool least = op == ACCEL_EXPRESSION_MIN;
    if (a == b || (least ? ranges_[a].high <= ranges_[b].low : ranges_[a].low >= ranges_[b].high)) return a;
    if (least ? ranges_[b].high <= ranges_[a].low : ranges_[b].low >= ranges_[a].high) return b;
    if (number(a)) std::swap(a, b);
    const Parts left = as_sum(a), right = as_sum(b);
    if (left.base == right.base) return (left.number < right.number) == least ? a : b;
    return number(b) ? row(op, a, b) : commuting(op, a, b);
}

uint32_t Builder::max(uint32_t a, uint32_t b) { return extreme(ACCEL_EXPRESSION_MAX, a, b); }
uint32_t Builder::min(uint32_t a, uint32_t b) { return extreme(ACCEL_EXPRESSION_MIN, a, b); }

}  // namespace accel::graph
