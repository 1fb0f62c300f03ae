// SPDX-License-Identifier: MIT
// Encodes weights as uncompressed slices.
#include "mlw.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace accel::ethosu {
namespace {

constexpr size_t kMaxSliceWeights = 32767;
constexpr uint32_t kZeroRunsNone = 6;
constexpr uint32_t kEndOfStream = 7;
constexpr uint32_t kUncompressed = 7;
constexpr uint32_t kMinSymbolBits = 2;

// Least significant bit first.
class BitWriter {
public:
    explicit BitWriter(size_t reserve_bytes) { bytes_.reserve(reserve_bytes); }

    void put(uint32_t value, uint32_t bits)
    {
        held_ |= static_cast<uint64_t>(value) << held_bits_;
        held_bits_ += bits;
        while (held_bits_ >= 8) {
            bytes_.push_back(static_cast<uint8_t>(held_));
            held_ >>= 8;
            held_bits_ -= 8;
        }
    }

    std::vector<uint8_t> finish()
    {
        if (held_bits_ != 0)
            put(0xff, 8 - held_bits_);
        held_ = 0;
        held_bits_ = 0;
        while (bytes_.size() % kStreamAlignmentBytes != 0)
            bytes_.push_back(0xff);
        return std::move(bytes_);
    }

private:
    std::vector<uint8_t> bytes_;
    uint64_t held_ = 0;
    uint32_t held_bits_ = 0;
};

uint32_t symbol(int16_t weight)
{
    const auto magnitude = static_cast<uint32_t>(std::abs(int{weight}));
    return magnitude << 1 | (weight < 0 ? 1u : 0u);
}

uint32_t symbol_bits(std::span<const int16_t> weights)
{
    uint32_t all = 0;
    for (const int16_t weight : weights)
        all |= symbol(weight);
    return std::max<uint32_t>(static_cast<uint32_t>(std::bit_width(all)), kMinSymbolBits);
}

void put_slice(BitWriter &out, std::span<const int16_t> weights)
{
    const uint32_t bits = symbol_bits(weights);
    out.put(kZeroRunsNone, 3);
    out.put(static_cast<uint32_t>(weights.size() - 1), 15);
    out.put(kUncompressed, 3);
    out.put(0, 1);                      // no truncation
    out.put(1, 1);                      // a palette header follows:
    out.put(0, 5);                      //   direct offset
    out.put(0, 5);                      //   no palette entries
    out.put(bits - kMinSymbolBits, 3);  //   bits per symbol
    for (const int16_t weight : weights)
        out.put(symbol(weight), bits);
}

}  // namespace

std::optional<std::vector<uint8_t>> encode_weights(std::span<const int16_t> weights)
{
    const bool in_range =
        std::all_of(weights.begin(), weights.end(), [](int16_t weight) { return weight >= -kMaxWeight && weight <= kMaxWeight; });
    if (!in_range)
        return std::nullopt;

    BitWriter out(weights.size() + weights.size() / 8 + 64);
    while (!weights.empty()) {
        const auto slice = weights.first(std::min(weights.size(), kMaxSliceWeights));
        put_slice(out, slice);
        weights = weights.subspan(slice.size());
    }
    out.put(kEndOfStream, 3);
    return out.finish();
}

}  // namespace accel::ethosu
