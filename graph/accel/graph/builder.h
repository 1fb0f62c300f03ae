// SPDX-License-Identifier: MIT
// Makes tables of expressions: simple forms, each once.
#pragma once

#include <accel/graph/expressions.h>

#include <unordered_map>

namespace accel::graph {

/// Two ways to say one size usually end in one row: numbers are calculated, sums have their number last, equal rows are shared. A row that is made has the value of
/// what was asked for wherever that has one.
///
/// A row is named by its number. ACCEL_EXPRESSION_NONE is a size that nobody can say; what is made of it is it, too, and so is what leaves 64 bits.
class Builder {
public:
    uint32_t constant(int64_t value);
    /// A symbol that may have the sizes of the range. Of one symbol the first range counts.
    uint32_t symbol(uint32_t symbol, Range range);
    uint32_t add(uint32_t a, uint32_t b);
    uint32_t sub(uint32_t a, uint32_t b);
    uint32_t mul(uint32_t a, uint32_t b);
    uint32_t floor_div(uint32_t a, uint32_t b);
    uint32_t ceil_div(uint32_t a, uint32_t b);
    uint32_t mod(uint32_t a, uint32_t b);
    uint32_t max(uint32_t a, uint32_t b);
    uint32_t min(uint32_t a, uint32_t b);

    Rows rows() const { return rows_; }
    /// Of a row that exists.
    const Range &range(uint32_t row) const { return ranges_[row]; }
    /// The number of a constant row; nothing of others and of ACCEL_EXPRESSION_NONE.
    std::optional<int64_t> number(uint32_t row) const;

private:
    struct Key {
        uint32_t op, left, right;
        int64_t value;
        bool operator==(const Key &) const = default;
    };
    struct Hash {
        size_t operator()(const Key &key) const;
    };
    /// A row as base + offset and base * factor.
    struct Parts {
        uint32_t base;
        int64_t number;
    };

    uint32_t row(uint32_t op, uint32_t left, uint32_t right, int64_t value = 0);
    uint32_t commuting(uint32_t op, uint32_t a, uint32_t b);
    bool is(uint32_t row, uint32_t op) const { return rows_[row].op == op; }
    Parts as_sum(uint32_t row) const;
    Parts as_product(uint32_t row) const;
    uint32_t plus(uint32_t a, int64_t number);
    uint32_t times(uint32_t a, int64_t number);
    uint32_t merged(uint32_t a, uint32_t b, int64_t sign);
    uint32_t over(uint32_t a, int64_t divisor);
    uint32_t cancelled(uint32_t a, uint32_t b);
    uint32_t extreme(uint32_t op, uint32_t a, uint32_t b);

    std::vector<accel_expression> rows_;
    std::vector<Range> ranges_;
    std::unordered_map<Key, uint32_t, Hash> known_;
};

}  // namespace accel::graph
