// SPDX-License-Identifier: MIT
// Cancellation, deadlines, and work that never comes to an end.
#include <time.h>

#include <deque>
#include <thread>

#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

uint64_t now_ns()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<uint64_t>(time.tv_sec) * kSecond + static_cast<uint64_t>(time.tv_nsec);
}

accel_status submit_by(const Queue &queue, const Run &run, uint64_t deadline_ns, const accel_fence_point *wait, const accel_fence_point &signal)
{
    auto submit = sized<accel_submit>();
    submit.run = run.get();
    submit.waits = wait;
    submit.wait_count = wait ? 1 : 0;
    submit.signals = &signal;
    submit.signal_count = 1;
    submit.deadline_ns = deadline_ns;
    return accel_queue_submit(queue.get(), &submit);
}

}  // namespace

ACCEL_CASE("lost.cancel.held", "Q-9", "cancelling work that waits ends it with CANCELLED, and the queue stays usable")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum held(room, adder), next(room, adder);
    held.set(1, 1);
    next.set(2, 3);
    const Queue queue = room.queue();
    const Fence gate = room.fence(), done = room.fence(), after = room.fence();
    queue.submit(held.run, {gate.at(1)}, {done.at(1)});
    queue.cancel();
    CHECK_STATUS(accel_fence_wait(done.get(), 1, kLong), ACCEL_STATUS_CANCELLED);
    CHECK(held.holds(0));
    queue.submit(next.run, {}, {after.at(1)});
    REQUIRE(arrives(after, 1));
    CHECK(next.holds(5));
    queue.submit(held.run, {}, {after.at(2)});
    REQUIRE(arrives(after, 2));
    CHECK(held.holds(2));
}

ACCEL_CASE("lost.cancel.ring", "Q-9", "after a cancel every queued submission is reached or CANCELLED, and what is reached is right")
{
    const Room room;
    const Adder heavy = room.heavy(), light = room.adder();
    const Sum first(room, heavy);
    const Queue queue = room.queue();
    const Fence head = room.fence();
    std::deque<Sum> sums;
    std::deque<Fence> fences;
    const uint32_t count = std::min<uint32_t>(room.facts().queue_depth, 8) - 1;
    queue.submit(first.run, {}, {head.at(1)});
    for (uint32_t index = 0; index < count; ++index) {
        sums.emplace_back(room, light).set(5, 6);
        fences.push_back(room.fence());
        queue.submit(sums.back().run, {}, {fences.back().at(1)});
    }
    queue.cancel();
    const accel_status started = accel_fence_wait(head.get(), 1, kLong);
    CHECK(one_of(started, {ACCEL_STATUS_OK, ACCEL_STATUS_CANCELLED}));
    for (uint32_t index = 0; index < count; ++index) {
        const accel_status status = accel_fence_wait(fences[index].get(), 1, kLong);
        INFO("submission " << index << ": " << name_of(status));
        CHECK(one_of(status, {ACCEL_STATUS_OK, ACCEL_STATUS_CANCELLED}));
        if (status == ACCEL_STATUS_OK) CHECK(sums[index].holds(11));
    }
}

ACCEL_CASE("lost.cancel.empty", "Q-9", "cancelling an idle queue does nothing")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    queue.cancel();
    queue.submit(sum.run, {}, {fence.at(1)});
    REQUIRE(arrives(fence, 1));
    queue.cancel();
    CHECK_STATUS(accel_fence_error(fence.get(), 1), ACCEL_STATUS_OK);
}

ACCEL_CASE("lost.deadline.passed", "Q-10", "work that has not started at its deadline fails with DEADLINE and does not run")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum late(room, adder), held(room, adder);
    late.set(1, 1);
    held.set(1, 1);
    const Queue queue = room.queue();
    const Fence gate = room.fence(), done = room.fence(), other = room.fence();
    REQUIRE_STATUS(submit_by(queue, late.run, now_ns() - kMillisecond, nullptr, done.at(1)), ACCEL_STATUS_OK);
    CHECK_STATUS(accel_fence_wait(done.get(), 1, kLong), ACCEL_STATUS_DEADLINE);
    CHECK(late.holds(0));
    const accel_fence_point wait = gate.at(1);
    REQUIRE_STATUS(submit_by(queue, held.run, now_ns() + 20 * kMillisecond, &wait, other.at(1)), ACCEL_STATUS_OK);
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    gate.signal(1);
    CHECK_STATUS(accel_fence_wait(other.get(), 1, kLong), ACCEL_STATUS_DEADLINE);
    CHECK(held.holds(0));
}

ACCEL_CASE("lost.deadline.in-time", "Q-10", "work that starts in time is done")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(2, 2);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    REQUIRE_STATUS(submit_by(queue, sum.run, now_ns() + 30 * kSecond, nullptr, fence.at(1)), ACCEL_STATUS_OK);
    REQUIRE(arrives(fence, 1));
    CHECK(sum.holds(4));
}

ACCEL_CASE("lost.unref.cancels", "Q-11", "dropping a queue cancels what has not started and returns")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum held(room, adder);
    const Fence gate = room.fence(), done = room.fence();
    {
        const Queue queue = room.queue();
        queue.submit(held.run, {gate.at(1)}, {done.at(1)});
    }
    CHECK_STATUS(accel_fence_wait(done.get(), 1, kLong), ACCEL_STATUS_CANCELLED);
    CHECK(held.holds(0));
}

ACCEL_CASE("lost.unref.running", "Q-11", "dropping a queue with running work ends when the work has, and its fences tell how")
{
    const Room room;
    const Adder heavy = room.heavy();
    const Sum sum(room, heavy);
    sum.set(20, 3);
    const Fence done = room.fence();
    {
        const Queue queue = room.queue();
        queue.submit(sum.run, {}, {done.at(1)});
    }
    const accel_status status = accel_fence_wait(done.get(), 1, kLong);
    CHECK(one_of(status, {ACCEL_STATUS_OK, ACCEL_STATUS_CANCELLED}));
    if (status == ACCEL_STATUS_OK) CHECK(sum.holds(23));
}

ACCEL_CASE("lost.wait.released", "F-3", "a failure releases everyone who waits")
{
    const auto instance = make_instance(Target::current());
    const Fence fence = Fence::create(instance);
    std::vector<accel_status> answers(4, ACCEL_STATUS_OK);
    std::vector<std::thread> waiters;
    for (size_t index = 0; index < answers.size(); ++index)
        waiters.emplace_back([&, index] { answers[index] = accel_fence_wait(fence.get(), 10 + index, ACCEL_TIMEOUT_FOREVER); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    REQUIRE_STATUS(accel_fence_fail(fence.get(), 5, ACCEL_STATUS_DEVICE_GONE), ACCEL_STATUS_OK);
    for (auto &waiter : waiters) waiter.join();
    for (const auto answer : answers) CHECK_STATUS(answer, ACCEL_STATUS_DEVICE_GONE);
}

}  // namespace accel::conformance
