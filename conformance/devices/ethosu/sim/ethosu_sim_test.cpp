// SPDX-License-Identifier: MIT
// Tests of the simulated driver by its ioctls, as a program without libaccel would use it.
#include <time.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstring>
#include <vector>

#include "../../../uapi/uapi.h"
#include "../uapi/ethosu.h"
#include "open_file.h"
#include "stream_scan.h"

using namespace accel::devices::ethosu;
using namespace accel::uapi;

namespace {

uint32_t set(uint32_t opcode, uint32_t value) { return opcode | value << 16; }
void address(std::vector<uint32_t> &words, uint32_t opcode, uint32_t value)
{
    words.push_back(opcode | 0x4000);
    words.push_back(value);
}

/// Copy `size_bytes` from region 0 to region 1 at the given offset by DMA.
std::vector<uint32_t> copy_stream(uint32_t size_bytes, uint32_t destination_offset = 0)
{
    std::vector<uint32_t> words{set(0x130, 0), set(0x131, 1)};
    address(words, 0x030, 0);
    address(words, 0x031, destination_offset);
    address(words, 0x032, size_bytes);
    words.push_back(set(0x010, 0));
    words.push_back(set(0x011, 0));
    words.push_back(set(0x000, 0xffff));
    return words;
}

struct Machine {
    int planted = 0;
    Engine engine{[this] { return planted; }};
    OpenFile file{engine};

    uint32_t buffer(uint64_t size, uint8_t **memory)
    {
        EthosuBoCreate create{size, 0, 0};
        REQUIRE(file.ioctl(kEthosuBoCreate, &create) == 0);
        EthosuBoMmapOffset offset{create.handle, 0, 0};
        REQUIRE(file.ioctl(kEthosuBoMmapOffset, &offset) == 0);
        void *pointer = nullptr;
        REQUIRE(file.map(offset.offset, size, &pointer) == 0);
        *memory = static_cast<uint8_t *>(pointer);
        return create.handle;
    }
    int stream(const std::vector<uint32_t> &words, uint32_t *handle)
    {
        EthosuCmdstreamBoCreate create{static_cast<uint32_t>(words.size() * 4), 0, reinterpret_cast<uint64_t>(words.data()), 0, 0};
        const int result = file.ioctl(kEthosuCmdstreamBoCreate, &create);
        *handle = create.handle;
        return result;
    }
    int submit(uint32_t stream, uint32_t region0, uint32_t region1)
    {
        EthosuJob job{stream, 0, {region0, region1}};
        EthosuSubmit submit{reinterpret_cast<uint64_t>(&job), 1, 0};
        return file.ioctl(kEthosuSubmit, &submit);
    }
    int wait(uint32_t handle)
    {
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC, &now);
        EthosuBoWait wait{handle, 0, (now.tv_sec + 10) * 1'000'000'000ll};
        return file.ioctl(kEthosuBoWait, &wait);
    }
};

}  // namespace

TEST_CASE("a submitted stream moves memory and the wait sees it")
{
    Machine machine;
    uint8_t *from = nullptr, *to = nullptr;
    const uint32_t a = machine.buffer(4096, &from), b = machine.buffer(4096, &to);
    std::memset(from, 0x5a, 4096);
    uint32_t stream = 0;
    REQUIRE(machine.stream(copy_stream(1024), &stream) == 0);
    REQUIRE(machine.submit(stream, a, b) == 0);
    CHECK(machine.wait(b) == 0);
    CHECK(to[0] == 0x5a);
    CHECK(to[1023] == 0x5a);
    CHECK(to[1024] == 0);
}

TEST_CASE("an address outside the buffer fails the job, and the next job is right")
{
    Machine machine;
    uint8_t *from = nullptr, *to = nullptr;
    const uint32_t a = machine.buffer(4096, &from), b = machine.buffer(4096, &to);
    from[0] = 7;
    uint32_t wrong = 0, right = 0;
    REQUIRE(machine.stream(copy_stream(1024, 1 << 20), &wrong) == 0);
    REQUIRE(machine.stream(copy_stream(16), &right) == 0);
    REQUIRE(machine.submit(wrong, a, b) == 0);
    CHECK(machine.wait(b) == -ECANCELED);
    REQUIRE(machine.submit(right, a, b) == 0);
    CHECK(machine.wait(b) == 0);
    CHECK(to[0] == 7);
}

TEST_CASE("submissions that the kernel refuses are refused with its errno")
{
    Machine machine;
    uint8_t *memory = nullptr;
    const uint32_t a = machine.buffer(4096, &memory), b = machine.buffer(4096, &memory);
    uint32_t stream = 0;
    REQUIRE(machine.stream(copy_stream(16), &stream) == 0);
    CHECK(machine.submit(9999, a, b) == -ENOENT);
    CHECK(machine.submit(a, a, b) == -EINVAL);
    CHECK(machine.submit(stream, a, 0) == -ENOENT);
    CHECK(machine.submit(stream, a, a) == -EALREADY);
    CHECK(machine.submit(stream, stream, b) == -EINVAL);
    CHECK(machine.submit(stream, a, b) == 0);
}

TEST_CASE("streams without STOP at their end are refused")
{
    Machine machine;
    uint32_t handle = 0;
    auto words = copy_stream(16);
    words.push_back(words.back());
    CHECK(machine.stream(words, &handle) == -EINVAL);
    words.resize(words.size() - 2);
    CHECK(machine.stream(words, &handle) == -EINVAL);
    CHECK(machine.stream({0x4030}, &handle) == -EINVAL);
}

TEST_CASE("a planted hardware failure ends the job with an error")
{
    Machine machine;
    machine.planted = -ECANCELED;
    uint8_t *from = nullptr, *to = nullptr;
    const uint32_t a = machine.buffer(4096, &from), b = machine.buffer(4096, &to);
    uint32_t stream = 0;
    REQUIRE(machine.stream(copy_stream(16), &stream) == 0);
    REQUIRE(machine.submit(stream, a, b) == 0);
    CHECK(machine.wait(b) == -ECANCELED);
}
