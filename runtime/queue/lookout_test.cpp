// SPDX-License-Identifier: MIT
// Modules that do not come back, and work that does not end.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/object.h"
#include "fake/fake_backend.h"
#include "fake/house.h"
#include "fence/fence.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

constexpr uint64_t kMilliNs = 1'000'000;

uint64_t milliseconds(const auto &call)
{
    const uint64_t begin_ns = now_ns();
    call();
    return (now_ns() - begin_ns) / kMilliNs;
}

/// Let those come back who hang, to whatever is left by then, and see them leave.
void end_hangs(Control &control)
{
    control.hangs = false;
    for (int i = 0; control.hanging_count && i < 5000; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(control.hanging_count == 0);
}

/// A shop whose NPU hangs, with one submission in flight.
struct HungShop : Shop {
    explicit HungShop(Work work = Work::Single) : Shop(3, work, Waits::Watched)
    {
        npu().gated = true;
        REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
        npu().hangs = true;
    }
    ~HungShop() { end_hangs(npu()); }
};

}  // namespace

TEST_CASE("Q-13 a wait keeps its deadline although the module does not come back", "[lookout]")
{
    HungShop shop;
    SECTION("shorter than the library's patience")
    {
        accel_status status = ACCEL_STATUS_OK;
        CHECK(milliseconds([&] { status = accel_fence_wait(shop.fence, 1, 100 * kMilliNs); }) < 400);
        CHECK(status == ACCEL_STATUS_TIMEOUT);
    }
    SECTION("a look")
    {
        accel_status status = ACCEL_STATUS_OK;
        CHECK(milliseconds([&] { status = accel_fence_wait(shop.fence, 1, 0); }) < 400);
        CHECK(status == ACCEL_STATUS_TIMEOUT);
    }
    SECTION("longer: the device is lost meanwhile")
    {
        accel_status status = ACCEL_STATUS_OK;
        CHECK(milliseconds([&] { status = accel_fence_wait(shop.fence, 1, 2 * kSecondNs); }) < 2200);
        CHECK(status == ACCEL_STATUS_DEVICE_LOST);
        CHECK(std::string(accel_last_error()->message).find("does not come back from queue_wait") != std::string::npos);
    }
    SECTION("without end, and of several")
    {
        Fence never;
        shop.house.make_fence(never);
        const accel_fence_point points[] = {{never, 1}, {shop.fence, 1}};
        uint32_t index = 0;
        CHECK(accel_fence_wait_many(points, 2, ACCEL_WAIT_FLAG_ANY, UINT64_MAX, &index) == ACCEL_STATUS_DEVICE_LOST);
        CHECK(index == 1);
    }
    SECTION("polled")
    {
        uint64_t value = 0;
        accel_status status = ACCEL_STATUS_OK;
        for (int i = 0; status == ACCEL_STATUS_OK && i < 400; ++i)
            status = accel_fence_query(shop.fence, &value);
        CHECK(status == ACCEL_STATUS_DEVICE_LOST);
    }
}

