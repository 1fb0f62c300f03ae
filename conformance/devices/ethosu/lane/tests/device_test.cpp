// SPDX-License-Identifier: MIT
// Tests of the register machine, beside a driver's view of its page.
#include "device.h"

#include <catch2/catch_test_macros.hpp>
#include <utility>
#include <vector>

namespace accel::lane {
namespace {

using devices::ethosu::Job;
using devices::ethosu::Result;
using devices::ethosu::Stop;

class FakeRunner final : public JobRunner {
public:
    void start(const Job &job, Order order) override
    {
        jobs.push_back(job);
        orders.push_back(order);
    }
    std::optional<Result> collect() override { return std::exchange(result, std::nullopt); }
    void reset() override { ++resets; }
    uint32_t read_offset_bytes() const override { return offset_bytes; }

    std::vector<Job> jobs;
    std::vector<Order> orders;
    std::optional<Result> result;
    uint32_t offset_bytes = 0;
    int resets = 0;
};

class FakeLine final : public InterruptLine {
public:
    void set(bool high) override
    {
        rises += high && !level;
        level = high;
    }
    bool level = false;
    int rises = 0;
};

// The device, and a driver's view of its page.
struct Board {
    Board() { device.power_on(); }

    uint32_t status() const { return registers.read(Register::Status); }
    void write(Register which, uint32_t value) { registers.write(which, value); }

    // What the driver does at resume: reset, wait, program the ports.
    void driver_resets()
    {
        write(Register::Reset, 2);
        device.poll();
        REQUIRE((status() & status::kResetPending) == 0);
        write(Register::RegionCfg, 0xaa8a);
    }
    void driver_runs()
    {
        write(Register::QBase, 0x41000000);
        write(Register::QSize, 64);
        write(Register::Cmd, cmd::kRun);
        device.poll();
    }
    void job_stops(Stop stop, uint32_t offset_bytes)
    {
        runner.result = Result{stop, offset_bytes, "for a test"};
        device.poll();
    }

