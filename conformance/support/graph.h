// SPDX-License-Identifier: MIT
// Small graphs for cases, owned as C++ and handed over as accel_graph_desc.
#pragma once

#include <accel/accel.hpp>

#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "reference/tensor.h"

namespace accel::conformance {

/// Builds a graph step by step. Tensors are named by the index that the functions return. desc() may be edited afterwards to break rules.
class GraphBuilder {
public:
    GraphBuilder() = default;
    // Descriptions point into the builder, so it moves and is never copied.
    GraphBuilder(GraphBuilder &&) = default;
    GraphBuilder &operator=(GraphBuilder &&) = default;
    uint32_t tensor(const char *name, accel_type type, const std::vector<int64_t> &dims, const Quantization &quantization = {});
    uint32_t input(const char *name, accel_type type, const std::vector<int64_t> &dims, const Quantization &quantization = {});
    template <class T>
    uint32_t constant(const char *name, accel_type type, const std::vector<int64_t> &dims, const std::vector<T> &values, const Quantization &quantization = {})
    {
        const uint32_t index = tensor(name, type, dims, quantization);
        set_data(index, values.data(), values.size() * sizeof(T));
        return index;
    }
    /// An input that has these values where nothing is bound.
    template <class T>
    uint32_t input_with_default(const char *name, accel_type type, const std::vector<int64_t> &dims, const std::vector<T> &values, const Quantization &quantization = {})
    {
        inputs_.push_back(constant(name, type, dims, values, quantization));
        tensors_.back().flags = ACCEL_TENSOR_FLAG_DEFAULT;
        return inputs_.back();
    }
    void output(uint32_t tensor) { outputs_.push_back(tensor); }
    /// A constant becomes an input.
    void forget(uint32_t tensor);

    /// With what value operands hold, by position; node makes constants of them.
    struct Attributes {
        std::vector<std::pair<accel_attribute_key, std::vector<int64_t>>> ints;
        std::vector<std::pair<accel_attribute_key, std::vector<float>>> floats;
        std::vector<std::pair<uint32_t, std::vector<int64_t>>> lists = {};
        std::vector<std::pair<uint32_t, float>> reals = {};
        std::vector<std::pair<accel_attribute_key, std::string>> strings = {};
        std::vector<std::pair<accel_attribute_key, std::vector<std::string>>> string_lists = {};
    };
    void node(accel_operation operation, const std::vector<uint32_t> &inputs, const std::vector<uint32_t> &outputs) { node(operation, inputs, outputs, Attributes()); }
    void node(accel_operation operation, const std::vector<uint32_t> &inputs, const std::vector<uint32_t> &outputs, const Attributes &attributes,
              accel_rounding rounding = ACCEL_ROUNDING_NONE);

    /// One region of an IF, and what it takes from this graph.
    struct Branch;
    void branches(uint32_t condition, const std::vector<uint32_t> &outputs, Branch then_branch, Branch else_branch);

    /// Valid until the builder changes or goes.
    accel_graph_desc &desc();
    std::vector<accel_tensor_desc> &tensors() { return tensors_; }
    std::vector<accel_node_desc> &nodes() { return nodes_; }

private:
    std::vector<uint32_t> with_values(std::vector<uint32_t> inputs, const Attributes &attributes);
    void set_data(uint32_t index, const void *bytes, size_t byte_count);

    std::vector<accel_tensor_desc> tensors_;
    std::vector<accel_node_desc> nodes_;
    std::vector<uint32_t> inputs_, outputs_;
    // Deques keep addresses stable while the graph grows.
    std::deque<std::string> names_;
    std::deque<std::vector<accel_dim>> dims_;
    std::deque<std::vector<char>> data_;
    std::deque<Quantization> quantizations_;
    std::deque<std::vector<int64_t>> block_dims_;
    std::deque<accel_quantization> quantization_descs_;
    std::deque<std::vector<uint32_t>> operands_;
    std::deque<std::vector<int64_t>> ints_;
    std::deque<std::vector<float>> floats_;
    std::deque<std::string> texts_;
    std::deque<std::vector<accel_bytes>> strings_;
    std::deque<std::vector<accel_attribute>> attributes_;
    std::deque<std::shared_ptr<Branch>> branches_;
    std::deque<std::vector<accel_region_port>> ports_;
    std::deque<accel_region> regions_;
    std::deque<std::vector<const accel_region *>> region_lists_;
    accel_graph_desc desc_{};
};

struct GraphBuilder::Branch {
    GraphBuilder graph;
    std::vector<accel_capture> captures;
};

}  // namespace accel::conformance
