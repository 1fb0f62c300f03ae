// SPDX-License-Identifier: MIT
#include "prepare.h"

#include <string>
#include <unordered_set>

#include "../check.h"
#include "../graph_check.h"
#include "../progress.h"
#include "canonicalise.h"
#include "constants.h"
#include "fold.h"
#include "quantise.h"
#include "symbols.h"

namespace accel::runtime {

namespace {

/// Pieces of the graph have inputs and outputs where the whole graph had inner tensors: those need names of their own.
void name_everything(Graph &graph)
{
    std::unordered_set<std::string> taken;
    std::vector<bool> port(graph.tensors.size());
    for (const auto *list : {&graph.inputs, &graph.outputs}) {
        for (const uint32_t tensor : *list) {
            port[tensor] = true;
            taken.insert(graph.tensors[tensor].name);
        }
    }
    for (size_t i = 0; i < graph.tensors.size(); ++i) {
        pace();
        std::string &name = graph.tensors[i].name;
        if (port[i]) continue;
        if (name.empty()) name = "tensor" + std::to_string(i);
        const std::string base = name;
        for (size_t next = i; !taken.insert(name).second; ++next) name = base + "." + std::to_string(next);
    }
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        if (graph.nodes[i].name.empty()) graph.nodes[i].name = "node" + std::to_string(i);
    }
}

}  // namespace

accel_status prepare(Graph &graph, const PrepareRequest &request)
{
    graph.budget = request.budget;
    ACCEL_TRY(specialise(graph, request.symbols, request.symbol_count));
    canonicalise(graph);
    fold(graph, FoldDequantize::Keep);
    canonicalise(graph);
    quantise(graph, request.rounding);
    fold(graph, FoldDequantize::Expand);
    canonicalise(graph);
    ACCEL_TRY(give_outputs_makers(graph));
    align_constants(graph);
    compact(graph);
    name_everything(graph);
    if (check_inside(graph) == ACCEL_STATUS_OK) return ACCEL_STATUS_OK;
    const std::string why = accel_last_error()->message;
    return fail(ACCEL_STATUS_INTERNAL, "", nullptr, "the compiler's passes made a graph that breaks a rule: %s", why.c_str());
}

}  // namespace accel::runtime