    alignas(8) uint8_t page[kNpuRegistersSizeBytes] = {};
    RegisterFile registers{page};
    FakeRunner runner;
    FakeLine line;
    Device device{registers, runner, line};
};

TEST_CASE("power on shows what the hardware is")
{
    Board board;
    CHECK(board.registers.read(Register::Id) >> 28 == 1);
    CHECK((board.registers.read(Register::Config) & 0xf) == 8);
    CHECK(board.registers.read(Register::Prot) == kProtNonSecure);
}

TEST_CASE("a driver that polls after a reset waits until the reset was seen")
{
    Board board;
    // The write and the first read come before the player looks.
    board.write(Register::Reset, 2);
    CHECK((board.status() & status::kResetPending) != 0);
    board.device.poll();
    CHECK((board.status() & status::kResetPending) == 0);
    CHECK(board.registers.read(Register::Reset) == 0);
    CHECK(board.runner.resets == 1);

    SECTION("the next one too, when the driver has used the first")
    {
        board.write(Register::RegionCfg, 0xaa8a);
        board.device.poll();
        CHECK((board.status() & status::kResetPending) != 0);
    }
    SECTION("the bit stays clear while the driver may still be polling")
    {
        board.device.poll();
        CHECK((board.status() & status::kResetPending) == 0);
    }
}

TEST_CASE("a run takes the queue and the regions from the registers")
{
    Board board;
    board.driver_resets();
    board.write(Register::QBaseHigh, 0x12);
    board.write(static_cast<Register>(0x80 + 8 * 7), 0x55000000);
    board.write(static_cast<Register>(0x84 + 8 * 7), 0x3);
    board.driver_runs();
    REQUIRE(board.runner.jobs.size() == 1);
    CHECK(board.runner.jobs[0].stream_address == 0x1241000000);
    CHECK(board.runner.jobs[0].stream_size_bytes == 64);
    CHECK(board.runner.jobs[0].region_base[7] == 0x355000000);
    CHECK((board.status() & status::kRunning) != 0);
    CHECK_FALSE(board.line.level);

    board.runner.offset_bytes = 20;
    board.device.poll();
    CHECK(board.registers.read(Register::QRead) == 20);
}

TEST_CASE("a job's end raises the interrupt and says how it ended")
{
    Board board;
    board.driver_resets();
    board.driver_runs();
    const struct {
        Stop stop;
        uint32_t bit, others;
    } ends[] = {
        {Stop::End, status::kEndReached, status::kBusError | status::kParseError},
        {Stop::BusError, status::kBusError, status::kEndReached | status::kParseError},
        {Stop::ParseError, status::kParseError, status::kEndReached | status::kBusError},
    };
    for (const auto &end : ends) {
        board.job_stops(end.stop, 64);
        CHECK(board.line.level);
        CHECK((board.status() & (status::kInterrupt | status::kRunning)) == status::kInterrupt);
        CHECK((board.status() & (end.bit | end.others)) == end.bit);
        // The driver prints the word at QREAD after an error: it must exist.
        CHECK(board.registers.read(Register::QRead) == (end.stop == Stop::End ? 64u : 60u));
        board.write(Register::Cmd, cmd::kClearInterrupt);
        board.device.poll();
        CHECK_FALSE(board.line.level);
        // The error bits stay for the handler's thread, the interrupt bit does not.
        CHECK((board.status() & (status::kInterrupt | end.bit)) == end.bit);
        board.driver_runs();
    }
}

TEST_CASE("a run that hides the acknowledgement counts as one")
{
    Board board;
    board.driver_resets();
    board.driver_runs();
    board.job_stops(Stop::End, 64);
    board.write(Register::Cmd, cmd::kClearInterrupt);
    board.driver_runs();
    CHECK(board.runner.jobs.size() == 2);
    CHECK_FALSE(board.line.level);
    board.job_stops(Stop::End, 64);
    CHECK(board.line.rises == 2);
}

TEST_CASE("a reset ends a job that hangs, and its late result is no interrupt")
{
    Board board;
    board.driver_resets();
    board.driver_runs();
    board.driver_resets();
    CHECK_FALSE(board.device.busy());
    board.job_stops(Stop::Aborted, 0);
    CHECK(board.line.rises == 0);
    CHECK(board.device.counters().jobs_ended == 0);
    CHECK(board.device.counters().resets == 2);
}

TEST_CASE("a run that follows a reset before the player looks is not lost")
{
    Board board;
    board.driver_resets();
    board.write(Register::Reset, 2);
    board.write(Register::QSize, 8);
    board.write(Register::Cmd, cmd::kRun);
    board.device.poll();
    REQUIRE(board.runner.jobs.size() == 1);
    CHECK(board.runner.jobs[0].stream_size_bytes == 8);
}

TEST_CASE("a dead device shows its reset as pending until it is revived")
{
    Board board;
    board.driver_resets();
    board.device.arm({Fault::Dead, 0});
    board.driver_runs();
    for (uint32_t tries = 1; tries <= 2; ++tries) {
        board.write(Register::Reset, 2);
        board.device.poll();
        CHECK((board.status() & status::kResetPending) != 0);
        CHECK(board.registers.read(Register::Reset) == 0);
        CHECK(board.device.counters().stuck_resets == tries);
    }
    // Neither does it take another job.
    board.driver_runs();
    CHECK(board.runner.jobs.size() == 1);
    CHECK(board.device.counters().resets == 1);

    board.device.revive();
    board.driver_resets();
    board.driver_runs();
    REQUIRE(board.runner.orders.size() == 2);
    CHECK(board.runner.orders[1].fault == Fault::None);
    CHECK(board.device.counters().resets == 2);
}

TEST_CASE("an order is for one job")
{
    Board board;
    board.driver_resets();
    board.device.arm({Fault::Delay, 7});
    board.driver_runs();
    board.job_stops(Stop::End, 64);
    board.driver_runs();
    REQUIRE(board.runner.orders.size() == 2);
    CHECK(board.runner.orders[0].fault == Fault::Delay);
    CHECK(board.runner.orders[0].argument == 7);
    CHECK(board.runner.orders[1].fault == Fault::None);
}

}  // namespace
}  // namespace accel::lane
