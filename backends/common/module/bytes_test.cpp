// SPDX-License-Identifier: MIT
// Tests of bounded bytes and of seals: every cut, every flipped bit, other versions and other modules.
#include "module/bytes.h"
#include "module/seal.h"

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using namespace accel::module;

namespace {

constexpr Format kFormat{{'A', 'C', 'M', 'E', 'P', 'R', 'O', 'G'}, 3};

struct Pair {
    uint32_t a = 0, b = 0;
    bool operator==(const Pair &) const = default;
};

std::vector<uint8_t> sample()
{
    std::vector<uint8_t> bytes = begin_sealed();
    Writer writer(bytes);
    writer.put(uint32_t{2});
    writer.put(std::vector<Pair>{{1, 2}, {3, 4}});
    writer.align(16);
    writer.put(uint64_t{9});
    seal(kFormat, bytes);
    return bytes;
}

}  // namespace

TEST_CASE("what was written is read back, and nothing beyond the end", "[module]")
{
    const std::vector<uint8_t> bytes = sample();
    REQUIRE(bytes.size() == 64 + 8);
    const char *why = "";
    REQUIRE(check_seal(kFormat, bytes, why) == SealState::kGood);
    CHECK(why == nullptr);
    Reader reader(bytes, kSealBytes);
    uint32_t count = 0;
    REQUIRE(reader.get(count));
    std::vector<Pair> pairs;
    REQUIRE(reader.get(pairs, count));
    CHECK(pairs == std::vector<Pair>{{1, 2}, {3, 4}});
    REQUIRE(reader.align(16));
    CHECK(!reader.at_end());
    uint64_t last = 0;
    REQUIRE(reader.get(last));
    CHECK(last == 9);
    CHECK(reader.at_end());
    CHECK(!reader.get(last));
    CHECK(reader.align(8));
    CHECK(!reader.align(16));
    CHECK(reader.get(pairs, 0));
    CHECK(pairs.empty());
}

TEST_CASE("counts that the bytes do not hold allocate nothing", "[module]")
{
    const std::vector<uint8_t> bytes(64);
    for (const uint64_t count : {uint64_t{9}, UINT64_MAX / 8 + 1, UINT64_MAX}) {
        std::vector<uint64_t> values;
        Reader reader(bytes);
        CHECK(!reader.get(values, count));
        CHECK(values.capacity() == 0);
        CHECK(reader.left() == 64);
        std::span<const uint8_t> view;
        CHECK(!reader.view(UINT64_MAX, view));
        CHECK(reader.get(values, 8));
    }
    CHECK(Reader(bytes, 65).left() == 0);
    uint8_t byte = 0;
    CHECK(!Reader(bytes, UINT64_MAX).get(byte));
}

TEST_CASE("what is left out between records has to be 0", "[module]")
{
    std::vector<uint8_t> bytes(16);
    CHECK(Reader(bytes, 3).align(16));
    bytes[15] = 1;
    CHECK(!Reader(bytes, 3).align(16));
}

TEST_CASE("every cut, every flipped bit and every longer program is found", "[module]")
{
    const std::vector<uint8_t> bytes = sample();
    const char *why = nullptr;
    for (size_t size = 0; size < bytes.size(); ++size) {
        REQUIRE(check_seal(kFormat, std::span(bytes).first(size), why) == SealState::kCorrupt);
        REQUIRE(why != nullptr);
    }
    for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto flipped = bytes;
        flipped[bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
        REQUIRE(check_seal(kFormat, flipped, why) == SealState::kCorrupt);
    }
    auto longer = bytes;
    longer.push_back(0);
    CHECK(check_seal(kFormat, longer, why) == SealState::kCorrupt);
    CHECK(std::string_view(why) == "the program has another size than its header says");
}

TEST_CASE("intact bytes of another version are foreign, those of another module are not ours", "[module]")
{
    auto bytes = sample();
    const char *why = nullptr;
    CHECK(check_seal({kFormat.magic, 4}, bytes, why) == SealState::kForeign);
    CHECK(why != nullptr);
    CHECK(check_seal({{'A', 'C', 'M', 'E', 'P', 'R', 'O', 'X'}, 3}, bytes, why) == SealState::kCorrupt);
    bytes[40] ^= 1;
    CHECK(check_seal({kFormat.magic, 4}, bytes, why) == SealState::kCorrupt);
    std::vector<uint8_t> few(kSealBytes - 1, 7);
    const auto before = few;
    seal(kFormat, few);
    CHECK(few == before);
}
