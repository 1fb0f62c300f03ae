// SPDX-License-Identifier: MIT
// The reference itself judged: published ONNX tests are read by the importer, evaluated by the reference, and compared with what ONNX recorded.
#include <accel/backend.h>

#include <dlfcn.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <map>
#include <memory>

#include "evaluator.h"
#include "onnx_data.h"
#include "operations/rows.h"
#include "support/bytes.h"

namespace accel::conformance {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = "/usr/share/libonnx-testdata/data";

/// Beside ONNX's own tolerance, of a result that is rounded once more in binary32.
constexpr double kRelative = 1e-3, kAbsolute = 1e-7;

/// The importer makes constants of sizes, which the test below has; bits, some activations and normalisations are newer than Debian's tests, and those of onnx 1.23.2 compare them with
/// devices (scripts/onnx-tests); of SCALER nobody has published any.
constexpr accel_operation kElsewhere[] = {ACCEL_OPERATION_MISH, ACCEL_OPERATION_SWISH, ACCEL_OPERATION_GELU, ACCEL_OPERATION_RMS_NORMALIZATION, ACCEL_OPERATION_GROUP_NORMALIZATION, ACCEL_OPERATION_SCALER, ACCEL_OPERATION_SIZE, ACCEL_OPERATION_BITWISE_NOT, ACCEL_OPERATION_BITWISE_AND, ACCEL_OPERATION_BITWISE_OR, ACCEL_OPERATION_BITWISE_XOR, ACCEL_OPERATION_CUM_PROD, ACCEL_OPERATION_BIT_CAST};

const accel_bk_importer &importer()
{
    static const accel_bk_importer *found = [] {
        void *library = dlopen(ACCEL_ONNX_MODULE, RTLD_NOW | RTLD_LOCAL);
        if (!library) throw std::runtime_error(dlerror());
        const auto entry = reinterpret_cast<decltype(&accel_module_entry)>(dlsym(library, "accel_module_entry"));
        return entry(nullptr, ACCEL_BK_API_VERSION)->importer;
    }();
    return *found;
}

struct Release {
    void operator()(accel_bk_model *model) const { model->release(model); }
};

/// The graph of these bytes, as long as it lives; nothing where they are refused.
class Imported {
public:
    explicit Imported(const std::string &bytes)
    {
        static accel_bk_host host{};
        host.struct_size = sizeof(host), host.api_version = ACCEL_BK_API_VERSION, host.operation_profile = ACCEL_OPERATION_PROFILE;
        host.log_enabled = [](void *, accel_log_level) { return 0; };
        host.log = [](void *, accel_log_level, const char *) {};
        host.set_error = [](void *, const char *, const char *) {};
        accel_bk_source source{};
        source.struct_size = sizeof(source), source.bytes = bytes.data(), source.byte_count = bytes.size(), source.folder_fd = -1, source.name = "";
        accel_bk_model *model = nullptr;
        if (importer().import(&host, &source, &model) == ACCEL_STATUS_OK) model_.reset(model);
    }
    const accel_graph_desc *graph() const { return model_ ? model_->entries[0].graph : nullptr; }

private:
    std::unique_ptr<accel_bk_model, Release> model_;
};

/// "" or what differs.
std::string difference(const Tensor &result, const Tensor &recorded)
{
    if (result.type != recorded.type) return "another type";
    if (result.dims != recorded.dims) return "sizes " + shape_text(result.dims) + ", recorded " + shape_text(recorded.dims);
    for (size_t index = 0; index < recorded.count(); ++index) {
        const double value = result.real(index), wanted = recorded.real(index);
        const bool near = std::isnan(wanted) ? std::isnan(value) : value == wanted || (is_real(result.type) && std::fabs(value - wanted) <= kAbsolute + kRelative * std::fabs(wanted));
        if (!near) return "element " + std::to_string(index) + " is " + std::to_string(value) + ", recorded " + std::to_string(wanted);
    }
    return "";
}

/// The test compared, with its inputs from number `first` on as constants. False: it holds something that the suite does not compute.
bool compare(const PublishedTest &test, size_t first, std::map<uint32_t, size_t> &compared)
{
    const std::string bytes = first < test.inputs.size() ? test.with_constants(first) : test.model;
    const Imported model(bytes);
    if (!model.graph()) return false;
    std::vector<Tensor> inputs;
    for (size_t index = 0; index < std::min(first, test.inputs.size()); ++index) {
        const auto input = read_tensor(test.inputs[index]);
        if (!input) return false;
        inputs.push_back(*input);
    }
    const auto evaluated = evaluate(*model.graph(), inputs);
    if (!evaluated.refused.empty() || evaluated.outputs.size() != test.outputs.size()) return false;
    for (size_t output = 0; output < test.outputs.size(); ++output) {
        const auto recorded = read_tensor(test.outputs[output]);
        if (!recorded) return false;
        // Debian's data of ONNX 1.12 has the bits of bfloat16 as uint16, and cuts off what the operator rounds.
        if (evaluated.outputs[output].type == ACCEL_TYPE_BF16 && recorded->type == ACCEL_TYPE_U16) return false;
        INFO(test.name << ", output " << output);
        CHECK(difference(evaluated.outputs[output], *recorded) == "");
    }
    for (const uint32_t operation : evaluated.operations) ++compared[operation];
    return true;
}

}  // namespace

