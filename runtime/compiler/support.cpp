// SPDX-License-Identifier: MIT
#include "support.h"

namespace accel::runtime {

std::vector<Support> support_of(const Graph &graph, size_t node_count, const Partition &partition)
{
    std::vector<Support> rows(node_count);
    // What no prepared node stands for was folded away and needs no device.
    for (uint32_t node = 0; node < node_count; ++node) rows[node].node = node, rows[node].device = 0;
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        const uint32_t device = partition.first_taker(i);
        for (const uint32_t origin : graph.nodes[i].origins) {
            Support &row = rows[origin];
            // A DEQUANTIZE that several nodes have taken in: the first of them speaks.
            if (row.unit != 0) continue;
            row.device = device;
            row.unit = i + 1;
            row.reason = device == 0 ? uint32_t{ACCEL_REASON_OK} : partition.answer(0, i).reason;
            row.text = partition.earlier_refusals(device, i);
        }
    }
    return rows;
}

}  // namespace accel::runtime
