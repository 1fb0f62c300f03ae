// SPDX-License-Identifier: MIT
// Reading access to the flat graph of the module contract, for compilers.
//
// Honours the maker's struct sizes, so that graphs from older and newer runtimes
// read alike. Owns nothing; the graph outlives the view.
#pragma once

#include <accel/backend.h>
#include <accel/graph/applied.h>
#include <accel/graph/quantization.h>
#include <accel/graph/values.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace accel::graph {

class View {
public:
    explicit View(const accel_graph_desc &graph) : graph_(graph) {}

    uint32_t tensor_count() const { return graph_.tensor_count; }
    uint32_t node_count() const { return graph_.node_count; }
    const accel_tensor_desc &tensor(uint32_t index) const;
    const accel_node_desc &node(uint32_t index) const;
    std::span<const uint32_t> inputs() const { return {graph_.inputs, graph_.input_count}; }
    std::span<const uint32_t> outputs() const { return {graph_.outputs, graph_.output_count}; }

    // Are all indices inside their tables? The runtime has checked it; tools may not have.
    bool well_formed() const;

private:
    const accel_graph_desc &graph_;
};

// A node with the tensors that it names, for the rules (rules.h). For graphs whose sizes are given: what is open must have no symbol. The numbers of its tensors are inside
// the view's table, and the graph outlives it.
class NodeView {
public:
    NodeView(const View &graph, const accel_node_desc &node);
    NodeView(const NodeView &) = delete;
    NodeView &operator=(const NodeView &) = delete;
    const Applied &get() const { return applied_; }

private:
    std::vector<const accel_tensor_desc *> named_;
    Applied applied_;
};

std::span<const uint32_t> inputs(const accel_node_desc &node);
std::span<const uint32_t> outputs(const accel_node_desc &node);

// ACCEL_TENSOR_NONE where the operand is absent.
uint32_t input(const accel_node_desc &node, uint32_t position);

std::span<const int64_t> ints(const accel_node_desc &node, accel_attribute_key key);
int64_t integer(const accel_node_desc &node, accel_attribute_key key, int64_t otherwise);
std::optional<float> real(const accel_node_desc &node, accel_attribute_key key);

// What the value operand at a position holds (enum accel_value_operand); nothing, and why, when it cannot be read. Without the operand why stays as it was.
std::optional<std::vector<int64_t>> integers(const View &graph, const accel_node_desc &node, uint32_t position, Unreadable *why);
std::optional<float> real(const View &graph, const accel_node_desc &node, uint32_t position, Unreadable *why);

// None where the rank is unknown.
std::span<const accel_dim> dims(const accel_tensor_desc &tensor);

// The sizes, when every one is fixed.
std::optional<std::vector<int64_t>> fixed_dims(const accel_tensor_desc &tensor);

// Nothing when a size is not fixed, the rank is unknown or too large, the type is unknown, or the bytes would pass kMaxTensorBytes.
std::optional<uint64_t> size_bytes(const accel_tensor_desc &tensor);

bool is_constant(const accel_tensor_desc &tensor);

// What integer arithmetic computes with, of a tensor that is quantised. Without scales where that cannot say it: in blocks, along several axes, with
// scales that are no F32, or in a way that is not known here. Every operation on such a tensor is to be refused with QUANTIZATION.
Quantization quantization(const accel_tensor_desc &tensor);

// The newest revision of the operation in a module's list; 0: it is not listed.
uint32_t known_revision(std::span<const accel_bk_operation> known, uint32_t operation);

}  // namespace accel::graph
