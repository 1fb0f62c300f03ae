// SPDX-License-Identifier: MIT
// Times of a run whose sizes change: those of the latest submission stay until the next.
#include <catch2/catch_test_macros.hpp>

#include "program/testing/open_stand.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

/// A run that measures and has been executed once, for two elements, in which the NPU took 7 ns.
struct Timed : OpenStand {
    Timed()
    {
        buffer(in, 64, 5);
        buffer(out, 64, 0);
        make(timed, ACCEL_RUN_FLAG_TIMINGS);
        REQUIRE(bind(timed, 2, in, out) == ACCEL_STATUS_OK);
        accel_bk_timing told{};
        told.duration_ns = 7, told.counted_in = ACCEL_NONE;
        npu().timings = {told};
        complete(timed);
    }
    ~Timed() { npu().timings = {}; }
    accel_status timing(uint32_t index, accel_timing *row)
    {
        *row = {};
        row->struct_size = sizeof *row;
        return accel_run_timing(timed, index, row);
    }
    accel_timing row_of(uint32_t index)
    {
        accel_timing row;
        REQUIRE(timing(index, &row) == ACCEL_STATUS_OK);
        return row;
    }

    fake::Buffer in, out;
    fake::Run timed;
};

}  // namespace

TEST_CASE("R-14 times of the latest submission are told whatever sizes are bound since", "[sizes][timings]")
{
    Timed stand;
    accel_timing none;
    SECTION("asked before")
    {
        const accel_timing before = stand.row_of(1);
        REQUIRE(std::string(before.name) == "relu");
        REQUIRE(stand.bind(stand.timed, 4) == ACCEL_STATUS_OK);
        npu().timings = {};
        const accel_timing after = stand.row_of(1);
        CHECK(after.name == before.name);
        CHECK(std::string(before.name) == "relu");
        CHECK((after.duration_ns == 7 && after.device == stand.npu_device.get()));
    }
    SECTION("asked for the first time afterwards")
    {
        REQUIRE(stand.bind(stand.timed, 4) == ACCEL_STATUS_OK);
        REQUIRE(stand.bind(stand.timed, 3) == ACCEL_STATUS_OK);
        CHECK(std::string(stand.row_of(1).name) == "relu");
        CHECK(stand.row_of(1).duration_ns == 7);
        CHECK(stand.timing(9, &none) == ACCEL_STATUS_NOT_FOUND);
    }
    SECTION("and after a bind that failed")
    {
        npu().bind_answer = ACCEL_STATUS_RESOURCE;
        REQUIRE(stand.bind(stand.timed, 4) == ACCEL_STATUS_RESOURCE);
        CHECK(stand.row_of(1).duration_ns == 7);
        REQUIRE(stand.bind(stand.timed, 4) == ACCEL_STATUS_OK);
    }
    npu().timings = {};
    npu().next_failure = ACCEL_STATUS_JOB_FAILED;
    REQUIRE(submit(stand.queue, stand.timed, stand.fence, ++stand.value) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(stand.fence, stand.value, kSecondNs) == ACCEL_STATUS_JOB_FAILED);
    CHECK(stand.timing(0, &none) == ACCEL_STATUS_NOT_FOUND);
}

TEST_CASE("R-14 a module that fails to tell times stops no bind of other sizes", "[sizes][timings]")
{
    Timed stand;
    accel_timing none;
    npu().timings_answer = ACCEL_STATUS_RESOURCE;
    CHECK(accel_run_timing(stand.timed, 9, nullptr) == ACCEL_STATUS_INVALID_ARGUMENT);
    const std::string latest = accel_last_error()->message;
    REQUIRE(stand.bind(stand.timed, 4) == ACCEL_STATUS_OK);
    CHECK(accel_last_error()->message == latest);  // a success leaves it alone
    CHECK(stand.timing(0, &none) == ACCEL_STATUS_RESOURCE);
    npu().timings_answer = ACCEL_STATUS_OK;
}
