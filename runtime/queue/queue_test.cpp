// SPDX-License-Identifier: MIT
// Tests of queues on the fake devices: order, chains, copies, failures, cancelling.
#include <poll.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <thread>

#include "base/clock.h"
#include "fake/counters.h"
#include "fake/fake_backend.h"
#include "fake/house.h"
#include "fence/fence.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

TEST_CASE("a single segment runs with one submit, in order", "[queue]")
{
    House house;
    Buffer a, b, c;
    house.make_buffer(a, 5);
    house.make_buffer(b);
    house.make_buffer(c);
    const auto program = house.single();
    Run first, second;
    make_run(program.get(), a, b, first);
    make_run(program.get(), b, c, second);
    Queue queue;
    house.make_queue(queue, false);
    Fence fence;
    house.make_fence(fence);
    REQUIRE(submit(queue, first, fence, 1) == ACCEL_STATUS_OK);
    REQUIRE(submit(queue, second, fence, 2) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(fence, 2, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(c) == 7);
    CHECK(npu().submit_count == 2);
    accel_port_info port{};
    port.struct_size = sizeof port;
    CHECK(accel_run_port(second, 1, &port) == ACCEL_STATUS_OK);
    CHECK(port.dims[0] == 16);
    CHECK(port.knowledge == ACCEL_SIZE_KNOWLEDGE_EXACT);
}

TEST_CASE("R-1 a run is in flight once, Q-3 a full ring is BUSY and changes nothing", "[queue]")
{
    House house;
    npu().gated = true;
    Buffer a, b;
    house.make_buffer(a, 1);
    house.make_buffer(b);
    const auto program = house.single();
    Run runs[4];
    for (Run &run : runs)
        make_run(program.get(), a, b, run);
    Queue queue;
    house.make_queue(queue, false, 3);
    Fence fence;
    house.make_fence(fence);
    REQUIRE(submit(queue, runs[0], fence, 1) == ACCEL_STATUS_OK);
    CHECK(submit(queue, runs[0], fence, 2) == ACCEL_STATUS_BUSY);
    const accel_binding again = {0, 0, a, 0, 0};
    CHECK(bind_ports(runs[0], &again, 1) == ACCEL_STATUS_BUSY);
    REQUIRE(submit(queue, runs[1], fence, 2) == ACCEL_STATUS_OK);
    REQUIRE(submit(queue, runs[2], fence, 3) == ACCEL_STATUS_OK);
    CHECK(submit(queue, runs[3], fence, 4) == ACCEL_STATUS_BUSY);
    CHECK(accel_fence_signal(fence, 4) == ACCEL_STATUS_OK);  // the refused submission left no promise behind
    npu().release(3);
    CHECK(accel_fence_wait(fence, 4, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(submit(queue, runs[3], fence, 5) == ACCEL_STATUS_OK);
    npu().release(1);
    CHECK(accel_fence_wait(fence, 5, kSecondNs) == ACCEL_STATUS_OK);
}

TEST_CASE("Q-7 a queue has each of its devices once", "[queue]")
{
    House house;
    accel_device *devices[] = {house.cpu_device.get(), house.npu_device.get(), house.cpu_device.get()};
    accel_queue_desc desc{};
    desc.struct_size = sizeof desc;
    desc.devices = devices;
    desc.device_count = 3;
    Queue queue;
    CHECK(accel_queue_create(&desc, queue.out()) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->message) == "desc.devices[2] is in the set twice");
    desc.device_count = 2;
    CHECK(accel_queue_create(&desc, queue.out()) == ACCEL_STATUS_OK);
}

TEST_CASE("segments on two devices chain through copies and shared memory", "[queue]")
{
    Shop shop(2, Shop::Work::Chain);
    auto &[house, a, b, program, run, queue, fence] = shop;
    SECTION("a waiting thread helps")
    {
        REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
        CHECK(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_OK);
    }
    SECTION("without help the hold thread does it")
    {
        REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
        const uint64_t until_ns = deadline_after(5 * kSecondNs);
        while (fence.it->state(1) == ACCEL_STATUS_NOT_READY && now_ns() < until_ns)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        CHECK(fence.it->state(1) == ACCEL_STATUS_OK);
    }
    CHECK(first_byte(b) == 113);
    CHECK(npu().submit_count == 2);
    CHECK(cpu().submit_count == 1);
}

TEST_CASE("the failure of a segment is the failure of the submission", "[queue]")
{
    Shop shop(2, Shop::Work::Chain);
    auto &[house, a, b, program, run, queue, fence] = shop;
    cpu().next_failure = ACCEL_STATUS_JOB_FAILED;
    REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_JOB_FAILED);
    CHECK(npu().submit_count == 1);  // the third segment never started
    Fence other;
    house.make_fence(other);
    REQUIRE(submit(queue, run, other, 1) == ACCEL_STATUS_OK);  // the queue goes on
    CHECK(accel_fence_wait(other, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(b) == 113);
}

TEST_CASE("F-4 a submission waits for a value that the CPU signals later; Q-8 a failed wait runs nothing", "[queue]")
{
    House house;
    Buffer a, b;
    house.make_buffer(a, 2);
    house.make_buffer(b);
    const auto program = house.single();
    Run run;
    make_run(program.get(), a, b, run);
    Queue queue;
    house.make_queue(queue, false);
    Fence gate, done;
    house.make_fence(gate);
    house.make_fence(done);
    REQUIRE(submit(queue, run, done, 1, gate, 3) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(done, 1, 5'000'000) == ACCEL_STATUS_TIMEOUT);
    CHECK(npu().submit_count == 0);
    SECTION("signalled, with a waiter")
    {
        std::thread signaller([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            accel_fence_signal(gate, 3);
        });
        CHECK(accel_fence_wait(done, 1, kSecondNs) == ACCEL_STATUS_OK);
        signaller.join();
        CHECK(first_byte(b) == 3);
    }
    SECTION("signalled, polled through an eventfd")
    {
        accel_fence_desc desc{};
        desc.struct_size = sizeof desc;
        desc.export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_EVENTFD);
        Fence exported;
        REQUIRE(accel_fence_create(house.instance.get(), &desc, exported.out()) == ACCEL_STATUS_OK);
        REQUIRE(submit(queue, nullptr, exported, 1) == ACCEL_STATUS_OK);
        int fd = -1;
        REQUIRE(accel_fence_export(exported, 1, ACCEL_HANDLE_KIND_EVENTFD, &fd) == ACCEL_STATUS_OK);
        accel_fence_signal(gate, 3);
        pollfd wanted = {fd, POLLIN, 0};
        CHECK(poll(&wanted, 1, 5000) == 1);
        CHECK(accel_fence_error(done, 1) == ACCEL_STATUS_OK);
        close(fd);
    }
    SECTION("failed")
    {
        accel_fence_fail(gate, 2, ACCEL_STATUS_JOB_TIMEOUT);
        CHECK(accel_fence_wait(done, 1, kSecondNs) == ACCEL_STATUS_JOB_TIMEOUT);
        CHECK(npu().submit_count == 0);
    }
}

TEST_CASE("F-5 waiting for a later submission of the same queue is refused", "[queue]")
{
    House house;
    Queue queue;
    house.make_queue(queue, false);
    Fence fence;
    house.make_fence(fence);
    CHECK(submit(queue, nullptr, fence, 1, fence, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    Fence done;
    house.make_fence(done);
    REQUIRE(submit(queue, nullptr, done, 1, fence, 2) == ACCEL_STATUS_OK);
    CHECK(submit(queue, nullptr, fence, 2) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "F-5");
    CHECK(submit(queue, nullptr, fence, 1) == ACCEL_STATUS_INVALID_ARGUMENT);  // 2 is not reached before 1
    CHECK(accel_fence_signal(fence, 2) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(done, 1, kSecondNs) == ACCEL_STATUS_OK);
}

TEST_CASE("Q-9 cancel ends what has not started and leaves the queue usable", "[queue]")
{
    House house;
    npu().gated = true;
    Buffer a, b;
    house.make_buffer(a, 2);
    house.make_buffer(b);
    const auto program = house.chain();
    Run run, held;
    make_run(program.get(), a, b, run);
    make_run(program.get(), a, b, held);
    Queue queue;
    house.make_queue(queue, true);
    Fence fence, gate, after;
    house.make_fence(fence);
    house.make_fence(gate);
    house.make_fence(after);
    REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
    REQUIRE(submit(queue, held, fence, 2, gate, 1) == ACCEL_STATUS_OK);
    CHECK(accel_queue_cancel(queue) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(fence, 2, kSecondNs) == ACCEL_STATUS_CANCELLED);
    npu().gated = false;
    REQUIRE(submit(queue, held, after, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(after, 1, kSecondNs) == ACCEL_STATUS_OK);
}

TEST_CASE("Q-10 work that has not started at its deadline does not run", "[queue]")
{
    Shop shop(2);
    auto &[house, a, b, program, run, queue, fence] = shop;
    Fence gate;
    house.make_fence(gate);
    SECTION("passed already")
    {
        REQUIRE(submit(queue, run, fence, 1, nullptr, 0, 1) == ACCEL_STATUS_OK);
    }
    SECTION("passes while it is held, and nobody waits")
    {
        REQUIRE(submit(queue, run, fence, 1, gate, 1, now_ns() + 3'000'000) == ACCEL_STATUS_OK);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        CHECK(fence.it->state(1) == ACCEL_STATUS_DEADLINE);
    }
    CHECK(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_DEADLINE);
    CHECK(npu().submit_count == 0);
    accel_run_info facts{};
    facts.struct_size = sizeof facts;
    REQUIRE(accel_run_query(run, &facts) == ACCEL_STATUS_OK);
    CHECK((facts.submission_count == 0 && facts.latest_status == ACCEL_STATUS_DEADLINE));
}

TEST_CASE("Q-11 the last unref cancels what is held; Q-12 a lost context ends its queue only", "[queue]")
{
    Shop shop(2);
    auto &[house, a, b, program, run, other, fence] = shop;
    Fence gate;
    house.make_fence(gate);
    {
        Queue queue;
        house.make_queue(queue, false);
        REQUIRE(submit(queue, run, fence, 1, gate, 1) == ACCEL_STATUS_OK);
    }
    CHECK(accel_fence_error(fence, 1) == ACCEL_STATUS_CANCELLED);
    Queue dead, alive;
    house.make_queue(dead, false);
    Fence lost, good;
    house.make_fence(lost);
    house.make_fence(good);
    npu().next_failure = ACCEL_STATUS_CONTEXT_LOST;
    REQUIRE(submit(dead, run, lost, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(lost, 1, kSecondNs) == ACCEL_STATUS_CONTEXT_LOST);
    CHECK(submit(dead, run, good, 1) == ACCEL_STATUS_CONTEXT_LOST);
    house.make_queue(alive, false);
    REQUIRE(submit(alive, run, good, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(good, 1, kSecondNs) == ACCEL_STATUS_OK);
}

TEST_CASE("Q-12 after the loss of a device it can be opened again", "[queue]")
{
    Shop shop(2);
    auto &[house, a, b, program, run, queue, fence] = shop;
    npu().next_failure = ACCEL_STATUS_DEVICE_LOST;
    REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_DEVICE_LOST);
    void *memory = nullptr;
    CHECK(fake::map(a, ACCEL_ACCESS_READ, &memory) == ACCEL_STATUS_DEVICE_LOST);
    Run another;
    const accel_run_desc desc{sizeof desc, program.get(), 0, 0};
    CHECK(accel_run_create(&desc, another.out()) == ACCEL_STATUS_DEVICE_LOST);
    Buffer c;
    house.make_buffer(c, 9);
    CHECK(first_byte(c) == 9);
}

TEST_CASE("Q-5 copies and fills are ordered with runs", "[queue]")
{
    Shop shop(2);
    auto &[house, a, b, program, run, queue, fence] = shop;
    const accel_fence_point signal = {fence, 3};
    accel_transfer_op fill{};
    fill.struct_size = sizeof fill;
    fill.destination = a;
    fill.size_bytes = 16;
    fill.fill_value = 40;
    REQUIRE(accel_queue_transfer(queue, &fill) == ACCEL_STATUS_OK);
    REQUIRE(submit(queue, run, fence, 2) == ACCEL_STATUS_OK);
    accel_transfer_op copy = fill;
    copy.source = b;
    copy.fill_value = 0;
    copy.destination = a;
    copy.destination_offset_bytes = 8;
    copy.size_bytes = 8;
    copy.signals = &signal;
    copy.signal_count = 1;
    REQUIRE(accel_queue_transfer(queue, &copy) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(fence, 3, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(b) == 41);
    void *memory = nullptr;
    REQUIRE(fake::map(a, ACCEL_ACCESS_READ, &memory) == ACCEL_STATUS_OK);
    CHECK(static_cast<uint8_t *>(memory)[7] == 40);
    CHECK(static_cast<uint8_t *>(memory)[8] == 41);
    CHECK(fake::unmap(a, ACCEL_ACCESS_READ) == ACCEL_STATUS_OK);
    copy.size_bytes = 9;
    CHECK(accel_queue_transfer(queue, &copy) == ACCEL_STATUS_INVALID_ARGUMENT);
}

TEST_CASE("steady state allocates nothing", "[queue]")
{
    House house;
    Buffer a, b;
    house.make_buffer(a, 1);
    house.make_buffer(b);
    const auto single = house.single(), chain = house.chain();
    Run short_run, long_run;
    make_run(single.get(), a, b, short_run);
    make_run(chain.get(), a, b, long_run);
    Queue queue;
    house.make_queue(queue, true);
    Fence fence;
    house.make_fence(fence);
    uint64_t value = 0, before = 0;
    for (int round = 0; round < 20; ++round) {
        if (round == 10)
            before = allocation_count();
        REQUIRE(submit(queue, short_run, fence, ++value) == ACCEL_STATUS_OK);
        CHECK(accel_fence_wait(fence, value, kSecondNs) == ACCEL_STATUS_OK);
        REQUIRE(submit(queue, long_run, fence, ++value) == ACCEL_STATUS_OK);
        CHECK(accel_fence_wait(fence, value, kSecondNs) == ACCEL_STATUS_OK);
    }
    const uint64_t after = allocation_count();
    CHECK(after == before);
    const std::unique_ptr<int> control(new int(1));  // the counter does rise
    CHECK(allocation_count() == after + (after ? 1 : 0));
}

TEST_CASE("T-3 many threads with queues of their own, and nothing is left over", "[queue]")
{
    const int before = npu().live_count + cpu().live_count;
    {
        House house;
        const auto chain = house.chain();
        struct Place {
            Buffer a, b;
            Run run;
            Queue queue;
            Fence fence;
        };
        // Made and judged by one thread: Catch2's assertions are not for several at once.
        std::vector<Place> places(4);
        for (Place &place : places) {
            house.make_buffer(place.a, 1);
            house.make_buffer(place.b);
            make_run(chain.get(), place.a, place.b, place.run);
            house.make_queue(place.queue, true);
            house.make_fence(place.fence);
        }
        std::vector<std::thread> threads;
        std::atomic<int> wrong{0};
        for (Place &place : places)
            threads.emplace_back([&] {
                for (uint64_t value = 1; value <= 50; ++value) {
                    wrong += submit(place.queue, place.run, place.fence, value) != ACCEL_STATUS_OK;
                    wrong += accel_fence_wait(place.fence, value, 10 * kSecondNs) != ACCEL_STATUS_OK;
                }
            });
        for (std::thread &thread : threads)
            thread.join();
        for (Place &place : places)
            CHECK(first_byte(place.b) == 112);
        CHECK(wrong == 0);
    }
    CHECK(npu().live_count + cpu().live_count == before);
}
