// SPDX-License-Identifier: MIT
// Can this backend execute a node? One answer for the compiler's query and for loading a blob.
#ifndef ACCEL_BACKENDS_CPU_SUPPORT_H
#define ACCEL_BACKENDS_CPU_SUPPORT_H

#include "graph.h"

namespace accel::cpu
{

struct Refusal {
    uint32_t reason = ACCEL_REASON_OK;
    uint32_t tensor = kNone;
    int64_t given = 0;
    int64_t expected = 0;
    uint32_t attribute = 0; // enum accel_attribute_key, with reason ATTRIBUTE

    bool refused() const { return reason != ACCEL_REASON_OK; }
};

// Also establishes what execution relies on: shapes that fit each other, attributes in range, constants where they are needed.
Refusal check_node(const Graph &graph, const Node &node);

// The data operand and the result are stored as quantised 8-bit integers.
bool is_quantized(const Graph &graph, const Node &node);

} // namespace accel::cpu

#endif
