// SPDX-License-Identifier: MIT
// Tests of timings, and of modules that tell wrong ones.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "base/clock.h"
#include "fake/house.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

accel_timing row_of(accel_run *run, uint32_t index)
{
    accel_timing row{};
    row.struct_size = sizeof row;
    REQUIRE(accel_run_timing(run, index, &row) == ACCEL_STATUS_OK);
    return row;
}

accel_status answer(accel_run *run, uint32_t index = 0)
{
    accel_timing row{};
    row.struct_size = sizeof row;
    return accel_run_timing(run, index, &row);
}

bool sentence_has(const char *part) { return std::string(accel_last_error()->message).find(part) != std::string::npos; }

accel_bk_timing told(const char *part, uint32_t node, uint64_t begin_ns, uint64_t duration_ns)
{
    accel_bk_timing row{};
    row.part = part, row.node = node, row.begin_ns = begin_ns, row.duration_ns = duration_ns, row.counted_in = ACCEL_NONE;
    return row;
}

/// A run that measures, of a program with three rows in its placement report.
struct Measured : Shop {
    explicit Measured(Work work = Work::Single) : Shop(1, work)
    {
        npu().reset();
        cpu().reset();
        for (const char *name : {"first", "second", "third"}) {
            program->entries[0].placements.emplace_back();
            program->entries[0].placements.back().node = name;
        }
        make_run(program.get(), in, out, timed, ACCEL_RUN_FLAG_TIMINGS);
    }
    ~Measured()
    {
        npu().reset();
        cpu().reset();
    }
    void fly() { fly(++value); }
    void fly(uint64_t number)
    {
        REQUIRE(submit(queue, timed, fence, number) == ACCEL_STATUS_OK);
        REQUIRE(accel_fence_wait(fence, number, kSecondNs) == ACCEL_STATUS_OK);
    }
    Run timed;
    uint64_t value = 0;
};

}  // namespace

TEST_CASE("segments and copies have times, in the order in which they ran", "[timings]")
{
    Measured shop(Shop::Work::Chain);
    shop.program->entries[0].values[1].tensor = "between";
    shop.program->entries[0].transfers = {{"shared", "", ACCEL_TRANSFER_KIND_SHARED, 0, 1, 16, {false, 2}, {false, 2}, {}, {}},
                                          {"between", "", ACCEL_TRANSFER_KIND_COPY, 0, 1, 16, {false, 0}, {false, 1}, {}, {}}};
    const uint64_t begin_ns = now_ns();
    shop.fly();
    const uint64_t end_ns = now_ns();
    const struct {
        uint32_t kind, segment, row;
        const char *name;
        accel_device *device;
    } expected[] = {{ACCEL_TIMING_KIND_SEGMENT, 0, ACCEL_NONE, "", shop.house.npu_device.get()},
                    {ACCEL_TIMING_KIND_TRANSFER, 1, 1, "between", nullptr},
                    {ACCEL_TIMING_KIND_SEGMENT, 1, ACCEL_NONE, "", shop.house.cpu_device.get()},
                    {ACCEL_TIMING_KIND_SEGMENT, 2, ACCEL_NONE, "", shop.house.npu_device.get()}};
    uint64_t before_ns = begin_ns;
    for (uint32_t i = 0; i < std::size(expected); ++i) {
        const accel_timing row = row_of(shop.timed, i);
        INFO("row " << i);
        CHECK(row.kind == expected[i].kind);
        CHECK(row.segment == expected[i].segment);
        CHECK(row.row == expected[i].row);
        CHECK(std::string(row.name) == expected[i].name);
        CHECK(row.device == expected[i].device);
        CHECK(row.begin_ns >= before_ns);
        before_ns = row.begin_ns + row.duration_ns;
        CHECK(before_ns <= end_ns);
    }
    CHECK(answer(shop.timed, std::size(expected)) == ACCEL_STATUS_NOT_FOUND);
    CHECK(sentence_has("has 4"));
}

TEST_CASE("what a module tells of nodes is in rows of the placement report", "[timings]")
{
    Measured shop;
    npu().timings = {told(nullptr, ACCEL_NONE, 1000, 90), told(nullptr, 2, 1050, 40), told("tile", 2, 1050, 30), told(nullptr, 0, 1000, 50), told(nullptr, 1, 0, 0)};
    npu().timings[1].cycles = 7;
    npu().timings[1].lane = 3;
    npu().timings[4].counted_in = 0;
    shop.fly();
    const accel_timing whole = row_of(shop.timed, 0);
    CHECK(whole.kind == ACCEL_TIMING_KIND_SEGMENT);
    CHECK(whole.begin_ns == 1000);
    CHECK(whole.duration_ns == 90);
    const accel_timing first = row_of(shop.timed, 1);
    CHECK(first.kind == ACCEL_TIMING_KIND_OPERATION);
    CHECK(first.row == 0);
    CHECK(std::string(first.name) == "first");
    CHECK(first.counted_in == ACCEL_NONE);
    const accel_timing second = row_of(shop.timed, 2);
    CHECK(second.row == 1);
    CHECK(second.counted_in == 0);
    CHECK(second.begin_ns == 0);
    const accel_timing third = row_of(shop.timed, 3);
    CHECK(third.row == 2);
    CHECK(third.cycles == 7);
    CHECK(third.lane == 3);
    const accel_timing tile = row_of(shop.timed, 4);
    CHECK(tile.kind == ACCEL_TIMING_KIND_PART);
    CHECK(tile.row == 2);
    CHECK(std::string(tile.name) == "tile");
    CHECK(answer(shop.timed, 5) == ACCEL_STATUS_NOT_FOUND);
    npu().timings = {};
    CHECK(row_of(shop.timed, 4).kind == ACCEL_TIMING_KIND_PART);  // asked once
    shop.fly();
    CHECK(row_of(shop.timed, 0).begin_ns > 1000);
    CHECK(answer(shop.timed, 1) == ACCEL_STATUS_NOT_FOUND);
}

