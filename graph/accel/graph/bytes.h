// SPDX-License-Identifier: MIT
// Little-endian fields written to and read from bytes. The reader never leaves its range: after the first
// field that does not fit, every answer is 0 and ok() is false.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

namespace accel::graph {

class ByteWriter {
public:
    void u32(uint32_t value) { number(value, 4); }
    void u64(uint64_t value) { number(value, 8); }
    void i64(int64_t value) { number(static_cast<uint64_t>(value), 8); }
    void f32(float value)
    {
        uint32_t bits;
        std::memcpy(&bits, &value, 4);
        u32(bits);
    }
    void f64(double value)
    {
        uint64_t bits;
        std::memcpy(&bits, &value, 8);
        u64(bits);
    }
    /// Length, characters, NUL: a reader can point at them.
    void string(const char *text)
    {
        const char *characters = text ? text : "";
        string(characters, static_cast<uint32_t>(std::strlen(characters)));
    }
    /// Any bytes, and the NUL behind them.
    void string(const char *bytes, uint32_t length)
    {
        u32(length);
        raw(bytes, length);
        raw("", 1);
    }
    void raw(const void *source, size_t count)
    {
        if (count == 0) return;
        const size_t start = bytes_.size();
        bytes_.resize(start + count);
        std::memcpy(bytes_.data() + start, source, count);
    }
    void align(size_t granule) { bytes_.resize((bytes_.size() + granule - 1) / granule * granule); }
    size_t size() const { return bytes_.size(); }
    const std::vector<uint8_t> &bytes() const { return bytes_; }
    std::vector<uint8_t> take() { return std::move(bytes_); }

private:
    void number(uint64_t value, int count)
    {
        for (int i = 0; i < count; ++i) bytes_.push_back(static_cast<uint8_t>(value >> (8 * i)));
    }
    std::vector<uint8_t> bytes_;
};

class ByteReader {
public:
    ByteReader(const uint8_t *bytes, size_t count) : bytes_(bytes),
                                                     count_(count) {}
    uint32_t u32() { return static_cast<uint32_t>(number(4)); }
    uint64_t u64() { return number(8); }
    int64_t i64() { return static_cast<int64_t>(number(8)); }
    float f32()
    {
        const uint32_t bits = u32();
        float value;
        std::memcpy(&value, &bits, 4);
        return value;
    }
    double f64()
    {
        const uint64_t bits = u64();
        double value;
        std::memcpy(&value, &bits, 8);
        return value;
    }
    /// Points into the bytes; "" after a failure.
    const char *string()
    {
        uint32_t length = 0;
        const char *text = string(length);
        return std::memchr(text, 0, length) ? (fail(), "") : text;
    }
    /// Any bytes; there is a NUL behind them.
    const char *string(uint32_t &length)
    {
        length = u32();
        if (!fits(uint64_t{length} + 1)) return length = 0, "";
        const char *text = reinterpret_cast<const char *>(bytes_ + position_);
        if (text[length] != 0) return length = 0, fail(), "";
        position_ += length + 1;
        return text;
    }
    /// Points into the bytes; null when so many do not follow.
    const uint8_t *raw(uint64_t byte_count)
    {
        if (!fits(byte_count)) return nullptr;
        position_ += byte_count;
        return bytes_ + position_ - byte_count;
    }
    /// A count of things of which each takes at least item_bytes: larger counts than the rest can hold are a failure, so that a caller may allocate.
    uint32_t count(size_t item_bytes)
    {
        const uint32_t value = u32();
        if (uint64_t{value} * item_bytes > remaining()) return fail(), 0;
        return value;
    }
    size_t remaining() const { return ok_ ? count_ - position_ : 0; }
    size_t position() const { return position_; }
    bool ok() const { return ok_; }
    void fail() { ok_ = false; }

private:
    bool fits(uint64_t want)
    {
        if (!ok_ || want > count_ - position_) ok_ = false;
        return ok_;
    }
    uint64_t number(int size)
    {
        if (!fits(static_cast<uint64_t>(size))) return 0;
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

}  // namespace accel::graph
