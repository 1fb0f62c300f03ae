// SPDX-License-Identifier: MIT
// The team: every piece of work is done once, whoever asks, and nothing of it is left when nobody holds it.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "../program.h"
#include "../team.h"
#include "tasks.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <sched.h>
#include <thread>
#include <unistd.h>
#include <vector>

using accel::cpu::parallel_for;
using accel::cpu::TeamHold;
using accel::cpu::test::tasks_named;

namespace {

constexpr int kThreads = 4;

// How often each of count elements was visited, and by how many threads.
struct Visits {
    std::vector<std::atomic<int>> each;
    std::atomic<int64_t> shortest{INT64_MAX};
    std::atomic<int> by_others{0};
    pid_t caller = gettid();

    explicit Visits(int64_t count) : each(static_cast<size_t>(count)) {}
    void visit(int64_t first, int64_t last)
    {
        for (int64_t i = first; i < last; ++i)
            each[static_cast<size_t>(i)].fetch_add(1, std::memory_order_relaxed);
        by_others += gettid() != caller ? 1 : 0;
        for (int64_t before = shortest; last - first < before && !shortest.compare_exchange_weak(before, last - first);) {
        }
    }
    bool once() const
    {
        for (const auto &count : each)
            if (count != 1)
                return false;
        return true;
    }
};

// The kernel lists a thread for a moment after it was joined.
bool none_left(const char *name)
{
    constexpr int kLooks = 1000;
    for (int look = 0; look < kLooks && tasks_named(name) != 0; ++look)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return tasks_named(name) == 0;
}

}  // namespace

TEST_CASE("every element is visited once, whatever count, grain and threads", "[team]")
{
    TeamHold team;
    REQUIRE(team.hold(kThreads));
    for (const int threads : {1, 2, 3, kThreads, 2 * kThreads})
        for (const int64_t count : {0, 1, 2, 3, 7, 16, 1000, 100001})
            for (const int64_t grain : {1, 2, 5, 4096}) {
                Visits visits(count);
                parallel_for(threads, count, grain, [&](int64_t first, int64_t last) { visits.visit(first, last); });
                CAPTURE(threads, count, grain);
                CHECK(visits.once());
                CHECK(visits.shortest >= std::min(grain, count));
            }
}

TEST_CASE("helpers help, also after they went to sleep", "[team]")
{
    TeamHold team;
    REQUIRE(team.hold(2));
    for (int round = 0; round < 5; ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));  // far longer than they spin
        // A piece ends only when another one has begun, which takes two threads. Who waits sleeps: on a loaded machine the other needs the core.
        std::mutex mutex;
        std::condition_variable changed;
        int begun = 0, met = 0;
        parallel_for(2, 2, 1, [&](int64_t, int64_t) {
            std::unique_lock lock(mutex);
            ++begun;
            changed.notify_all();
            met += changed.wait_for(lock, std::chrono::seconds(60), [&] { return begun == 2; }) ? 1 : 0;
        });
        REQUIRE(met == 2);
    }
}

TEST_CASE("helpers without work sleep, also while a run is executed", "[team]")
{
    TeamHold team;
    REQUIRE(team.hold(kThreads));
    const accel::cpu::TeamRun run(GENERATE(false, true));
    parallel_for(kThreads, 100, 1, [](int64_t, int64_t) {});
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // far longer than they spin
    const auto spent_ns = [] {
        timespec spent;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
        return spent.tv_sec * 1000000000 + spent.tv_nsec;
    };
    const int64_t before_ns = spent_ns();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    CHECK(spent_ns() - before_ns < 10000000);
}

TEST_CASE("work inside work, and work of a second caller, is done by its caller", "[team]")
{
    TeamHold team;
    REQUIRE(team.hold(kThreads));
    Visits inner(1000);
    parallel_for(kThreads, 10, 1, [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i)
            parallel_for(kThreads, 100, 1, [&](int64_t from, int64_t to) { inner.visit(100 * i + from, 100 * i + to); });
    });
    CHECK(inner.once());

    std::vector<std::thread> callers;
    std::atomic<int> wrong{0};
    for (int caller = 0; caller < 3; ++caller)
        callers.emplace_back([&] {
            for (int round = 0; round < 2000; ++round) {
                Visits visits(64);
                parallel_for(kThreads, 64, 1, [&](int64_t first, int64_t last) { visits.visit(first, last); });
                wrong += visits.once() ? 0 : 1;
            }
        });
    for (std::thread &caller : callers)
        caller.join();
    CHECK(wrong == 0);
}

TEST_CASE("the last hold that goes ends all helpers", "[team]")
{
    for (int round = 0; round < 20; ++round) {
        {
            TeamHold small, large;
            REQUIRE(small.hold(2));
            REQUIRE(large.hold(kThreads));
            CHECK(tasks_named("accel-cpu-team") == kThreads - 1);
        }
        CHECK(none_left("accel-cpu-team"));
    }
    Visits visits(100);  // nobody is there: the caller does it
    parallel_for(kThreads, 100, 1, [&](int64_t first, int64_t last) { visits.visit(first, last); });
    CHECK(visits.once());
    CHECK(visits.by_others == 0);
}

TEST_CASE("a program has no more threads than the process can keep busy, whatever it was built for", "[team]")
{
    using accel::cpu::usable_threads;
    cpu_set_t before, one;
    REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
    const int all = usable_threads(0);
    CHECK(usable_threads(1) == 1);
    CHECK(usable_threads(1000000) == all);
    CHECK(usable_threads(static_cast<uint32_t>(all) + 1) == all);
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    const int alone = usable_threads(0), asked = usable_threads(4);
    REQUIRE(sched_setaffinity(0, sizeof before, &before) == 0);
    CHECK(alone == 1);
    CHECK(asked == 1);
}
