// SPDX-License-Identifier: MIT
// Small changes to graphs that several passes make.
#pragma once

#include "graph/graph.h"

namespace accel::runtime {

/// Who makes and reads what, at one moment: a pass that changes the graph makes a new one, or keeps to what it has not touched.
struct Uses {
    explicit Uses(const Graph &graph);
    /// The only reader of a tensor that is no output of the graph, and reads it as one operand; UINT32_MAX if there is none.
    uint32_t only_reader(uint32_t tensor) const { return output[tensor] || reader_count[tensor] != 1 ? UINT32_MAX : last_reader[tensor]; }

    std::vector<uint32_t> maker;
    std::vector<uint32_t> reader_count;  ///< operands that are the tensor
    std::vector<uint32_t> last_reader;   ///< UINT32_MAX: nobody
    std::vector<bool> output;
};

/// Nodes that hand their operand on unchanged, taken out in one walk over the graph: whoever reads the result reads the operand.
class Bypass {
public:
    explicit Bypass(Graph &graph) : graph_(graph),
                                    maker_(makers(graph)),
                                    output_(output_flags(graph)),
                                    instead_(graph.tensors.size(), UINT32_MAX) {}

    /// Let a node read what is to be read instead of its operands. To be called for each node, in order.
    void enter(Node &node);
    /// The node that makes a tensor now; UINT32_MAX: none does.
    uint32_t maker(uint32_t tensor) const { return maker_[tensor]; }
    /// Take a node out that was entered. False, and nothing changed, where its result must stay a tensor of its own.
    bool remove(const Node &node);
    /// Nodes that were entered before a tensor was renamed read the new one too.
    void finish();

private:
    uint32_t now(uint32_t tensor);

    Graph &graph_;
    std::vector<uint32_t> maker_;
    std::vector<bool> output_;
    std::vector<uint32_t> instead_;  ///< the tensor to read instead of each; UINT32_MAX: itself
    bool renamed_ = false;
};

/// A copy, made with a word to the application in between: that of a large graph takes as long as a pass.
Graph copy_of(const Graph &graph);

/// Remove nodes marked dead, and then all whose results nobody needs.
void sweep(Graph &graph, std::vector<bool> dead = {});

}  // namespace accel::runtime
