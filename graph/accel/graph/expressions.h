// SPDX-License-Identifier: MIT
// Tables of sizes that are calculated from other sizes, as accel_graph_desc has them: rows that name earlier rows.
#pragma once

#include <accel/tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace accel::graph {

using Rows = std::span<const accel_expression>;

/// What a SYMBOL row finds: a size, or the row that a derived symbol is the value of, or neither.
struct SymbolSize {
    std::optional<int64_t> size;
    uint32_t expression = ACCEL_EXPRESSION_NONE;
};

/// Why a row has no number.
enum class Outcome {
    kNumber,
    kOpen,       ///< a symbol has no size yet
    kOverflow,   ///< a step left 64 bits
    kUndefined,  ///< a divisor was not above 0
};

struct Number {
    Outcome outcome = Outcome::kOpen;
    int64_t value = 0;
};

/// Numbers that a row may have. lowest and highest of int64_t: no bound is known.
struct Range {
    int64_t low = INT64_MIN;
    int64_t high = INT64_MAX;
    bool holds(int64_t value) const { return value >= low && value <= high; }
};

/// The first thing about a table that is against its rules (G-19), as a part of a sentence; "" if it keeps them. symbols: by number, the row of a derived one and
/// ACCEL_EXPRESSION_NONE of any other. Everything below needs a table that keeps them.
std::string broken_rule(Rows rows, std::span<const uint32_t> symbols);

/// The number of every row, in one pass.
std::vector<Number> evaluate(Rows rows, std::span<const SymbolSize> symbols);

/// What one step makes of ranges. Where a step may overflow, the side where it does has no bound.
Range step_range(uint32_t op, const Range &left, const Range &right);

/// Row number `row` as text, such as "floor((W + 3) / 2)". Of a long one the begin.
std::string text(Rows rows, uint32_t row, const std::function<std::string(uint32_t symbol)> &name);

}  // namespace accel::graph
