// SPDX-License-Identifier: MIT
// The graph library's form of a graph, and beside each of its nodes what its step does besides.
#pragma once

#include <accel/backend.h>
#include <accel/graph/graph.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace accel::cpu {

using Dims = std::vector<int64_t>;
using graph::kMaxRank;
using graph::Node;
using graph::Tensor;

inline constexpr uint32_t kNone = ACCEL_TENSOR_NONE;

struct Clamp {
    float min = -std::numeric_limits<float>::infinity();
    float max = std::numeric_limits<float>::infinity();

    bool none() const { return *this == Clamp{}; }
    bool operator==(const Clamp &) const = default;
};

struct Fusion {
    Clamp clamp;                   // of the result; of a CLIP, what its operands hold
    uint32_t done_by = kNone;      // the node whose step does this one, which has none of its own
    bool by_operand = false;       // of a SIGMOID: multiplied by its operand
    uint32_t residual = kNone;     // of a CONV: tensor added before the clamp; quantised: added by the node `addition`
    uint32_t addition = kNone;     // of a quantised CONV: the ADD that it does too
    uint32_t residual_of = kNone;  // of a quantised CONV: its own result, which nothing else reads

    bool fused() const { return done_by != kNone; }
};

struct Graph : graph::Graph {
    std::vector<Fusion> fusions;  // by node

    const Tensor &tensor(uint32_t index) const { return tensors[index]; }
    // Of a node of this graph.
    uint32_t number(const Node &node) const { return static_cast<uint32_t>(&node - nodes.data()); }
    const Fusion &fusion(const Node &node) const { return fusions[number(node)]; }
    Fusion &fusion(const Node &node) { return fusions[number(node)]; }
};

// Every node passes check_node. Constants stay where they are. Calls pulse().
Graph read_graph(const accel_graph_desc &desc);

// The sizes of a tensor that passed the check: all of them have values.
inline Dims dims_of(const Tensor &tensor) { return graph::sizes_of(tensor.shape); }
inline int64_t elements_of(const Tensor &tensor) { return static_cast<int64_t>(graph::element_count(tensor.shape).value_or(0)); }

// The data operand and the result are stored as quantised 8-bit integers.
bool is_quantized(const Graph &graph, const Node &node);

// Of an element; 0 for the types that no kernel here moves or computes.
uint64_t type_bytes(uint32_t type);

// Product, or nothing beyond 2^40: sizes that large are refused long before memory runs out.
std::optional<int64_t> element_count(const Dims &dims);

Dims row_major_strides(const Dims &dims);

}  // namespace accel::cpu
