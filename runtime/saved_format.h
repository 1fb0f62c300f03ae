// SPDX-License-Identifier: MIT
// What writer and reader of saved programs agree on, and their way to read and write fields.
#pragma once

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

class Writer {
public:
    void u32(uint32_t value) { number(value, 4); }
    void u64(uint64_t value) { number(value, 8); }
    void i64(int64_t value) { number(static_cast<uint64_t>(value), 8); }
    void raw(const void *bytes, size_t byte_count)
    {
        const auto *start = static_cast<const uint8_t *>(bytes);
        bytes_.insert(bytes_.end(), start, start + byte_count);
    }
    void string(const std::string &text)
    {
        u32(static_cast<uint32_t>(text.size()));
        bytes_.insert(bytes_.end(), text.begin(), text.end());
    }
    const std::vector<uint8_t> &bytes() const { return bytes_; }

private:
    void number(uint64_t value, int count)
    {
        for (int i = 0; i < count; ++i) bytes_.push_back(static_cast<uint8_t>(value >> (8 * i)));
    }
    std::vector<uint8_t> bytes_;
};

/// Never leaves its range: after the first field that does not fit, every answer is 0 and ok() is false.
class Reader {
public:
    Reader(const uint8_t *bytes, size_t count) : bytes_(bytes), count_(count) {}
    uint32_t u32() { return static_cast<uint32_t>(number(4)); }
    uint64_t u64() { return number(8); }
    int64_t i64() { return static_cast<int64_t>(number(8)); }
    /// Points into what is read, at any byte; null when so many do not follow.
    const void *raw(uint64_t byte_count)
    {
        if (!ok_ || byte_count > count_ - position_) return fail(), nullptr;
        position_ += byte_count;
        return bytes_ + position_ - byte_count;
    }
    /// Text without NUL, because it is handed on as a C string.
    std::string string()
    {
        const uint32_t length = count(1);
        if (!ok_) return {};
        const auto *start = reinterpret_cast<const char *>(bytes_ + position_);
        if (length && std::memchr(start, 0, length)) return fail(), std::string();
        position_ += length;
        return std::string(start, length);
    }
    /// A count of things that take at least item_bytes each; more than the rest can hold is a failure.
    uint32_t count(size_t item_bytes)
    {
        const uint32_t value = u32();
        if (uint64_t{value} * item_bytes > remaining()) return fail(), 0;
        return value;
    }
    size_t remaining() const { return ok_ ? count_ - position_ : 0; }
    bool ok() const { return ok_; }
    void fail() { ok_ = false; }

private:
    uint64_t number(int size)
    {
        if (!ok_ || static_cast<size_t>(size) > count_ - position_) return fail(), 0;
        uint64_t value = 0;
        for (int i = 0; i < size; ++i) value |= uint64_t{bytes_[position_ + static_cast<size_t>(i)]} << (8 * i);
        position_ += static_cast<size_t>(size);
        return value;
    }
    const uint8_t *bytes_;
    size_t count_;
    size_t position_ = 0;
    bool ok_ = true;
};

}  // namespace accel::runtime::saved
