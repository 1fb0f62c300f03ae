// SPDX-License-Identifier: MIT
// Tests of the guest's memory as player and NPU see it.
#include "guest_memory.h"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <system_error>

#include "control_page.h"

namespace accel::lane {
namespace {

constexpr size_t kSizeBytes = size_t{0x30040000};

struct RamFile {
    RamFile()
    {
        const int fd = mkstemp(path);
        REQUIRE(fd >= 0);
        REQUIRE(ftruncate(fd, kSizeBytes) == 0);
        close(fd);
    }
    ~RamFile() { unlink(path); }
    char path[32] = "/tmp/accel-lane-test.XXXXXX";
};

TEST_CASE("guest memory is what lies between its two ends")
{
    const RamFile file;
    const GuestMemory memory(file.path);
    CHECK(memory.at(kRamAddress, 4) != nullptr);
    CHECK(memory.at(kRamAddress - 1, 4) == nullptr);
    CHECK(memory.at(kRamAddress + kSizeBytes - 4, 4) != nullptr);
    CHECK(memory.at(kRamAddress + kSizeBytes - 3, 4) == nullptr);
    CHECK(memory.at(~uint64_t{0}, 4) == nullptr);
    CHECK(memory.at(kRamAddress, ~size_t{0}) == nullptr);
    CHECK(memory.at(kRamAddress + 64, ~size_t{0}) == nullptr);
}

TEST_CASE("the device reaches memory but not its own registers")
{
    const RamFile file;
    const GuestMemory memory(file.path);
    GuestBus bus(memory);
    const uint32_t sent = 0x12345678;
    uint32_t seen = 0;
    CHECK(bus.write(kRamAddress + 64, &sent, 4));
    CHECK(bus.read(kRamAddress + 64, &seen, 4));
    CHECK(seen == sent);
    CHECK(bus.span(kOwnMemoryAddress, kOwnMemorySizeBytes) != nullptr);
    CHECK_FALSE(bus.write(kRegistersAddress, &sent, 4));
    CHECK_FALSE(bus.read(kRegistersAddress - 2, &seen, 4));
    CHECK_FALSE(bus.write(kControlAddress + 8, &sent, 4));
    CHECK_FALSE(bus.read(0, &seen, 4));
    CHECK(bus.refusals() == 4);
}

TEST_CASE("a missing file is named in the error")
{
    try {
        GuestMemory("/nonexistent/ram");
        FAIL("no error");
    } catch (const std::system_error &error) {
        CHECK(std::string(error.what()).find("/nonexistent/ram") != std::string::npos);
    }
}

}  // namespace
}  // namespace accel::lane
