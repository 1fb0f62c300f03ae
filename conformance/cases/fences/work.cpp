// SPDX-License-Identifier: MIT
// Fences that work moves.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

constexpr int kLong_ms = static_cast<int>(kLong / kMillisecond);

/// Closed with the case.
struct Descriptor {
    explicit Descriptor(int number) : fd(number) {}
    ~Descriptor() { close(fd); }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    bool readable(int timeout_ms) const
    {
        pollfd wanted{fd, POLLIN, 0};
        return poll(&wanted, 1, timeout_ms) == 1 && (wanted.revents & POLLIN) != 0;
    }
    int fd;
};

Descriptor export_sync_file(const Fence &fence, uint64_t value)
{
    int fd = -1;
    REQUIRE_STATUS(accel_fence_export(fence.get(), value, ACCEL_HANDLE_KIND_SYNC_FILE, &fd), ACCEL_STATUS_OK);
    return Descriptor(fd);
}

/// Looks at memory that the device may be writing. That is a race, and on purpose: no call of the library must help the work along.
__attribute__((no_sanitize("thread"))) bool any_byte_set(const volatile char *bytes, uint64_t byte_count)
{
    for (uint64_t index = 0; index < byte_count; ++index)
        if (bytes[index]) return true;
    return false;
}

}  // namespace

ACCEL_CASE("fences.work.not-early", "F-7", "when a value is reached, every byte of the outputs is there", 60)
{
    const Room room;
    const Adder adder = room.heavy();
    const Sum sum(room, adder);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    for (int round = 1; round <= 3; ++round) {
        sum.set(round, 10);
        adder.fill(sum.y, Adder::kY, 0);
        queue.submit(sum.run, {}, {fence.at(static_cast<uint64_t>(round))});
        REQUIRE(arrives(fence, static_cast<uint64_t>(round)));
        CHECK(adder.last(sum.y, Adder::kY) == round + 10);
        CHECK(sum.holds(round + 10));
    }
}

ACCEL_CASE("fences.work.look-does-not-wait", "F-10", "a wait of 0 returns at once while work is running")
{
    const Room room;
    const Adder adder = room.heavy();
    const Sum sum(room, adder);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    const Stopwatch whole;
    queue.submit(sum.run, {}, {fence.at(1)});
    REQUIRE(arrives(fence, 1));
    const double work_seconds = whole.seconds();
    bool saw_it_running = false;
    // A device whose looks wait never passes; a machine that is busy may need some tries.
    for (uint64_t round = 2; round < 202 && !saw_it_running; ++round) {
        queue.submit(sum.run, {}, {fence.at(round)});
        const Stopwatch look;
        saw_it_running = accel_fence_wait(fence.get(), round, 0) == ACCEL_STATUS_TIMEOUT && look.seconds() < work_seconds / 2;
        REQUIRE(arrives(fence, round));
    }
    INFO("work takes " << work_seconds << " s");
    CHECK(expect(saw_it_running, "no look at work under way answered TIMEOUT within half of its time, expected one of 200 to do so"));
}

ACCEL_CASE("fences.work.finishes-alone", "M-1", "work ends though nobody waits for it")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(40, 2);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    const uint64_t size = adder.size_bytes(Adder::kY);
    bool written = false;
    queue.submit(sum.run, {}, {fence.at(1)});
    for (int tries = 0; tries < 500 && !written; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        written = any_byte_set(sum.y.map(ACCEL_ACCESS_READ).as<const char>(), size);
    }
    CHECK(expect(written, "5 s after its submission the work has written nothing, expected its result without a wait"));
    CHECK(arrives(fence, 1));
    CHECK(sum.holds(42));
}

ACCEL_CASE("fences.wait-before.held", "F-4", "a submission that waits for an unsignalled value starts after it is signalled")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(1, 1);
    const Queue queue = room.queue();
    const Fence gate = room.fence(), done = room.fence();
    queue.submit(sum.run, {gate.at(10)}, {done.at(1)});
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    CHECK_STATUS(accel_fence_error(done.get(), 1), ACCEL_STATUS_NOT_READY);
    CHECK(sum.holds(0));
    sum.set(20, 3);
    gate.signal(9);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK_STATUS(accel_fence_error(done.get(), 1), ACCEL_STATUS_NOT_READY);
    gate.signal(10);
    REQUIRE(arrives(done, 1));
    CHECK(sum.holds(23));
}

