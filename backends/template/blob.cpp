// SPDX-License-Identifier: MIT
// Checks a blob that comes back.
#include "blob.h"

#include <module/bytes.h>

namespace accel::template_room {
namespace {

constexpr module::Format kFormat{{'T', 'E', 'M', 'P', 'L', 'A', 'T', 'E'}, 1};

}  // namespace

std::vector<uint8_t> write_blob(const Blob &blob)
{
    std::vector<uint8_t> bytes = module::begin_sealed();
    module::Writer(bytes).put(blob);
    module::seal(kFormat, bytes);
    return bytes;
}

module::SealState read_blob(std::span<const uint8_t> bytes, Blob &blob, const char *&why)
{
    const module::SealState state = module::check_seal(kFormat, bytes, why);
    if (state != module::SealState::kGood) return state;
    // A right checksum proves no origin.
    module::Reader reader(bytes, module::kSealBytes);
    if (reader.get(blob) && reader.at_end() && blob.element_count > 0 && blob.element_count <= UINT64_MAX / sizeof(float) && blob.clamp_min <= blob.clamp_max) return state;
    why = "the program says what cannot be";
    return module::SealState::kCorrupt;
}

}  // namespace accel::template_room
