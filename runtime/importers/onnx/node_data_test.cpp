// SPDX-License-Identifier: MIT
// The single-operator models that ONNX publishes (Debian: libonnx-testdata): each imports to a graph that obeys the rules and has the declared
// shapes, or is refused by name. Most of them pass shapes, axes and scales as graph inputs; so each is tried again with its test data as constants.
#include "proto.h"
#include "test_support.h"
#include "types.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory_resource>
#include <numeric>

#include "tensor.h"

using namespace accel::onnx;
using namespace accel::onnx::test;

namespace {

namespace fs = std::filesystem;

const std::string kRoot = "/usr/share/libonnx-testdata/data/";

struct Tally {
    uint32_t total = 0, imported = 0, refused = 0;
};

/// The model with input number first and later as initializers, from the data set beside it; "" if there is no data for one of them, or data of another type: two tests of this release have bfloat16 values stored
/// as uint16.
std::string with_constants(const std::string &bytes, const fs::path &folder, size_t first)
{
    const ModelProto parts = read_model({bytes.data(), bytes});
    const GraphProto graph = read_graph(*parts.graph);
    std::string new_graph(parts.graph->view);
    protozero::pbf_writer graph_writer(new_graph);
    for (size_t i = first; i < graph.inputs.size(); ++i) {
        const ValueInfoProto info = read_value_info(graph.inputs[i]);
        std::string tensor = read_file(folder / "test_data_set_0" / ("input_" + std::to_string(i) + ".pb"));
        if (tensor.empty() || !info.is_tensor || read_tensor({tensor.data(), tensor}).data_type != info.data_type) {
            return {};
        }
        protozero::pbf_writer(tensor).add_string(8, std::string(info.name));
        graph_writer.add_message(5, tensor);
    }
    std::string model;
    protozero::pbf_writer writer(model);
    writer.add_int64(1, parts.ir_version);
    writer.add_message(7, new_graph);
    for (const OperatorSet &set : parts.operator_sets) {
        protozero::pbf_writer opset(writer, 8);
        opset.add_string(1, std::string(set.domain));
        opset.add_int64(2, set.version);
    }
    return model;
}

void check_import(const std::string &what, const Imported &model, Tally &tally)
{
    INFO(what << ": " << model.message);
    ++tally.total;
    REQUIRE(model.status == ACCEL_STATUS_OK);
    CHECK(model.broken_rule() == "");
    if (model.keeps_any()) {
        ++tally.refused;
        return;
    }
    ++tally.imported;
    for (const std::string &line : model.log) {
        INFO(line);
        CHECK(line.find("declared with another shape") == std::string::npos);
    }
    if (std::getenv("ONNX_TEST_VERBOSE") != nullptr) {
        std::printf("imported %s\n", what.c_str());
    }
}

void print_refusal(const std::string &what, const Imported &model)
{
    if (std::getenv("ONNX_TEST_VERBOSE") != nullptr && model.keeps_any()) {
        std::printf("kept %s\n", what.c_str());
    }
}

/// The value of an output that was computed while importing, if it was.
const accel_tensor_desc *folded_output(const Imported &model)
{
    const accel_graph_desc &graph = model.graph();
    if (graph.node_count != 1 || graph.nodes[0].operation != ACCEL_OPERATION_IDENTITY) {
        return nullptr;
    }
    const accel_tensor_desc &source = graph.tensors[graph.nodes[0].inputs[0]];
    return source.data != nullptr ? &source : nullptr;
}

template <typename Each>
void for_each_model(Each each)
{
    for (const char *kind : {"node", "simple", "pytorch-converted", "pytorch-operator"}) {
        for (const auto &folder : fs::directory_iterator(kRoot + kind)) {
            const std::string bytes = read_file(folder.path() / "model.onnx");
            if (!bytes.empty()) {
                each(std::string(kind) + "/" + folder.path().filename().string(), folder.path(), bytes);
            }
        }
    }
}

}  // namespace

TEST_CASE("published single-operator models import, with what is not known kept")
{
    if (!fs::exists(kRoot)) {
        SKIP("libonnx-testdata is not installed");
    }
    Tally as_they_are, with_data;
    for_each_model([&](const std::string &name, const fs::path &folder, const std::string &bytes) {
        const Imported plain(bytes);
        check_import(name, plain, as_they_are);
        const std::string bound = with_constants(bytes, folder, 1);
        if (!bound.empty()) {
            const Imported model(bound);
            check_import(name + " with constants", model, with_data);
            print_refusal(name, model);
        }
    });
    WARN("as they are: " << as_they_are.imported << " of " << as_they_are.total << " imported without custom nodes; with data as constants: " << with_data.imported << " of "
                         << with_data.total);
    // Numbers of libonnx-testdata 1.12; what imports today must not get lost.
    CHECK(as_they_are.imported >= 142);
    CHECK(with_data.imported >= 186);
}

namespace {

/// To the bit; onnx 1.12 published windows of signals with a pi of 3.1415.
bool agrees(const std::string &name, const accel_tensor_desc &folded, const ConstantData &expected)
{
    if (name.find("window") == std::string::npos) {
        return std::memcmp(folded.data, expected.data, expected.size_bytes) == 0;
    }
    const auto *ours = static_cast<const float *>(folded.data), *theirs = static_cast<const float *>(expected.data);
    return std::equal(ours, ours + expected.size_bytes / sizeof(float), theirs, [](float a, float b) { return std::abs(a - b) < 2e-4f; });
}

}  // namespace

TEST_CASE("results that are computed while importing equal the published ones")
{
    if (!fs::exists(kRoot)) {
        SKIP("libonnx-testdata is not installed");
    }
    uint32_t compared = 0;
    std::pmr::monotonic_buffer_resource memory;
    Host no_host("onnx", nullptr, accel_bk_source{sizeof(accel_bk_source)});
    ExternalFiles no_files(no_host);
    ConstantStore store{memory, no_host, no_files};
    for_each_model([&](const std::string &name, const fs::path &folder, const std::string &bytes) {
        const std::string bound = with_constants(bytes, folder, 0);
        if (bound.empty()) {
            return;
        }
        const Imported model(bound);
        INFO(name << ": " << model.message);
        CHECK((model.status == ACCEL_STATUS_OK || model.status == ACCEL_STATUS_UNSUPPORTED));
        const accel_tensor_desc *folded = model.status == ACCEL_STATUS_OK ? folded_output(model) : nullptr;
        if (folded == nullptr) {
            return;
        }
        const std::string expected_bytes = read_file(folder / "test_data_set_0/output_0.pb");
        const ConstantData expected = read_constant(read_tensor({expected_bytes.data(), expected_bytes}), store);
        REQUIRE(folded->data_bytes == expected.size_bytes);
        CHECK(agrees(name, *folded, expected));
        ++compared;
    });
    WARN(compared << " results compared");
    CHECK(compared >= 50);
}
