// SPDX-License-Identifier: MIT
// Small graphs for this room's tests.
#pragma once

#include <accel/backend.h>
#include <accel/graph/quantization.h>

#include <cstring>
#include <deque>
#include <vector>

namespace accel::ethosu {

class GraphBuilder {
public:
    uint32_t tensor(accel_type type, std::vector<int64_t> dims)
    {
        auto &sizes = dims_.emplace_back();
        for (const int64_t dim : dims)
            sizes.push_back({dim, dim < 0 ? 0 : ACCEL_SYMBOL_NONE, 0});
        accel_tensor_desc desc{};
        desc.name = "";
        desc.type = type;
        desc.rank = static_cast<uint32_t>(dims.size());
        desc.dims = sizes.data();
        tensors_.push_back(desc);
        return static_cast<uint32_t>(tensors_.size() - 1);
    }

    uint32_t quantised(accel_type type, std::vector<int64_t> dims, float scale, int32_t zero_point)
    {
        const uint32_t index = tensor(type, std::move(dims));
        quantise(index, {scale}, {zero_point}, 0);
        return index;
    }

    void quantise(uint32_t index, std::vector<float> scales, std::vector<int32_t> zero_points, uint32_t axis)
    {
        const auto &kept = quantisations_.emplace_back(graph::Quantization{std::move(scales), std::move(zero_points), axis, nullptr});
        tensors_[index].quantization = &quantisation_descs_.emplace_back(kept, tensors_[index].rank).get();
    }

    template <typename Value> void fill(uint32_t index, const std::vector<Value> &values)
    {
        auto &bytes = data_.emplace_back(values.size() * sizeof(Value) + alignof(int64_t));
        std::memcpy(bytes.data(), values.data(), values.size() * sizeof(Value));
        tensors_[index].data = bytes.data();
        tensors_[index].data_bytes = values.size() * sizeof(Value);
    }

    uint32_t node(accel_operation operation, std::vector<uint32_t> inputs, std::vector<uint32_t> outputs,
                  accel_rounding rounding = ACCEL_ROUNDING_TFLITE)
    {
        const auto &in = indices_.emplace_back(std::move(inputs));
        const auto &out = indices_.emplace_back(std::move(outputs));
        accel_node_desc desc{};
        desc.name = "";
        desc.operation = operation;
        desc.revision = 1;
        desc.inputs = in.data();
        desc.input_count = static_cast<uint32_t>(in.size());
        desc.outputs = out.data();
        desc.output_count = static_cast<uint32_t>(out.size());
        desc.rounding = rounding;
        desc.domain = "";
        desc.custom_name = "";
        nodes_.push_back(desc);
        attributes_.emplace_back();
        return static_cast<uint32_t>(nodes_.size() - 1);
    }

    void ints(uint32_t node_index, accel_attribute_key key, std::vector<int64_t> values)
    {
        const auto &kept = ints_.emplace_back(std::move(values));
        attributes_[node_index].push_back({static_cast<uint32_t>(key), accel_attribute_kind_of(key), "", kept.data(), kept.size()});
    }

    void real(uint32_t node_index, accel_attribute_key key, float value)
    {
        const auto &kept = scales_.emplace_back(1, value);
        attributes_[node_index].push_back({static_cast<uint32_t>(key), accel_attribute_kind_of(key), "", kept.data(), kept.size()});
    }

    const accel_graph_desc &finish(std::vector<uint32_t> inputs, std::vector<uint32_t> outputs)
    {
        inputs_ = std::move(inputs);
        outputs_ = std::move(outputs);
        for (size_t i = 0; i < nodes_.size(); ++i) {
            nodes_[i].attributes = attributes_[i].data();
            nodes_[i].attribute_count = static_cast<uint32_t>(attributes_[i].size());
        }
        graph_ = {};
        graph_.struct_size = sizeof graph_;
        graph_.name = "test";
        graph_.tensors = tensors_.data();
        graph_.tensor_count = static_cast<uint32_t>(tensors_.size());
        graph_.tensor_size = sizeof(accel_tensor_desc);
        graph_.nodes = nodes_.data();
        graph_.node_count = static_cast<uint32_t>(nodes_.size());
        graph_.node_size = sizeof(accel_node_desc);
        graph_.attribute_size = sizeof(accel_attribute);
        graph_.inputs = inputs_.data();
        graph_.input_count = static_cast<uint32_t>(inputs_.size());
        graph_.outputs = outputs_.data();
        graph_.output_count = static_cast<uint32_t>(outputs_.size());
        return graph_;
    }

    std::vector<accel_tensor_desc> &tensors() { return tensors_; }

private:
    std::vector<accel_tensor_desc> tensors_;
    std::vector<accel_node_desc> nodes_;
    std::vector<std::vector<accel_attribute>> attributes_;
    std::deque<std::vector<accel_dim>> dims_;
    std::deque<std::vector<float>> scales_;
    std::deque<graph::Quantization> quantisations_;
    std::deque<graph::QuantizationDesc> quantisation_descs_;
    std::deque<std::vector<uint8_t>> data_;
    std::deque<std::vector<uint32_t>> indices_;
    std::deque<std::vector<int64_t>> ints_;
    std::vector<uint32_t> inputs_;
    std::vector<uint32_t> outputs_;
    accel_graph_desc graph_{};
};

}  // namespace accel::ethosu
