// SPDX-License-Identifier: MIT
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
