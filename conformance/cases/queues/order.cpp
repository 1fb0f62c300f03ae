// SPDX-License-Identifier: MIT
// Order, depth and independence of queues.
#include <algorithm>

#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// y = a + b with buffers given from outside.
Run make_run(const Adder &adder, const Buffer &a, const Buffer &b, const Buffer &y)
{
    const Run run = Run::create(adder.program());
    run.bind(Adder::kA, a);
    run.bind(Adder::kB, b);
    run.bind(Adder::kY, y);
    return run;
}

/// Two counters that add one to each other: each submission needs the one before it.
struct Chain {
    explicit Chain(const Room &room)
        : adder(room.adder()),
          one(room.buffer(adder.size_bytes(Adder::kB))),
          even(room.buffer(size())),
          odd(room.buffer(size())),
          forth(make_run(adder, even, one, odd)),
          back(make_run(adder, odd, one, even))
    {
        adder.fill(one, Adder::kB, 1);
        adder.fill(even, Adder::kA, 0);
        adder.fill(odd, Adder::kA, 0);
    }
    uint64_t size() const { return std::max(adder.size_bytes(Adder::kA), adder.size_bytes(Adder::kY)); }
    const Run &step(int index) const { return index % 2 == 0 ? forth : back; }
    Adder adder;
    Buffer one, even, odd;
    Run forth, back;
};

/// Submit as soon as the run is free.
void submit_when_free(const Queue &queue, const Run &run, const Fence &fence, uint64_t value)
{
    if (value > 2) REQUIRE(arrives(fence, value - 2));
    queue.submit(run, {}, {fence.at(value)});
}

}  // namespace

ACCEL_CASE("queues.order.chain", "Q-2", "each of 50 submissions reads what the one before it wrote")
{
    const Room room;
    const Chain chain(room);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    constexpr int kSteps = 50;
    for (int index = 0; index < kSteps; ++index) submit_when_free(queue, chain.step(index), fence, static_cast<uint64_t>(index) + 1);
    REQUIRE(arrives(fence, kSteps));
    const std::vector<int> expected(chain.adder.element_count(), kSteps);
    CHECK(chain.adder.read(chain.even, Adder::kY) == expected);
}

ACCEL_CASE("queues.order.every-one-runs", "M-4", "every accepted submission runs, exactly once")
{
    const Room room;
    const Adder adder = room.adder();
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    std::deque<Sum> sums;
    constexpr int kCount = 8;
    for (int index = 0; index < kCount; ++index) {
        sums.emplace_back(room, adder).set(index, 10);
        queue.submit(sums.back().run, {}, {fence.at(static_cast<uint64_t>(index) + 1)});
    }
    REQUIRE(arrives(fence, kCount));
    for (int index = 0; index < kCount; ++index) {
        INFO("submission " << index);
        CHECK(sums[static_cast<size_t>(index)].holds(index + 10));
    }
}

ACCEL_CASE("queues.order.write-after-read", "Q-2", "a submission that overwrites an input of the one before it waits for it")
{
    const Room room;
    const Adder adder = room.heavy();
    const Buffer zero = room.buffer(adder.size_bytes(Adder::kB));
    const Buffer shared = room.buffer(std::max(adder.size_bytes(Adder::kA), adder.size_bytes(Adder::kY)));
    const Buffer seven = room.buffer(adder.size_bytes(Adder::kA)), result = room.buffer(adder.size_bytes(Adder::kY));
    adder.fill(shared, Adder::kA, 3);
    adder.fill(seven, Adder::kA, 7);
    adder.fill(zero, Adder::kB, 0);
    const Run reads = make_run(adder, shared, zero, result), writes = make_run(adder, seven, zero, shared);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    queue.submit(reads, {}, {fence.at(1)});
    queue.submit(writes, {}, {fence.at(2)});
    REQUIRE(arrives(fence, 2));
    CHECK(adder.read(result, Adder::kY) == std::vector<int>(adder.element_count(), 3));
    CHECK(adder.read(shared, Adder::kY) == std::vector<int>(adder.element_count(), 7));
}

