// SPDX-License-Identifier: MIT
//
// A compiled program with everything around it: one file that ethosu-run and the tests execute.
//
// Little-endian 32-bit words: magic "EUB1", stream bytes, constants bytes, constants region, scratch bytes, scratch
// region, fast bytes, fast region, number of inputs, number of outputs; then per input and output its region, offset
// and size in bytes; then stream, constants, inputs, expected outputs. The last two may be absent together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace accel::devices::ethosu {

struct BundleTensor {
    uint32_t region = 0;
    uint32_t offset = 0;
    uint32_t size_bytes = 0;
};

struct BundleRegion {
    uint32_t region = 0;
    uint32_t size_bytes = 0;
};

struct Bundle {
    std::vector<uint8_t> stream;
    std::vector<uint8_t> constants;
    uint32_t constants_region = 0;
    BundleRegion scratch;
    BundleRegion fast;
    std::vector<BundleTensor> inputs;
    std::vector<BundleTensor> outputs;
    std::vector<uint8_t> input_bytes;     // concatenated
    std::vector<uint8_t> expected_bytes;  // concatenated
};

/// Throws std::runtime_error with a sentence that names the file.
Bundle load_bundle(const std::string &path);

/// All bytes of a file; throws std::runtime_error.
std::vector<uint8_t> load_file(const std::string &path);

uint64_t total_size_bytes(const std::vector<BundleTensor> &tensors);

}  // namespace accel::devices::ethosu
