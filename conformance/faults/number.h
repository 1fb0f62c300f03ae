// SPDX-License-Identifier: MIT
// Faults of arithmetic in two kinds: the correct module builds another graph, or results are spoiled when their work has ended.
#pragma once

#include <cstring>
#include <deque>

#include "base.h"

namespace accel::faults {

/// A copy of a graph whose tensors, nodes, scales and constants may be changed.
class Other {
public:
    explicit Other(const accel_graph_desc &from) : desc(from)
    {
        for (uint32_t index = 0; index < from.tensor_count; ++index) tensors.push_back(from.tensors[index]);
        for (uint32_t index = 0; index < from.node_count; ++index) nodes.push_back(from.nodes[index]);
        desc.tensors = tensors.data();
        desc.nodes = nodes.data();
    }
    char *own_data(uint32_t tensor)
    {
        auto &from = tensors[tensor];
        auto &kept = data_.emplace_back(static_cast<const char *>(from.data), static_cast<const char *>(from.data) + from.data_bytes);
        from.data = kept.data();
        return kept.data();
    }
    struct Quantisation {
        accel_quantization desc;
        std::vector<float> scales;
        std::vector<int32_t> zero_points;
    };
    /// In the form that the runtime gives where one scale is for all or for an index of one axis.
    bool has_float_scales(uint32_t tensor) const
    {
        const auto *from = tensors[tensor].quantization;
        return from && from->scale_type == ACCEL_TYPE_F32 && from->zero_point_type == ACCEL_TYPE_I32;
    }
    Quantisation &own_quantisation(uint32_t tensor)
    {
        const auto &from = *tensors[tensor].quantization;
        const auto *scales = static_cast<const float *>(from.scales);
        const auto *zero_points = static_cast<const int32_t *>(from.zero_points);
        auto &kept = quantisations_.emplace_back(Quantisation{from, {scales, scales + from.count}, {zero_points, zero_points + from.count}});
        kept.desc.scales = kept.scales.data();
        kept.desc.zero_points = kept.zero_points.data();
        tensors[tensor].quantization = &kept.desc;
        return kept;
    }
    std::vector<uint32_t> &own_operands(accel_node_desc &node)
    {
        auto &kept = operands_.emplace_back(node.inputs, node.inputs + node.input_count);
        node.inputs = kept.data();
        return kept;
    }
    std::vector<uint32_t> &own_results(accel_node_desc &node)
    {
        auto &kept = operands_.emplace_back(node.outputs, node.outputs + node.output_count);
        node.outputs = kept.data();
        return kept;
    }
    std::vector<accel_attribute> &own_attributes(accel_node_desc &node)
    {
        auto &kept = attributes_.emplace_back(node.attributes, node.attributes + node.attribute_count);
        kept.reserve(kept.size() + 1);
        node.attributes = kept.data();
        return kept;
    }

    accel_graph_desc desc;
    std::vector<accel_tensor_desc> tensors;
    std::vector<accel_node_desc> nodes;

private:
    std::deque<std::vector<char>> data_;
    std::deque<Quantisation> quantisations_;
    std::deque<std::vector<accel_attribute>> attributes_;
    std::deque<std::vector<uint32_t>> operands_;
};

/// Memory of an output whose work has ended.
struct Output {
    char *bytes;
    uint64_t size_bytes, room_bytes;  ///< of the port; from it to the end of its buffer
    uint32_t type;
    const std::vector<int64_t> &dims;
    const std::vector<uint32_t> &operations;  ///< of the graph that made it

    bool made_by(uint32_t operation) const
    {
        for (const uint32_t other : operations)
            if (other == operation) return true;
        return false;
    }
};

/// Every element of an output of that type becomes what edit answers.
template <class Word, class Edit> void for_each_word(const Output &output, uint32_t type, Edit edit)
{
    for (uint64_t offset = 0; output.type == type && offset + sizeof(Word) <= output.size_bytes; offset += sizeof(Word)) {
        Word word;
        std::memcpy(&word, output.bytes + offset, sizeof(Word));
        word = edit(word);
        std::memcpy(output.bytes + offset, &word, sizeof(Word));
    }
}

/// The module builds what `how` makes of a graph.
void plant_change(void (*how)(Other &));
/// `how` is called with every output before its ticket is told to have finished.
void plant_spoil(void (*how)(const Output &));
/// A fault of that name of the campaign (mutant.h), if there is one.
bool plant_mutant(const char *name);

}  // namespace accel::faults
