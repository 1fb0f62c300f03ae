// SPDX-License-Identifier: MIT
// The graph as this backend works on it: owned, with typed access to attributes, open to rewriting.
#ifndef ACCEL_BACKENDS_CPU_GRAPH_H
#define ACCEL_BACKENDS_CPU_GRAPH_H

#include "memory.h"

#include <accel/backend.h>
#include <accel/graph/quantization.h>
#include <accel/graph/values.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace accel::cpu
{

using Dims = std::vector<int64_t>;

inline constexpr size_t kMaxRank = 8;
inline constexpr uint32_t kNone = ACCEL_TENSOR_NONE;

// Kernels compute with the plain form. What has none is without scales here, which every operation refuses.
using Quantization = graph::Quantization;

struct Tensor {
    uint32_t type = 0;
    bool fixed = true;      // every dimension has a value
    bool oversized = false; // rank or element count beyond what is handled
    Dims dims;              // empty when not fixed
    uint32_t rank = 0;
    const void *data = nullptr; // constants
    uint64_t data_bytes = 0;
    std::optional<Quantization> quantization;

    bool constant() const { return data != nullptr; }
    int64_t elements() const;
    uint64_t size_bytes() const;
};

struct Clamp {
    float min = -std::numeric_limits<float>::infinity();
    float max = std::numeric_limits<float>::infinity();

    bool none() const { return *this == Clamp{}; }
    bool operator==(const Clamp &) const = default;
};

struct Node {
    uint32_t operation = 0;
    uint32_t revision = 1;
    uint32_t rounding = 0;
    std::vector<uint32_t> inputs;
    std::vector<uint32_t> outputs;
    std::map<uint32_t, std::vector<int64_t>> ints;
    std::map<uint32_t, std::vector<float>> floats;
    bool has_regions = false;
    bool fused = false;        // absorbed by another node; not executed
    uint32_t done_by = kNone;  // of a fused one: the node that absorbed it
    bool by_operand = false;   // of a SIGMOID: multiplied by its operand
    uint32_t residual = kNone; // of a CONV: tensor added before the clamp; quantised: added by the node `addition`
    uint32_t addition = kNone; // of a quantised CONV: the ADD that it does too
    uint32_t residual_of = kNone; // of a quantised CONV: its own result, which nothing else reads

    uint32_t input(size_t position) const { return position < inputs.size() ? inputs[position] : kNone; }
    const std::vector<int64_t> *list(uint32_t key) const;
    int64_t integer(uint32_t key, int64_t otherwise) const;
    float real(uint32_t key, float otherwise) const;
    Clamp clamp() const; // of a CLIP, what its operands hold
    void set_clamp(Clamp clamp);
};

struct Graph {
    std::vector<Tensor> tensors;
    std::vector<Node> nodes;
    std::vector<uint32_t> inputs;
    std::vector<uint32_t> outputs;
    std::vector<AlignedBytes> owned; // constants that rewriting made

    const Tensor &tensor(uint32_t index) const { return tensors[index]; }
    // What the value operand at a position holds; nothing, and why, when it cannot be read. An absent one is CONSTANT.
    std::optional<Dims> integers(const Node &node, size_t position, graph::Unreadable *why = nullptr) const;
    std::optional<float> real(const Node &node, size_t position, graph::Unreadable *why = nullptr) const;
};

uint64_t type_bytes(uint32_t type);

// Product, or nothing beyond 2^40: sizes that large are refused long before memory runs out.
std::optional<int64_t> element_count(const Dims &dims);

Dims row_major_strides(const Dims &dims);

// Nothing when an index is outside its table. Constant data is not copied.
std::optional<Graph> read_graph(const accel_graph_desc &desc);

} // namespace accel::cpu

#endif
