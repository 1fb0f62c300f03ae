// SPDX-License-Identifier: MIT
// Writes and checks what blobs begin with.
#include "module/seal.h"

#include "module/bytes.h"

#include <algorithm>
#include <cstddef>

namespace accel::module {
namespace {

struct Seal {
    std::array<char, 8> magic;
    uint32_t version;
    uint32_t reserved;  // 0
    uint64_t total_bytes;
    uint64_t checksum;  // of the members above, and of everything behind
};
static_assert(sizeof(Seal) == kSealBytes);

// FNV-1a.
uint64_t checksum(std::span<const uint8_t> bytes)
{
    uint64_t hash = 0xcbf29ce484222325u;
    const auto add = [&hash](std::span<const uint8_t> part) {
        for (const uint8_t byte : part)
            hash = (hash ^ byte) * 0x100000001b3u;
    };
    add(bytes.first(offsetof(Seal, checksum)));
    add(bytes.subspan(kSealBytes));
    return hash;
}

}  // namespace

std::vector<uint8_t> begin_sealed() { return std::vector<uint8_t>(kSealBytes); }

void seal(const Format &format, std::span<uint8_t> bytes)
{
    if (bytes.size() < kSealBytes)
        return;
    Seal made{format.magic, format.version, 0, bytes.size(), 0};
    std::memcpy(bytes.data(), &made, sizeof made);
    made.checksum = checksum(bytes);
    std::memcpy(bytes.data(), &made, sizeof made);
}

SealState check_seal(const Format &format, std::span<const uint8_t> bytes, const char *&why)
{
    Seal given;
    why = nullptr;
    if (!Reader(bytes).get(given))
        why = "the bytes are too few for a program";
    else if (given.magic != format.magic)
        why = "the bytes are no program of this module";
    else if (given.total_bytes != bytes.size())
        why = "the program has another size than its header says";
    else if (given.checksum != checksum(bytes))
        why = "the checksum does not fit the bytes";
    if (why != nullptr)
        return SealState::kCorrupt;
    if (given.version == format.version)
        return SealState::kGood;
    why = "the program is of another version of the format";
    return SealState::kForeign;
}

}  // namespace accel::module
