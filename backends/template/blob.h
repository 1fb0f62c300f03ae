// SPDX-License-Identifier: MIT
// The compiled form of one addition. Blobs come back from files that others may have touched: everything is checked when one is read.
#pragma once

#include <module/seal.h>

#include <cstdint>
#include <span>
#include <vector>

namespace accel::template_room {

struct Blob {
    uint64_t element_count = 0;
    float clamp_min = 0;
    float clamp_max = 0;
};

std::vector<uint8_t> write_blob(const Blob &blob);

/// blob is set when the bytes are good; else why has a sentence.
module::SealState read_blob(std::span<const uint8_t> bytes, Blob &blob, const char *&why);

}  // namespace accel::template_room
