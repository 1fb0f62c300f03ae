// SPDX-License-Identifier: MIT
// A writer of device command words that cannot run past its bound.
//
// Overflow is sticky and asked for once, at the end: emitters stay free of
// error paths. After an overflow nothing more is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace accel::stream {

template <typename Word> class Writer {
public:
    explicit Writer(size_t capacity_words) : capacity_words_(capacity_words) {}

    void put(Word word)
    {
        if (words_.size() >= capacity_words_)
            overflowed_ = true;
        else
            words_.push_back(word);
    }

    bool overflowed() const { return overflowed_; }
    size_t size_words() const { return words_.size(); }
    std::span<const Word> words() const { return words_; }
    std::vector<Word> take() { return std::move(words_); }

private:
    size_t capacity_words_;
    std::vector<Word> words_;
    bool overflowed_ = false;
};

// One decoded command: how many words it takes, and its text.
struct Decoded {
    size_t word_count = 0;  // 0: not a command; the dump prints the bare word
    std::string text;
};

template <typename Word> using Decoder = Decoded (*)(std::span<const Word> rest);

// One line per command: word index, the words in hex, the decoder's text.
template <typename Word> std::string dump(std::span<const Word> words, Decoder<Word> decode);

extern template std::string dump<uint32_t>(std::span<const uint32_t>, Decoder<uint32_t>);
extern template std::string dump<uint64_t>(std::span<const uint64_t>, Decoder<uint64_t>);

}  // namespace accel::stream
