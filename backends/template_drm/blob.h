// SPDX-License-Identifier: MIT
// The compiled form of a graph: jobs whose operands are places in the ports, the constants or the scratch.
//
//   seal | header | size of each port | jobs | constants
//
// Blobs come back from files that others may have touched: everything is checked when one is read.
#pragma once

#include <module/seal.h>

#include <cstdint>
#include <span>
#include <vector>

namespace accel::template_drm {

enum Space : uint32_t { kPort,
                        kConstants,
                        kScratch };

struct Place {
    uint32_t space;         ///< enum Space
    uint32_t port;          ///< which one; 0 elsewhere
    uint64_t offset_bytes;  ///< a multiple of 4
};

struct BlobJob {
    uint32_t operation;  ///< enum uapi::Operation
    uint32_t pad;
    uint64_t element_count;
    Place a, b, y;
    float clamp_min, clamp_max;
};

struct Blob {
    std::vector<uint64_t> port_bytes;
    std::vector<BlobJob> jobs;
    std::vector<uint8_t> constants;
    uint64_t scratch_bytes = 0;
    uint32_t input_count = 0;  ///< of the ports, the first ones: no job writes there
};

std::vector<uint8_t> write_blob(const Blob &blob);

/// blob is set when the bytes are good; else why has a sentence.
module::SealState read_blob(std::span<const uint8_t> bytes, Blob &blob, const char *&why);

}  // namespace accel::template_drm
