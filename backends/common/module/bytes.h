// SPDX-License-Identifier: MIT
// Records one behind the other in bytes: written, and read back from bytes that nobody vouches for.
//
// Records are plain structs without holes, in the machine's byte order, which is little-endian on all that run this. One thread per object.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

static_assert(std::endian::native == std::endian::little, "programs are little-endian");

namespace accel::module {

template <class T>
concept Record = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>;

class Writer {
public:
    // Behind what is there already.
    explicit Writer(std::vector<uint8_t> &bytes) : bytes_(bytes) {}

    template <Record T> void put(const T &record) { append(&record, sizeof record); }
    template <Record T> void put(std::span<const T> records) { append(records.data(), records.size_bytes()); }
    template <Record T> void put(const std::vector<T> &records) { put(std::span<const T>(records)); }
    // Zeros up to a multiple, counted from the first of all bytes.
    void align(uint64_t multiple) { bytes_.resize((bytes_.size() + multiple - 1) / multiple * multiple); }

private:
    void append(const void *data, size_t byte_count)
    {
        const auto *first = static_cast<const uint8_t *>(data);
        bytes_.insert(bytes_.end(), first, first + byte_count);
    }

    std::vector<uint8_t> &bytes_;
};

// Each call answers false where the bytes end before what is asked for, and then takes nothing. What counts say is compared with the bytes that are
// there before memory is allocated for it.
class Reader {
public:
    // Ownership: bytes outlive it, and the views that it gives. `at`: where to begin.
    explicit Reader(std::span<const uint8_t> bytes, uint64_t at = 0) : bytes_(bytes),
                                                                       at_(at) {}

    uint64_t left() const { return at_ <= bytes_.size() ? bytes_.size() - at_ : 0; }
    bool at_end() const { return at_ == bytes_.size(); }

    template <Record T> bool get(T &record)
    {
        std::span<const uint8_t> raw;
        if (!view(sizeof record, raw))
            return false;
        std::memcpy(&record, raw.data(), sizeof record);
        return true;
    }
    template <Record T> bool get(std::vector<T> &records, uint64_t count)
    {
        std::span<const uint8_t> raw;
        if (count > left() / sizeof(T) || !view(count * sizeof(T), raw))
            return false;
        records.resize(count);
        if (count != 0)
            std::memcpy(records.data(), raw.data(), raw.size());
        return true;
    }
    // The bytes themselves; wherever they begin, so they may not be aligned for anything.
    bool view(uint64_t byte_count, std::span<const uint8_t> &out)
    {
        if (byte_count > left())
            return false;
        out = bytes_.subspan(at_, byte_count);
        at_ += byte_count;
        return true;
    }
    // Goes to a multiple, counted from the first of all bytes. False, too, where what is left out is not all 0.
    bool align(uint64_t multiple)
    {
        std::span<const uint8_t> zeros;
        if (!view((multiple - at_ % multiple) % multiple, zeros))
            return false;
        for (const uint8_t byte : zeros)
            if (byte != 0)
                return false;
        return true;
    }

private:
    std::span<const uint8_t> bytes_;
    uint64_t at_;
};

}  // namespace accel::module
