// SPDX-License-Identifier: MIT
// Checks tables of expressions, and evaluates them in one pass.
#include <accel/graph/expressions.h>

#include <algorithm>

#include "step.h"

namespace accel::graph {

namespace {

bool takes_rows(uint32_t op) { return op >= ACCEL_EXPRESSION_ADD && op <= ACCEL_EXPRESSION_MIN; }

std::string broken_row(Rows rows, uint32_t index, std::span<const uint32_t> symbols)
{
    const accel_expression &row = rows[index];
    const std::string who = "expression " + std::to_string(index);
    if (row.reserved) return who + ": reserved is not 0";
    if (row.op == ACCEL_EXPRESSION_CONSTANT) return row.left || row.right ? who + " is a number and names rows" : "";
    if (row.value) return who + " is no number and has a value";
    if (row.op == ACCEL_EXPRESSION_SYMBOL) {
        if (row.right) return who + " is a symbol and names a row";
        if (row.left >= symbols.size()) return who + " is symbol " + std::to_string(row.left) + ", there are " + std::to_string(symbols.size());
        if (symbols[row.left] != ACCEL_EXPRESSION_NONE && symbols[row.left] >= index)
            return who + " is symbol " + std::to_string(row.left) + ", whose own expression does not come before it";
        return "";
    }
    if (!takes_rows(row.op)) return who + " has the unknown operator " + std::to_string(row.op);
    if (row.left >= index || row.right >= index) return who + " names row " + std::to_string(std::max(row.left, row.right)) + ", which does not come before it";
    return "";
}

Number symbol_number(const SymbolSize &symbol, const std::vector<Number> &numbers)
{
    if (symbol.size) return {Outcome::kNumber, *symbol.size};
    return symbol.expression == ACCEL_EXPRESSION_NONE ? Number{} : numbers[symbol.expression];
}

}  // namespace

std::string broken_rule(Rows rows, std::span<const uint32_t> symbols)
{
    for (uint32_t i = 0; i < symbols.size(); ++i) {
        if (symbols[i] != ACCEL_EXPRESSION_NONE && symbols[i] >= rows.size())
            return "symbol " + std::to_string(i) + " is expression " + std::to_string(symbols[i]) + ", there are " + std::to_string(rows.size());
    }
    for (uint32_t i = 0; i < rows.size(); ++i) {
        if (std::string why = broken_row(rows, i, symbols); !why.empty()) return why;
    }
    return "";
}

std::vector<Number> evaluate(Rows rows, std::span<const SymbolSize> symbols)
{
    std::vector<Number> numbers;
    numbers.reserve(rows.size());
    for (const accel_expression &row : rows) {
        if (row.op == ACCEL_EXPRESSION_CONSTANT)
            numbers.push_back({Outcome::kNumber, row.value});
        else if (row.op == ACCEL_EXPRESSION_SYMBOL)
            numbers.push_back(symbol_number(symbols[row.left], numbers));
        else
            numbers.push_back(step(row.op, numbers[row.left], numbers[row.right]));
    }
    return numbers;
}

}  // namespace accel::graph
