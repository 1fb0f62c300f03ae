// SPDX-License-Identifier: MIT
// Tests of queues on a driver that is played: fences, depth, failures, hangs.
#include "test_bench.h"

#include <catch2/catch_test_macros.hpp>

using namespace accel::ethosu;

TEST_CASE("submit fences: outputs by sync_file, inputs as readers, waits on the scratch", "[queue]")
{
    Bench bench;
    BoundSum bound(bench);
    Queue queue(bench.device, 4);
    const int32_t waits[] = {0};
    uint64_t ticket = 0;
    REQUIRE(queue.submit(*bench.run, waits, ticket) == ACCEL_STATUS_OK);
    CHECK(ticket == 1);
    const uint32_t scratch = bench.run->scratch()->buffer().handle();
    CHECK(bench.driver.exported_from == std::vector<uint32_t>{scratch});
    const auto &notes = bench.driver.imported;
    REQUIRE(notes.size() == 3);
    CHECK(notes[0].handle == scratch);
    CHECK(notes[0].access == ACCEL_ACCESS_WRITE);
    CHECK(notes[0].fd == 0);
    CHECK(notes[1].handle == bound.a.buffer->handle());
    CHECK(notes[2].handle == bound.b.buffer->handle());
    CHECK(notes[1].access == ACCEL_ACCESS_READ);
    CHECK(notes[1].fd == notes[2].fd);

    int fd = -1;
    REQUIRE(queue.fence(1, fd) == ACCEL_STATUS_OK);
    ::close(fd);
    CHECK(queue.fence(2, fd) == ACCEL_STATUS_NOT_FOUND);
    CHECK(queue.wait(1, 0) == ACCEL_STATUS_TIMEOUT);
    bench.driver.finish(1);
    CHECK(queue.wait(1, 0) == ACCEL_STATUS_OK);
    // Also when the ticket has ended, and a descriptor of its own each time (M-21).
    int again = -1;
    REQUIRE(queue.fence(1, fd) == ACCEL_STATUS_OK);
    REQUIRE(queue.fence(1, again) == ACCEL_STATUS_OK);
    CHECK(fd != again);
    ::close(fd);
    ::close(again);
}

TEST_CASE("M-18 a wait that cannot be made says nothing of the job", "[queue]")
{
    for (const bool simulated : {false, true}) {
        Bench bench(simulated);
        BoundSum bound(bench);
        Queue queue(bench.device, 1);
        uint64_t ticket = 0;
        REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
        bench.driver.finish(1);
        for (const int error : {EMFILE, ENFILE, EINTR, EAGAIN}) {
            bench.driver.wait_error = -error;
            CHECK(queue.wait(1, 0) == ACCEL_STATUS_TIMEOUT);
            CHECK(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_BUSY);
        }
        // The kernel's ENOMEM is the wait's, a model's is the job's.
        bench.driver.wait_error = -ENOMEM;
        CHECK(queue.wait(1, 0) == (simulated ? ACCEL_STATUS_OUT_OF_MEMORY : ACCEL_STATUS_TIMEOUT));
        bench.driver.wait_error = 0;
        CHECK(queue.wait(1, 0) == (simulated ? ACCEL_STATUS_OUT_OF_MEMORY : ACCEL_STATUS_OK));
    }
}

TEST_CASE("the ring is as deep as asked, and failures stay with their ticket", "[queue]")
{
    for (const bool simulated : {false, true}) {
        Bench bench(simulated);
        BoundSum bound(bench);
        std::unique_ptr<Run> second;
        REQUIRE(Run::create(*bench.program, {}, second) == ACCEL_STATUS_OK);
        bound.bind(*second);
        Queue queue(bench.device, 2);
        uint64_t ticket = 0;
        REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
        REQUIRE(queue.submit(*second, {}, ticket) == ACCEL_STATUS_OK);
        CHECK(ticket == 2);
        CHECK(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_BUSY);
        bench.driver.finish(1, -ECANCELED);
        CHECK(queue.wait(1, 0) == ACCEL_STATUS_JOB_FAILED);
        CHECK(queue.wait(1, UINT64_MAX) == ACCEL_STATUS_JOB_FAILED);
        CHECK(queue.wait(2, 0) == ACCEL_STATUS_TIMEOUT);
        REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
        CHECK(ticket == 3);
        bench.driver.finish(2);
        CHECK(queue.wait(2, 0) == ACCEL_STATUS_OK);
        CHECK(queue.wait(3, 0) == ACCEL_STATUS_OK);
        CHECK(queue.wait(4, 0) == ACCEL_STATUS_INVALID_ARGUMENT);
    }
}

