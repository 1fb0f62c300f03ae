// SPDX-License-Identifier: MIT
// What writer and reader of saved programs agree on, and their way to read and write fields.
#pragma once

#include <accel/graph/bytes.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace accel::runtime::saved {

inline constexpr uint32_t kMagic = 0x47504341;  // "ACPG"
inline constexpr uint32_t kFormat = 8;
inline constexpr size_t kHeaderBytes = 24;  ///< magic, format, length of the whole and of the structure
inline constexpr size_t kHashBytes = 8;     ///< at the end, of all behind the header: so a save is one walk, and the application hears of it from the beginning
inline constexpr size_t kDataAlignBytes = 64;
inline constexpr size_t kPieceBytes = size_t{4} << 20;  ///< what is hashed or written at once: milliseconds

constexpr uint64_t align_up(uint64_t value, uint64_t granule) { return (value + granule - 1) / granule * granule; }

/// A 64-bit hash of a stream, eight bytes at a step (multiply and rotate, as the FNV and Murmur families do). Finds damage, resists nobody.
class Hash {
public:
    void add(const void *data, size_t byte_count)
    {
        const auto *bytes = static_cast<const uint8_t *>(data);
        while (byte_count > 0) {
            if (pending_ == 0 && byte_count >= 8) {
                uint64_t word;
                std::memcpy(&word, bytes, 8);
                mix(word);
                bytes += 8;
                byte_count -= 8;
                continue;
            }
            word_ |= uint64_t{*bytes++} << (8 * pending_);
            --byte_count;
            if (++pending_ == 8) flush();
        }
    }
    uint64_t value()
    {
        if (pending_) flush();
        return state_ ^ (state_ >> 29);
    }

private:
    void flush()
    {
        mix(word_);
        word_ = 0;
        pending_ = 0;
    }
    void mix(uint64_t word)
    {
        state_ = (state_ ^ word) * 0x9e3779b97f4a7c15u;
        state_ = (state_ << 31) | (state_ >> 33);
    }
    uint64_t state_ = 0xcbf29ce484222325u, word_ = 0;
    uint32_t pending_ = 0;
};

/// Fields as a flat graph has them, but for text, which has no NUL behind it.
class Writer : public graph::ByteWriter {
public:
    void string(const std::string &text)
    {
        u32(static_cast<uint32_t>(text.size()));
        raw(text.data(), text.size());
    }
};

class Reader : public graph::ByteReader {
public:
    using ByteReader::ByteReader;
    /// Text without NUL, because it is handed on as a C string.
    std::string string()
    {
        const uint32_t length = count(1);
        const auto *start = reinterpret_cast<const char *>(raw(length));
        if (!start) return {};
        if (length && std::memchr(start, 0, length)) return fail(), std::string();
        return std::string(start, length);
    }
};

}  // namespace accel::runtime::saved
