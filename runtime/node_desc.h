// SPDX-License-Identifier: MIT
// A node of an owned graph in the ABI's words, which the graph library's rules look at.
#pragma once

#include <accel/graph/applied.h>
#include <accel/graph/quantization.h>

#include <array>
#include <cstddef>
#include <list>
#include <memory_resource>
#include <vector>

#include "graph.h"

namespace accel::runtime {

/// Made where it is needed: most fit into the room on the stack. Points into the graph, which must neither change nor go.
class NodeDesc {
public:
    NodeDesc(const Graph &graph, const Node &node) : attributes_(&memory_), tensors_(&memory_), named_(&memory_)
    {
        attributes_.reserve(node.attributes.size());
        for (const Attribute &attribute : node.attributes) attributes_.push_back(arrays_.describe(attribute));
        const size_t operand_count = node.inputs.size(), count = operand_count + node.outputs.size();
        tensors_.reserve(count);
        named_.reserve(count);
        for (const auto *numbers : {&node.inputs, &node.outputs}) {
            for (const uint32_t tensor : *numbers) named_.push_back(tensor == ACCEL_TENSOR_NONE ? nullptr : &describe(graph.tensors[tensor]));
        }
        desc_.operation = node.operation;
        desc_.inputs = node.inputs.data();
        desc_.outputs = node.outputs.data();
        desc_.input_count = static_cast<uint32_t>(operand_count);
        desc_.output_count = static_cast<uint32_t>(node.outputs.size());
        desc_.attributes = attributes_.data();
        desc_.attribute_count = static_cast<uint32_t>(attributes_.size());
        applied_ = {&desc_, sizeof(accel_attribute), std::span(named_).first(operand_count), std::span(named_).subspan(operand_count), graph.all_symbols()};
    }
    NodeDesc(const NodeDesc &) = delete;
    NodeDesc &operator=(const NodeDesc &) = delete;
    const graph::Applied &get() const { return applied_; }

private:
    const accel_tensor_desc &describe(const Tensor &tensor)
    {
        accel_tensor_desc &desc = tensors_.emplace_back();
        desc.name = tensor.name.c_str();
        desc.type = tensor.type;
        desc.rank = static_cast<uint32_t>(tensor.shape.size());
        desc.dims = tensor.shape.data();
        desc.data = tensor.data;
        desc.data_bytes = tensor.data_bytes;
        if (tensor.quantization) desc.quantization = &quantizations_.emplace_back(*tensor.quantization, desc.rank).get();
        return desc;
    }

    std::array<std::byte, 1024> room_;
    std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
    AttributeArrays arrays_;
    std::list<graph::QuantizationDesc> quantizations_;
    std::pmr::vector<accel_attribute> attributes_;
    std::pmr::vector<accel_tensor_desc> tensors_;
    std::pmr::vector<const accel_tensor_desc *> named_;
    accel_node_desc desc_{};
    graph::Applied applied_;
};

}  // namespace accel::runtime
