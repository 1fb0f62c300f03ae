// SPDX-License-Identifier: MIT
// Rows and transpositions of elements of whole bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace accel::layouts {

/// An element as it is.
template <size_t bytes> struct Same {
    static constexpr size_t kBytes = bytes;
    void operator()(const char *from, char *to) const { memcpy(to, from, bytes); }
};

/// A byte with one bit changed.
struct Flipped {
    static constexpr size_t kBytes = 1;
    uint8_t bit;
    void operator()(const char *from, char *to) const { *to = static_cast<char>(*from ^ bit); }
};

/// Eight rows of eight bytes, turned; `flip` is changed in each byte. from_stride apart in the source, to_stride in the destination.
inline void turn_8x8(const char *from, int64_t from_stride, char *to, int64_t to_stride, uint64_t flip)
{
    uint64_t row[8];
    for (int i = 0; i < 8; ++i) {
        memcpy(&row[i], from + i * from_stride, 8);
        row[i] ^= flip;
    }
    const auto swap = [&](int a, int b, int shift, uint64_t mask) {
        const uint64_t changed = ((row[a] >> shift) ^ row[b]) & mask;
        row[b] ^= changed;
        row[a] ^= changed << shift;
    };
    for (int i = 0; i < 4; ++i) swap(i, i + 4, 32, 0x00000000ffffffffull);
    for (const int i : {0, 1, 4, 5}) swap(i, i + 2, 16, 0x0000ffff0000ffffull);
    for (int i = 0; i < 8; i += 2) swap(i, i + 1, 8, 0x00ff00ff00ff00ffull);
    for (int i = 0; i < 8; ++i) memcpy(to + i * to_stride, &row[i], 8);
}

inline uint64_t flip_of(const Same<1> &) { return 0; }
inline uint64_t flip_of(const Flipped &flipped) { return flipped.bit * 0x0101010101010101ull; }

/// Loops over neighbours, distances in bytes.
struct ByteLoop {
    int64_t count, from_stride, to_stride;
};

template <class Move> void move_row(const char *from, char *to, const ByteLoop &loop, const Move &move)
{
    constexpr int64_t kBytes = Move::kBytes;
    if constexpr (requires { Move::bit; } || kBytes > 8) {
        for (int64_t i = 0; i < loop.count; ++i) move(from + i * loop.from_stride, to + i * loop.to_stride);
    } else {
        if (loop.from_stride == kBytes && loop.to_stride == kBytes) {
            memcpy(to, from, static_cast<size_t>(loop.count) * kBytes);
            return;
        }
        for (int64_t i = 0; i < loop.count; ++i) move(from + i * loop.from_stride, to + i * loop.to_stride);
    }
}

template <class Move> void move_plane(const char *from, char *to, const ByteLoop &near_from, const ByteLoop &near_to, const Move &move)
{
    for (int64_t i = 0; i < near_from.count; ++i)
        for (int64_t j = 0; j < near_to.count; ++j)
            move(from + i * near_from.from_stride + j * near_to.from_stride, to + i * near_from.to_stride + j * near_to.to_stride);
}

/// Two loops, of which the source runs through memory along the first and the destination along the second: in tiles that the cache holds.
template <class Move> void turn_plane(const char *from, char *to, const ByteLoop &near_from, const ByteLoop &near_to, const Move &move)
{
    constexpr bool kWords = Move::kBytes == 1 && std::endian::native == std::endian::little;
    constexpr int64_t kTile = kWords ? 8 : 16;
    const bool words = kWords && near_from.from_stride == 1 && near_to.to_stride == 1;
    for (int64_t i = 0; i < near_from.count; i += kTile)
        for (int64_t j = 0; j < near_to.count; j += kTile) {
            const ByteLoop a{near_from.count - i < kTile ? near_from.count - i : kTile, near_from.from_stride, near_from.to_stride};
            const ByteLoop b{near_to.count - j < kTile ? near_to.count - j : kTile, near_to.from_stride, near_to.to_stride};
            const char *source = from + i * a.from_stride + j * b.from_stride;
            char *destination = to + i * a.to_stride + j * b.to_stride;
            if constexpr (kWords)
                if (words && a.count == kTile && b.count == kTile) {
                    turn_8x8(source, b.from_stride, destination, a.to_stride, flip_of(move));
                    continue;
                }
            move_plane(source, destination, a, b, move);
        }
}

}  // namespace accel::layouts
