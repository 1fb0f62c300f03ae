// SPDX-License-Identifier: MIT
// What a queue leaves to devices that can do it: copies, and waits for foreign fences.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <ctime>
#include <thread>

#include "base/clock.h"
#include "fake/fake_backend.h"
#include "fake/fake_sync_file.h"
#include "fake/house.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

accel_transfer_op copy_op(accel_buffer *source, accel_buffer *destination, const accel_fence_point &signal)
{
    accel_transfer_op op{};
    op.struct_size = sizeof op;
    op.source = source;
    op.destination = destination;
    op.size_bytes = 16;
    op.fill_value = source ? 0 : 7;
    op.signals = &signal;
    op.signal_count = 1;
    return op;
}

accel_buffer_import_desc host_memory(accel_device *const *device, void *memory, uint32_t access)
{
    accel_buffer_import_desc desc{};
    desc.struct_size = sizeof desc;
    desc.kind = ACCEL_HANDLE_KIND_HOST_POINTER;
    desc.fd = -1;
    desc.host_pointer = memory;
    desc.size_bytes = 16;
    desc.devices = device;
    desc.device_count = 1;
    desc.access = access;
    return desc;
}

accel_fence *import_fence(House &house, const SyncFile &file)
{
    accel_fence_import_desc desc{};
    desc.struct_size = sizeof desc;
    desc.kind = ACCEL_HANDLE_KIND_SYNC_FILE;
    desc.fd = file.fd();
    accel_fence *fence = nullptr;
    REQUIRE(accel_fence_import(house.instance.get(), &desc, &fence) == ACCEL_STATUS_OK);
    return fence;
}

/// A house that is told, before any program opens the device, that its NPU waits for sync_files by itself.
struct WaitingHouse : House {
    WaitingHouse() { npu().takes_fences = true; }
};

/// One foreign fence in front of a run that would add 1 to 5.
struct Foreign {
    Foreign()
    {
        house.make_buffer(in, 5);
        house.make_buffer(out);
        make_run(program.get(), in, out, run);
        house.make_queue(queue, false);
        house.make_fence(done);
        before.it = import_fence(house, file);
    }
    WaitingHouse house;
    SyncFile file;
    Buffer in, out;
    Ref<accel_program> program = house.single();
    Run run;
    Queue queue;
    Fence done, before;
};

}  // namespace

