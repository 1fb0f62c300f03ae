// SPDX-License-Identifier: MIT
// Tests of reserved address space: alignment, wishes that nobody can meet.
#include "address_range.h"

#include <catch2/catch_test_macros.hpp>

using accel::runtime::AddressRange;

TEST_CASE("ranges lie where they were wished to, and leave nothing behind", "[transport]")
{
    for (const uint64_t align : {uint64_t{0}, uint64_t{1}, uint64_t{4096}, uint64_t{1} << 20, uint64_t{64} << 20}) {
        const AddressRange range(5000, align);
        REQUIRE(range.begin());
        CHECK(reinterpret_cast<uintptr_t>(range.begin()) % (align ? align : 4096) == 0);
        // Mapping over it takes no place that was somebody's.
        void *pointer = mmap(range.begin(), 5000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        REQUIRE(pointer == range.begin());
        static_cast<char *>(pointer)[4999] = 1;
        CHECK(munmap(pointer, 5000) == 0);
    }
}

TEST_CASE("wishes that nobody can meet are refused", "[transport]")
{
    CHECK(AddressRange(0, 0).error() == EINVAL);
    CHECK(AddressRange(4096, 3).error() == EINVAL);
    CHECK(AddressRange(UINT64_MAX, 0).error() == EINVAL);
    CHECK(AddressRange(4096, uint64_t{1} << 63).error() != 0);
}
