// SPDX-License-Identifier: MIT
// Tests of how values lie in shared memory.
#include "value_memory.h"

#include <catch2/catch_test_macros.hpp>

using namespace accel::runtime;

namespace {

Value value_of(uint64_t size_bytes, uint64_t align_bytes, uint32_t memory_of = UINT32_MAX)
{
    Value value;
    value.layout.size_bytes = size_bytes;
    value.layout.align_bytes = align_bytes;
    value.memory_of = memory_of;
    return value;
}

}  // namespace

TEST_CASE("values of one memory lie behind each other, each aligned, none in another's cache line", "[value_memory]")
{
    const ValuePlaces places = place_values({value_of(10, 16), value_of(100, 4), value_of(7, 256, 0), value_of(0, 1, 0), value_of(5, 1, 0)});
    CHECK(places.offsets_bytes == std::vector<uint64_t>{0, 0, 256, 320, 384});
    CHECK(places.memories[0].size_bytes == 389);
    CHECK(places.memories[0].align_bytes == 256);
    CHECK(places.memories[1].size_bytes == 100);
    CHECK(places.memories[2].size_bytes == 0);
}

TEST_CASE("sizes that cannot be added up are more memory than there is", "[value_memory]")
{
    const uint64_t half = uint64_t{1} << 63;
    CHECK(place_values({value_of(half, 1), value_of(half, 1, 0)}).memories[0].size_bytes == UINT64_MAX);
    CHECK(place_values({value_of(UINT64_MAX - 3, 1), value_of(1, 64, 0)}).memories[0].size_bytes == UINT64_MAX);
}
