// SPDX-License-Identifier: MIT
// Runs the passes for sizes that are known, for sizes that stay open, and for the rest between pieces. The graph is checked once more at the end: a rule that is broken there is our mistake, and no module sees it.
#include "prepare.h"

#include <string>
#include <utility>

#include "base/check.h"
#include "graph/graph_check.h"
#include "passes.h"

namespace accel::runtime {

namespace {

accel_status check_made(const Graph &graph)
{
    if (check_inside(graph) == ACCEL_STATUS_OK) return ACCEL_STATUS_OK;
    const std::string why = accel_last_error()->message;
    return fail(ACCEL_STATUS_INTERNAL, "", nullptr, "the compiler's passes made a graph that breaks a rule: %s", why.c_str());
}

/// What pieces read stays a tensor that a node makes, whatever becomes known of it.
void keep_borders(Graph &graph)
{
    const std::vector<uint32_t> maker = makers(graph);
    std::vector<bool> kept = output_flags(graph);
    for (const Node &node : graph.nodes) {
        for (const uint32_t input : node.inputs) {
            if (node.open_piece == UINT32_MAX || kept[input] || maker[input] == UINT32_MAX) continue;
            kept[input] = true;
            graph.outputs.push_back(input);
        }
    }
}

}  // namespace

accel_status prepare(Graph &graph, const PrepareRequest &request)
{
    graph.budget = request.budget;
    PassWork work{graph, request};
    ACCEL_TRY(run_passes(work, "take_known_values"));
    return check_made(graph);
}

accel_status prepare_open(Graph &graph, const PrepareRequest &request, std::vector<KnownSize> *known_sizes)
{
    graph.budget = request.budget;
    PassWork work{graph, request, {}, true};
    const accel_status status = run_passes(work, "take_known_values");
    *known_sizes = std::move(work.known_sizes);
    ACCEL_TRY(status);
    return check_made(graph);
}

accel_status prepare_rest(Graph &graph, std::span<const int64_t> sizes, const PrepareRequest &request)
{
    graph.budget = request.budget;
    const size_t output_count = graph.outputs.size();
    keep_borders(graph);
    PassWork work{graph, request};
    for (uint32_t symbol = 0; symbol < sizes.size(); ++symbol)
        if (sizes[symbol] >= 0) work.known_sizes.push_back({symbol, sizes[symbol], graph.symbols[symbol].name});
    ACCEL_TRY(run_passes(work, "specialise"));
    graph.outputs.resize(output_count);
    return check_made(graph);
}

}  // namespace accel::runtime
