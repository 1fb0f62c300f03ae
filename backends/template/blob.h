// SPDX-License-Identifier: MIT
// The compiled form of one addition. Blobs come back from files that others may have touched: everything is checked when one is read.
#pragma once

#include <cstdint>
#include <optional>

namespace accel::template_room {

struct Blob {
    static constexpr uint32_t kMagic = 0x6d706c74;  // "tlpm"
    static constexpr uint32_t kVersion = 1;

    uint32_t magic = kMagic;
    uint32_t version = kVersion;
    uint64_t element_count = 0;
    float clamp_min = 0;
    float clamp_max = 0;
    uint64_t checksum = 0;  ///< of the members above

    uint64_t compute_checksum() const;
};

/// Nothing when the bytes are not an intact blob of this version.
std::optional<Blob> read_blob(const void *bytes, uint64_t byte_count);

}  // namespace accel::template_room