TEST_CASE("a module that times nodes which are not there is blamed", "[timings]")
{
    Measured shop;
    npu().timings = {told(nullptr, 3, 1, 1)};
    shop.fly();
    CHECK(answer(shop.timed) == ACCEL_STATUS_INTERNAL);
    CHECK(sentence_has("module 'fake-npu' answered 'run_timings' with node 3, expected less than 3"));
    npu().timings = {told(nullptr, 1, 1, 1)};
    npu().timings[0].counted_in = 3;
    CHECK(answer(shop.timed) == ACCEL_STATUS_INTERNAL);
    CHECK(sentence_has("counted_in 3"));
    npu().timings.resize((1 << 20) + 1);
    CHECK(answer(shop.timed) == ACCEL_STATUS_INTERNAL);
    CHECK(sentence_has("a count of 1048577"));
    npu().timings = {};
    CHECK(answer(shop.timed) == ACCEL_STATUS_OK);
}

TEST_CASE("the count of a module that fails to tell times is not used", "[timings]")
{
    Measured shop;
    shop.fly();
    npu().timings_answer = ACCEL_STATUS_RESOURCE;
    CHECK(answer(shop.timed) == ACCEL_STATUS_RESOURCE);
    CHECK(sentence_has("fake-npu"));
    npu().timings_answer = ACCEL_STATUS_OK;
    CHECK(answer(shop.timed) == ACCEL_STATUS_OK);
}

TEST_CASE("times are those of the latest submission, if it ended well", "[timings]")
{
    Measured shop;
    CHECK(answer(shop.run) == ACCEL_STATUS_NOT_FOUND);
    CHECK(sentence_has("without ACCEL_RUN_FLAG_TIMINGS"));
    CHECK(answer(shop.timed) == ACCEL_STATUS_NOT_FOUND);
    shop.fly();
    CHECK(answer(shop.timed) == ACCEL_STATUS_OK);
    SECTION("not of one that is in flight")
    {
        npu().gated = true;
        REQUIRE(submit(shop.queue, shop.timed, shop.fence, 2) == ACCEL_STATUS_OK);
        CHECK(answer(shop.timed) == ACCEL_STATUS_BUSY);
        npu().release();
        REQUIRE(accel_fence_wait(shop.fence, 2, kSecondNs) == ACCEL_STATUS_OK);
        CHECK(answer(shop.timed) == ACCEL_STATUS_OK);
    }
    SECTION("not of one that has failed")
    {
        npu().next_failure = ACCEL_STATUS_JOB_FAILED;
        REQUIRE(submit(shop.queue, shop.timed, shop.fence, 2) == ACCEL_STATUS_OK);
        CHECK(accel_fence_wait(shop.fence, 2, kSecondNs) == ACCEL_STATUS_JOB_FAILED);
        CHECK(answer(shop.timed) == ACCEL_STATUS_NOT_FOUND);
        CHECK(sentence_has("failed"));
    }
    SECTION("and still of the one before, when another is refused")
    {
        CHECK(submit(shop.queue, shop.timed, shop.fence, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(answer(shop.timed) == ACCEL_STATUS_OK);
        accel_run_info facts{};
        facts.struct_size = sizeof facts;
        REQUIRE(accel_run_query(shop.timed, &facts) == ACCEL_STATUS_OK);
        CHECK(facts.submission_count == 1);  // the other has not begun
    }
}

TEST_CASE("flags and priorities of runs are checked", "[timings]")
{
    Shop shop(1);
    accel_run_desc desc{};
    desc.struct_size = sizeof desc;
    desc.program = shop.program.get();
    desc.flags = ACCEL_RUN_FLAG_TIMINGS << 1;
    accel_run *run = nullptr;
    CHECK(accel_run_create(&desc, &run) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(sentence_has("desc.flags is 0x2, expected 0x1 at most"));
    desc.flags = 0;
    desc.priority = ACCEL_PRIORITY_REALTIME + 1;
    CHECK(accel_run_create(&desc, &run) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(sentence_has("desc.priority is 201, expected a number from -200 (BACKGROUND) to 200 (REALTIME)"));
    desc.priority = ACCEL_PRIORITY_BACKGROUND;
    CHECK(accel_run_create(&desc, &run) == ACCEL_STATUS_OK);
    accel_run_unref(run);
}