TEST_CASE("Q-5 a copy goes to a device of the queue that copies by itself", "[queue]")
{
    House house;
    Buffer a, b;
    house.make_buffer(a, 2);
    house.make_buffer(b);
    Queue queue;
    house.make_queue(queue, false);
    Fence fence;
    house.make_fence(fence);
    npu().transfer_answer = ACCEL_STATUS_OK;
    const accel_fence_point first = {fence, 1}, second = {fence, 2};
    const accel_transfer_op copy = copy_op(a, b, first), fill = copy_op(nullptr, a, second);
    REQUIRE(accel_queue_transfer(queue, &copy) == ACCEL_STATUS_OK);
    REQUIRE(accel_queue_transfer(queue, &fill) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(fence, 2, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(b) == 2);
    CHECK(first_byte(a) == 7);
    CHECK(npu().transfer_count == 2);
}

TEST_CASE("M-11 what the device cannot copy the CPU copies", "[queue]")
{
    House house;
    Buffer a, b;
    house.make_buffer(a, 2);
    house.make_buffer(b);
    Queue queue;
    house.make_queue(queue, false);
    Fence fence;
    house.make_fence(fence);
    const accel_fence_point signal = {fence, 1};
    const accel_transfer_op copy = copy_op(a, b, signal);
    REQUIRE(accel_queue_transfer(queue, &copy) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(b) == 2);
    CHECK(npu().transfer_count == 0);
}

TEST_CASE("H-6 a foreign fence goes to the device that waits by itself", "[queue]")
{
    Foreign foreign;
    REQUIRE(submit(foreign.queue, foreign.run, foreign.done, 1, foreign.before, 1) == ACCEL_STATUS_OK);
    CHECK(npu().submit_count == 1);
    CHECK(npu().wait_fd_count == 1);
    CHECK(accel_fence_wait(foreign.done, 1, 1'000'000) == ACCEL_STATUS_TIMEOUT);
    CHECK(npu().executed_count == 0);
    foreign.file.signal();
    CHECK(accel_fence_wait(foreign.done, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(foreign.out) == 6);
}

TEST_CASE("Q-8 a foreign fence that fails fails the submission that a device waited in", "[queue]")
{
    Foreign foreign;
    REQUIRE(submit(foreign.queue, foreign.run, foreign.done, 1, foreign.before, 1) == ACCEL_STATUS_OK);
    foreign.file.signal(-5);
    CHECK(accel_fence_wait(foreign.done, 1, kSecondNs) == ACCEL_STATUS_JOB_FAILED);
    CHECK(strstr(accel_last_error()->message, "foreign fence") != nullptr);
}

TEST_CASE("M-10 a device that finishes before the fence it was to wait for is found out", "[queue]")
{
    Foreign foreign;
    npu().ignores_fences = true;
    REQUIRE(submit(foreign.queue, foreign.run, foreign.done, 1, foreign.before, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(foreign.done, 1, kSecondNs) == ACCEL_STATUS_INTERNAL);
    CHECK(strstr(accel_last_error()->message, "fake-npu") != nullptr);
    foreign.file.signal();
}

TEST_CASE("Q-10 with a deadline the runtime waits itself", "[queue]")
{
    Foreign foreign;
    REQUIRE(submit(foreign.queue, foreign.run, foreign.done, 1, foreign.before, 1, now_ns() + 20'000'000) == ACCEL_STATUS_OK);
    CHECK(npu().wait_fd_count == 0);
    CHECK(accel_fence_wait(foreign.done, 1, kSecondNs) == ACCEL_STATUS_DEADLINE);
    CHECK(npu().submit_count == 0);
}

TEST_CASE("H-6 a device that does not wait gets no descriptors", "[queue]")
{
    Shop shop(5);
    auto &[house, in, out, program, run, queue, done] = shop;
    SyncFile file;
    Fence before;
    before.it = import_fence(house, file);
    REQUIRE(submit(queue, run, done, 1, before, 1) == ACCEL_STATUS_OK);
    CHECK(npu().submit_count == 0);
    file.signal();
    CHECK(accel_fence_wait(done, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(npu().wait_fd_count == 0);
    CHECK(first_byte(out) == 6);
}

TEST_CASE("a copy that the device leaves to the CPU still waits", "[queue]")
{
    Foreign foreign;
    const accel_fence_point wait = {foreign.before, 1}, signal = {foreign.done, 1};
    accel_transfer_op copy = copy_op(foreign.in, foreign.out, signal);
    copy.waits = &wait;
    copy.wait_count = 1;
    REQUIRE(accel_queue_transfer(foreign.queue, &copy) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(foreign.done, 1, 1'000'000) == ACCEL_STATUS_TIMEOUT);
    CHECK(first_byte(foreign.out) == 0);
    foreign.file.signal();
    CHECK(accel_fence_wait(foreign.done, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(foreign.out) == 5);
}

TEST_CASE("Q-2 a copy that the device leaves to the CPU waits for the work before it", "[queue]")
{
    Shop shop(5);
    auto &[house, in, out, program, run, queue, done] = shop;
    Buffer copied;
    house.make_buffer(copied);
    Fence start;
    house.make_fence(start);
    npu().gated = true;
    REQUIRE(submit(queue, run, done, 1, start, 1) == ACCEL_STATUS_OK);
    const accel_fence_point signal = {done, 2};
    const accel_transfer_op copy = copy_op(out, copied, signal);
    REQUIRE(accel_queue_transfer(queue, &copy) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_signal(start, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(done, 2, 20'000'000) == ACCEL_STATUS_TIMEOUT);
    npu().release();
    CHECK(accel_fence_wait(done, 2, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(copied) == 6);
}

TEST_CASE("M-10 waits that the device hands back are the runtime's", "[queue]")
{
    Foreign foreign;
    npu().refuses_fences = true;
    REQUIRE(submit(foreign.queue, foreign.run, foreign.done, 1, foreign.before, 1) == ACCEL_STATUS_OK);
    CHECK(npu().submit_count == 0);
    CHECK(accel_fence_wait(foreign.done, 1, 1'000'000) == ACCEL_STATUS_TIMEOUT);
    foreign.file.signal();
    CHECK(accel_fence_wait(foreign.done, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(npu().wait_fd_count == 0);
    CHECK(first_byte(foreign.out) == 6);
}

TEST_CASE("Q-8 nothing runs when the foreign fence has failed before the device got it", "[queue]")
{
    Foreign foreign;
    Fence start;
    foreign.house.make_fence(start);
    const accel_fence_point waits[] = {{foreign.before, 1}, {start, 1}}, signal = {foreign.done, 1};
    accel_submit desc{};
    desc.struct_size = sizeof desc;
    desc.run = foreign.run;
    desc.waits = waits;
    desc.wait_count = 2;
    desc.signals = &signal;
    desc.signal_count = 1;
    REQUIRE(accel_queue_submit(foreign.queue, &desc) == ACCEL_STATUS_OK);
    foreign.file.signal(-5);
    REQUIRE(accel_fence_signal(start, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(foreign.done, 1, kSecondNs) == ACCEL_STATUS_JOB_FAILED);
    CHECK(npu().submit_count == 0);
}

TEST_CASE("Q-8 the wait's failure is told, not what the device made of it", "[queue]")
{
    Foreign foreign;
    npu().next_failure = ACCEL_STATUS_CONTEXT_LOST;
    REQUIRE(submit(foreign.queue, foreign.run, foreign.done, 1, foreign.before, 1) == ACCEL_STATUS_OK);
    foreign.file.signal(-5);
    CHECK(accel_fence_wait(foreign.done, 1, kSecondNs) == ACCEL_STATUS_JOB_FAILED);
}

TEST_CASE("Q-10 a deadline passes while the device is busy", "[queue]")
{
    Shop shop(5);
    auto &[house, in, out, program, run, queue, done] = shop;
    Fence start;
    house.make_fence(start);
    npu().submit_answer = ACCEL_STATUS_BUSY;
    REQUIRE(submit(queue, run, done, 1, start, 1, now_ns() + 20'000'000) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_signal(start, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(done, 1, kSecondNs) == ACCEL_STATUS_DEADLINE);
    npu().submit_answer = ACCEL_STATUS_OK;
    CHECK(npu().submit_count == 0);
}

TEST_CASE("waiting for what an imported fence never reaches takes no processor", "[queue]")
{
    Foreign foreign;
    foreign.file.signal();
    CHECK(accel_fence_wait(foreign.before, 1, kSecondNs) == ACCEL_STATUS_OK);
    timespec before{}, after{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
    CHECK(accel_fence_wait(foreign.before, 2, 200'000'000) == ACCEL_STATUS_TIMEOUT);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
    CHECK((after.tv_sec - before.tv_sec) * 1'000'000'000 + after.tv_nsec - before.tv_nsec < 50'000'000);
}

TEST_CASE("B-7 memory that was imported for writing only is no source", "[queue]")
{
    Shop shop(5);
    auto &[house, in, out, program, run, queue, fence] = shop;
    alignas(64) static uint8_t memory[64];
    accel_device *device = house.cpu_device.get();
    const auto desc = host_memory(&device, memory, ACCEL_ACCESS_WRITE);
    Buffer target;
    REQUIRE(accel_buffer_import(&desc, target.out()) == ACCEL_STATUS_OK);
    const accel_fence_point signal = {fence, 1};
    const accel_transfer_op from = copy_op(target, out, signal), to = copy_op(in, target, signal);
    CHECK(accel_queue_transfer(queue, &from) == ACCEL_STATUS_INVALID_ARGUMENT);
    REQUIRE(accel_queue_transfer(queue, &to) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(memory[0] == 5);
}

TEST_CASE("B-11 memory is given back without the queue's lock", "[queue]")
{
    House house;
    Queue queue;
    house.make_queue(queue, false);
    Fence fence;
    house.make_fence(fence);
    struct Lender {
        accel_queue *queue;
        accel_fence *fence;
        std::atomic<int> released{0};
    } lender{queue, fence};
    alignas(64) static uint8_t memory[64];
    accel_device *device = house.cpu_device.get();
    auto desc = host_memory(&device, memory, ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE);
    desc.release = [](void *user) {
        // Another thread gets the queue's lock at once; it could not if this one held it.
        auto &lent = *static_cast<Lender *>(user);
        std::thread([&] { (void)accel_fence_error(lent.fence, 99), accel_queue_cancel(lent.queue); }).join();
        ++lent.released;
    };
    desc.release_user = &lender;
    Buffer target;
    house.make_buffer(target);
    accel_buffer *lent = nullptr;
    REQUIRE(accel_buffer_import(&desc, &lent) == ACCEL_STATUS_OK);
    const accel_fence_point signal = {fence, 1};
    const accel_transfer_op copy = copy_op(lent, target, signal);
    REQUIRE(accel_queue_transfer(queue, &copy) == ACCEL_STATUS_OK);
    accel_buffer_unref(lent);
    CHECK(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_OK);
    // The hold thread may have retired it, and is then the one that gives back.
    for (int i = 0; i < 1000 && lender.released == 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(lender.released == 1);
}
