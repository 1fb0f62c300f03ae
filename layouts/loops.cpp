// SPDX-License-Identifier: MIT
// Orders loops for memory, and moves bits and bytes through them.
#include "loops.h"

#include <algorithm>
#include <utility>

#include "tiles.h"

namespace accel::layouts {

namespace {

/// Longest distance of the destination outermost, so that writes run through memory; neighbours that neither list has a gap between become one loop.
void order(Loops &loops)
{
    Loop *loop = loops.loop;
    for (size_t i = 1; i < loops.count; ++i)
        for (size_t j = i; j > 0 && loop[j].to_stride > loop[j - 1].to_stride; --j) std::swap(loop[j], loop[j - 1]);
    size_t kept = 0;
    for (size_t i = 1; i < loops.count; ++i) {
        Loop &outer = loop[kept];
        if (outer.from_stride == loop[i].count * loop[i].from_stride && outer.to_stride == loop[i].count * loop[i].to_stride)
            outer = {outer.count * loop[i].count, loop[i].from_stride, loop[i].to_stride};
        else
            loop[++kept] = loop[i];
    }
    loops.count = loops.count ? kept + 1 : 0;
}

/// The loop along which the source runs through memory next to the innermost one. True if they are two.
bool put_near_from_before_last(Loops &loops)
{
    const auto nearest = std::min_element(loops.loop, loops.loop + loops.count, [](const Loop &a, const Loop &b) { return a.from_stride < b.from_stride; });
    Loop *last = loops.loop + loops.count - 1;
    if (loops.count < 2 || nearest == last) return false;
    std::rotate(nearest, nearest + 1, last);
    return true;
}

template <class Leaf> void walk(int64_t from_bits, int64_t to_bits, const Loop *loop, size_t count, const Leaf &leaf)
{
    if (count == 0) return leaf(from_bits, to_bits);
    for (int64_t i = 0; i < loop->count; ++i) walk(from_bits + i * loop->from_stride, to_bits + i * loop->to_stride, loop + 1, count - 1, leaf);
}

ByteLoop in_bytes(const Loop &loop) { return {loop.count, loop.from_stride / 8, loop.to_stride / 8}; }

template <class Move> void move_bytes(const char *from, int64_t from_bits, char *to, int64_t to_bits, Loops &loops, const Move &move)
{
    const bool turned = put_near_from_before_last(loops);
    if (loops.count == 0) return move(from + from_bits / 8, to + to_bits / 8);
    const size_t outer = loops.count - (turned ? 2 : 1);
    const ByteLoop last = in_bytes(loops.loop[loops.count - 1]), before = in_bytes(loops.loop[outer]);
    walk(from_bits, to_bits, loops.loop, outer, [&](int64_t a, int64_t b) {
        if (turned)
            turn_plane(from + a / 8, to + b / 8, before, last, move);
        else
            move_row(from + a / 8, to + b / 8, last, move);
    });
}

/// At most 8 bits, at any bit.
uint8_t load_bits(const char *from, int64_t bit, uint32_t count)
{
    const auto *at = reinterpret_cast<const uint8_t *>(from) + bit / 8;
    const uint32_t shift = bit % 8;
    uint32_t value = at[0] >> shift;
    if (shift + count > 8) value |= static_cast<uint32_t>(at[1]) << (8 - shift);
    return static_cast<uint8_t>(value & ((1u << count) - 1));
}

void store_bits(char *to, int64_t bit, uint32_t count, uint8_t value)
{
    auto *at = reinterpret_cast<uint8_t *>(to) + bit / 8;
    const uint32_t shift = bit % 8, mask = ((1u << count) - 1) << shift, bits = static_cast<uint32_t>(value) << shift;
    at[0] = static_cast<uint8_t>((at[0] & ~mask) | (bits & mask));
    if (shift + count > 8) at[1] = static_cast<uint8_t>((at[1] & ~(mask >> 8)) | ((bits & mask) >> 8));
}

void move_one(const char *from, int64_t a, char *to, int64_t b, const Form &form)
{
    uint32_t value = (load_bits(from, a, form.from_bits) ^ form.from_flip) & ((1u << form.value_bits) - 1);
    const uint32_t sign = 1u << (form.value_bits - 1);
    if (form.sign_extends && form.to_bits > form.value_bits) value = (value ^ sign) - sign;
    store_bits(to, b, form.to_bits, static_cast<uint8_t>(value ^ form.to_flip));
}

/// Parts of bytes that lie side by side on both sides, and in the same place of a byte: the whole bytes in between are copied as they are.
void move_packed(const char *from, int64_t a, char *to, int64_t b, int64_t count, const Form &form)
{
    for (; count > 0 && a % 8 != 0; --count, a += form.from_bits, b += form.to_bits) move_one(from, a, to, b, form);
    const int64_t per_byte = 8 / form.from_bits, whole = count / per_byte;
    memcpy(to + b / 8, from + a / 8, static_cast<size_t>(whole));
    a += whole * 8;
    b += whole * 8;
    for (count -= whole * per_byte; count > 0; --count, a += form.from_bits, b += form.to_bits) move_one(from, a, to, b, form);
}

void move_parts(const char *from, int64_t from_bits, char *to, int64_t to_bits, Loops &loops, const Form &form)
{
    if (loops.count == 0) return move_one(from, from_bits, to, to_bits, form);
    const Loop last = loops.loop[loops.count - 1];
    const bool packed = form.from_bits == form.to_bits && last.from_stride == form.from_bits && last.to_stride == form.to_bits;
    walk(from_bits, to_bits, loops.loop, loops.count - 1, [&](int64_t a, int64_t b) {
        if (packed && a % 8 == b % 8 && a % form.from_bits == 0) return move_packed(from, a, to, b, last.count, form);
        for (int64_t i = 0; i < last.count; ++i) move_one(from, a + i * last.from_stride, to, b + i * last.to_stride, form);
    });
}

}  // namespace

void move_box(const char *from, int64_t from_bits, char *to, int64_t to_bits, Loops &loops, const Form &form)
{
    order(loops);
    const uint8_t flip = form.from_flip ^ form.to_flip;
    if (form.from_bits == 8 && form.to_bits == 8 && flip) return move_bytes(from, from_bits, to, to_bits, loops, Flipped{flip});
    if (form.from_bits < 8 || form.to_bits < 8) return move_parts(from, from_bits, to, to_bits, loops, form);
    switch (form.to_bits) {
    case 8: return move_bytes(from, from_bits, to, to_bits, loops, Same<1>{});
    case 16: return move_bytes(from, from_bits, to, to_bits, loops, Same<2>{});
    case 32: return move_bytes(from, from_bits, to, to_bits, loops, Same<4>{});
    case 64: return move_bytes(from, from_bits, to, to_bits, loops, Same<8>{});
    default: return move_bytes(from, from_bits, to, to_bits, loops, Same<16>{});
    }
}

void fill_box(char *to, int64_t to_bits, Loops &loops, uint32_t bits, uint64_t pattern)
{
    order(loops);
    const Loop last = loops.count ? loops.loop[loops.count - 1] : Loop{1, 0, bits};
    const auto one = [&](int64_t at) {
        if (bits < 8) return store_bits(to, at, bits, static_cast<uint8_t>(pattern));
        memcpy(to + at / 8, &pattern, bits / 8 < sizeof pattern ? bits / 8 : sizeof pattern);
        if (bits / 8 > sizeof pattern) memset(to + at / 8 + sizeof pattern, 0, bits / 8 - sizeof pattern);
    };
    walk(0, to_bits, loops.loop, loops.count ? loops.count - 1 : 0, [&](int64_t, int64_t at) {
        if (bits == 8 && last.to_stride == 8)
            memset(to + at / 8, static_cast<int>(pattern), static_cast<size_t>(last.count));
        else
            for (int64_t i = 0; i < last.count; ++i) one(at + i * last.to_stride);
    });
}

}  // namespace accel::layouts
