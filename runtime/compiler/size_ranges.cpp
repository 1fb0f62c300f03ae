// SPDX-License-Identifier: MIT
// Ranges of symbols, by their expressions.
#include "size_ranges.h"

#include <algorithm>

namespace accel::runtime {

std::vector<graph::Range> size_ranges(const Graph &graph, std::span<const graph::Range> known)
{
    std::vector<graph::Range> symbols(known.begin(), known.end()), rows;
    const auto follows = [&](const Symbol &symbol) { return symbol.kind != ACCEL_SYMBOL_KIND_FREE && symbol.expression < graph.expressions.size(); };
    for (const accel_expression &row : graph.expressions) {
        if (row.op == ACCEL_EXPRESSION_CONSTANT) {
            rows.push_back({row.value, row.value});
        } else if (row.op == ACCEL_EXPRESSION_SYMBOL) {
            const Symbol &symbol = graph.symbols[row.left];
            graph::Range range = symbols[row.left];
            if (follows(symbol) && symbol.expression < rows.size())
                range = symbol.kind == ACCEL_SYMBOL_KIND_DERIVED ? rows[symbol.expression] : graph::Range{range.low, std::min(range.high, rows[symbol.expression].high)};
            rows.push_back(range);
        } else {
            rows.push_back(graph::step_range(row.op, rows[row.left], rows[row.right]));
        }
    }
    for (size_t i = 0; i < symbols.size(); ++i)
        if (follows(graph.symbols[i])) symbols[i].high = std::min(symbols[i].high, rows[graph.symbols[i].expression].high);
    return symbols;
}

std::vector<int64_t> size_bounds(const Graph &graph, std::span<const int64_t> sizes)
{
    std::vector<graph::Range> known;
    for (size_t i = 0; i < sizes.size(); ++i) known.push_back(sizes[i] >= 0 ? graph::Range{sizes[i], sizes[i]} : graph::Range{graph.symbols[i].min_size, graph.symbols[i].max_size});
    const std::vector<graph::Range> ranges = size_ranges(graph, known);
    std::vector<int64_t> bounds(sizes.begin(), sizes.end());
    for (size_t i = 0; i < sizes.size(); ++i)
        if (sizes[i] < 0) bounds[i] = ranges[i].high < kNoBound ? ranges[i].high : ACCEL_SIZE_UNBOUNDED;
    return bounds;
}

Graph with_sizes(const Graph &graph, std::span<const int64_t> sizes)
{
    Graph out = graph;
    for (Tensor &tensor : out.tensors) {
        for (Dim &dim : tensor.shape)
            if (dim.symbol < sizes.size() && sizes[dim.symbol] >= 0 && sizes[dim.symbol] != ACCEL_SIZE_UNBOUNDED) dim = Dim{sizes[dim.symbol]};
    }
    return out;
}

}  // namespace accel::runtime
