// SPDX-License-Identifier: MIT
// Operations -> command words. The only file pair that writes registers.
#pragma once

#include "op.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace accel::ethosu {

// Regions of a job. 2 can only be the on-chip SRAM, which is not used.
inline constexpr uint32_t kConstantsRegion = 0;
inline constexpr uint32_t kScratchRegion = 1;
inline constexpr uint32_t kFirstPortRegion = 3;
inline constexpr uint32_t kRegionCount = 8;
inline constexpr uint32_t kPortRegionCount = kRegionCount - kFirstPortRegion;

// Where the words name a port, so that binding can point them elsewhere.
struct Relocation {
    uint32_t region_word = 0;   // index of the SET *_REGION word
    uint32_t address_word = 0;  // index of the two words that set *_BASE0
    uint32_t port = 0;
    uint64_t offset_bytes = 0;  // of the feature map inside the port

    bool operator==(const Relocation &) const = default;
};

struct Stream {
    std::vector<uint32_t> words;
    std::vector<Relocation> relocations;
};

// Port p is emitted as region kFirstPortRegion + p; ports beyond the last region
// share it until a binding says otherwise. Nothing when the words exceed
// `capacity_words`.
std::optional<Stream> emit(std::span<const Op> ops, size_t capacity_words);

// Points one relocation at a region and an offset in it.
void relocate(std::span<uint32_t> words, const Relocation &at, uint32_t region, uint64_t offset_bytes);

}  // namespace accel::ethosu
