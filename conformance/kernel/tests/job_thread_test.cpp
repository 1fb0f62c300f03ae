// SPDX-License-Identifier: MIT
// Tests of the thread that runs jobs, and of each fault that can be ordered for one.
#include "job_thread.h"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <thread>

namespace accel::lane {
namespace {

using namespace std::chrono_literals;

struct Runner {
    uint32_t gate_word = 0;
    std::atomic<int> worked{0};
    JobThread thread{std::atomic_ref<uint32_t>(gate_word)};

    void start(Order order)
    {
        thread.start(order, 4, [this](const std::atomic<bool> &, std::atomic<uint32_t> &) { ++worked; });
    }
    std::optional<Ending> wait(std::chrono::milliseconds most = 5000ms)
    {
        const auto end = std::chrono::steady_clock::now() + most;
        for (;;) {
            if (auto ending = thread.collect()) return ending;
            if (std::chrono::steady_clock::now() > end) return std::nullopt;
            std::this_thread::sleep_for(1ms);
        }
    }
};

TEST_CASE("a job works once, and its ending is told once")
{
    Runner one;
    one.start({});
    CHECK(one.wait() == Ending::Worked);
    CHECK(one.worked == 1);
    CHECK_FALSE(one.wait(5ms));
}

TEST_CASE("a job with an ordered error does nothing")
{
    Runner one;
    one.start({Fault::BusError, 1});
    CHECK(one.wait() == Ending::BusError);
    one.start({Fault::ParseError, 1});
    CHECK(one.wait() == Ending::ParseError);
    CHECK(one.worked == 0);
}

TEST_CASE("a hung job ends with a reset only, and the next one works")
{
    for (const Fault fault : {Fault::Hang, Fault::Dead}) {
        Runner one;
        one.start({fault, 0});
        CHECK_FALSE(one.wait(30ms));
        one.thread.reset();
        CHECK_FALSE(one.wait(5ms));
        CHECK(one.worked == 0);
        one.start({});
        CHECK(one.wait() == Ending::Worked);
    }
}

TEST_CASE("a held job waits for the gate")
{
    Runner one;
    one.start({Fault::Hold, 0});
    CHECK_FALSE(one.wait(30ms));
    CHECK(one.worked == 0);
    std::atomic_ref<uint32_t>(one.gate_word) = 1;
    CHECK(one.wait() == Ending::Worked);
}

TEST_CASE("slow jobs take their time, and a crawling one stays below its end")
{
    Runner one;
    const auto begin = std::chrono::steady_clock::now();
    one.start({Fault::Delay, 40});
    REQUIRE(one.wait());
    CHECK(std::chrono::steady_clock::now() - begin >= 40ms);
    one.start({Fault::Crawl, 60});
    std::optional<Ending> ending;
    while (!(ending = one.wait(2ms))) CHECK(one.thread.progress() < 4);
    CHECK(ending == Ending::Worked);
}

TEST_CASE("a reset stops work that looks at its flag")
{
    Runner one;
    std::atomic<bool> begun{false};
    one.thread.start({}, 4, [&](const std::atomic<bool> &abort, std::atomic<uint32_t> &progress) {
        progress = 3;
        begun = true;
        while (!abort) std::this_thread::sleep_for(1ms);
    });
    while (!begun) std::this_thread::sleep_for(1ms);
    CHECK(one.thread.progress() == 3);
    one.thread.reset();
    CHECK_FALSE(one.thread.collect());
}

TEST_CASE("resets from another thread never lose or duplicate a job")
{
    Runner one;
    for (int i = 0; i < 200; ++i) {
        one.start({i % 3 == 0 ? Fault::Hang : Fault::None, 0});
        one.thread.reset();
        REQUIRE_FALSE(one.thread.collect());
    }
    one.start({});
    CHECK(one.wait() == Ending::Worked);
}

}  // namespace
}  // namespace accel::lane
