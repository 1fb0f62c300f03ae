// SPDX-License-Identifier: MIT
//
// Programs that Arm's compiler made, with the outputs of TensorFlow Lite's reference kernels.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "execute.h"

namespace accel::devices::ethosu {
namespace {

std::vector<std::filesystem::path> recorded_bundles()
{
    std::vector<std::filesystem::path> paths;
    for (const auto &entry : std::filesystem::directory_iterator(ACCEL_ETHOSU_DATA)) {
        if (entry.path().extension() == ".eub") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

size_t differing_bytes(const std::vector<uint8_t> &one, const std::vector<uint8_t> &other)
{
    if (one.size() != other.size()) return std::max(one.size(), other.size());
    size_t count = 0;
    for (size_t i = 0; i < one.size(); ++i) count += one[i] != other[i];
    return count;
}

TEST_CASE("recorded programs give the recorded outputs", "[ethosu][recorded]")
{
    const auto paths = recorded_bundles();
    REQUIRE(paths.size() >= 12);
    const auto index_bytes = load_file(std::string(ACCEL_ETHOSU_DATA) + "/index.json");
    const std::string index(index_bytes.begin(), index_bytes.end());
    for (const auto &path : paths) {
        INFO(path.filename().string());
        CHECK(index.find('"' + path.filename().string() + '"') != std::string::npos);
        const Bundle bundle = load_bundle(path.string());
        REQUIRE(!bundle.expected_bytes.empty());
        const Execution execution = execute(bundle, bundle.input_bytes);
        CHECK(execution.result.detail == "");
        REQUIRE(execution.result.stop == Stop::End);
        CHECK(execution.result.read_offset_bytes == bundle.stream.size());
        CHECK(differing_bytes(execution.output_bytes, bundle.expected_bytes) == 0);
    }
}

TEST_CASE("every cut of a recorded stream is a parse error", "[ethosu][recorded]")
{
    Bundle bundle = load_bundle(recorded_bundles().front().string());
    for (size_t size = 0; size < bundle.stream.size(); size += 4) {
        Bundle cut = bundle;
        cut.stream.resize(size);
        const Execution execution = execute(cut, cut.input_bytes);
        REQUIRE(execution.result.stop == Stop::ParseError);
        REQUIRE(execution.result.read_offset_bytes <= size);
    }
}

/// Replaces every command word of one opcode by a PMU_MASK, which does nothing.
size_t blank_out(std::vector<uint8_t> &stream, uint8_t opcode)
{
    size_t count = 0;
    for (size_t i = 0; i + 4 <= stream.size(); i += 4) {
        if (stream[i] == opcode && stream[i + 1] == 0) {
            stream[i] = 0x13;
            ++count;
        }
        if ((stream[i + 1] & 0x40) != 0) i += 4;  // skip the payload
    }
    return count;
}

TEST_CASE("recorded streams need their waits", "[ethosu][recorded]")
{
    const Bundle bundle = load_bundle(std::string(ACCEL_ETHOSU_DATA) + "/network_digits.regor.eub");
    Bundle without_dma_wait = bundle;
    REQUIRE(blank_out(without_dma_wait.stream, 0x11) > 0);
    CHECK(execute(without_dma_wait, bundle.input_bytes).result.stop == Stop::ParseError);
    Bundle without_kernel_wait = bundle;
    REQUIRE(blank_out(without_kernel_wait.stream, 0x12) > 0);
    CHECK(execute(without_kernel_wait, bundle.input_bytes).result.stop == Stop::ParseError);
}

TEST_CASE("a cut weight stream is refused", "[ethosu][recorded]")
{
    Bundle bundle = load_bundle(std::string(ACCEL_ETHOSU_DATA) + "/fully_connected.python.eub");
    std::fill(bundle.constants.begin(), bundle.constants.end(), uint8_t{0xff});
    CHECK(execute(bundle, bundle.input_bytes).result.stop == Stop::ParseError);
    bundle.constants.clear();
    CHECK(execute(bundle, bundle.input_bytes).result.stop == Stop::BusError);
}

}  // namespace
}  // namespace accel::devices::ethosu
