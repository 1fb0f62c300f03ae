// SPDX-License-Identifier: MIT
// Tests of weight streams, with a small reader and bytes that Arm's decoder took.
#include "mlw.h"

#include <catch2/catch_test_macros.hpp>

#include <random>

using namespace accel::ethosu;

namespace {

// Reads only what the encoder may write: uncompressed slices without palette.
class Reader {
public:
    explicit Reader(const std::vector<uint8_t> &bytes) : bytes_(bytes) {}

    uint32_t take(uint32_t bits)
    {
        uint32_t value = 0;
        for (uint32_t i = 0; i < bits; ++i, ++at_)
            value |= static_cast<uint32_t>(bytes_.at(at_ / 8) >> (at_ % 8) & 1) << i;
        return value;
    }

    size_t position_bits() const { return at_; }

private:
    const std::vector<uint8_t> &bytes_;
    size_t at_ = 0;
};

std::vector<int16_t> decode(const std::vector<uint8_t> &bytes)
{
    Reader reader(bytes);
    std::vector<int16_t> out;
    while (true) {
        const uint32_t zero_runs = reader.take(3);
        if (zero_runs == 7)
            break;
        REQUIRE(zero_runs == 6);
        const uint32_t count = reader.take(15) + 1;
        REQUIRE(reader.take(3) == 7);
        REQUIRE(reader.take(1) == 0);
        REQUIRE(reader.take(1) == 1);
        REQUIRE(reader.take(10) == 0);
        const uint32_t bits = reader.take(3) + 2;
        for (uint32_t i = 0; i < count; ++i) {
            const uint32_t symbol = reader.take(bits);
            const auto magnitude = static_cast<int16_t>(symbol >> 1);
            out.push_back(symbol & 1 ? static_cast<int16_t>(-magnitude) : magnitude);
        }
    }
    for (size_t bit = reader.position_bits(); bit < bytes.size() * 8; ++bit)
        REQUIRE((bytes[bit / 8] >> (bit % 8) & 1) == 1);
    return out;
}

}  // namespace

// The bytes were accepted by Arm's reference decoder as [1, -2, 0, 3].
TEST_CASE("a stream that the reference decoder accepts", "[mlw]")
{
    const int16_t weights[] = {1, -2, 0, 3};
    const auto stream = encode_weights(weights);
    REQUIRE(stream);
    const std::vector<uint8_t> expected = {0x1e, 0x00, 0x5c, 0x00, 0xa2, 0xc2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    CHECK(*stream == expected);
}

TEST_CASE("streams decode to their weights", "[mlw]")
{
    std::mt19937 random(3);
    for (const size_t count : {size_t{1}, size_t{2}, size_t{100}, size_t{32767}, size_t{32768}, size_t{70000}})
        for (const int limit : {0, 1, 2, 7, 127, 255}) {
            std::vector<int16_t> weights(count);
            for (int16_t &weight : weights)
                weight = static_cast<int16_t>(static_cast<int>(random() % (2 * limit + 1)) - limit);
            const auto stream = encode_weights(weights);
            REQUIRE(stream);
            REQUIRE(stream->size() % 16 == 0);
            REQUIRE(decode(*stream) == weights);
        }
}

TEST_CASE("weights beyond nine bits are refused", "[mlw]")
{
    const int16_t high[] = {256};
    const int16_t low[] = {-256};
    CHECK_FALSE(encode_weights(high));
    CHECK_FALSE(encode_weights(low));
    CHECK(encode_weights({})->size() == 16);
}
