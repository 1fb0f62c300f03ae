// SPDX-License-Identifier: MIT
// From a graph description to questions, one node after the other.
#include "evaluator.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace accel::conformance {
namespace {

/// Per tensor, or per index of one axis, in the types that the importer writes.
Quantization quantization_of(const accel_tensor_desc &desc)
{
    Quantization quantization;
    const auto *from = desc.quantization;
    if (!from) return quantization;
    if (from->scale_type != ACCEL_TYPE_F32) throw std::runtime_error("scales that are not binary32");
    const auto *scales = static_cast<const float *>(from->scales);
    quantization.scales.assign(scales, scales + from->count);
    for (uint64_t index = 0; index < from->count; ++index) {
        int64_t zero = 0;
        if (from->zero_point_type == ACCEL_TYPE_I32)
            zero = static_cast<const int32_t *>(from->zero_points)[index];
        else if (from->zero_point_type == ACCEL_TYPE_I8)
            zero = static_cast<const int8_t *>(from->zero_points)[index];
        else if (from->zero_point_type == ACCEL_TYPE_U8)
            zero = static_cast<const uint8_t *>(from->zero_points)[index];
        quantization.zero_points.push_back(static_cast<int32_t>(zero));
    }
    for (uint32_t axis = 0; axis < from->rank; ++axis)
        if (from->block_dims[axis] == 1) quantization.axis = axis;
    return quantization;
}

Tensor described(const accel_tensor_desc &desc)
{
    Tensor tensor;
    tensor.type = static_cast<accel_type>(desc.type);
    for (uint32_t axis = 0; desc.rank != ACCEL_RANK_UNKNOWN && axis < desc.rank; ++axis) tensor.dims.push_back(desc.dims[axis].size);
    tensor.quantization = quantization_of(desc);
    if (desc.data) tensor.bytes.assign(static_cast<const char *>(desc.data), static_cast<const char *>(desc.data) + desc.data_bytes);
    return tensor;
}

void read_attributes(const accel_graph_desc &graph, const accel_node_desc &node, Question &question)
{
    for (uint32_t index = 0; index < node.attribute_count; ++index) {
        const auto &attribute = *reinterpret_cast<const accel_attribute *>(reinterpret_cast<const char *>(node.attributes) + size_t{index} * graph.attribute_size);
        if (attribute.kind == ACCEL_ATTRIBUTE_KIND_INT || attribute.kind == ACCEL_ATTRIBUTE_KIND_INTS) {
            const auto *values = static_cast<const int64_t *>(attribute.values);
            question.ints[attribute.key].assign(values, values + attribute.count);
        } else if (attribute.kind == ACCEL_ATTRIBUTE_KIND_FLOAT)
            question.reals[attribute.key] = *static_cast<const float *>(attribute.values);
        else if (attribute.kind == ACCEL_ATTRIBUTE_KIND_FLOATS) {
            const auto *values = static_cast<const float *>(attribute.values);
            question.real_lists[attribute.key].assign(values, values + attribute.count);
        } else if (attribute.kind == ACCEL_ATTRIBUTE_KIND_STRINGS) {
            const auto *texts = static_cast<const accel_bytes *>(attribute.values);
            for (uint64_t place = 0; place < attribute.count; ++place) question.text_lists[attribute.key].emplace_back(static_cast<const char *>(texts[place].data), texts[place].byte_count);
        } else if (attribute.kind == ACCEL_ATTRIBUTE_KIND_STRING) {
            const auto &text = *static_cast<const accel_bytes *>(attribute.values);
            auto &kept = attribute.key == ACCEL_ATTRIBUTE_AUTO_PAD ? question.auto_pad : question.texts[attribute.key];
            kept.assign(static_cast<const char *>(text.data), text.byte_count);
        }
    }
}

Tensor made(const Tensor &declared, const Answer &answer)
{
    Tensor tensor = declared;
    tensor.dims = answer.dims;
    tensor.bytes = answer.bits;
    for (const double value : answer.values) append_real(tensor.type, tensor.bytes, value);
    return tensor;
}

Evaluated evaluate_inside(const accel_graph_desc &graph, const std::vector<std::pair<uint32_t, const Tensor *>> &given);

/// What a region of a node makes, in the order of the node's results.
std::vector<Answer> run_region(const accel_node_desc &node, uint32_t role, const std::vector<Tensor> &around, std::string &refused)
{
    const accel_region *region = *std::find_if(node.regions, node.regions + node.region_count, [&](const accel_region *each) { return each->role == role; });
    std::vector<std::pair<uint32_t, const Tensor *>> taken;
    for (uint32_t index = 0; index < region->capture_count; ++index) taken.emplace_back(region->captures[index].inner, &around[region->captures[index].outer]);
    const Evaluated inside = evaluate_inside(*region->graph, taken);
    refused = inside.refused;
    std::vector<Answer> answers(node.output_count);
    for (uint32_t index = 0; index < inside.outputs.size(); ++index) {
        Answer &answer = answers.at(region->outputs[index].result);
        answer.dims = inside.outputs[index].dims, answer.bits = inside.outputs[index].bytes;
    }
    return answers;
}

void run(const accel_graph_desc &graph, const accel_node_desc &node, std::vector<Tensor> &tensors, std::vector<bool> &known)
{
    Question question;
    question.operation = static_cast<accel_operation>(node.operation);
    question.rounding = static_cast<accel_rounding>(node.rounding);
    for (uint32_t index = 0; index < node.input_count; ++index) {
        const uint32_t from = node.inputs[index];
        if (from != ACCEL_TENSOR_NONE && !known[from]) throw std::runtime_error("a tensor that nothing makes");
        question.operands.push_back(from == ACCEL_TENSOR_NONE ? nullptr : &tensors[from]);
    }
    for (uint32_t index = 0; index < node.output_count; ++index) question.results.push_back(tensors.at(node.outputs[index]));
    read_attributes(graph, node, question);
    std::string refused;
    question.branches = [&](bool condition) { return run_region(node, condition ? ACCEL_REGION_ROLE_THEN : ACCEL_REGION_ROLE_ELSE, tensors, refused); };
    const auto answers = answers_to(question);
    for (uint32_t index = 0; index < node.output_count; ++index) {
        tensors[node.outputs[index]] = made(question.results[index], answers.at(index));
        known[node.outputs[index]] = true;
    }
    if (!refused.empty()) throw std::runtime_error(refused);
}

Evaluated evaluate_inside(const accel_graph_desc &graph, const std::vector<std::pair<uint32_t, const Tensor *>> &given)
{
    Evaluated result;
    std::vector<Tensor> tensors;
    std::vector<bool> known;
    for (uint32_t index = 0; index < graph.tensor_count; ++index) {
        tensors.push_back(described(*accel_graph_tensor(&graph, index)));
        known.push_back(accel_graph_tensor(&graph, index)->data != nullptr);
    }
    for (const auto &[number, from] : given) {
        tensors[number].dims = from->dims, tensors[number].bytes = from->bytes;
        known[number] = true;
    }
    for (uint32_t index = 0; index < graph.node_count; ++index) {
        const auto &node = *accel_graph_node(&graph, index);
        if (node.operation == 0) {
            result.refused = std::string(node.custom_name) + ": " + (node.reason ? node.reason : "");
            return result;
        }
        result.operations.insert(node.operation);
        run(graph, node, tensors, known);
    }
    for (uint32_t index = 0; index < graph.output_count; ++index) result.outputs.push_back(tensors[graph.outputs[index]]);
    return result;
}

}  // namespace

Evaluated evaluate(const accel_graph_desc &graph, const std::vector<Tensor> &inputs)
{
    std::vector<std::pair<uint32_t, const Tensor *>> given;
    for (uint32_t index = 0; index < graph.input_count && index < inputs.size(); ++index) given.emplace_back(graph.inputs[index], &inputs[index]);
    return evaluate_inside(graph, given);
}

}  // namespace accel::conformance
