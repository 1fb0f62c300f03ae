// SPDX-License-Identifier: MIT
// Builds small graphs and runs them through the module's own tables, as the runtime would.
#pragma once

#include "door.h"

#include <accel/backend.h>
#include <accel/graph/quantization.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace accel::cpu::test {

using Dims = std::vector<int64_t>;
using Bytes = std::vector<uint8_t>;

struct Scales {
    std::vector<float> scales;
    std::vector<int32_t> zero_points;
    uint32_t axis = 0;
};

// Owns what the descriptors point to; descriptors are made on demand.
class GraphMaker {
public:
    uint32_t tensor(uint32_t type, Dims dims, std::optional<Scales> scales = std::nullopt);
    uint32_t input(uint32_t type, Dims dims, std::optional<Scales> scales = std::nullopt);
    template <typename T>
    uint32_t constant(uint32_t type, Dims dims, const std::vector<T> &values, std::optional<Scales> scales = std::nullopt)
    {
        const uint32_t index = tensor(type, std::move(dims), std::move(scales));
        Bytes &data = tensors_[index].data;
        data.resize(values.size() * sizeof(T));
        std::memcpy(data.data(), values.data(), data.size());
        tensors_[index].is_constant = true;
        return index;
    }

    // What a value operand holds.
    uint32_t list(const std::vector<int64_t> &values) { return constant(ACCEL_TYPE_I64, {static_cast<int64_t>(values.size())}, values); }
    uint32_t real(float value) { return constant(ACCEL_TYPE_F32, {}, std::vector<float>{value}); }

    struct Attributes {
        std::vector<std::pair<uint32_t, std::vector<int64_t>>> ints;
        std::vector<std::pair<uint32_t, std::vector<float>>> floats;
        uint32_t rounding = 0;
        std::vector<std::pair<uint32_t, std::string>> texts = {};
        std::vector<std::pair<uint32_t, std::vector<std::string>>> text_lists = {};
    };
    void node(uint32_t operation, std::vector<uint32_t> inputs, std::vector<uint32_t> outputs)
    {
        node(operation, inputs, outputs, Attributes());
    }
    void node(uint32_t operation, std::vector<uint32_t> inputs, std::vector<uint32_t> outputs, Attributes attributes);
    void output(uint32_t tensor) { outputs_.push_back(tensor); }
    // An IF. Its regions outlive this graph and are complete; a capture is a tensor here and one there.
    struct Branch {
        GraphMaker *graph;
        std::vector<accel_capture> captures;
    };
    void branches(uint32_t condition, std::vector<uint32_t> outputs, Branch then_branch, Branch else_branch);
    void resize(uint32_t tensor, Dims dims) { tensors_[tensor].dims = std::move(dims); }
    void symbolic(uint32_t tensor, size_t axis) { tensors_[tensor].dims[axis] = -1; }

    const accel_graph_desc &desc();

private:
    struct TensorData {
        uint32_t type;
        Dims dims;
        std::optional<Scales> scales;
        Bytes data;
        bool is_constant = false;
        std::vector<accel_dim> dim_descs;
        graph::Quantization quantization;
    };
    struct NodeData {
        uint32_t operation;
        std::vector<uint32_t> inputs, outputs;
        Attributes attributes;
        std::vector<accel_attribute> attribute_descs;
        std::deque<std::vector<accel_bytes>> text_descs;
        std::vector<Branch> branches = {};
        std::vector<accel_region_port> port_descs = {};
        std::vector<accel_region> region_descs = {};
        std::vector<const accel_region *> region_list = {};
    };

    void describe_tensors();
    void describe_nodes();
    static void describe_branches(NodeData &data, accel_node_desc &desc);

    std::deque<TensorData> tensors_;
    std::deque<NodeData> nodes_;
    std::vector<uint32_t> inputs_, outputs_;
    std::deque<graph::QuantizationDesc> quantization_descs_;
    std::vector<accel_tensor_desc> tensor_descs_;
    std::vector<accel_node_desc> node_descs_;
    accel_symbol symbol_{"n", ACCEL_SYMBOL_KIND_FREE, ACCEL_EXPRESSION_NONE, 1, 64, 1};
    accel_graph_desc desc_{};
};

const accel_bk_module &module();

// The answer for node 0.
accel_bk_support query(const accel_graph_desc &graph);

// Build, load, bind, run. Ports that are inputs get the given bytes; what the outputs hold comes back.
// Throws std::runtime_error naming the step that did not answer OK.
std::vector<Bytes> execute(const accel_graph_desc &graph, const std::vector<Bytes> &inputs, uint32_t threads = 1);

template <typename T> Bytes bytes_of(const std::vector<T> &values)
{
    Bytes bytes(values.size() * sizeof(T));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

template <typename T> std::vector<T> values_of(const Bytes &bytes)
{
    std::vector<T> values(bytes.size() / sizeof(T));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

int64_t count(const Dims &dims);
std::vector<float> random_floats(int64_t count, uint32_t seed, float low = -1, float high = 1);
std::vector<int8_t> random_bytes(int64_t count, uint32_t seed, int low = -128, int high = 127);

}  // namespace accel::cpu::test