TEST_CASE("Q-13 a module that comes back late is not given up", "[lookout]")
{
    HungShop shop;
    CHECK(accel_fence_wait(shop.fence, 1, 150 * kMilliNs) == ACCEL_STATUS_TIMEOUT);
    npu().hangs = false;
    npu().release();
    CHECK(accel_fence_wait(shop.fence, 1, 5 * kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(shop.out) == 4);
}

TEST_CASE("Q-13 after a hang every call fails at once, and the hold thread lives on", "[lookout]")
{
    HungShop shop(Shop::Work::Chain);
    // Segments chain through the hold thread, which is in the module's hands as little as this one.
    const uint64_t until_ns = deadline_after(5 * kSecondNs);
    while (shop.fence.it->state(1) == ACCEL_STATUS_NOT_READY && now_ns() < until_ns)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK(shop.fence.it->state(1) == ACCEL_STATUS_DEVICE_LOST);

    const uint64_t took = milliseconds([&] {
        Fence other;
        shop.house.make_fence(other);
        CHECK(submit(shop.queue, shop.run, other, 1) == ACCEL_STATUS_DEVICE_LOST);
        accel_device *npu_device = shop.house.npu_device.get();
        CHECK(accel_device_open(npu_device) == ACCEL_STATUS_DEVICE_LOST);
        CHECK(std::string(accel_last_error()->message).find("end the process") != std::string::npos);
        accel_queue_desc desc{};
        desc.struct_size = sizeof desc;
        desc.devices = &npu_device;
        desc.device_count = 1;
        Queue again;
        CHECK(accel_queue_create(&desc, again.out()) == ACCEL_STATUS_DEVICE_LOST);
        void *memory = nullptr;
        CHECK(fake::map(shop.out, ACCEL_ACCESS_READ, &memory) == ACCEL_STATUS_DEVICE_LOST);
        CHECK(accel_queue_cancel(shop.queue) == ACCEL_STATUS_OK);  // nothing is in flight
    });
    CHECK(took < 200);
    CHECK(npu().hanging_count == 1);
}

TEST_CASE("Q-13 a hung module keeps what it may touch; everything else ends", "[lookout]")
{
    const auto released = std::make_shared<int>(0);
    static uint8_t lent[64];
    {
        HungShop shop;
        npu().hangs = false;
        accel_device *cpu_device = shop.house.cpu_device.get();
        accel_buffer_import_desc desc{};
        desc.struct_size = sizeof desc;
        desc.kind = ACCEL_HANDLE_KIND_HOST_POINTER;
        desc.fd = -1;
        desc.host_pointer = lent;
        desc.size_bytes = sizeof lent;
        desc.devices = &cpu_device;
        desc.device_count = 1;
        desc.access = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE;
        desc.release = [](void *user) { ++*static_cast<int *>(user); };
        desc.release_user = released.get();
        Buffer in;
        REQUIRE(accel_buffer_import(&desc, in.out()) == ACCEL_STATUS_OK);
        const auto program = make_program(*shop.house.instance, {shop.house.cpu_device}, 1, 1, {{0, 5, {{kPort, 0}}, {{kPort, 1}}}});
        Run run;
        make_run(program.get(), in, shop.out, run);
        accel_queue_desc queue_desc{};
        queue_desc.struct_size = sizeof queue_desc;
        queue_desc.devices = &cpu_device;
        queue_desc.device_count = 1;
        Queue queue;
        REQUIRE(accel_queue_create(&queue_desc, queue.out()) == ACCEL_STATUS_OK);
        cpu().gated = cpu().hangs = true;
        REQUIRE(submit(queue, run, nullptr, 0) == ACCEL_STATUS_OK);
        npu().release();
        const int live = cpu().live_count;
        const uint64_t took = milliseconds([&] {
            accel_queue_unref(queue);
            queue.it = nullptr;
        });
        CHECK(took < 2000);
        accel_run_unref(run);
        run.it = nullptr;
        CHECK(cpu().live_count == live);
    }
    CHECK(*released == 0);
    CHECK(cpu().live_count > 0);
    // What comes back now must find its queue, its run and their memory; sanitizers see to that.
    cpu().release();
    end_hangs(cpu());
}

namespace {

/// The signals that the only thread of this name blocks; all while it is being made.
uint64_t blocked_signals(const std::string &wanted)
{
    for (const auto &task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string name, line;
        std::ifstream(task.path() / "comm") >> name;
        std::ifstream status(task.path() / "status");
        while (name == wanted && std::getline(status, line))
            if (line.rfind("SigBlk:", 0) == 0)
                return std::stoull(line.substr(7), nullptr, 16);
    }
    return UINT64_MAX;
}

}  // namespace

TEST_CASE("A-19 the library's threads take the signals of their own instructions, and none of the application's", "[lookout]")
{
    const Shop shop(3, Shop::Work::Single, Waits::Watched);
    const auto has = [](uint64_t set, int signal) { return (set >> (signal - 1) & 1) != 0; };
    uint64_t blocked = UINT64_MAX;
    for (int tries = 0; tries < 2000 && has(blocked, SIGBUS); ++tries) {
        blocked = blocked_signals("accel-lookout");
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    for (const int own : {SIGBUS, SIGSEGV, SIGFPE, SIGILL})
        CHECK_FALSE(has(blocked, own));
    for (const int foreign : {SIGTERM, SIGINT, SIGUSR1, SIGALRM, SIGCHLD, SIGPROF})
        CHECK(has(blocked, foreign));
}

TEST_CASE("Q-11 the last unref of a queue ends although its module hangs", "[lookout]")
{
    HungShop shop;
    const uint64_t took = milliseconds([&] {
        accel_queue_unref(shop.queue);
        shop.queue.it = nullptr;
    });
    CHECK(took < 2000);
    CHECK(accel_fence_error(shop.fence, 1) == ACCEL_STATUS_DEVICE_LOST);
}

TEST_CASE("Q-11 the last unref of a queue gives up work that does not end, and not earlier than its device would", "[lookout]")
{
    Shop shop(3, Shop::Work::Single, Waits::Watched, 1);
    npu().gated = npu().deaf = true;
    REQUIRE(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_OK);
    SECTION("it ends in time")
    {
        std::thread later([] {
            std::this_thread::sleep_for(std::chrono::milliseconds(700));
            npu().release();
        });
        accel_queue_unref(shop.queue);
        shop.queue.it = nullptr;
        later.join();
        CHECK(accel_fence_error(shop.fence, 1) == ACCEL_STATUS_OK);
    }
    SECTION("it never ends")
    {
        const uint64_t took = milliseconds([&] {
            accel_queue_unref(shop.queue);
            shop.queue.it = nullptr;
        });
        CHECK(took >= 5000);
        CHECK(took < 8000);
        CHECK(accel_fence_error(shop.fence, 1) == ACCEL_STATUS_DEVICE_LOST);
        CHECK(std::string(accel_last_error()->message).find("does not end") != std::string::npos);
    }
}

TEST_CASE("Q-11 the last unref of a queue waits for as long as work takes that nothing ends", "[lookout]")
{
    Shop shop(3, Shop::Work::Single, Waits::Watched);
    npu().gated = npu().deaf = true;
    REQUIRE(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_OK);
    std::thread later([] {
        std::this_thread::sleep_for(std::chrono::milliseconds(6500));
        npu().release();
    });
    accel_queue_unref(shop.queue);
    shop.queue.it = nullptr;
    later.join();
    CHECK(accel_fence_error(shop.fence, 1) == ACCEL_STATUS_OK);
}
