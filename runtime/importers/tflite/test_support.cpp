// SPDX-License-Identifier: MIT
// Writes files with flatc's builders, and walks imported graphs.
#include "test_support.h"

#include "graph/graph_check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace accel::tflite::test {

namespace {

const std::filesystem::path kRecorded = TFLITE_TEST_SOURCE_DIR "/recorded/models";

}  // namespace

std::string recorded(const std::string &name)
{
    std::ifstream file(kRecorded / (name + ".tflite"), std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (bytes.empty()) {
        throw std::runtime_error("no recorded model " + name);
    }
    return bytes;
}

std::vector<std::string> recorded_names()
{
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(kRecorded)) {
        names.push_back(entry.path().stem());
    }
    std::sort(names.begin(), names.end());
    return names;
}

Imported::Imported(std::string_view bytes, uint64_t budget_bytes) : bytes_(bytes.begin(), bytes.end())
{
    bytes_.shrink_to_fit();
    host_.budget_bytes = budget_bytes;
    host_.source.bytes = bytes_.data();
    host_.source.byte_count = bytes_.size();
    status = import_model(&host_.host, &host_.source, &model_);
}

Imported::~Imported()
{
    if (model_ != nullptr) {
        model_->release(model_);
    }
}

uint32_t Imported::find(accel_operation operation) const
{
    for (uint32_t i = 0; i < graph().node_count; ++i) {
        if (node(i).operation == operation) {
            return i;
        }
    }
    throw std::runtime_error("no node of operation " + std::to_string(operation));
}

size_t Imported::count(accel_operation operation) const
{
    return static_cast<size_t>(std::count_if(graph().nodes, graph().nodes + graph().node_count, [&](const accel_node_desc &node) { return node.operation == operation; }));
}

std::vector<int64_t> Imported::ints(uint32_t node_index, accel_attribute_key key) const
{
    for (uint32_t i = 0; i < node(node_index).attribute_count; ++i) {
        const accel_attribute &attribute = node(node_index).attributes[i];
        if (attribute.key == key) {
            const auto *values = static_cast<const int64_t *>(attribute.values);
            return {values, values + attribute.count};
        }
    }
    return {};
}

std::string Imported::broken_rule() const
{
    if (runtime::check_structure(graph()) == ACCEL_STATUS_OK && runtime::check_rules(runtime::copy_graph(graph())) == ACCEL_STATUS_OK) {
        return {};
    }
    return std::string(accel_last_error()->rule) + ": " + accel_last_error()->message;
}

std::string Imported::kept() const
{
    for (uint32_t i = 0; model_ != nullptr && i < graph().node_count; ++i) {
        if (node(i).operation == ACCEL_OPERATION_CUSTOM) {
            return std::string(node(i).custom_name) + " of " + node(i).domain + ": " + node(i).reason;
        }
    }
    return {};
}

std::vector<int64_t> Imported::sizes(const accel_tensor_desc &tensor)
{
    std::vector<int64_t> out;
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) {
        out.push_back(tensor.dims[axis].size);
    }
    return out;
}

std::string ModelText::bytes() const
{
    flatbuffers::FlatBufferBuilder builder;
    std::vector<flatbuffers::Offset<schema::Buffer>> buffers{schema::CreateBuffer(builder)};
    std::vector<flatbuffers::Offset<schema::Tensor>> made;
    for (const TensorText &tensor : tensors) {
        uint32_t buffer = 0;
        if (!tensor.data.empty()) {
            buffer = static_cast<uint32_t>(buffers.size());
            builder.ForceVectorAlignment(tensor.data.size(), 1, 16);
            const auto data = buffer_offset != 0 ? 0 : builder.CreateVector(reinterpret_cast<const uint8_t *>(tensor.data.data()), tensor.data.size());
            buffers.push_back(schema::CreateBuffer(builder, data, buffer_offset, buffer_size));
        }
        flatbuffers::Offset<schema::QuantizationParameters> quantization = 0;
        if (!tensor.scales.empty()) {
            quantization = schema::CreateQuantizationParameters(builder, builder.CreateVector(tensor.scales), builder.CreateVector(tensor.zero_points), 0, tensor.axis);
        }
        made.push_back(schema::CreateTensor(builder, builder.CreateVector(tensor.shape), tensor.type, buffer, builder.CreateString(tensor.name), quantization, tensor.is_variable));
    }
    std::vector<flatbuffers::Offset<schema::OperatorCode>> codes;
    std::vector<flatbuffers::Offset<schema::Operator>> steps;
    for (const OperatorText &op : operators) {
        codes.push_back(schema::CreateOperatorCode(builder, static_cast<int8_t>(std::min(static_cast<int>(op.builtin), 127)), op.custom_code.empty() ? 0 : builder.CreateString(op.custom_code), 1, op.builtin));
        const auto options = op.custom_options.empty() ? 0 : builder.CreateVector(reinterpret_cast<const uint8_t *>(op.custom_options.data()), op.custom_options.size());
        const auto from = builder.CreateVector(op.inputs), to = builder.CreateVector(op.outputs);
        steps.push_back(schema::CreateOperator(builder, static_cast<uint32_t>(codes.size() - 1), from, to, schema::BuiltinOptions::NONE, 0, options));
    }
    std::vector<flatbuffers::Offset<schema::SubGraph>> graphs;
    for (int32_t i = 0; i < subgraphs; ++i) {
        graphs.push_back(schema::CreateSubGraph(builder, builder.CreateVector(made), builder.CreateVector(inputs), builder.CreateVector(outputs), builder.CreateVector(steps), builder.CreateString("main")));
    }
    schema::FinishModelBuffer(builder, schema::CreateModel(builder, version, builder.CreateVector(codes), builder.CreateVector(graphs), 0, builder.CreateVector(buffers)));
    return {reinterpret_cast<const char *>(builder.GetBufferPointer()), builder.GetSize()};
}

ModelText single(schema::BuiltinOperator builtin, std::vector<int32_t> shape)
{
    ModelText text;
    text.tensors = {{"x", shape}, {"y", shape}};
    text.operators = {{builtin, {0}, {1}}};
    text.outputs = {1};
    return text;
}

}  // namespace accel::tflite::test
