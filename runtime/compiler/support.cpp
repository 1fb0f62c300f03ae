// SPDX-License-Identifier: MIT
// Maps answers about prepared nodes to the nodes of the model.
#include "support.h"

#include <algorithm>
#include <set>

#include "base/progress.h"

namespace accel::runtime {

namespace {

using Units = std::vector<std::set<uint32_t>>;  ///< by node of the model: the prepared nodes that stand for it

Units units_by_origin(const Graph &model, const Graph &prepared)
{
    Units units(model.nodes.size());
    for (uint32_t i = 0; i < prepared.nodes.size(); ++i) {
        pace();
        for (const uint32_t origin : prepared.origins.members(prepared.nodes[i].origins)) units[origin].insert(i);
    }
    return units;
}

/// A node that was folded away belongs to whoever reads its result: without it, a constant of the model would be none in the part that is taken out.
void join_readers(const Graph &model, Units &units)
{
    const auto reader = readers(model);
    for (size_t node = model.nodes.size(); node-- > 0;) {
        pace();
        if (!units[node].empty()) continue;
        for (const uint32_t output : model.nodes[node].outputs) {
            if (output == ACCEL_TENSOR_NONE) continue;
            for (const uint32_t next : reader[output]) units[node].insert(units[next].begin(), units[next].end());
        }
    }
}

/// Nobody reads it: it handed a graph output through, and belongs to the node that makes what it handed on.
void join_makers(const Graph &model, Units &units)
{
    const auto maker = makers(model);
    for (size_t node = 0; node < model.nodes.size(); ++node) {
        pace();
        if (!units[node].empty()) continue;
        for_each_read(model.nodes[node], [&](uint32_t input) {
            if (maker[input] != UINT32_MAX) units[node].insert(units[maker[input]].begin(), units[maker[input]].end());
        });
    }
}

}  // namespace

std::vector<Support> support_of(const Graph &model, const Graph &prepared, const Partition &partition, const std::vector<Piece> &groups)
{
    Units units = units_by_origin(model, prepared);
    join_readers(model, units);
    join_makers(model, units);
    std::vector<Support> rows(prepared.nodes.size());
    for (uint32_t node = 0; node < units.size(); ++node) {
        for (const uint32_t unit : units[node]) rows[unit].nodes.push_back(node);
    }
    uint32_t group_count = 0;
    for (const Piece &piece : groups) {
        const uint32_t group = piece.device == UINT32_MAX ? 0 : ++group_count;
        for (const uint32_t node : piece.nodes) rows[node].device = piece.device, rows[node].group = group;
    }
    for (uint32_t i = 0; i < rows.size(); ++i) {
        Support &row = rows[i];
        row.reason = row.device == 0 ? uint32_t{ACCEL_REASON_OK} : partition.answer(0, i).reason;
        row.name = prepared.nodes[i].name;
        row.operation = prepared.nodes[i].label();
        row.text = partition.earlier_refusals(row.device, i);
        if (row.text.empty()) row.text = prepared.nodes[i].decomposed_because;
    }
    return rows;
}

}  // namespace accel::runtime
