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
#include "settle_regions.h"
#include "symbols.h"

namespace accel::runtime {

accel_status prepare(Graph &graph, const PrepareRequest &request)
{
    graph.budget = request.budget;
    std::vector<KnownSize> known_sizes;
    ACCEL_TRY(take_known_values(graph, request.known, &known_sizes));
    // What no output depends on is not judged.
    sweep(graph);
    ACCEL_TRY(specialise(graph, request.symbols, request.symbol_count, known_sizes));
    settle_scales(graph);
    canonicalise(graph);
    fold(graph, FoldDequantize::Keep);
    canonicalise(graph);
    quantise(graph, request.rounding);
    fold(graph, FoldDequantize::Expand);
    canonicalise(graph);
    ACCEL_TRY(give_outputs_makers(graph));
    align_constants(graph);
    settle_regions(graph);
    compact(graph);
    name_everything(graph);
    if (check_inside(graph) == ACCEL_STATUS_OK) return ACCEL_STATUS_OK;
    const std::string why = accel_last_error()->message;
    return fail(ACCEL_STATUS_INTERNAL, "", nullptr, "the compiler's passes made a graph that breaks a rule: %s", why.c_str());
}

}  // namespace accel::runtime
