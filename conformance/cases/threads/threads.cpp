// SPDX-License-Identifier: MIT
// Objects of every kind, each used by many threads.
#include <deque>

#include "crowd.h"
#include "support/operation.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {

ACCEL_CASE("threads.instances.parallel", "T-1", "instances are made, used and dropped by many threads at once")
{
    CHECK(count_good(6, [](int) {
              for (int round = 0; round < 5; ++round) {
                  const Room room;
                  if (room.buffer(100).size_bytes() < 100) return false;
              }
              return true;
          }) == 6);
}

ACCEL_CASE("threads.builds.parallel", "T-2", "programs built by many threads at once are the program built alone")
{
    const Room room;
    const std::string alone = room.adder({1, 6, 5, 4}).program().save();
    CHECK(count_good(6, [&](int) {
              for (int round = 0; round < 3; ++round)
                  if (room.adder({1, 6, 5, 4}).program().save() != alone) return false;
              return true;
          }) == 6);
}

ACCEL_CASE("threads.queues.own-runs", "T-3", "threads with queues and runs of their own get their own results")
{
    const Room room;
    const Adder adder = room.adder();
    CHECK(count_good(6, [&](int index) {
              const Sum sum(room, adder);
              const Queue queue = room.queue();
              const Fence fence = room.fence();
              for (uint64_t round = 1; round <= 30; ++round) {
                  const int a = index * 5, b = static_cast<int>(round);
                  sum.set(a, b);
                  queue.submit(sum.run, {}, {fence.at(round)});
                  if (!fence.wait(round, kLong) || !sum.holds(a + b)) return false;
              }
              return true;
          }) == 6);
}

ACCEL_CASE("threads.queues.interleaved", "T-3", "runs that were bound in one order and submitted in another keep their own buffers")
{
    const Room room;
    const Adder adder = room.adder();
    std::deque<Sum> sums;
    std::deque<Queue> queues;
    const Fence fence = room.fence();
    for (int index = 0; index < 4; ++index) {
        sums.emplace_back(room, adder).set(index, 20);
        queues.push_back(room.queue());
    }
    uint64_t value = 0;
    for (size_t index = 4; index-- > 0;) {
        queues[index].submit(sums[index].run, {}, {fence.at(++value)});
        REQUIRE(arrives(fence, value));
    }
    for (int index = 0; index < 4; ++index) CHECK(sums[static_cast<size_t>(index)].holds(index + 20));
}

ACCEL_CASE("threads.fence.waiters", "T-4", "any number of threads wait for one fence, and all of them are woken")
{
    const auto instance = make_instance(Target::current());
    const Fence fence = Fence::create(instance);
    std::thread signaller([&] {
        for (uint64_t value = 1; value <= 16; ++value) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            fence.signal(value);
        }
    });
    CHECK(count_good(16, [&](int index) { return fence.wait(static_cast<uint64_t>(index) + 1, kLong); }) == 16);
    signaller.join();
}

ACCEL_CASE("threads.fence.signal-race", "F-5", "of many threads that signal one value exactly one succeeds")
{
    const auto instance = make_instance(Target::current());
    for (int round = 0; round < 50; ++round) {
        const Fence fence = Fence::create(instance);
        REQUIRE(count_good(4, [&](int) { return accel_fence_signal(fence.get(), 1) == ACCEL_STATUS_OK; }) == 1);
    }
}

ACCEL_CASE("threads.refs.parallel", "T-5", "references are taken and dropped by many threads while work is in flight")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(1, 2);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    std::atomic<bool> stop{false};
    std::thread worker([&] {
        for (uint64_t round = 1; round <= 50; ++round) {
            try {
                queue.submit(sum.run, {}, {fence.at(round)});
                fence.wait(round, kLong);
            } catch (const std::exception &) {
                break;
            }
        }
        stop = true;
    });
    count_good(3, [&](int) {
        while (!stop) {
            const Run run = sum.run;
            const Buffer buffer = sum.y;
            const Program program = adder.program();
            const Device device = room.device();
        }
        return true;
    });
    worker.join();
    CHECK_STATUS(accel_fence_error(fence.get(), 50), ACCEL_STATUS_OK);
    CHECK(sum.holds(3));
}

ACCEL_CASE("threads.buffers.parallel", "T-1", "buffers are made, mapped and dropped by many threads at once")
{
    const Room room;
    CHECK(count_good(4, [&](int index) {
              for (int round = 0; round < 40; ++round) {
                  const Buffer buffer = room.buffer(3000);
                  const auto mapping = buffer.map();
                  for (size_t byte = 0; byte < 3000; byte += 500)
                      if (mapping.as<char>()[byte] != 0) return false;
                  std::memset(mapping.as<char>(), index + 1, 3000);
              }
              return true;
          }) == 4);
}

ACCEL_CASE("threads.wait.outlives-queue", "T-4", "a thread that waits is answered though others drop queue, run and fence meanwhile")
{
    const Room room;
    const Adder adder = room.adder();
    for (int round = 0; round < 10; ++round) {
        const Fence fence = room.fence();
        auto queue = std::make_unique<Queue>(room.queue());
        auto sum = std::make_unique<Sum>(room, adder);
        std::thread waiter;
        std::atomic<bool> answered{false};
        queue->submit(sum->run, {}, {fence.at(1)});
        waiter = std::thread([&answered, fence] { answered = accel_fence_wait(fence.get(), 1, kLong) != ACCEL_STATUS_TIMEOUT; });
        queue.reset();
        sum.reset();
        waiter.join();
        REQUIRE(expect(answered, "a wait on another thread went on for 15 s, expected an answer once queue and run are dropped"));
    }
}

}  // namespace accel::conformance
