// SPDX-License-Identifier: MIT
// Tests of what the model makes of jobs and ordered faults.
#include "job_runner.h"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

namespace accel::lane {
namespace {

using devices::ethosu::Job;
using devices::ethosu::Result;
using devices::ethosu::Stop;
using namespace std::chrono_literals;

constexpr uint32_t kStopWord = 0xffff0000;

class SmallBus final : public devices::ethosu::Bus {
public:
    explicit SmallBus(std::vector<uint32_t> words) : words_(std::move(words)) {}
    bool read(uint64_t address, void *bytes, size_t size_bytes) override
    {
        if (address > words_.size() * 4 || size_bytes > words_.size() * 4 - address) return false;
        std::memcpy(bytes, reinterpret_cast<const uint8_t *>(words_.data()) + address, size_bytes);
        return true;
    }
    bool write(uint64_t, const void *, size_t) override { return false; }

private:
    std::vector<uint32_t> words_;
};

struct Runner {
    SmallBus bus{{kStopWord}};
    uint32_t gate_word = 0;
    ModelRunner runner{bus, std::atomic_ref<uint32_t>(gate_word)};

    void start(Order order)
    {
        Job job;
        job.stream_size_bytes = 4;
        runner.start(job, order);
    }
    std::optional<Result> wait(std::chrono::milliseconds most = 5000ms)
    {
        const auto end = std::chrono::steady_clock::now() + most;
        for (;;) {
            if (auto result = runner.collect()) return result;
            if (std::chrono::steady_clock::now() > end) return std::nullopt;
            std::this_thread::sleep_for(1ms);
        }
    }
};

TEST_CASE("a job runs to the end of its stream, once")
{
    Runner one;
    one.start({});
    const auto result = one.wait();
    REQUIRE(result);
    CHECK(result->stop == Stop::End);
    CHECK_FALSE(one.wait(5ms));
}

TEST_CASE("ordered errors stop the job")
{
    Runner one;
    one.start({Fault::BusError, 1});
    auto result = one.wait();
    REQUIRE(result);
    CHECK(result->stop == Stop::BusError);
    one.start({Fault::ParseError, 1});
    result = one.wait();
    REQUIRE(result);
    CHECK(result->stop == Stop::ParseError);
}

TEST_CASE("a hung job ends with a reset only, and the next one is right")
{
    Runner one;
    one.start({Fault::Hang, 0});
    CHECK_FALSE(one.wait(30ms));
    one.runner.reset();
    CHECK_FALSE(one.wait(5ms));
    one.start({});
    const auto result = one.wait();
    REQUIRE(result);
    CHECK(result->stop == Stop::End);
}

TEST_CASE("QREAD of a crawling job stays inside its stream")
{
    Runner one;
    one.start({Fault::Crawl, 60});
    std::optional<Result> result;
    while (!(result = one.wait(2ms))) CHECK(one.runner.read_offset_bytes() < 4);
    CHECK(result->stop == Stop::End);
}

}  // namespace
}  // namespace accel::lane
