// SPDX-License-Identifier: MIT
// Reads what ONNX publishes beside its models.
#include "onnx_data.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

namespace accel::conformance {
namespace {

namespace fs = std::filesystem;

// Field numbers of the public onnx.proto.
constexpr protozero::pbf_tag_type kModelGraph = 7, kGraphInitializer = 5, kGraphInput = 11, kValueName = 1, kTensorDims = 1, kTensorType = 2, kTensorName = 8, kTensorRaw = 9;

std::string read_file(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

accel_type type_of(int32_t data_type)
{
    switch (data_type) {
    case 1: return ACCEL_TYPE_F32;
    case 2: return ACCEL_TYPE_U8;
    case 3: return ACCEL_TYPE_I8;
    case 4: return ACCEL_TYPE_U16;
    case 5: return ACCEL_TYPE_I16;
    case 6: return ACCEL_TYPE_I32;
    case 7: return ACCEL_TYPE_I64;
    case 9: return ACCEL_TYPE_BOOL;
    case 10: return ACCEL_TYPE_F16;
    case 11: return ACCEL_TYPE_F64;
    case 12: return ACCEL_TYPE_U32;
    case 13: return ACCEL_TYPE_U64;
    case 16: return ACCEL_TYPE_BF16;
    default: return ACCEL_TYPE_UNKNOWN;
    }
}

std::vector<std::string> read_all(const fs::path &folder, const char *kind)
{
    std::vector<std::string> all;
    for (size_t index = 0;; ++index) {
        const fs::path path = folder / (std::string(kind) + "_" + std::to_string(index) + ".pb");
        if (!fs::exists(path)) return all;
        all.push_back(read_file(path));
    }
}

std::vector<std::string> input_names(const std::string &graph)
{
    std::vector<std::string> names;
    protozero::pbf_reader reader(graph);
    while (reader.next(kGraphInput)) {
        auto value = reader.get_message();
        names.push_back(value.next(kValueName) ? value.get_string() : std::string());
    }
    return names;
}

}  // namespace

std::optional<Tensor> read_tensor(const std::string &bytes)
{
    Tensor tensor;
    tensor.type = ACCEL_TYPE_UNKNOWN;
    protozero::pbf_reader reader(bytes);
    while (reader.next()) {
        if (reader.tag() == kTensorDims && reader.wire_type() == protozero::pbf_wire_type::length_delimited)
            for (const int64_t size : reader.get_packed_int64()) tensor.dims.push_back(size);
        else if (reader.tag() == kTensorDims)
            tensor.dims.push_back(reader.get_int64());
        else if (reader.tag() == kTensorType)
            tensor.type = type_of(reader.get_int32());
        else if (reader.tag() == kTensorRaw) {
            const auto raw = reader.get_view();
            tensor.bytes.assign(raw.data(), raw.data() + raw.size());
        } else
            reader.skip();
    }
    // Debian's data are raw throughout.
    if (tensor.type == ACCEL_TYPE_UNKNOWN || tensor.bytes.size() != tensor.count() * bytes_of(tensor.type)) return std::nullopt;
    return tensor;
}

std::string PublishedTest::with_constants(size_t first) const
{
    std::string rest, graph;
    protozero::pbf_writer kept(rest);
    protozero::pbf_reader reader(model);
    while (reader.next()) {
        if (reader.tag() == kModelGraph)
            graph = reader.get_string();
        else if (reader.wire_type() == protozero::pbf_wire_type::varint)
            kept.add_int64(reader.tag(), reader.get_int64());
        else
            kept.add_bytes(reader.tag(), reader.get_view());
    }
    const auto names = input_names(graph);
    for (size_t index = first; index < std::min(names.size(), inputs.size()); ++index) {
        std::string tensor = inputs[index];
        protozero::pbf_writer(tensor).add_string(kTensorName, names[index]);
        protozero::pbf_writer(graph).add_message(kGraphInitializer, tensor);
    }
    kept.add_message(kModelGraph, graph);
    return rest;
}

std::vector<PublishedTest> published_tests(const fs::path &folder)
{
    std::vector<PublishedTest> tests;
    for (const auto &entry : fs::directory_iterator(folder)) {
        const fs::path data = entry.path() / "test_data_set_0";
        PublishedTest test{entry.path().filename().string(), read_file(entry.path() / "model.onnx"), read_all(data, "input"), read_all(data, "output")};
        if (!test.model.empty() && !test.outputs.empty()) tests.push_back(std::move(test));
    }
    std::sort(tests.begin(), tests.end(), [](const PublishedTest &a, const PublishedTest &b) { return a.name < b.name; });
    return tests;
}

}  // namespace accel::conformance
