// SPDX-License-Identifier: MIT
// Random lists, and conversions bit by bit, which share nothing with what is tested but the sentence that says where an element is.
#pragma once

#include <accel/layouts/conversion.h>

#include <algorithm>
#include <random>

namespace accel::layouts::test {

using Bytes = std::vector<uint8_t>;

inline constexpr uint32_t kTypes[] = {ACCEL_TYPE_I2, ACCEL_TYPE_U2, ACCEL_TYPE_I4, ACCEL_TYPE_U4, ACCEL_TYPE_F4E2M1, ACCEL_TYPE_I8, ACCEL_TYPE_U8,
                                      ACCEL_TYPE_F16, ACCEL_TYPE_I32, ACCEL_TYPE_F64, ACCEL_TYPE_C128};

class Random {
public:
    explicit Random(uint32_t seed) : engine_(seed) {}
    int64_t below(int64_t count) { return static_cast<int64_t>(engine_() % static_cast<uint64_t>(count)); }
    template <class T> const T &of(const std::vector<T> &from) { return from[static_cast<size_t>(below(static_cast<int64_t>(from.size())))]; }

    std::vector<int64_t> sizes()
    {
        std::vector<int64_t> out(static_cast<size_t>(below(5)));
        for (int64_t &size : out) size = below(3) ? 1 + below(7) : 1 + below(40);
        while (count(out) > 4000) out.back() = (out.back() + 1) / 2, std::rotate(out.begin(), out.begin() + 1, out.end());
        return out;
    }

    static int64_t count(const std::vector<int64_t> &sizes)
    {
        int64_t product = 1;
        for (const int64_t size : sizes) product *= size;
        return product;
    }

    uint32_t memory_type(uint32_t tensor)
    {
        std::vector<uint32_t> admitted;
        for (const uint32_t type : kTypes)
            if (form_admitted(tensor, type)) admitted.push_back(type);
        return of(admitted);
    }

    /// Digits in any order and with gaps, that keep rule L-1.
    Layout layout(uint32_t tensor, const std::vector<int64_t> &sizes)
    {
        Layout out;
        out.type = memory_type(tensor);
        out.padding = static_cast<uint32_t>(below(4));
        for (uint32_t axis = 0; axis < sizes.size(); ++axis) cut(out.steps, axis, sizes[axis]);
        std::vector<size_t> order(out.steps.size());
        for (size_t i = 0; i < order.size(); ++i) order[i] = i;
        if (below(2)) std::shuffle(order.begin(), order.end(), engine_);
        const int64_t grain = accel_type_bits(out.type) % 8 == 0 ? 8 : 1;
        int64_t reach = accel_type_bits(out.type);
        for (const size_t i : order) {
            out.steps[i].stride_bits = reach + (below(3) ? 0 : grain * below(4));
            reach += out.steps[i].stride_bits * (out.steps[i].extent - 1);
        }
        out.size_bytes = static_cast<uint64_t>((reach + 7) / 8 + (below(2) ? below(9) : 0));
        return out;
    }

    Bytes bytes(uint64_t count)
    {
        Bytes out(count);
        for (uint8_t &byte : out) byte = static_cast<uint8_t>(below(256));
        return out;
    }

private:
    void cut(Steps &steps, uint32_t axis, int64_t size)
    {
        std::vector<int64_t> extents;
        int64_t inner = 1;
        for (int64_t digits = below(3); digits > 0; --digits) {
            extents.push_back(of(std::vector<int64_t>{2, 3, 4, 6, 8, 16}));
            inner *= extents.back();
        }
        extents.push_back((size + inner - 1) / inner + (below(4) ? 0 : below(2)));
        while (!extents.empty()) {
            steps.push_back({axis, 0, extents.back(), 0});
            extents.pop_back();
        }
    }

