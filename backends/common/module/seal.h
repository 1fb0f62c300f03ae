// SPDX-License-Identifier: MIT
// What every blob begins with, so that a module knows its own: whose it is, of which version of the format, how long, and a checksum of all of it.
//
// The seal finds accidents, and tells intact bytes of another version from damaged ones. It proves no origin: whoever reads what is behind it trusts
// nothing there.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace accel::module {

// What a module writes into its seals. Keep magic for ever, and raise version whenever what is behind the seal changes.
struct Format {
    std::array<char, 8> magic;
    uint32_t version;
};

inline constexpr uint64_t kSealBytes = 32;

// Room for a seal, which the contents follow.
std::vector<uint8_t> begin_sealed();

// Makes the first kSealBytes of bytes fit the rest. Also how a test lies with a right checksum. Bytes that are too few for a seal are left alone.
void seal(const Format &format, std::span<uint8_t> bytes);

enum class SealState {
    kGood,     // intact, of this version: read on behind kSealBytes
    kForeign,  // intact, of another version of this module's format: not for this module, and nobody's fault
    kCorrupt
};

// Any bytes. `why`, where they are not good: how they differ, as a sentence that stays; null if they are.
SealState check_seal(const Format &format, std::span<const uint8_t> bytes, const char *&why);

}  // namespace accel::module
