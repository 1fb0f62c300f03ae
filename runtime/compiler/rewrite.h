// SPDX-License-Identifier: MIT
// Small changes to graphs that several passes make.
#pragma once

#include "../graph.h"

namespace accel::runtime {

/// Who makes and reads what, at one moment: a pass that changes the graph makes a new one, or keeps to what it has not touched.
struct Uses {
    explicit Uses(const Graph &graph) : maker(makers(graph)), reader(readers(graph)), output(output_flags(graph)) {}
    /// The only reader of a tensor that is no output of the graph; UINT32_MAX if there is none.
    uint32_t only_reader(uint32_t tensor) const { return output[tensor] || reader[tensor].size() != 1 ? UINT32_MAX : reader[tensor][0]; }

    std::vector<uint32_t> maker;
    std::vector<std::vector<uint32_t>> reader;
    std::vector<bool> output;
};

/// Everyone who reads `from`, the graph's outputs included, reads `to`.
void redirect(Graph &graph, uint32_t from, uint32_t to);

/// Take a node out that hands its operand on unchanged. False, and nothing changed, where the result must stay a tensor of its own.
bool bypass(Graph &graph, uint32_t node);

/// Remove nodes marked dead, and then all whose results nobody needs.
void sweep(Graph &graph, std::vector<bool> dead = {});

}  // namespace accel::runtime