ACCEL_CASE("fences.wait-before.across-queues", "F-4", "a submission may wait for one of another queue that is submitted later")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum first(room, adder), second(room, adder);
    second.run.bind(Adder::kA, first.y);
    first.set(10, 5);
    second.set(0, 6);
    const Queue early = room.queue(), late = room.queue();
    const Fence middle = room.fence(), done = room.fence();
    early.submit(second.run, {middle.at(1)}, {done.at(1)});
    late.submit(first.run, {}, {middle.at(1)});
    REQUIRE(arrives(done, 1));
    CHECK(second.holds(21));
}

ACCEL_CASE("fences.submit.value-not-rising", "F-5", "a submission cannot promise a value that does not rise, nor wait for itself")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    fence.signal(5);
    CHECK_STATUS(status_of([&] { queue.submit(sum.run, {}, {fence.at(5)}); }), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_STATUS(status_of([&] { queue.submit(sum.run, {}, {fence.at(4)}); }), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_STATUS(status_of([&] { queue.submit(sum.run, {fence.at(6)}, {fence.at(6)}); }), ACCEL_STATUS_INVALID_ARGUMENT);
    const Fence gate = room.fence();
    queue.submit(sum.run, {gate.at(1)}, {fence.at(8)});
    CHECK_REFUSED(accel_fence_signal(fence.get(), 7), ACCEL_STATUS_INVALID_ARGUMENT);
    gate.signal(1);
    CHECK(arrives(fence, 8));
}

ACCEL_CASE("fences.submit.failed-wait", "Q-8", "a failed wait fails the signals with its status and runs nothing")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder), next(room, adder);
    sum.set(1, 2);
    next.set(3, 4);
    const Queue queue = room.queue();
    const Fence gate = room.fence(), done = room.fence(), other = room.fence();
    queue.submit(sum.run, {gate.at(1)}, {done.at(1)});
    REQUIRE_STATUS(accel_fence_fail(gate.get(), 1, ACCEL_STATUS_IO), ACCEL_STATUS_OK);
    CHECK_STATUS(accel_fence_wait(done.get(), 1, kLong), ACCEL_STATUS_IO);
    CHECK(sum.holds(0));
    queue.submit(next.run, {}, {other.at(1)});
    REQUIRE(arrives(other, 1));
    CHECK(next.holds(7));
}

ACCEL_CASE("fences.submit.several", "F-7", "all signals of one submission are reached")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    const Queue queue = room.queue();
    const Fence one = room.fence(), two = room.fence(), three = room.fence();
    queue.submit(sum.run, {}, {one.at(1), two.at(100), three.at(7)});
    CHECK(arrives(one, 1));
    CHECK(arrives(two, 100));
    CHECK(arrives(three, 7));
}

ACCEL_CASE("fences.helping.any-waiter", "F-6", "any number of waiters sees a value that work reaches, whoever executes the work")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    sum.set(1, 1);
    std::atomic<int> woken{0};
    std::vector<std::thread> waiters;
    for (int index = 0; index < 4; ++index) waiters.emplace_back([&] { woken += accel_fence_wait(fence.get(), 20, kLong) == ACCEL_STATUS_OK; });
    for (uint64_t value = 1; value <= 20; ++value) {
        queue.submit(sum.run, {}, {fence.at(value)});
        if (accel_fence_wait(fence.get(), value, kLong) != ACCEL_STATUS_OK) break;
    }
    for (auto &waiter : waiters) waiter.join();
    CHECK(woken == 4);
    CHECK(sum.holds(2));
}

