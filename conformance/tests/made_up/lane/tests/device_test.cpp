// SPDX-License-Identifier: MIT
// The made-up device on what every player has: the guest's memory, the thread for jobs, ordered faults.
#include "device.h"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "control_page.h"

namespace accel::lane {
namespace {

constexpr uint64_t kWords = kRamAddress + 0x1000;

struct Ram {
    Ram()
    {
        const int fd = mkstemp(path);
        REQUIRE(fd >= 0);
        REQUIRE(ftruncate(fd, kOwnMemoryAddress - kRamAddress) == 0);
        close(fd);
    }
    ~Ram() { unlink(path); }
    char path[32] = "/tmp/accel-acme-test.XXXXXX";
};

struct Line final : InterruptLine {
    void set(bool high) override { rises += high; }
    int rises = 0;
};

struct Played {
    Ram ram;
    GuestMemory memory{ram.path};
    GuestBus bus{memory};
    uint32_t gate = 0;
    Line line;
    uint32_t *registers = reinterpret_cast<uint32_t *>(memory.at(kRegistersAddress, kRegistersSizeBytes));
    AcmeDevice device{Board{reinterpret_cast<uint8_t *>(registers), bus, std::atomic_ref<uint32_t>(gate), line, {}}};

    uint32_t run(uint64_t address)
    {
        registers[AcmeDevice::kStatus] = 0;
        registers[AcmeDevice::kAddress] = static_cast<uint32_t>(address);
        registers[AcmeDevice::kCount] = 2;
        for (int i = 0; i < 5000 && registers[AcmeDevice::kStatus] == 0; ++i) {
            device.poll();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return registers[AcmeDevice::kStatus];
    }
};

TEST_CASE("the made-up device doubles the guest's words")
{
    Played one;
    one.device.power_on();
    CHECK(one.registers[AcmeDevice::kId] == AcmeDevice::kIdValue);
    auto *words = reinterpret_cast<uint32_t *>(one.memory.at(kWords, 12));
    words[0] = 21, words[1] = 1, words[2] = 5;
    CHECK(one.run(kWords) == AcmeDevice::kDone);
    CHECK(words[0] == 42);
    CHECK(words[1] == 2);
    CHECK(words[2] == 5);
    CHECK(one.line.rises == 1);
    CHECK(one.run(kControlAddress) == AcmeDevice::kFailed);
    one.device.arm({Fault::BusError, 0});
    CHECK(one.run(kWords) == AcmeDevice::kFailed);
    CHECK(words[0] == 42);
    CHECK(one.device.counters().jobs_ended == 3);
}

}  // namespace
}  // namespace accel::lane
