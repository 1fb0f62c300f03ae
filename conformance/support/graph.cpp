// SPDX-License-Identifier: MIT
// Collects tensors, nodes and attributes, and makes their description.
#include "graph.h"

namespace accel::conformance {

uint32_t GraphBuilder::tensor(const char *name, accel_type type, const std::vector<int64_t> &dims, const Quantization &quantization)
{
    accel_tensor_desc desc{};
    desc.name = names_.emplace_back(name).c_str();
    desc.type = type;
    desc.rank = static_cast<uint32_t>(dims.size());
    auto &list = dims_.emplace_back();
    for (const int64_t size : dims) list.push_back({size, ACCEL_SYMBOL_NONE, 0});
    desc.dims = list.data();
    if (!quantization.scales.empty()) {
        const auto &kept = quantizations_.emplace_back(quantization);
        auto &blocks = block_dims_.emplace_back(dims.size());
        if (kept.scales.size() > 1) blocks.at(kept.axis) = 1;
        desc.quantization = &quantization_descs_.emplace_back(accel_quantization{sizeof(accel_quantization), ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F32, ACCEL_TYPE_I32, desc.rank,
                                                                                 blocks.data(), kept.scales.data(), kept.zero_points.data(), kept.scales.size()});
    }
    tensors_.push_back(desc);
    return static_cast<uint32_t>(tensors_.size() - 1);
}

uint32_t GraphBuilder::input(const char *name, accel_type type, const std::vector<int64_t> &dims, const Quantization &quantization)
{
    inputs_.push_back(tensor(name, type, dims, quantization));
    return inputs_.back();
}

void GraphBuilder::set_data(uint32_t index, const void *bytes, size_t byte_count)
{
    auto &kept = data_.emplace_back(static_cast<const char *>(bytes), static_cast<const char *>(bytes) + byte_count);
    kept.reserve(1);  // what has no elements is a constant, too
    tensors_[index].data = kept.data();
    tensors_[index].data_bytes = byte_count;
}

void GraphBuilder::forget(uint32_t tensor)
{
    tensors_[tensor].data = nullptr;
    tensors_[tensor].data_bytes = 0;
    inputs_.push_back(tensor);
}

std::vector<uint32_t> GraphBuilder::with_values(std::vector<uint32_t> inputs, const Attributes &attributes)
{
    const auto place = [&](uint32_t position, uint32_t constant) {
        if (inputs.size() <= position) inputs.resize(position + 1, ACCEL_TENSOR_NONE);
        inputs[position] = constant;
    };
    for (const auto &[position, values] : attributes.lists) place(position, constant<int64_t>("list", ACCEL_TYPE_I64, {static_cast<int64_t>(values.size())}, values));
    for (const auto &[position, value] : attributes.reals) place(position, constant<float>("real", ACCEL_TYPE_F32, {}, {value}));
    return inputs;
}

void GraphBuilder::node(accel_operation operation, const std::vector<uint32_t> &inputs, const std::vector<uint32_t> &outputs, const Attributes &attributes,
                        accel_rounding rounding)
{
    auto &list = attributes_.emplace_back();
    for (const auto &[key, values] : attributes.ints) {
        const auto &kept = ints_.emplace_back(values);
        list.push_back({static_cast<uint32_t>(key), accel_attribute_kind_of(key), "", kept.data(), kept.size()});
    }
    for (const auto &[key, values] : attributes.floats) {
        const auto &kept = floats_.emplace_back(values);
        list.push_back({static_cast<uint32_t>(key), accel_attribute_kind_of(key), "", kept.data(), kept.size()});
    }
    const auto add_texts = [&](accel_attribute_key key, const std::vector<std::string> &texts) {
        auto &kept = strings_.emplace_back();
        for (const auto &text : texts) kept.push_back(accel_bytes{texts_.emplace_back(text).data(), text.size()});
        list.push_back({static_cast<uint32_t>(key), accel_attribute_kind_of(key), "", kept.data(), kept.size()});
    };
    for (const auto &[key, text] : attributes.strings) add_texts(key, {text});
    for (const auto &[key, texts] : attributes.string_lists) add_texts(key, texts);
    accel_node_desc desc{};
    desc.name = names_.emplace_back("node" + std::to_string(nodes_.size())).c_str();
    desc.operation = operation;
    desc.revision = 1;
    const std::vector<uint32_t> &operands = operands_.emplace_back(with_values(inputs, attributes));
    desc.inputs = operands.data();
    desc.input_count = static_cast<uint32_t>(operands.size());
    desc.outputs = operands_.emplace_back(outputs).data();
    desc.output_count = static_cast<uint32_t>(outputs.size());
    desc.attributes = list.data();
    desc.attribute_count = static_cast<uint32_t>(list.size());
    desc.rounding = rounding;
    desc.domain = "";
    desc.custom_name = "";
    nodes_.push_back(desc);
}

void GraphBuilder::branches(uint32_t condition, const std::vector<uint32_t> &outputs, Branch then_branch, Branch else_branch)
{
    static constexpr uint32_t kNumbers[] = {0, 1};
    node(ACCEL_OPERATION_IF, {condition}, outputs);
    auto &list = region_lists_.emplace_back();
    for (auto *given : {&then_branch, &else_branch}) {
        auto &kept = *branches_.emplace_back(std::make_shared<Branch>(std::move(*given)));
        auto &ports = ports_.emplace_back();
        for (uint32_t index = 0; index < outputs.size(); ++index) ports.push_back({ACCEL_REGION_PORT_KIND_VALUE, ACCEL_OPERAND_NONE, index, 0, 0});
        const uint32_t role = list.empty() ? ACCEL_REGION_ROLE_THEN : ACCEL_REGION_ROLE_ELSE;
        list.push_back(&regions_.emplace_back(accel_region{sizeof(accel_region), &kept.graph.desc(), kept.captures.data(), nullptr, ports.data(), role, static_cast<uint32_t>(kept.captures.size())}));
    }
    auto &attributes = attributes_.emplace_back();
    attributes.push_back({ACCEL_ATTRIBUTE_THEN_BRANCH, ACCEL_ATTRIBUTE_KIND_GRAPH, "", &kNumbers[0], 1});
    attributes.push_back({ACCEL_ATTRIBUTE_ELSE_BRANCH, ACCEL_ATTRIBUTE_KIND_GRAPH, "", &kNumbers[1], 1});
    accel_node_desc &made = nodes_.back();
    made.attributes = attributes.data();
    made.attribute_count = static_cast<uint32_t>(attributes.size());
    made.regions = list.data();
    made.region_count = static_cast<uint32_t>(list.size());
}

accel_graph_desc &GraphBuilder::desc()
{
    desc_ = sized<accel_graph_desc>();
    desc_.name = "case";
    desc_.tensors = tensors_.data();
    desc_.tensor_count = static_cast<uint32_t>(tensors_.size());
    desc_.tensor_size = sizeof(accel_tensor_desc);
    desc_.nodes = nodes_.data();
    desc_.node_count = static_cast<uint32_t>(nodes_.size());
    desc_.node_size = sizeof(accel_node_desc);
    desc_.attribute_size = sizeof(accel_attribute);
    desc_.inputs = inputs_.data();
    desc_.input_count = static_cast<uint32_t>(inputs_.size());
    desc_.outputs = outputs_.data();
    desc_.output_count = static_cast<uint32_t>(outputs_.size());
    return desc_;
}

}  // namespace accel::conformance
