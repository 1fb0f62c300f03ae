// SPDX-License-Identifier: MIT
#include "support.h"

namespace accel::runtime {

std::vector<Support> support_of(const Graph &model, const Graph &prepared, const Partition &partition)
{
    std::vector<Support> rows;
    // What no prepared node stands for was folded away and needs no device.
    for (const Node &node : model.nodes) rows.push_back({static_cast<uint32_t>(rows.size()), 0, 0, ACCEL_REASON_OK, node.name, node.label(), ""});
    for (uint32_t i = 0; i < prepared.nodes.size(); ++i) {
        const uint32_t device = partition.first_taker(i);
        for (const uint32_t origin : prepared.nodes[i].origins) {
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
