// SPDX-License-Identifier: MIT
// Lists where each node of the model went, and why.
#include "placements.h"

#include "base/progress.h"
#include "size_ranges.h"

namespace accel::runtime {

namespace {

/// A row for each operation that the piece was built of.
void list_piece(const OpenSet &set, uint32_t piece, uint32_t device, uint32_t segment, std::vector<PlacementRow> &out)
{
    const Graph graph = with_sizes(set.parts->pieces[piece].part.graph, set.bounds);
    for (const Node &node : graph.nodes) {
        pace();
        PlacementRow &row = out.emplace_back();
        row.node = node.name;
        row.operation = node.label();
        row.device = device;
        row.segment = segment;
        row.work_macs = work_macs(graph, node);
        row.reason = ACCEL_REASON_OK;
    }
}

/// A row for each operation in the branches of a node, which run where the node does.
void list_branches(const Node &node, size_t depth, uint32_t device, uint32_t segment, std::vector<PlacementRow> &out)
{
    for (const Region &region : node.regions) {
        for (const Node &inner : region.graph->nodes) {
            pace();
            PlacementRow &row = out.emplace_back();
            row.node = inner.name;
            row.operation = std::string(2 * depth, ' ') + inner.label();
            row.device = device;
            row.segment = segment;
            row.work_macs = work_macs(*region.graph, inner);
            row.reason = ACCEL_REASON_OK;
            row.reason_text = region.role == ACCEL_REGION_ROLE_THEN ? "where the condition is true" : region.role == ACCEL_REGION_ROLE_ELSE ? "where the condition is false"
                                                                                                                                            : "inside of the node above";
            list_branches(inner, depth + 1, device, segment, out);
        }
    }
}

}  // namespace

void list_placements(const Graph &graph, const std::vector<Piece> &pieces, const Partition &partition, const OpenSet *open, std::vector<PlacementRow> &out)
{
    for (uint32_t s = 0; s < pieces.size(); ++s) {
        for (const uint32_t node : pieces[s].nodes) {
            pace();
            if (open && graph.nodes[node].open_piece != UINT32_MAX) {
                list_piece(*open, graph.nodes[node].open_piece, pieces[s].device, s, out);
                continue;
            }
            PlacementRow &row = out.emplace_back();
            row.node = graph.nodes[node].name;
            row.operation = graph.nodes[node].label();
            row.device = pieces[s].device;
            row.segment = s;
            row.work_macs = work_macs(graph, graph.nodes[node]);
            row.reason = pieces[s].device == 0 ? uint32_t{ACCEL_REASON_OK} : partition.answer(0, node).reason;
            row.reason_text = partition.earlier_refusals(pieces[s].device, node);
            if (row.reason_text.empty()) row.reason_text = graph.nodes[node].decomposed_because;
            if (row.reason_text.empty() && pieces[s].device != 0) row.reason_text = "by the measured speeds of the devices";
            list_branches(graph.nodes[node], 1, pieces[s].device, s, out);
        }
    }
}

}  // namespace accel::runtime