    std::mt19937 engine_;
};

inline bool bit_at(const Bytes &bytes, int64_t at) { return bytes[static_cast<size_t>(at / 8)] >> (at % 8) & 1; }
inline void set_bit(Bytes &bytes, int64_t at, bool bit)
{
    uint8_t &byte = bytes.at(static_cast<size_t>(at / 8));
    byte = static_cast<uint8_t>((byte & ~(1 << (at % 8))) | (bit << (at % 8)));
}

/// The tensor's value, as bits of its type, of an element in memory.
inline std::vector<bool> value_at(const Bytes &bytes, int64_t at, uint32_t memory, uint32_t tensor)
{
    const bool is_signed = tensor == ACCEL_TYPE_I2 || tensor == ACCEL_TYPE_I4 || tensor == ACCEL_TYPE_I8;
    std::vector<bool> bits;
    for (uint32_t i = 0; i < accel_type_bits(memory); ++i) bits.push_back(bit_at(bytes, at + i));
    const bool moved = memory != tensor && tensor != ACCEL_TYPE_F4E2M1 && is_signed == (memory == ACCEL_TYPE_U8);
    if (moved) bits[7] = !bits[7];
    bits.resize(accel_type_bits(tensor));
    return bits;
}

inline void put_value(Bytes &bytes, int64_t at, uint32_t memory, uint32_t tensor, std::vector<bool> bits)
{
    const bool is_signed = tensor == ACCEL_TYPE_I2 || tensor == ACCEL_TYPE_I4 || tensor == ACCEL_TYPE_I8;
    bits.resize(accel_type_bits(memory), is_signed && bits.back());
    const bool moved = memory != tensor && tensor != ACCEL_TYPE_F4E2M1 && is_signed == (memory == ACCEL_TYPE_U8);
    if (moved) bits[7] = !bits[7];
    for (size_t i = 0; i < bits.size(); ++i) set_bit(bytes, at + static_cast<int64_t>(i), bits[i]);
}

/// Every index below the sizes, in order.
template <class Visit> void for_each_index(const std::vector<int64_t> &sizes, const Visit &visit)
{
    std::vector<int64_t> index(sizes.size(), 0);
    for (int64_t left = Random::count(sizes); left > 0; --left) {
        visit(index);
        for (size_t axis = sizes.size(); axis-- > 0 && ++index[axis] == sizes[axis];) index[axis] = 0;
    }
}

/// How many places each axis has.
inline std::vector<int64_t> places_of(const Layout &layout, size_t rank)
{
    std::vector<int64_t> out(rank, 1);
    for (const accel_layout_step &step : layout.steps) out[step.axis] *= step.extent;
    return out;
}

/// What a conversion has to leave, from what was there.
inline Bytes converted(const Bytes &from, const Layout &from_layout, Bytes to, const Layout &to_layout, uint32_t tensor, const std::vector<int64_t> &sizes, int64_t zero)
{
    const bool fills = to_layout.padding == ACCEL_PADDING_ZERO_BITS || to_layout.padding == ACCEL_PADDING_REAL_ZERO;
    std::vector<bool> zero_bits;
    for (uint32_t i = 0; i < accel_type_bits(tensor); ++i) zero_bits.push_back(i < 64 && (zero >> i & 1));
    for_each_index(fills ? places_of(to_layout, sizes.size()) : sizes, [&](const std::vector<int64_t> &index) {
        const bool inside = std::equal(index.begin(), index.end(), sizes.begin(), std::less<>());
        const int64_t at = offset_bits(to_layout, index);
        if (inside)
            put_value(to, at, to_layout.type, tensor, value_at(from, offset_bits(from_layout, index), from_layout.type, tensor));
        else if (to_layout.padding == ACCEL_PADDING_REAL_ZERO)
            put_value(to, at, to_layout.type, tensor, zero_bits);
        else
            for (uint32_t i = 0; i < accel_type_bits(to_layout.type); ++i) set_bit(to, at + i, false);
    });
    return to;
}

}  // namespace accel::layouts::test
