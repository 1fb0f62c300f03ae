// SPDX-License-Identifier: MIT
// Decodes slices, lane by lane.
#include "weight_stream.h"

#include <algorithm>
#include <array>

#include "fault.h"

namespace accel::devices::ethosu {
namespace {

constexpr uint32_t kZeroRunsOff = 6;
constexpr uint32_t kEndOfStream = 7;
constexpr uint32_t kRawSymbols = 7;
constexpr uint32_t kMaxChunkSymbols = 12;
constexpr uint32_t kMaxBalance = 8;

class BitReader {
public:
    BitReader(const uint8_t *bytes, size_t size_bytes) : bytes_(bytes),
                                                         size_bits_(uint64_t{size_bytes} * 8) {}

    uint32_t take(uint32_t count)
    {
        if (count > size_bits_ - position_) parse_error("the weight stream ends inside a symbol");
        uint32_t value = 0;
        for (uint32_t got = 0; got < count;) {
            const uint32_t in_byte = position_ & 7u;
            const uint32_t part = std::min<uint32_t>(8 - in_byte, count - got);
            const uint32_t bits = (uint32_t{bytes_[position_ >> 3]} >> in_byte) & ((1u << part) - 1);
            value |= bits << got;
            got += part;
            position_ += part;
        }
        return value;
    }

    void align_to_byte() { position_ = (position_ + 7) & ~uint64_t{7}; }
    bool at_end() const { return position_ >= size_bits_; }
    bool has(uint32_t bits) const { return size_bits_ - position_ >= bits; }

private:
    const uint8_t *bytes_;
    uint64_t size_bits_;
    uint64_t position_ = 0;
};

/// Symbol index to weight: an index into the palette first, then values after it; the low bit is the sign.
class Palette {
public:
    void read(BitReader &bits)
    {
        direct_offset_ = bits.take(5);
        size_ = bits.take(5);
        if (size_ > 0) ++size_;
        value_bits_ = bits.take(3) + 2;
        for (uint32_t i = 0; i < size_; ++i) values_[i] = static_cast<uint16_t>(bits.take(value_bits_));
    }

    uint32_t raw_symbol_bits() const
    {
        if (size_ == 0) return value_bits_;
        uint32_t bits = 0;
        while ((1u << bits) < size_) ++bits;
        return bits;
    }

    int16_t weight(uint32_t symbol) const
    {
        const uint32_t value = symbol < size_ ? values_[symbol] : symbol - size_ + direct_offset_;
        if (value > 511) parse_error("a weight has more than 9 bits");
        const auto magnitude = static_cast<int16_t>(value >> 1);
        return (value & 1u) != 0 ? static_cast<int16_t>(-magnitude) : magnitude;
    }

private:
    uint32_t direct_offset_ = 0;
    uint32_t size_ = 0;
    uint32_t value_bits_ = 2;
    std::array<uint16_t, 32> values_{};
};

/// Symbols whose quotients were read in one chunk and whose remainders follow one chunk later.
class SymbolLane {
public:
    SymbolLane(uint32_t count, uint32_t remainder_bits) : count_(count),
                                                          remainder_bits_(remainder_bits)
    {
        symbols_.reserve(count);
    }

    bool wants_more() const { return announced_ < count_; }
    uint32_t announced() const { return announced_; }
    bool owes_remainders() const { return owes_; }
    const std::vector<uint32_t> &symbols() const { return symbols_; }

    void begin_chunk(bool enabled)
    {
        previous_ = current_;
        previous_count_ = current_count_;
        previous_owed_ = owes_;
        owes_ = enabled;
        current_count_ = enabled ? 0 : current_count_;
    }

    void add_unary(uint32_t ones, bool ends)
    {
        carry_ += ones;
        if (!ends) return;
        current_[current_count_++] = carry_;
        ++announced_;
        carry_ = 0;
    }

    void read_remainders(BitReader &bits)
    {
        if (!previous_owed_) return;
        for (uint32_t i = 0; i < previous_count_ && symbols_.size() < count_; ++i) {
            if (previous_[i] > 0xffff) parse_error("a weight symbol is too large");
            symbols_.push_back((previous_[i] << remainder_bits_) + bits.take(remainder_bits_));
        }
    }

private:
    uint32_t count_;
    uint32_t remainder_bits_;
    uint32_t announced_ = 0;
    uint32_t carry_ = 0;
    bool owes_ = false;
    bool previous_owed_ = false;
    uint32_t current_count_ = 0;
    uint32_t previous_count_ = 0;
    std::array<uint32_t, kMaxChunkSymbols> current_{};
    std::array<uint32_t, kMaxChunkSymbols> previous_{};
    std::vector<uint32_t> symbols_;
};

struct SliceHeader {
    uint32_t zero_divisor = 0;
    uint32_t length = 0;
    uint32_t weight_divisor = 0;
    bool truncated = false;
    bool new_palette = false;

