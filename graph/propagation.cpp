// SPDX-License-Identifier: MIT
// Spreads a size that became known to the rows and symbols that stand on it.
#include <accel/graph/propagation.h>

#include "step.h"

namespace accel::graph {

namespace {

/// Items by key: those of key k are at begin[k] up to begin[k + 1].
struct Table {
    std::vector<uint32_t> begin, items;
};

template <class ForEach> Table table_of(size_t keys, ForEach &&for_each)
{
    Table table;
    table.begin.resize(keys + 1);
    for_each([&](uint32_t key, uint32_t) { ++table.begin[key + 1]; });
    for (size_t i = 1; i <= keys; ++i) table.begin[i] += table.begin[i - 1];
    table.items.resize(table.begin[keys]);
    std::vector<uint32_t> next(table.begin.begin(), table.begin.end() - 1);
    for_each([&](uint32_t key, uint32_t item) { table.items[next[key]++] = item; });
    return table;
}

bool takes_rows(const accel_expression &row) { return row.op != ACCEL_EXPRESSION_CONSTANT && row.op != ACCEL_EXPRESSION_SYMBOL; }

}  // namespace

Propagation::Propagation(Rows rows, std::vector<uint32_t> expressions)
    : rows_(rows),
      expressions_(std::move(expressions)),
      symbols_(expressions_.size()),
      numbers_(rows.size())
{
    const auto count = static_cast<uint32_t>(rows.size());
    Table readers = table_of(count, [&](auto &&add) {
        for (uint32_t i = 0; i < count; ++i) {
            if (!takes_rows(rows_[i])) continue;
            add(rows_[i].left, i);
            add(rows_[i].right, i);
        }
    });
    Table symbol_rows = table_of(expressions_.size(), [&](auto &&add) {
        for (uint32_t i = 0; i < count; ++i) {
            if (rows_[i].op == ACCEL_EXPRESSION_SYMBOL) add(rows_[i].left, i);
        }
    });
    Table values = table_of(count, [&](auto &&add) {
        for (uint32_t i = 0; i < expressions_.size(); ++i) {
            if (expressions_[i] != ACCEL_EXPRESSION_NONE) add(expressions_[i], i);
        }
    });
    readers_begin_ = std::move(readers.begin), readers_ = std::move(readers.items);
    symbol_begin_ = std::move(symbol_rows.begin), symbol_rows_ = std::move(symbol_rows.items);
    value_begin_ = std::move(values.begin), value_symbols_ = std::move(values.items);
    for (uint32_t i = 0; i < count; ++i) {
        if (rows_[i].op != ACCEL_EXPRESSION_CONSTANT) continue;
        numbers_[i] = {Outcome::kNumber, rows_[i].value};
        waiting_.push_back(i);
    }
    spread();
}

void Propagation::set(uint32_t symbol, int64_t size)
{
    told(symbol, {Outcome::kNumber, size});
    spread();
}

void Propagation::told(uint32_t symbol, const Number &number)
{
    if (symbols_[symbol].outcome != Outcome::kOpen) return;
    symbols_[symbol] = number;
    for (uint32_t i = symbol_begin_[symbol]; i < symbol_begin_[symbol + 1]; ++i) {
        numbers_[symbol_rows_[i]] = number;
        waiting_.push_back(symbol_rows_[i]);
    }
}

/// A row whose operand was told.
void Propagation::settle(uint32_t row)
{
    if (numbers_[row].outcome != Outcome::kOpen) return;
    numbers_[row] = step(rows_[row].op, numbers_[rows_[row].left], numbers_[rows_[row].right]);
    if (numbers_[row].outcome != Outcome::kOpen) waiting_.push_back(row);
}

void Propagation::spread()
{
    while (!waiting_.empty()) {
        const uint32_t row = waiting_.back();
        waiting_.pop_back();
        for (uint32_t i = value_begin_[row]; i < value_begin_[row + 1]; ++i) told(value_symbols_[i], numbers_[row]);
        for (uint32_t i = readers_begin_[row]; i < readers_begin_[row + 1]; ++i) settle(readers_[i]);
    }
}

}  // namespace accel::graph
