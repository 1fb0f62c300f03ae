// SPDX-License-Identifier: MIT
#include "blob.h"

#include <cstddef>
#include <cstring>

namespace accel::template_room {

uint64_t Blob::compute_checksum() const
{
    // FNV-1a: finds damage, proves no origin.
    unsigned char bytes[offsetof(Blob, checksum)];
    std::memcpy(bytes, this, sizeof(bytes));
    uint64_t hash = 0xcbf29ce484222325u;
    for (const unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;
    return hash;
}

std::optional<Blob> read_blob(const void *bytes, uint64_t byte_count)
{
    Blob blob;
    if (byte_count != sizeof(blob)) return std::nullopt;
    std::memcpy(&blob, bytes, sizeof(blob));
    const bool intact = blob.magic == Blob::kMagic && blob.version == Blob::kVersion && blob.checksum == blob.compute_checksum();
    const bool sane = blob.element_count > 0 && blob.element_count <= UINT64_MAX / sizeof(float) && blob.clamp_min <= blob.clamp_max;
    return intact && sane ? std::optional(blob) : std::nullopt;
}

}  // namespace accel::template_room
