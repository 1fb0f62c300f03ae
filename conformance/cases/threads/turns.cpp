// SPDX-License-Identifier: MIT
// Queues and runs belong to no thread: threads take turns with them, one call at a time, and wait side by side.
#include <mutex>

#include "crowd.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {

ACCEL_CASE("threads.turns.queue", "T-3", "one queue serves many threads that take turns, and each gets the results of its own runs")
{
    const Room room;
    const Adder adder = room.adder();
    const Queue queue = room.queue();
    std::mutex turn;
    CHECK(count_good(6, [&](int index) {
              const Sum sum(room, adder);
              const Fence fence = room.fence();
              for (uint64_t round = 1; round <= 20; ++round) {
                  const int a = index * 5, b = static_cast<int>(round);
                  sum.set(a, b);
                  {
                      const std::lock_guard lock(turn);
                      queue.submit(sum.run, {}, {fence.at(round)});
                  }
                  if (!fence.wait(round, kLong) || !sum.holds(a + b)) return false;
              }
              return true;
          }) == 6);
}

ACCEL_CASE("threads.turns.run", "T-3", "one run is bound and submitted by many threads in turn, each with a queue of its own")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(30, 4);
    std::mutex turn;
    CHECK(count_good(4, [&](int) {
              const Queue queue = room.queue();
              const Fence fence = room.fence();
              for (uint64_t round = 1; round <= 15; ++round) {
                  const Buffer y = room.buffer(adder.size_bytes(Adder::kY));
                  {
                      const std::lock_guard lock(turn);
                      sum.run.bind(Adder::kY, y);
                      queue.submit(sum.run, {}, {fence.at(round)});
                      if (!fence.wait(round, kLong)) return false;
                  }
                  if (adder.last(y, Adder::kY) != 34) return false;
              }
              return true;
          }) == 4);
}

ACCEL_CASE("threads.turns.buffer", "T-1", "one buffer is mapped and read by many threads at once, while they also look at what is there")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(7, 8);
    REQUIRE(room.completes(sum.run));
    CHECK(count_good(4, [&](int) {
              for (int round = 0; round < 30; ++round) {
                  if (!sum.holds(15) || sum.y.size_bytes() < adder.size_bytes(Adder::kY)) return false;
                  room.device().open();
                  if (room.device().info().queue_depth != room.facts().queue_depth) return false;
                  if (adder.program().entry().port_count != 3) return false;
              }
              return true;
          }) == 4);
}

}  // namespace accel::conformance
