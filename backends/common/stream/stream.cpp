// SPDX-License-Identifier: MIT
// Command words as text, one command a line.
#include "stream/stream.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

namespace accel::stream {
namespace {

std::string hex(uint64_t value, int digits)
{
    char text[24];
    std::snprintf(text, sizeof text, "%0*" PRIx64, digits, value);
    return text;
}

}  // namespace

template <typename Word> std::string dump(std::span<const Word> words, Decoder<Word> decode)
{
    constexpr int kDigits = sizeof(Word) * 2;
    std::string out;
    size_t index = 0;
    while (index < words.size()) {
        const auto rest = words.subspan(index);
        const Decoded decoded = decode(rest);
        const size_t count = std::clamp<size_t>(decoded.word_count, 1, rest.size());
        char position[24];
        std::snprintf(position, sizeof position, "%6zu ", index);
        out += position;
        for (const Word word : rest.first(count))
            out += " " + hex(word, kDigits);
        out += decoded.word_count == 0 ? "  ?" : "  " + decoded.text;
        out += '\n';
        index += count;
    }
    return out;
}

template std::string dump<uint32_t>(std::span<const uint32_t>, Decoder<uint32_t>);
template std::string dump<uint64_t>(std::span<const uint64_t>, Decoder<uint64_t>);

}  // namespace accel::stream
