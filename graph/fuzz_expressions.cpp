// SPDX-License-Identifier: MIT
// Tables made from arbitrary bytes: the rules refuse them, or they are evaluated and printed, and a table that is built from one means the same.
#include <accel/graph/builder.h>
#include <accel/graph/propagation.h>

#include <cstdlib>
#include <cstring>

namespace {

using namespace accel::graph;

/// The table as the builder says it: the row for each row.
std::vector<uint32_t> rebuilt(Rows rows, const std::vector<SymbolSize> &symbols, const std::vector<Range> &ranges, Builder &builder)
{
    std::vector<uint32_t> made;
    for (const accel_expression &row : rows) {
        const auto both = [&](uint32_t (Builder::*build)(uint32_t, uint32_t)) { return (builder.*build)(made[row.left], made[row.right]); };
        switch (row.op) {
        case ACCEL_EXPRESSION_CONSTANT: made.push_back(builder.constant(row.value)); break;
        case ACCEL_EXPRESSION_SYMBOL:
            made.push_back(symbols[row.left].expression == ACCEL_EXPRESSION_NONE ? builder.symbol(row.left, ranges[row.left]) : made[symbols[row.left].expression]);
            break;
        case ACCEL_EXPRESSION_ADD: made.push_back(both(&Builder::add)); break;
        case ACCEL_EXPRESSION_SUB: made.push_back(both(&Builder::sub)); break;
        case ACCEL_EXPRESSION_MUL: made.push_back(both(&Builder::mul)); break;
        case ACCEL_EXPRESSION_FLOOR_DIV: made.push_back(both(&Builder::floor_div)); break;
        case ACCEL_EXPRESSION_CEIL_DIV: made.push_back(both(&Builder::ceil_div)); break;
        case ACCEL_EXPRESSION_MOD: made.push_back(both(&Builder::mod)); break;
        case ACCEL_EXPRESSION_MAX: made.push_back(both(&Builder::max)); break;
        default: made.push_back(both(&Builder::min)); break;
        }
    }
    return made;
}

/// A small number mostly, any number now and then.
int64_t number(uint8_t kind, int64_t any) { return kind & 3 ? static_cast<int8_t>(any) : any; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count)
{
    if (byte_count < 1) return 0;
    const size_t symbol_count = bytes[0] % 4;
    constexpr size_t kRowBytes = 12;
    std::vector<accel_expression> rows;
    for (size_t at = 1; at + kRowBytes <= byte_count && rows.size() < 64; at += kRowBytes) {
        int64_t any = 0;
        std::memcpy(&any, bytes + at + 4, sizeof any);
        accel_expression row{bytes[at] % 12u, bytes[at + 1], bytes[at + 2], bytes[at + 3] == 255, 0};
        if (row.op == ACCEL_EXPRESSION_CONSTANT) row.value = number(bytes[at + 3], any);
        if (row.op <= ACCEL_EXPRESSION_SYMBOL) row.right = 0;
        if (row.op == ACCEL_EXPRESSION_CONSTANT) row.left = 0;
        rows.push_back(row);
    }
    // The last symbol is derived where there is a table.
    std::vector<uint32_t> expressions(symbol_count, ACCEL_EXPRESSION_NONE);
    if (symbol_count == 3) expressions[2] = bytes[0] / 4;
    if (!broken_rule(rows, expressions).empty()) return 0;

    std::vector<SymbolSize> symbols;
    std::vector<Range> ranges;
    for (size_t i = 0; i < symbol_count; ++i) {
        const int64_t size = bytes[(i * 7 + 1) % byte_count] - 20;
        symbols.push_back({expressions[i] == ACCEL_EXPRESSION_NONE ? std::optional(size) : std::nullopt, expressions[i]});
        ranges.push_back({size - bytes[0] % 3, size + 5});
    }
    const std::vector<Number> expected = evaluate(rows, symbols);
    Propagation one_by_one(rows, expressions);
    for (size_t i = symbol_count; i-- > 0;) {
        if (symbols[i].size) one_by_one.set(static_cast<uint32_t>(i), *symbols[i].size);
    }
    for (size_t i = 0; i < rows.size(); ++i) {
        const Number &now = one_by_one.row(static_cast<uint32_t>(i));
        if ((now.outcome == Outcome::kNumber) != (expected[i].outcome == Outcome::kNumber) || now.value != expected[i].value) std::abort();
    }
    Builder builder;
    const std::vector<uint32_t> made = rebuilt(rows, symbols, ranges, builder);
    if (!broken_rule(builder.rows(), expressions).empty() && symbol_count < 3) std::abort();
    const std::vector<Number> got = evaluate(builder.rows(), symbols);
    for (size_t i = 0; i < rows.size(); ++i) {
        if (text(rows, static_cast<uint32_t>(i), [](uint32_t) { return "s"; }).empty()) std::abort();
        if (made[i] == ACCEL_EXPRESSION_NONE || expected[i].outcome != Outcome::kNumber || got[made[i]].outcome != Outcome::kNumber) continue;
        if (got[made[i]].value != expected[i].value || !builder.range(made[i]).holds(expected[i].value)) std::abort();
    }
    return 0;
}
