// SPDX-License-Identifier: MIT
// The serialised program.
//
//   seal | header | command words | relocations | ports | constants
//
// Sections are aligned to 16 bytes. Whoever loads a blob trusts nothing in it: the seal finds accidents, the checks here find lies, and the kernel
// validates the words once more.
#pragma once

#include "emit.h"
#include "module/seal.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace accel::ethosu {

inline constexpr const char *kTarget = "ethos-u65-256";
inline constexpr module::Format kFormat{{'A', 'C', 'C', 'L', 'E', 'T', 'H', 'U'}, 2};
inline constexpr uint32_t kMaxWords = 1u << 24;
inline constexpr uint32_t kMaxPorts = 4096;
inline constexpr uint64_t kMaxSpaceBytes = uint64_t{1} << 32;

// A scratch begins with two bytes that tell a finished job from one that the
// driver gave up: the host writes a number to the first, and the last operation of
// every program copies it to the second.
inline constexpr uint64_t kReceiptSourceOffset = 0;
inline constexpr uint64_t kReceiptOffset = 16;
inline constexpr uint64_t kScratchHeaderBytes = 32;

struct PortInfo {
    uint64_t size_bytes = 0;
    bool is_output = false;

    bool operator==(const PortInfo &) const = default;
};

struct Program {
    Stream stream;
    std::vector<PortInfo> ports;
    std::vector<uint8_t> constants;
    uint64_t scratch_bytes = 0;  // header included
};

std::vector<uint8_t> write_blob(const Program &program);

// A checked blob; the bytes outlive its view of the constants. A foreign one is
// intact, but of another format version or for another target: nothing of it is read.
struct BlobView {
    bool is_foreign = false;
    std::string target;
    std::vector<uint32_t> words;
    std::vector<Relocation> relocations;
    std::vector<PortInfo> ports;
    std::span<const uint8_t> constants;
    uint64_t scratch_bytes = 0;
};

// Nothing when the bytes are not an intact program; `why` then says what is wrong.
std::optional<BlobView> read_blob(std::span<const uint8_t> bytes, const char *&why);

}  // namespace accel::ethosu