ACCEL_CASE("queues.order.fences", "Q-2", "when a later submission's fence is reached, an earlier one's is too")
{
    const Room room;
    const Adder heavy = room.heavy(), light = room.adder();
    const Sum first(room, heavy), second(room, light);
    const Queue queue = room.queue();
    const Fence slow = room.fence(), fast = room.fence();
    queue.submit(first.run, {}, {slow.at(1)});
    queue.submit(second.run, {}, {fast.at(1)});
    REQUIRE(arrives(fast, 1));
    CHECK_STATUS(accel_fence_error(slow.get(), 1), ACCEL_STATUS_OK);
}

ACCEL_CASE("queues.order.independent", "T-3", "two queues of one device do not disturb each other")
{
    const Room room;
    const Chain one(room), two(room);
    const Queue first = room.queue(), second = room.queue();
    const Fence fence_one = room.fence(), fence_two = room.fence();
    constexpr int kSteps = 20;
    for (int index = 0; index < kSteps; ++index) {
        submit_when_free(first, one.step(index), fence_one, static_cast<uint64_t>(index) + 1);
        submit_when_free(second, two.step(index), fence_two, static_cast<uint64_t>(index) + 1);
    }
    REQUIRE(arrives(fence_one, kSteps));
    REQUIRE(arrives(fence_two, kSteps));
    const std::vector<int> expected(one.adder.element_count(), kSteps);
    CHECK(one.adder.read(one.even, Adder::kY) == expected);
    CHECK(two.adder.read(two.even, Adder::kY) == expected);
}

ACCEL_CASE("queues.depth.claimed", "D-3", "a queue takes as many submissions as the device's queue_depth says")
{
    const Room room;
    const uint32_t depth = std::min<uint32_t>(room.facts().queue_depth, 16);
    const Adder heavy = room.heavy(), light = room.adder();
    const Sum first(room, heavy);
    const Queue queue = room.queue(depth);
    const Fence fence = room.fence();
    std::deque<Sum> sums;
    for (uint32_t index = 1; index < depth; ++index) sums.emplace_back(room, light).set(static_cast<int>(index), 1);
    queue.submit(first.run, {}, {fence.at(1)});
    for (uint32_t index = 1; index < depth; ++index) {
        INFO("submission " << index + 1 << " of " << depth);
        REQUIRE_STATUS(status_of([&] { queue.submit(sums[index - 1].run, {}, {fence.at(index + 1)}); }), ACCEL_STATUS_OK);
    }
    REQUIRE(arrives(fence, depth));
    for (uint32_t index = 1; index < depth; ++index) CHECK(sums[index - 1].holds(static_cast<int>(index) + 1));
}

ACCEL_CASE("queues.full.busy", "Q-3", "a full queue answers BUSY, nothing is queued, and it takes work again afterwards")
{
    const Room room;
    const Adder adder = room.adder();
    const Queue queue = room.queue(2);
    const Fence gate = room.fence(), done = room.fence();
    std::deque<Sum> sums;
    for (int index = 0; index < 3; ++index) sums.emplace_back(room, adder).set(index, 1);
    queue.submit(sums[0].run, {gate.at(1)}, {done.at(1)});
    queue.submit(sums[1].run, {}, {done.at(2)});
    CHECK_STATUS(status_of([&] { queue.submit(sums[2].run, {}, {done.at(3)}); }), ACCEL_STATUS_BUSY);
    CHECK_STATUS(accel_fence_error(done.get(), 3), ACCEL_STATUS_NOT_READY);
    gate.signal(1);
    REQUIRE(arrives(done, 2));
    CHECK(sums[2].holds(0));
    queue.submit(sums[2].run, {}, {done.at(3)});
    REQUIRE(arrives(done, 3));
    CHECK(sums[2].holds(3));
}

}  // namespace accel::conformance
