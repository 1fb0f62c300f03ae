// SPDX-License-Identifier: MIT
// Tests of conversions, bit by bit, over random lists and the layouts of devices.
#include <catch2/catch_test_macros.hpp>

#include "test_lists.h"

using namespace accel::layouts;
using namespace accel::layouts::test;

namespace {

/// Both as bit by bit, gaps and what lies behind included.
void check_conversion(Random &random, uint32_t type, const std::vector<int64_t> &sizes, const Layout &a, const Layout &b)
{
    const int64_t zero = accel_type_bits(type) > 8 ? random.below(100) : (type == ACCEL_TYPE_F4E2M1 ? 0 : random.below(2));
    Bytes from = random.bytes(a.size_bytes);
    // What an element holds is a value of its type, also in a wider place.
    for_each_index(sizes, [&](const std::vector<int64_t> &index) {
        const int64_t at = offset_bits(a, index);
        put_value(from, at, a.type, type, value_at(from, at, a.type, type));
    });
    const Bytes before = random.bytes(b.size_bytes);
    Bytes to = before;
    const Conversion there(a, b, type, sizes, zero);
    there.run(from.data(), to.data());
    INFO("type " << type << " in memory " << a.type << " and " << b.type << ": " << text(a) << " to " << text(b));
    INFO("sizes " << [&] {
        std::string out;
        for (const int64_t size : sizes) out += std::to_string(size) + " ";
        return out;
    }());
    REQUIRE(to == converted(from, a, before, b, type, sizes, zero));
    // There and back: what the elements were.
    Bytes back(a.size_bytes);
    Conversion(b, a, type, sizes, zero).run(to.data(), back.data());
    bool same = true;
    for_each_index(sizes, [&](const std::vector<int64_t> &index) {
        const int64_t at = offset_bits(a, index);
        same = same && value_at(back, at, a.type, type) == value_at(from, at, a.type, type);
    });
    REQUIRE(same);
}

Layout with_padding(Layout layout, uint32_t padding)
{
    layout.padding = padding;
    return layout;
}

}  // namespace

TEST_CASE("random lists are converted as bit by bit, and nothing else is written", "[layouts]")
{
    Random random(1);
    for (int i = 0; i < 1500; ++i) {
        const uint32_t type = kTypes[i % std::size(kTypes)];
        const std::vector<int64_t> sizes = random.sizes();
        const Layout a = random.layout(type, sizes), b = random.layout(type, sizes);
        REQUIRE(broken_rule(a.view(), type, sizes) == "");
        REQUIRE(broken_rule(b.view(), type, sizes) == "");
        check_conversion(random, type, sizes, a, b);
    }
}

TEST_CASE("the layouts that devices have, for every type and ragged sizes", "[layouts]")
{
    Random random(2);
    for (const uint32_t type : {ACCEL_TYPE_I8, ACCEL_TYPE_U8, ACCEL_TYPE_F16, ACCEL_TYPE_I32, ACCEL_TYPE_F64, ACCEL_TYPE_C128})
        for (const std::vector<int64_t> &sizes : {std::vector<int64_t>{1, 20, 9, 11}, {2, 64, 8, 16}, {1, 3, 17, 5}, {1, 16, 1, 1}, {3, 1, 2, 2}}) {
            std::vector<Layout> all{*dense(type, sizes), *blocked(type, sizes, std::vector<uint32_t>{0, 2, 3, 1}, 1, 1)};
            for (const uint32_t padding : {ACCEL_PADDING_ANY, ACCEL_PADDING_ZERO_BITS, ACCEL_PADDING_REAL_ZERO}) {
                all.push_back(with_padding(*blocked(type, sizes, std::vector<uint32_t>{0, 1, 2, 3}, 1, 16), padding));
                all.push_back(with_padding(*blocked(type, sizes, std::vector<uint32_t>{0, 2, 1, 3}, 1, 16), padding));
            }
            if (type == ACCEL_TYPE_U8) {
                all.push_back(all.back());
                all.back().type = ACCEL_TYPE_I8;
            }
            for (const Layout &a : all)
                for (const Layout &b : all) check_conversion(random, type, sizes, a, b);
        }
}

TEST_CASE("digits that do not fit into one another", "[layouts]")
{
    Random random(3);
    const std::vector<int64_t> sizes{5, 47};
    const Layout twelve = *blocked(ACCEL_TYPE_F16, sizes, std::vector<uint32_t>{1, 0}, 1, 12), sixteen = *blocked(ACCEL_TYPE_F16, sizes, std::vector<uint32_t>{0, 1}, 1, 16);
    check_conversion(random, ACCEL_TYPE_F16, sizes, twelve, with_padding(sixteen, ACCEL_PADDING_REAL_ZERO));
}

TEST_CASE("values in other forms are the same values", "[layouts]")
{
    const std::vector<int64_t> sizes{4};
    const Layout nibbles = *dense(ACCEL_TYPE_I4, sizes), signed_bytes = *dense(ACCEL_TYPE_I8, sizes), unsigned_bytes = *dense(ACCEL_TYPE_U8, sizes);
    const Bytes packed{0x8f, 0x70};  // -1, -8, 0, 7
    Bytes wide(4), moved(4), back(2);
    Conversion(nibbles, signed_bytes, ACCEL_TYPE_I4, sizes, 0).run(packed.data(), wide.data());
    CHECK(wide == Bytes{0xff, 0xf8, 0x00, 0x07});
    Conversion(nibbles, unsigned_bytes, ACCEL_TYPE_I4, sizes, 0).run(packed.data(), moved.data());
    CHECK(moved == Bytes{127, 120, 128, 135});
    Conversion(unsigned_bytes, nibbles, ACCEL_TYPE_I4, sizes, 0).run(moved.data(), back.data());
    CHECK(back == packed);
    const Bytes values{0, 1, 128, 255};
    Conversion(unsigned_bytes, signed_bytes, ACCEL_TYPE_U8, sizes, 0).run(values.data(), wide.data());
    CHECK(wide == Bytes{0x80, 0x81, 0x00, 0x7f});
}

TEST_CASE("what is written is counted with the padding that is filled", "[layouts]")
{
    const std::vector<int64_t> sizes{1, 3, 2, 2};
    const Layout from = *dense(ACCEL_TYPE_U8, sizes), to = *blocked(ACCEL_TYPE_U8, sizes, std::vector<uint32_t>{0, 1, 2, 3}, 1, 16);
    CHECK(Conversion(from, to, ACCEL_TYPE_U8, sizes, 0).written_bytes() == 12);
    CHECK(Conversion(from, with_padding(to, ACCEL_PADDING_REAL_ZERO), ACCEL_TYPE_U8, sizes, 0).written_bytes() == 64);
    const std::vector<int64_t> none{1, 0, 2, 2};
    const Layout empty = *dense(ACCEL_TYPE_U8, none);
    const Conversion nothing(empty, empty, ACCEL_TYPE_U8, none, 0);
    CHECK(nothing.written_bytes() == 0);
    nothing.run(nullptr, nullptr);
}