TEST_CASE("a hang is told from a fault by the time that the job took, whenever somebody asks", "[queue]")
{
    constexpr uint64_t kMs = 1'000'000;
    Bench bench;
    BoundSum bound(bench);
    std::vector<std::unique_ptr<Run>> runs(4);
    for (auto &run : runs) {
        REQUIRE(Run::create(*bench.program, {}, run) == ACCEL_STATUS_OK);
        bound.bind(*run);
    }
    Queue queue(bench.device, 8);
    uint64_t ticket = 0;
    const uint64_t begin_ns = accel::drm::now_ns();
    for (auto &run : runs)
        REQUIRE(queue.submit(*run, {}, ticket) == ACCEL_STATUS_OK);
    bench.driver.finish(1, -ECANCELED, false, begin_ns + 510 * kMs);  // hung
    bench.driver.finish(1, -ECANCELED, false, begin_ns + 520 * kMs);  // broke 10 ms after it began
    bench.driver.finish(1, 0, false, begin_ns + 900 * kMs);
    bench.driver.finish(1, -ECANCELED, false, begin_ns + 1410 * kMs);  // hung behind one that took its time
    CHECK(queue.wait(4, 0) == ACCEL_STATUS_JOB_TIMEOUT);
    CHECK(queue.wait(2, 0) == ACCEL_STATUS_JOB_FAILED);
    CHECK(queue.wait(1, 0) == ACCEL_STATUS_JOB_TIMEOUT);
    CHECK(queue.wait(3, 0) == ACCEL_STATUS_OK);
}

// The driver's fences of jobs that are over look good, also of failed ones.
TEST_CASE("a job without a receipt has failed, whatever its fence says", "[queue]")
{
    Bench bench;
    BoundSum bound(bench);
    Queue queue(bench.device, 4);
    uint64_t ticket = 0;
    for (int round = 0; round < 600; ++round) {  // receipts wrap at 256
        const bool stops = round % 7 == 3;
        REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
        bench.driver.finish(1, 0, stops);
        REQUIRE(queue.wait(ticket, 0) == (stops ? ACCEL_STATUS_JOB_FAILED : ACCEL_STATUS_OK));
    }
}

TEST_CASE("a run may be gone before anyone asks how its job ended", "[queue]")
{
    for (const bool simulated : {false, true}) {
        Bench bench(simulated);
        BoundSum bound(bench);
        Queue queue(bench.device, 4);
        uint64_t ticket = 0;
        REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
        bench.driver.finish(1);
        bench.run.reset();
        CHECK(queue.wait(ticket, 0) == ACCEL_STATUS_OK);
    }
}

TEST_CASE("what the driver refuses is not queued", "[queue]")
{
    Bench bench;
    auto a = bench.buffer(), b = bench.buffer(), y = bench.buffer();
    const accel_bk_memory bindings[] = {memory_of(a), memory_of(b), memory_of(y)};
    Queue queue(bench.device, 2);
    uint64_t ticket = 0;
    CHECK(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_INVALID_ARGUMENT);
    REQUIRE(bench.run->bind(bindings) == ACCEL_STATUS_OK);
    const std::pair<int, accel_status> answers[] = {{-ENODEV, ACCEL_STATUS_DEVICE_GONE},
                                                    {-EACCES, ACCEL_STATUS_DEVICE_GONE},
                                                    {-ETIMEDOUT, ACCEL_STATUS_DEVICE_LOST},
                                                    {-EOVERFLOW, ACCEL_STATUS_INVALID_ARGUMENT}};
    for (const auto &[error, status] : answers) {
        bench.driver.submit_error = error;
        CHECK(queue.submit(*bench.run, {}, ticket) == status);
    }
    bench.driver.submit_error = 0;
    REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
    CHECK(ticket == 1);
}

TEST_CASE("without a sync_file a ticket is still waited for", "[queue]")
{
    Bench bench;
    BoundSum bound(bench);
    Queue queue(bench.device, 2);
    bench.driver.fence_error = -EMFILE;
    uint64_t ticket = 0;
    REQUIRE(queue.submit(*bench.run, {}, ticket) == ACCEL_STATUS_OK);
    CHECK(queue.wait(1, 0) == ACCEL_STATUS_TIMEOUT);
    int fd = -1;
    CHECK(queue.fence(1, fd) == ACCEL_STATUS_UNSUPPORTED);
    bench.driver.finish(1);
    CHECK(queue.wait(1, 0) == ACCEL_STATUS_OK);
}