ACCEL_CASE("fences.export.host-value", "F-1", "a value that the host signals never becomes a sync_file, nor does work that is not in the kernel yet")
{
    const Room room;
    auto desc = sized<accel_fence_desc>();
    desc.export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE);
    accel_fence *handle = nullptr;
    const accel_status status = accel_fence_create(room.instance().get(), &desc, &handle);
    if (status == ACCEL_STATUS_UNSUPPORTED) {
        CHECK(std::string(accel_last_error()->message) != "");
        if (room.facts().fence_export_kinds & ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE)) FAIL("the device claims sync_file and a fence refuses it");
        return;
    }
    REQUIRE_STATUS(status, ACCEL_STATUS_OK);
    const Fence fence(handle);
    int fd = 0;
    CHECK_STATUS(accel_fence_export(fence.get(), 1, ACCEL_HANDLE_KIND_SYNC_FILE, &fd), ACCEL_STATUS_NOT_READY);
    CHECK(fd == -1);
    fence.signal(1);
    CHECK_STATUS(accel_fence_export(fence.get(), 1, ACCEL_HANDLE_KIND_SYNC_FILE, &fd), ACCEL_STATUS_UNSUPPORTED);
}

ACCEL_CASE("fences.export.sync-file", "F-12", "a sync_file of submitted work becomes readable when the work is done, and not before")
{
    const Room room;
    room.needs_fence_export(ACCEL_HANDLE_KIND_SYNC_FILE);
    const Adder adder = room.heavy();
    const Sum sum(room, adder);
    sum.set(40, 2);
    const Fence fence = room.fence(ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE));
    const Queue queue = room.queue();
    queue.submit(sum.run, {}, {fence.at(1)});
    const Descriptor sync_file = export_sync_file(fence, 1);
    // Work that ends between the two looks is no fault: only "readable" must not come first.
    if (sync_file.readable(0)) CHECK_STATUS(accel_fence_error(fence.get(), 1), ACCEL_STATUS_OK);
    REQUIRE(expect(sync_file.readable(kLong_ms), "the sync_file is not readable after 15 s, expected that once the work has ended"));
    CHECK(arrives(fence, 1, 0));
    CHECK(sum.holds(42));
    CHECK((fcntl(sync_file.fd, F_GETFD) & FD_CLOEXEC) != 0);
}

ACCEL_CASE("fences.export.sync-file-comes-back", "F-12", "a sync_file that is imported again is reached with the work that it stands for")
{
    const Room room;
    room.needs_fence_export(ACCEL_HANDLE_KIND_SYNC_FILE);
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    const Fence fence = room.fence(ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE));
    const Queue queue = room.queue();
    queue.submit(sum.run, {}, {fence.at(1)});
    const Descriptor sync_file = export_sync_file(fence, 1);
    const Fence foreign = Fence::from_sync_file(room.instance(), sync_file.fd);
    CHECK(arrives(foreign, 1));
    CHECK(arrives(fence, 1));
    // The descriptor stays the caller's.
    CHECK(fcntl(sync_file.fd, F_GETFD) >= 0);
}

ACCEL_CASE("fences.wait-before.sync-file", "F-4", "a submission that waits for a sync_file starts after the work that it stands for")
{
    const Room room;
    room.needs_fence_export(ACCEL_HANDLE_KIND_SYNC_FILE);
    room.needs_fence_wait(ACCEL_HANDLE_KIND_SYNC_FILE);
    const Adder adder = room.heavy();
    const Sum first(room, adder), second(room, adder);
    second.run.bind(Adder::kA, first.y);
    first.set(10, 5);
    second.set(0, 6);
    const Queue early = room.queue(), late = room.queue();
    const Fence middle = room.fence(ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE)), done = room.fence();
    early.submit(first.run, {}, {middle.at(1)});
    const Fence foreign = Fence::from_sync_file(room.instance(), export_sync_file(middle, 1).fd);
    late.submit(second.run, {foreign.at(1)}, {done.at(1)});
    REQUIRE(arrives(done, 1));
    CHECK(second.holds(21));
}

ACCEL_CASE("fences.ping-pong.no-lost-wake", "F-4", "host and device wake each other 200 times")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    const Queue queue = room.queue();
    const Fence ping = room.fence(), pong = room.fence();
    for (uint64_t round = 1; round <= 200; ++round) {
        queue.submit(sum.run, {ping.at(round)}, {pong.at(round)});
        ping.signal(round);
        REQUIRE(arrives(pong, round));
    }
    CHECK_STATUS(accel_fence_error(pong.get(), 200), ACCEL_STATUS_OK);
}

}  // namespace accel::conformance
