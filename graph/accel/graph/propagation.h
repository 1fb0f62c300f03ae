// SPDX-License-Identifier: MIT
// Sizes of symbols that become known one after the other, and what follows from each.
#pragma once

#include <accel/graph/expressions.h>

namespace accel::graph {

/// All that follows from the sizes that were set takes one step per row, however many calls set them. The table keeps the rules (broken_rule) and outlives this.
class Propagation {
public:
    /// expressions: of each symbol the row that it is the value of, or ACCEL_EXPRESSION_NONE.
    Propagation(Rows rows, std::vector<uint32_t> expressions);

    /// A symbol without a number has this size from now on.
    void set(uint32_t symbol, int64_t size);
    const Number &symbol(uint32_t symbol) const { return symbols_[symbol]; }
    const Number &row(uint32_t row) const { return numbers_[row]; }

private:
    void settle(uint32_t row);
    void told(uint32_t symbol, const Number &number);
    void spread();

    Rows rows_;
    std::vector<uint32_t> expressions_;
    std::vector<Number> symbols_, numbers_;
    std::vector<uint32_t> readers_begin_, readers_;      ///< rows that name each row
    std::vector<uint32_t> symbol_begin_, symbol_rows_;   ///< rows that are each symbol
    std::vector<uint32_t> value_begin_, value_symbols_;  ///< symbols that are the value of each row
    std::vector<uint32_t> waiting_;
};

}  // namespace accel::graph
