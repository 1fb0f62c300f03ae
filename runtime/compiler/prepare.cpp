// SPDX-License-Identifier: MIT
// The passes in their order, each for the sake of the next:
//
//   take_known_values   before sizes: the dims of a known input give symbols their sizes, and its values may be shapes
//   sweep               what no output depends on is not judged
//   specialise          symbols get sizes, which all passes below need; shapes that only a run can tell stay open
//   settle_scales       whether scales in blocks say the same along one axis is a question of sizes; quantise fuses plain ones only
//   canonicalise        activations become clamps and moves meet: quantise looks at one operation between its conversions
//   fold, Keep          constants are computed; those behind a DEQUANTIZE stay stored, as quantise wants them
//   canonicalise        what these constants allow: normalisations and scales that go into weights
//   quantise            DEQUANTIZE, operation, QUANTIZE become one operation, and every rounding is settled
//   fold, Expand        what is still dequantised and constant becomes real
//   canonicalise        what that allows
//   give_outputs_makers last of those that take nodes out: an output may have lost the node that made it
//   align_constants, settle_regions    no pass makes constants after them
//   compact, name_everything           tensors that nobody uses go; pieces have ports where the graph had inner tensors, so each tensor gets a name
//
// After each pass the graph computes the same, but for the rounding of folded batch normalisation and what quantise settles. Names of ports, and which nodes of the model a node stands for, are kept. The
// graph is checked once more at the end: a rule that is broken there is our mistake, and no module sees it.
//
// Not chosen: rounds until nothing changes. A fixed number of walks keeps the time proportional to the graph (docs/decisions/0012-bounds.md), and a pass that undoes another's work would never end.
#include "prepare.h"

#include <string>

#include "../check.h"
#include "../graph_check.h"
#include "canonicalise.h"
#include "constants.h"
#include "fold.h"
#include "name_everything.h"
#include "quantise.h"
#include "rewrite.h"
#include "set_aside.h"
#include "settle_regions.h"
#include "symbols.h"

namespace accel::runtime {

namespace {

accel_status run_passes(Graph &graph, uint32_t rounding)
{
    settle_scales(graph);
    canonicalise(graph);
    fold(graph, FoldDequantize::Keep);
    canonicalise(graph);
    quantise(graph, rounding);
    fold(graph, FoldDequantize::Expand);
    canonicalise(graph);
    ACCEL_TRY(give_outputs_makers(graph));
    align_constants(graph);
    settle_regions(graph);
    compact(graph);
    name_everything(graph);
    return ACCEL_STATUS_OK;
}

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
    std::vector<KnownSize> known_sizes;
    ACCEL_TRY(take_known_values(graph, request.known, &known_sizes));
    // What no output depends on is not judged.
    sweep(graph);
    ACCEL_TRY(specialise(graph, request.symbols, request.symbol_count, known_sizes));
    ACCEL_TRY(run_passes(graph, request.rounding));
    return check_made(graph);
}

accel_status prepare_open(Graph &graph, const PrepareRequest &request, std::vector<KnownSize> *known_sizes)
{
    graph.budget = request.budget;
    ACCEL_TRY(take_known_values(graph, request.known, known_sizes));
    sweep(graph);
    ACCEL_TRY(specialise_open(graph, request.symbols, request.symbol_count, *known_sizes));
    ACCEL_TRY(run_passes(graph, request.rounding));
    take_back(graph);
    return check_made(graph);
}

accel_status prepare_rest(Graph &graph, std::span<const int64_t> sizes, const PrepareRequest &request)
{
    graph.budget = request.budget;
    const size_t output_count = graph.outputs.size();
    keep_borders(graph);
    std::vector<KnownSize> known;
    for (uint32_t symbol = 0; symbol < sizes.size(); ++symbol)
        if (sizes[symbol] >= 0) known.push_back({symbol, sizes[symbol], graph.symbols[symbol].name});
    ACCEL_TRY(specialise(graph, nullptr, 0, known));
    ACCEL_TRY(run_passes(graph, request.rounding));
    graph.outputs.resize(output_count);
    return check_made(graph);
}

}  // namespace accel::runtime
