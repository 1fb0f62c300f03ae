// SPDX-License-Identifier: MIT
// Work in flight, while other threads let it go, cancel it and drop what it uses.
#include <memory>
#include <mutex>
#include <optional>

#include "crowd.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

bool ended_well_or_cancelled(accel_status status) { return status == ACCEL_STATUS_OK || status == ACCEL_STATUS_CANCELLED; }

/// Everything that one submission uses.
struct Flight {
    Flight(const Room &room, const Adder &adder) : queue(room.queue()),
                                                   sum(std::make_unique<Sum>(room, adder)),
                                                   fence(room.fence()) {}
    std::optional<Queue> queue;
    std::unique_ptr<Sum> sum;
    std::optional<Fence> fence;
};

/// The fence after which some thread dropped everything else; the order of the dropping differs from round to round.
accel_status drop(Flight flight, int order)
{
    const Fence fence = *flight.fence;
    flight.fence.reset();
    if (order % 2) flight.sum.reset();
    flight.queue.reset();
    flight.sum.reset();
    return accel_fence_wait(fence.get(), 1, kLong);
}

}  // namespace

ACCEL_CASE("threads.flight.dropped", "T-5", "the last references to queue, run, buffers and fence are dropped by another thread than the one that submitted", 60)
{
    const Room room;
    const Adder adder = room.adder();
    std::mutex lock;
    std::unique_ptr<Flight> left;
    CHECK(count_good(4, [&](int index) {
              for (int round = 0; round < 20; ++round) {
                  auto flight = std::make_unique<Flight>(room, adder);
                  flight->queue->submit(flight->sum->run, {}, {flight->fence->at(1)});
                  {
                      const std::lock_guard guard(lock);
                      std::swap(flight, left);
                  }
                  if (flight && !ended_well_or_cancelled(drop(std::move(*flight), index + round))) return false;
              }
              return true;
          }) == 4);
}

ACCEL_CASE("threads.flight.gated", "F-4", "work of many queues that waits for one fence runs when another thread signals it, whoever waits meanwhile")
{
    const Room room;
    const Adder adder = room.adder();
    const Fence gate = room.fence();
    constexpr uint64_t kRounds = 10;
    std::thread signaller([&] {
        for (uint64_t round = 1; round <= kRounds; ++round) {
            std::this_thread::sleep_for(std::chrono::milliseconds(3));
            gate.signal(round);
        }
    });
    CHECK(count_good(4, [&](int index) {
              const Sum sum(room, adder);
              const Queue queue = room.queue();
              const Fence done = room.fence();
              for (uint64_t round = 1; round <= kRounds; ++round) {
                  sum.set(index, static_cast<int>(round));
                  queue.submit(sum.run, {gate.at(round)}, {done.at(round)});
                  const accel_fence_point both[] = {gate.at(round), done.at(round)};
                  if (accel_fence_wait_many(both, 2, 0, kLong, nullptr) != ACCEL_STATUS_OK || !sum.holds(index + static_cast<int>(round))) return false;
              }
              return true;
          }) == 4);
    signaller.join();
}

ACCEL_CASE("threads.flight.cancelled", "Q-9", "of work that is cancelled while threads wait for it, every waiter learns the end, and the queue stays usable", 60)
{
    const Room room;
    const Adder adder = room.adder();
    const Queue queue = room.queue();
    for (int round = 0; round < 15; ++round) {
        const Sum first(room, adder), second(room, adder), held(room, adder);
        const Fence gate = room.fence(), done = room.fence(), never = room.fence();
        queue.submit(first.run, {}, {done.at(1)});
        queue.submit(second.run, {}, {done.at(2)});
        queue.submit(held.run, {gate.at(1)}, {never.at(1)});
        std::atomic<int> waiting{0};
        std::thread canceller([&] {
            while (waiting < 3) std::this_thread::yield();
            accel_queue_cancel(queue.get());
        });
        const int answered = count_good(3, [&](int index) {
            ++waiting;
            const accel_status work = accel_fence_wait(done.get(), 1 + static_cast<uint64_t>(index) % 2, kLong);
            return ended_well_or_cancelled(work) && accel_fence_wait(never.get(), 1, kLong) == ACCEL_STATUS_CANCELLED;
        });
        canceller.join();
        REQUIRE(answered == 3);
    }
    const Sum after(room, adder);
    const Fence fence = room.fence();
    after.set(3, 4);
    queue.submit(after.run, {}, {fence.at(1)});
    REQUIRE(arrives(fence, 1));
    CHECK(after.holds(7));
}

}  // namespace accel::conformance
