// SPDX-License-Identifier: MIT
// Tests of the stream writer's bound and of the dump.
#include "stream/stream.h"

#include <catch2/catch_test_macros.hpp>

using namespace accel::stream;

TEST_CASE("writer keeps what fits and remembers overflow", "[stream]")
{
    Writer<uint32_t> writer(2);
    writer.put(1);
    writer.put(2);
    CHECK_FALSE(writer.overflowed());
    writer.put(3);
    CHECK(writer.overflowed());
    CHECK(writer.size_words() == 2);
    CHECK(writer.words()[1] == 2);
}

TEST_CASE("dump prints one line per command and survives a cut tail", "[stream]")
{
    const uint32_t words[] = {0x10, 0x20, 0x30};
    const Decoder<uint32_t> pairs = [](std::span<const uint32_t> rest) { return rest[0] == 0x30 ? Decoded{0, ""} : Decoded{2, "PAIR"}; };
    CHECK(dump<uint32_t>(words, pairs) == "     0  00000010 00000020  PAIR\n"
                                          "     2  00000030  ?\n");
    CHECK(dump<uint32_t>(std::span(words).first(1), pairs) == "     0  00000010  PAIR\n");
}
