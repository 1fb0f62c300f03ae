// SPDX-License-Identifier: MIT
// The sizes of a graph's symbols: given, found or following, each once and within its bounds.
#pragma once

#include <accel/graph/propagation.h>

#include <optional>
#include <string>
#include <unordered_map>

#include "symbols.h"

namespace accel::runtime {

/// Borrows the graph. Sentences of refusals name symbols with their expressions.
class SymbolSizes {
public:
    explicit SymbolSizes(const Graph &graph);

    /// A free symbol by its name.
    accel_status take(const accel_symbol_value &given);
    /// Of any kind: what follows from others is compared with what follows.
    accel_status take(const KnownSize &known);
    /// The size that somebody found, who is named where it is refused.
    accel_status bind(uint32_t symbol, int64_t size, const std::string &who);

    /// The size of a symbol, where it has one that it may have.
    std::optional<int64_t> of(uint32_t symbol) const;
    /// "rows = floor((H + 3) / 2)", of one that is named as its expression "floor((H + 3) / 2)".
    std::string text(uint32_t symbol, const char *quote = "") const;

    /// A derived symbol of a tensor that has a number, but none that it may have, or none because there is no such number.
    accel_status check_derived(uint32_t symbol) const;
    /// One that was told its size before its expression had one.
    accel_status check_expression(uint32_t symbol) const;

private:
    std::string quoted(uint32_t symbol) const { return text(symbol, "'"); }
    std::string free_names() const;
    accel_status fail_size(uint32_t symbol, int64_t size, const std::string &who) const;

    const Graph &graph_;
    graph::Propagation sizes_;
    std::unordered_map<std::string, uint32_t> by_name_;
};

}  // namespace accel::runtime
