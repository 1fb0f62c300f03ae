// SPDX-License-Identifier: MIT
// Decodes UTF-8, and writes out what may not be shown.
#include "printable.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace accel::text {

namespace {

constexpr size_t kEscapeBytesMax = sizeof "\\u{10ffff}";

struct Character {
    uint32_t code;
    size_t byte_count;  ///< 0: the first byte starts no UTF-8
};

/// What RFC 3629 admits: nothing overlong, no surrogates, at most U+10FFFF.
Character first_of(std::string_view text)
{
    const auto byte = [&](size_t index) { return static_cast<unsigned char>(text[index]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const size_t count = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3
                                                         : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < count) return {0, 0};
    uint32_t code = lead & (0xffu >> (count + 1));
    for (size_t index = 1; index < count; ++index) {
        if ((byte(index) & 0xc0) != 0x80) return {0, 0};
        code = code << 6 | (byte(index) & 0x3fu);
    }
    constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[count] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {0, 0};
    return {code, count};
}

bool is_shown(uint32_t code)
{
    const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const bool line_end = code == 0x2028 || code == 0x2029;
    const bool turns = code == 0x61c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return !control && !line_end && !turns && code != 0xfeff;
}

/// The character at the start of the text as it is shown; out has kEscapeBytesMax bytes. Returns how many it takes.
size_t show(std::string_view text, const Character &character, char *out)
{
    if (character.byte_count == 0) return static_cast<size_t>(snprintf(out, kEscapeBytesMax, "\\x%02x", static_cast<unsigned char>(text[0])));
    if (is_shown(character.code)) {
        std::copy_n(text.data(), character.byte_count, out);
        return character.byte_count;
    }
    switch (character.code) {
    case '\n': std::memcpy(out, "\\n", 2); return 2;
    case '\t': std::memcpy(out, "\\t", 2); return 2;
    case '\r': std::memcpy(out, "\\r", 2); return 2;
    default: return static_cast<size_t>(snprintf(out, kEscapeBytesMax, character.code < 0x80 ? "\\x%02x" : "\\u{%x}", character.code));
    }
}

}  // namespace

size_t copy_printable(char *to, size_t capacity, std::string_view from)
{
    size_t length = 0;
    while (!from.empty()) {
        char shown[kEscapeBytesMax];
        const Character character = first_of(from);
        const size_t shown_bytes = show(from, character, shown);
        if (length + shown_bytes >= capacity) break;
        std::copy_n(shown, shown_bytes, to + length);
        length += shown_bytes;
        from.remove_prefix(std::max<size_t>(character.byte_count, 1));
    }
    to[length] = 0;
    return length;
}

std::string printable(std::string_view from)
{
    std::string result;
    result.reserve(from.size());
    while (!from.empty()) {
        char shown[kEscapeBytesMax];
        const Character character = first_of(from);
        result.append(shown, show(from, character, shown));
        from.remove_prefix(std::max<size_t>(character.byte_count, 1));
    }
    return result;
}

std::string_view whole_characters(std::string_view text, size_t byte_count_max)
{
    if (text.size() <= byte_count_max) return text;
    size_t length = byte_count_max;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) --length;
    return text.substr(0, length);
}

}  // namespace accel::text
