// SPDX-License-Identifier: MIT
// Priorities on their way through the library.
#include <cstdint>
#include <deque>

#include "stand.h"
#include "support/status.h"

namespace accel::conformance {

ACCEL_CASE("runtime.witness.priorities", "Q-14", "priorities reach the module as they were given, and those beyond the ends are refused")
{
    Stand stand;
    {
        const std::vector<int32_t> given{ACCEL_PRIORITY_BACKGROUND, -137, ACCEL_PRIORITY_LOW, -1, ACCEL_PRIORITY_NORMAL, 1, ACCEL_PRIORITY_HIGH, 199, ACCEL_PRIORITY_REALTIME};
        const Program program = stand.program();
        for (const int32_t priority : given) {
            Queue::create({stand.device()}, 0, priority);
            Run::create(program, 0, State(), 0, priority);
        }
        CHECK(stand.ledger().priorities("queue_create") == given);
        CHECK(stand.ledger().priorities("run_create") == given);
        for (const int32_t priority : {ACCEL_PRIORITY_BACKGROUND - 1, ACCEL_PRIORITY_REALTIME + 1, INT32_MIN, INT32_MAX}) {
            INFO(priority);
            CHECK_STATUS(status_of([&] { Queue::create({stand.device()}, 0, priority); }), ACCEL_STATUS_INVALID_ARGUMENT);
            CHECK_STATUS(status_of([&] { Run::create(program, 0, State(), 0, priority); }), ACCEL_STATUS_INVALID_ARGUMENT);
        }
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.witness.higher-first", "Q-14", "of queues that wait for one fence the higher go first, in whatever order they were made")
{
    Stand stand;
    {
        const Program program = stand.program();
        std::deque<Job> jobs;
        std::vector<Queue> queues;
        const Fence gate = stand.fence();
        for (const int32_t priority : std::initializer_list<int32_t>{1, ACCEL_PRIORITY_HIGH, ACCEL_PRIORITY_LOW, ACCEL_PRIORITY_REALTIME, ACCEL_PRIORITY_NORMAL, ACCEL_PRIORITY_BACKGROUND}) {
            queues.push_back(Queue::create({stand.device()}, 0, priority));
            jobs.emplace_back(stand, program);
            queues.back().submit(jobs.back().run, {gate.at(1)}, {});
        }
        CHECK(stand.ledger().priorities("queue_submit").empty());
        std::this_thread::sleep_for(std::chrono::milliseconds(50));  // until the library has looked at all of them and waits
        gate.signal(1);
        // Nobody asks: a thread that waits would move its own queue on.
        for (int tries = 0; tries < 1000 && stand.ledger().calls("queue_submit") < queues.size(); ++tries) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        CHECK(stand.ledger().priorities("queue_submit") ==
              std::vector<int32_t>{ACCEL_PRIORITY_REALTIME, ACCEL_PRIORITY_HIGH, 1, ACCEL_PRIORITY_NORMAL, ACCEL_PRIORITY_LOW, ACCEL_PRIORITY_BACKGROUND});
    }
    CHECK(stand.complaints() == "");
}

}  // namespace accel::conformance