    bool has_zero_runs() const { return zero_divisor != kZeroRunsOff; }
    bool is_raw() const { return weight_divisor == kRawSymbols; }
};

void read_zero_run_quotients(BitReader &bits, uint32_t count, SymbolLane &lane)
{
    const uint32_t unary = bits.take(count);
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t one = (unary >> i) & 1u;
        lane.add_unary(one, one == 0);
    }
}

void read_weight_quotients(BitReader &bits, uint32_t count, uint32_t first_bits, bool truncated, SymbolLane &lane)
{
    uint32_t second_bits = bits.take(static_cast<uint32_t>(__builtin_popcount(first_bits)));
    for (uint32_t i = 0; i < count; ++i) {
        uint32_t code = 0;
        if (((first_bits >> i) & 1u) != 0) {
            code = 1 + (second_bits & 1u);
            second_bits >>= 1;
        }
        lane.add_unary(code, code < 2 || truncated);
    }
}

class Decoder {
public:
    Decoder(const uint8_t *bytes, size_t size_bytes, uint64_t max_weights)
        : bits_(bytes, size_bytes),
          max_weights_(max_weights) {}

    std::vector<int16_t> run()
    {
        SliceHeader header;
        while (read_header(header)) read_slice(header);
        return std::move(weights_);
    }

private:
    bool read_header(SliceHeader &header)
    {
        for (;;) {
            if (!bits_.has(3)) {
                if (!first_) parse_error("the weight stream has no end mark");
                return false;
            }
            header.zero_divisor = bits_.take(3);
            if (header.zero_divisor != kEndOfStream) break;
            bits_.align_to_byte();
            first_ = true;
        }
        if (header.zero_divisor > 3 && header.zero_divisor != kZeroRunsOff) parse_error("ZDIV does not exist");
        header.length = bits_.take(15) + 1;
        header.weight_divisor = bits_.take(3);
        if (header.weight_divisor == 6) parse_error("WDIV does not exist");
        header.truncated = bits_.take(1) != 0;
        header.new_palette = bits_.take(1) != 0;
        check_palette_rules(header);
        if (header.new_palette) palette_.read(bits_);
        return true;
    }

    void check_palette_rules(const SliceHeader &header)
    {
        if (first_ && !header.new_palette) parse_error("the first weight slice has no palette");
        if (!header.new_palette && header.has_zero_runs() != zero_runs_before_) {
            parse_error("a weight slice changes the use of zero runs without a new palette");
        }
        first_ = false;
        zero_runs_before_ = header.has_zero_runs();
    }

    void read_slice(const SliceHeader &header)
    {
        const uint32_t weight_bits = header.is_raw() ? palette_.raw_symbol_bits() : header.weight_divisor;
        const uint32_t zero_bits = header.has_zero_runs() ? header.zero_divisor : 0;
        const uint32_t zero_count = header.has_zero_runs() ? header.length + (header.new_palette ? 1 : 0) : 0;
        SymbolLane weights(header.length, weight_bits);
        SymbolLane zeros(zero_count, zero_bits);
        do {
            read_chunk(header, weight_bits, weights, zeros);
        } while (weights.owes_remainders() || zeros.owes_remainders());
        interleave(header, weights.symbols(), zeros.symbols());
    }

    void read_chunk(const SliceHeader &header, uint32_t weight_bits, SymbolLane &weights, SymbolLane &zeros)
    {
        // Neither lane may run far ahead of the other: the hardware's queues between them are short.
        const int64_t balance =
            header.has_zero_runs() ? int64_t{weights.announced()} - int64_t{zeros.announced()} : 0;
        const bool take_weights = balance < kMaxBalance && weights.wants_more();
        const bool take_zeros = header.has_zero_runs() && balance >= 0 && zeros.wants_more();
        weights.begin_chunk(take_weights);
        zeros.begin_chunk(take_zeros);
        const uint32_t first_bits = take_weights && !header.is_raw() ? bits_.take(kMaxChunkSymbols) : 0;
        if (take_zeros) read_zero_run_quotients(bits_, header.zero_divisor == 3 ? 8 : 12, zeros);
        if (take_weights) {
            const uint32_t count = header.is_raw() && weight_bits > 5 ? 8 : kMaxChunkSymbols;
            read_weight_quotients(bits_, count, first_bits, header.truncated, weights);
        }
        weights.read_remainders(bits_);
        zeros.read_remainders(bits_);
    }

    void interleave(const SliceHeader &header, const std::vector<uint32_t> &symbols,
                    const std::vector<uint32_t> &runs)
    {
        size_t next_run = 0;
        if (header.has_zero_runs() && header.new_palette) append_zeros(runs[next_run++]);
        for (const uint32_t symbol : symbols) {
            append(palette_.weight(symbol));
            if (header.has_zero_runs()) append_zeros(runs[next_run++]);
        }
    }

    void append(int16_t weight)
    {
        if (weights_.size() >= max_weights_) parse_error("the weight stream holds more weights than the operation");
        weights_.push_back(weight);
    }

    void append_zeros(uint32_t count)
    {
        if (count > max_weights_ - weights_.size()) {
            parse_error("the weight stream holds more weights than the operation");
        }
        weights_.resize(weights_.size() + count, 0);
    }

    BitReader bits_;
    uint64_t max_weights_;
    Palette palette_;
    bool first_ = true;
    bool zero_runs_before_ = false;
    std::vector<int16_t> weights_;
};

}  // namespace

std::vector<int16_t> decode_weight_stream(const uint8_t *bytes, size_t size_bytes, uint64_t max_weights)
{
    return Decoder(bytes, size_bytes, max_weights).run();
}

}  // namespace accel::devices::ethosu
