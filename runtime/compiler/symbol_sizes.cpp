// SPDX-License-Identifier: MIT
// The sizes of a graph's symbols: given, found or following, each once and within its bounds.
#include "symbol_sizes.h"

#include "base/check.h"

namespace accel::runtime {

namespace {

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;

std::vector<uint32_t> derived(const Graph &graph)
{
    std::vector<uint32_t> expressions;
    for (const Symbol &symbol : graph.symbols) expressions.push_back(symbol.kind == ACCEL_SYMBOL_KIND_DERIVED ? symbol.expression : ACCEL_EXPRESSION_NONE);
    return expressions;
}

bool admits(const Symbol &symbol, int64_t size) { return size >= symbol.min_size && size <= symbol.max_size && size % symbol.multiple == 0; }

}  // namespace

SymbolSizes::SymbolSizes(const Graph &graph) : graph_(graph),
                                               sizes_({graph.expressions.data(), graph.expressions.size()}, derived(graph))
{
    for (uint32_t i = 0; i < graph.symbols.size(); ++i) {
        const Symbol &symbol = graph.symbols[i];
        by_name_.emplace(symbol.name, i);
        if (symbol.kind == ACCEL_SYMBOL_KIND_FREE && symbol.min_size == symbol.max_size) sizes_.set(i, symbol.min_size);
    }
}

accel_status SymbolSizes::take(const accel_symbol_value &given)
{
    if (!given.name) return fail_null("symbols.name");
    const auto found = by_name_.find(given.name);
    if (found == by_name_.end()) return fail(kBad, "P-7", nullptr, "the model has no symbol '%s'; it has: %s", given.name, free_names().c_str());
    if (graph_.symbols[found->second].kind != ACCEL_SYMBOL_KIND_FREE)
        return fail(kBad, "P-7", nullptr, "symbol %s is not given: it follows from others; give: %s", quoted(found->second).c_str(), free_names().c_str());
    return bind(found->second, given.size, "the program description");
}

accel_status SymbolSizes::take(const KnownSize &known)
{
    return bind(known.symbol, known.size, "known value '" + known.input + "'");
}

std::string SymbolSizes::free_names() const
{
    std::string names;
    for (const Symbol &symbol : graph_.symbols) {
        if (symbol.kind == ACCEL_SYMBOL_KIND_FREE) names += (names.empty() ? "" : ", ") + symbol.name;
    }
    return names.empty() ? "none" : names;
}

std::string SymbolSizes::text(uint32_t symbol, const char *quote) const
{
    const Symbol &row = graph_.symbols[symbol];
    const std::string name = quote + row.name + quote;
    if (row.kind != ACCEL_SYMBOL_KIND_DERIVED || row.expression == ACCEL_EXPRESSION_NONE) return name;
    const std::string value =
        graph::text({graph_.expressions.data(), graph_.expressions.size()}, row.expression, [this](uint32_t other) { return graph_.symbols[other].name; });
    return value == row.name ? name : name + " = " + value;
}

std::optional<int64_t> SymbolSizes::of(uint32_t symbol) const
{
    const graph::Number &number = sizes_.symbol(symbol);
    if (number.outcome != graph::Outcome::kNumber || !admits(graph_.symbols[symbol], number.value)) return std::nullopt;
    return number.value;
}

accel_status SymbolSizes::fail_size(uint32_t symbol, int64_t size, const std::string &who) const
{
    const Symbol &row = graph_.symbols[symbol];
    const std::string multiple = row.multiple == 1 ? "" : ", a multiple of " + std::to_string(row.multiple);
    return fail(kBad, "P-7", nullptr, "symbol %s is %lld by %s, expected %lld to %lld%s", quoted(symbol).c_str(), static_cast<long long>(size), who.c_str(),
                static_cast<long long>(row.min_size), static_cast<long long>(row.max_size), multiple.c_str());
}

accel_status SymbolSizes::bind(uint32_t symbol, int64_t size, const std::string &who)
{
    if (!admits(graph_.symbols[symbol], size)) return fail_size(symbol, size, who);
    const graph::Number &number = sizes_.symbol(symbol);
    if (number.outcome == graph::Outcome::kNumber && number.value != size)
        return fail(kBad, "P-7", nullptr, "symbol %s is %lld by %s, but it is %lld already", quoted(symbol).c_str(), static_cast<long long>(size), who.c_str(),
                    static_cast<long long>(number.value));
    sizes_.set(symbol, size);
    return ACCEL_STATUS_OK;
}

accel_status SymbolSizes::check_derived(uint32_t symbol) const
{
    const graph::Number &number = sizes_.symbol(symbol);
    if (number.outcome == graph::Outcome::kNumber) return fail_size(symbol, number.value, "its expression");
    if (number.outcome == graph::Outcome::kOverflow)
        return fail(ACCEL_STATUS_LIMIT, "P-7", nullptr, "with the given symbols, symbol %s passes 64 bits", quoted(symbol).c_str());
    if (number.outcome == graph::Outcome::kUndefined)
        return fail(kBad, "P-7", nullptr, "with the given symbols, symbol %s divides by what is not above 0", quoted(symbol).c_str());
    return ACCEL_STATUS_OK;
}

accel_status SymbolSizes::check_expression(uint32_t symbol) const
{
    const Symbol &row = graph_.symbols[symbol];
    if (row.kind != ACCEL_SYMBOL_KIND_DERIVED || row.expression == ACCEL_EXPRESSION_NONE) return ACCEL_STATUS_OK;
    const graph::Number &told = sizes_.symbol(symbol), &follows = sizes_.row(row.expression);
    const bool differ = told.outcome == graph::Outcome::kNumber && follows.outcome == graph::Outcome::kNumber && told.value != follows.value;
    return !differ ? ACCEL_STATUS_OK
                   : fail(kBad, "P-7", nullptr, "symbol %s is %lld by a known value or a node, but %lld by its expression", quoted(symbol).c_str(), static_cast<long long>(told.value),
                          static_cast<long long>(follows.value));
}

}  // namespace accel::runtime
