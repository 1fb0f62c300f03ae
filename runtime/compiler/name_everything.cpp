// SPDX-License-Identifier: MIT
// Keeps names that are unique, and makes new ones for the rest.
#include "name_everything.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "base/progress.h"

namespace accel::runtime {

namespace {

/// The tensors that have a name of their own. One table of numbers; the names stay where they are.
class Named {
public:
    explicit Named(const Graph &graph) : graph_(graph),
                                         slots_(std::bit_ceil(std::max<size_t>(64, 2 * graph.tensors.size()))) {}

    /// False if another one has the tensor's name.
    bool insert(uint32_t tensor)
    {
        const std::string &name = graph_.tensors[tensor].name;
        const size_t full = std::hash<std::string>{}(name), mask = slots_.size() - 1;
        const auto hash = static_cast<uint32_t>(full ^ full >> 32);
        size_t at = hash & mask;
        for (; slots_[at].tensor != ACCEL_TENSOR_NONE; at = (at + 1) & mask) {
            if (slots_[at].hash == hash && graph_.tensors[slots_[at].tensor].name == name) return slots_[at].tensor == tensor;
        }
        slots_[at] = {hash, tensor};
        return true;
    }

private:
    struct Slot {
        uint32_t hash = 0;
        uint32_t tensor = ACCEL_TENSOR_NONE;
    };
    const Graph &graph_;
    std::vector<Slot> slots_;  ///< a power of two, at most half of them taken
};

}  // namespace

void name_everything(Graph &graph)
{
    Named named(graph);
    std::vector<bool> port(graph.tensors.size());
    for (const auto *list : {&graph.inputs, &graph.outputs}) {
        for (const uint32_t tensor : *list) {
            port[tensor] = true;
            named.insert(tensor);
        }
    }
    // Never taken back: each name that is in the way costs one attempt of all, not one of each tensor.
    size_t next = 0;
    for (uint32_t i = 0; i < graph.tensors.size(); ++i) {
        pace();
        if (port[i]) continue;
        std::string &name = graph.tensors[i].name;
        if (name.empty()) name = "tensor" + std::to_string(i);
        if (named.insert(i)) continue;
        const std::string base = name;
        next = std::max<size_t>(next, i);
        do {
            pace();
            name = base + "." + std::to_string(next++);
        } while (!named.insert(i));
    }
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        if (graph.nodes[i].name.empty()) graph.nodes[i].name = "node" + std::to_string(i);
    }
}

}  // namespace accel::runtime
