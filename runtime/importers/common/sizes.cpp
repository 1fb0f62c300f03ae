// SPDX-License-Identifier: MIT
// Makes symbols and rows of expressions for sizes that are open.
#include "sizes.h"

#include "failure.h"

#include <algorithm>

namespace accel::importer {

uint32_t Sizes::add(std::string name, uint32_t kind, Size expression, int64_t least, int64_t most)
{
    while (by_name_.contains(name)) {
        name += '_';
    }
    const char *stored = memory_.copy_string(name);
    const auto id = static_cast<uint32_t>(symbols_.size());
    symbols_.push_back({stored, kind, expression, least, most, 1});
    by_name_.emplace(stored, id);
    return id;
}

uint32_t Sizes::symbol(std::string_view name)
{
    const auto found = by_name_.find(name);
    // A name of the file may be what a size that was calculated here is called.
    if (found != by_name_.end() && symbols_[found->second].kind == ACCEL_SYMBOL_KIND_FREE) {
        return found->second;
    }
    return add(std::string(name), ACCEL_SYMBOL_KIND_FREE, ACCEL_EXPRESSION_NONE, 1, kSizeMax);
}

uint32_t Sizes::unnamed_symbol(std::string_view tensor, size_t axis)
{
    return add(text(tensor, ".dim", axis), ACCEL_SYMBOL_KIND_FREE, ACCEL_EXPRESSION_NONE, 1, kSizeMax);
}

uint32_t Sizes::turning_symbol(std::string_view name)
{
    return add(std::string(name), ACCEL_SYMBOL_KIND_DATA, ACCEL_EXPRESSION_NONE, 0, kSizeMax);
}

accel_dim Sizes::open_dim(std::string_view tensor, size_t axis)
{
    return symbol_dim(add(text(tensor, ".dim", axis), ACCEL_SYMBOL_KIND_DERIVED, ACCEL_EXPRESSION_NONE, 0, kSizeMax));
}

Size Sizes::size(const accel_dim &dim)
{
    if (is_open(dim)) {
        return kOpenSize;
    }
    if (is_fixed(dim)) {
        return number(dim.size);
    }
    const accel_symbol &symbol = symbols_[dim.symbol];
    return symbol.expression != ACCEL_EXPRESSION_NONE ? symbol.expression : builder_.symbol(dim.symbol, {symbol.min_size, symbol.max_size});
}

Size Sizes::product(std::span<const accel_dim> dims)
{
    Size all = number(1);
    for (const accel_dim &dim : dims) {
        all = builder_.mul(all, size(dim));
    }
    return all;
}

accel_dim Sizes::dim(Size size)
{
    if (size == kOpenSize) {
        return accel::importer::open_dim();
    }
    if (const auto value = builder_.number(size)) {
        return fixed_dim(*value);
    }
    const accel_expression row = expressions()[size];
    if (row.op == ACCEL_EXPRESSION_SYMBOL) {
        return symbol_dim(row.left);
    }
    const auto [place, added] = by_size_.emplace(size, static_cast<uint32_t>(symbols_.size()));
    if (added) {
        const graph::Range range = builder_.range(size);
        const std::string name = graph::text(expressions(), size, [this](uint32_t symbol) { return std::string(symbols_[symbol].name); });
        const int64_t least = std::clamp<int64_t>(range.low, is_positive(size) ? 1 : 0, kSizeMax);
        add(name, ACCEL_SYMBOL_KIND_DERIVED, size, least, std::clamp<int64_t>(range.high, least, kSizeMax));
    }
    return symbol_dim(place->second);
}

accel_dim Sizes::broadcast(const accel_dim &a, const accel_dim &b)
{
    // A symbol beside a size above 1 can only be that size or 1: the result has the size either way.
    if (is_fixed(a) || is_fixed(b)) {
        return is_fixed(a) ? a : b;
    }
    const Size left = size(a);
    const Size right = size(b);
    // 0 beside 1 gives 0, which is not the larger.
    return is_positive(left) && is_positive(right) ? dim(builder_.max(left, right)) : accel::importer::open_dim();
}

void Sizes::mark_positive(Size size)
{
    if (size != kOpenSize) {
        positive_.resize(std::max<size_t>(positive_.size(), size + size_t{1}));
        positive_[size] = true;
    }
}

int64_t Sizes::least(const accel_dim &dim)
{
    const Size known = size(dim);
    return known == kOpenSize ? 0 : std::max<int64_t>(builder_.range(known).low, is_positive(known) ? 1 : 0);
}

bool Sizes::is_natural(Size size) const { return size != kOpenSize && (builder_.range(size).low >= 0 || is_positive(size)); }

bool Sizes::is_positive(Size size) const
{
    return size != kOpenSize && (builder_.range(size).low >= 1 || (size < positive_.size() && positive_[size]));
}

}  // namespace accel::importer
