// SPDX-License-Identifier: MIT
// Who makes and who reads the tensors of a graph.
#ifndef ACCEL_BACKENDS_CPU_USES_H
#define ACCEL_BACKENDS_CPU_USES_H

#include "graph.h"

namespace accel::cpu
{

inline constexpr size_t kNoNode = SIZE_MAX;

// Who makes a tensor, and how many read it; an output of the graph counts as a reader.
struct Uses {
    std::vector<size_t> maker;
    std::vector<uint32_t> readers;

    explicit Uses(const Graph &graph) : maker(graph.tensors.size(), kNoNode), readers(graph.tensors.size(), 0)
    {
        for (size_t i = 0; i < graph.nodes.size(); ++i) {
            if (graph.nodes[i].fused)
                continue;
            for (const uint32_t tensor : graph.nodes[i].inputs)
                if (tensor != kNone)
                    ++readers[tensor];
            for (const uint32_t tensor : graph.nodes[i].outputs)
                maker[tensor] = i;
        }
        for (const uint32_t tensor : graph.outputs)
            ++readers[tensor];
    }
};

} // namespace accel::cpu

#endif