TEST_CASE("every operation of the catalog has one row in the reference")
{
    std::map<uint32_t, size_t> rows;
    for (const auto &row : reference_rows()) ++rows[row.operation];
    for (const auto &row : kOperationRows) {
        INFO(row.name);
        CHECK(rows[row.operation] == 1);
    }
    CHECK(rows.size() == std::size(kOperationRows));
}

TEST_CASE("the reference gives what ONNX recorded")
{
    if (!fs::exists(kRoot)) SKIP("libonnx-testdata is not installed (scripts/setup)");
    std::map<uint32_t, size_t> compared;
    size_t tests = 0;
    for (const char *kind : {"node", "simple", "pytorch-converted", "pytorch-operator"})
        for (const auto &test : published_tests(kRoot / kind)) {
            INFO(kind << "/" << test.name);
            // As they are, and with shapes, axes and bounds as constants, which more of them need.
            const bool plain = compare(test, SIZE_MAX, compared), bound = compare(test, 1, compared);
            tests += plain || bound;
        }
    WARN(tests << " tests compared");
    // Numbers of libonnx-testdata 1.12.
    CHECK(tests >= 900);
    for (const auto &row : reference_rows()) {
        INFO("operation " << row.operation);
        const bool elsewhere = std::find(std::begin(kElsewhere), std::end(kElsewhere), row.operation) != std::end(kElsewhere);
        CHECK((compared[row.operation] > 0) != elsewhere);
    }
}

TEST_CASE("what no published test shows is as the operators say")
{
    const auto asked = [](accel_operation operation, const Tensor &x, accel_type type, std::map<uint32_t, Dims> ints) {
        Question question;
        question.operation = operation;
        question.operands = {&x};
        question.results = {Tensor{type, {}, {}, {}}};
        question.ints = std::move(ints);
        return answers_to(question).at(0);
    };
    const Tensor sizes{ACCEL_TYPE_F32, {2, 3, 5, 7}, {}, std::vector<char>(840)};
    const auto told = [&](std::map<uint32_t, Dims> ints) { return from_bytes<int64_t>(asked(ACCEL_OPERATION_SHAPE, sizes, ACCEL_TYPE_I64, std::move(ints)).bits); };
    CHECK(told({}) == Dims{2, 3, 5, 7});
    CHECK(told({{ACCEL_ATTRIBUTE_START, {-2}}}) == Dims{5, 7});
    CHECK(told({{ACCEL_ATTRIBUTE_START, {1}}, {ACCEL_ATTRIBUTE_END, {-1}}}) == Dims{3, 5});
    CHECK(told({{ACCEL_ATTRIBUTE_START, {3}}, {ACCEL_ATTRIBUTE_END, {1}}}).empty());
    CHECK(from_bytes<int64_t>(asked(ACCEL_OPERATION_SIZE, sizes, ACCEL_TYPE_I64, {}).bits) == Dims{210});

    // docs/numerics.md, "Cast".
    const Tensor reals{ACCEL_TYPE_F32, {6}, {}, to_bytes(std::vector<float>{300, -300, 1e20f, std::nanf(""), 2.9f, -2.9f})};
    CHECK(from_bytes<int8_t>(asked(ACCEL_OPERATION_CAST, reals, ACCEL_TYPE_I8, {}).bits) == std::vector<int8_t>{127, -128, 127, 0, 2, -2});
    CHECK(from_bytes<uint8_t>(asked(ACCEL_OPERATION_CAST, reals, ACCEL_TYPE_U8, {}).bits) == std::vector<uint8_t>{255, 0, 255, 0, 2, 0});
    CHECK(from_bytes<int32_t>(asked(ACCEL_OPERATION_CAST, reals, ACCEL_TYPE_I32, {}).bits) == std::vector<int32_t>{300, -300, INT32_MAX, 0, 2, -2});
    CHECK(from_bytes<int64_t>(asked(ACCEL_OPERATION_CAST, reals, ACCEL_TYPE_I64, {}).bits) == std::vector<int64_t>{300, -300, INT64_MAX, 0, 2, -2});
    CHECK(from_bytes<uint8_t>(asked(ACCEL_OPERATION_CAST, reals, ACCEL_TYPE_BOOL, {}).bits) == std::vector<uint8_t>{1, 1, 1, 1, 1, 1});
    const Tensor words{ACCEL_TYPE_I32, {3}, {}, to_bytes(std::vector<int32_t>{300, -129, 0})};
    CHECK(from_bytes<int8_t>(asked(ACCEL_OPERATION_CAST, words, ACCEL_TYPE_I8, {}).bits) == std::vector<int8_t>{44, 127, 0});
    CHECK(from_bytes<float>(asked(ACCEL_OPERATION_CAST, words, ACCEL_TYPE_F32, {}).bits) == std::vector<float>{300, -129, 0});
}

}  // namespace accel::conformance
