// SPDX-License-Identifier: MIT
// Graphs for tests, in few words.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace accel::testing {

class Builder {
public:
    runtime::Graph graph;

    static runtime::Shape shape(const std::vector<int64_t> &sizes)
    {
        runtime::Shape out;
        for (const int64_t size : sizes) out.push_back(runtime::Dim{size});
        return out;
    }
    uint32_t tensor(const std::string &name, uint32_t type, const std::vector<int64_t> &sizes)
    {
        runtime::Tensor tensor;
        tensor.name = name;
        tensor.type = type;
        tensor.shape = shape(sizes);
        return graph.add_tensor(std::move(tensor));
    }
    uint32_t quantised(const std::string &name, uint32_t type, const std::vector<int64_t> &sizes, float scale, int32_t zero_point)
    {
        const uint32_t index = tensor(name, type, sizes);
        graph.tensors[index].quantization = runtime::Quantization{{scale}, {zero_point}, 0};
        return index;
    }
    uint32_t input(const std::string &name, uint32_t type, const std::vector<int64_t> &sizes)
    {
        const uint32_t index = tensor(name, type, sizes);
        graph.inputs.push_back(index);
        return index;
    }
    template <class Value> uint32_t constant(const std::string &name, uint32_t type, const std::vector<int64_t> &sizes, const std::vector<Value> &values)
    {
        const uint32_t index = tensor(name, type, sizes);
        auto bytes = std::make_shared<std::vector<uint8_t>>(values.size() * sizeof(Value));
        if (bytes->size()) std::memcpy(bytes->data(), values.data(), bytes->size());  // no bytes have no address
        runtime::Tensor &made = graph.tensors[index];
        made.data = bytes->empty() ? static_cast<const void *>("") : bytes->data();
        made.data_bytes = bytes->size();
        made.owned = std::move(bytes);
        return index;
    }
    /// What a value operand holds.
    uint32_t list(const std::string &name, const std::vector<int64_t> &values) { return constant<int64_t>(name, ACCEL_TYPE_I64, {static_cast<int64_t>(values.size())}, values); }
    uint32_t real(const std::string &name, float value) { return constant<float>(name, ACCEL_TYPE_F32, {}, {value}); }
    runtime::Node &node(const std::string &name, uint32_t operation, std::vector<uint32_t> inputs, std::vector<uint32_t> outputs)
    {
        runtime::Node node;
        node.name = name;
        node.operation = operation;
        node.inputs = std::move(inputs);
        node.outputs = std::move(outputs);
        return graph.nodes.emplace_back(std::move(node));
    }
    void output(uint32_t tensor) { graph.outputs.push_back(tensor); }
};

}  // namespace accel::testing
