// SPDX-License-Identifier: MIT
// What a run that is made for measuring tells of its latest submission.
#include <algorithm>
#include <ctime>

#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

constexpr int kSums = 4;

uint64_t now_ns()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

/// One submission, from before it was handed over until its fence was seen.
struct Flight {
    Flight(const Room &room, const Run &run) : begin_ns(now_ns()),
                                               completed(room.completes(run)),
                                               end_ns(now_ns()) {}
    uint64_t begin_ns;
    Comparison completed;
    uint64_t end_ns;

    Comparison encloses(const accel_timing &row) const
    {
        const std::string what = "'" + std::string(row.name) + "', of kind " + std::to_string(row.kind) + ", ";
        if (row.duration_ns > end_ns - begin_ns)
            return Comparison(what + "took " + std::to_string(row.duration_ns) + " ns, the whole submission " + std::to_string(end_ns - begin_ns));
        if (row.begin_ns && (row.begin_ns < begin_ns || row.begin_ns + row.duration_ns > end_ns))
            return Comparison(what + "begins " + std::to_string(static_cast<int64_t>(row.begin_ns - begin_ns)) + " ns after the submission and ends " +
                              std::to_string(static_cast<int64_t>(end_ns - row.begin_ns - row.duration_ns)) + " ns before its end");
        return Comparison();
    }
};

std::vector<accel_timing> of_kind(const std::vector<accel_timing> &rows, uint32_t kind, uint32_t segment)
{
    std::vector<accel_timing> found;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(found), [&](const accel_timing &row) { return row.kind == kind && row.segment == segment; });
    return found;
}

bool has_time(const accel_timing &row) { return row.counted_in == ACCEL_NONE && (row.begin_ns || row.duration_ns || row.cycles); }

/// Each row of the placement report of the segment is there once, with a time or with the row that has it.
void check_operations(const Program &program, uint32_t segment, const std::vector<accel_timing> &operations)
{
    for (uint32_t index = 0; index < program.entry(0).placement_count; ++index) {
        auto placement = sized<accel_placement>();
        REQUIRE_STATUS(accel_program_placement(program.get(), 0, index, &placement), ACCEL_STATUS_OK);
        if (placement.segment != segment) continue;
        INFO("row " << index << " of the placement report");
        const auto is_row = [](uint32_t row) { return [row](const accel_timing &timing) { return timing.row == row; }; };
        const auto found = std::find_if(operations.begin(), operations.end(), is_row(index));
        CHECK(std::count_if(operations.begin(), operations.end(), is_row(index)) == 1);
        if (found == operations.end()) continue;
        CHECK(std::string(found->name) == placement.node);
        const auto counted = found->counted_in == ACCEL_NONE ? found : std::find_if(operations.begin(), operations.end(), is_row(found->counted_in));
        CHECK((counted != operations.end() && has_time(*counted)));
    }
}

}  // namespace

ACCEL_CASE("queues.timings.rows", "R-14", "each operation of a segment that the device times has a time within the submission")
{
    const Room room;
    const Adder chain = room.chain(kSums);
    const Sum sum(room, chain, ACCEL_RUN_FLAG_TIMINGS);
    sum.set(20, 3);
    for (int round = 0; round < 3; ++round) {
        const Flight flight(room, sum.run);
        REQUIRE(flight.completed);
        const auto rows = sum.run.timings();
        for (const accel_timing &row : rows) CHECK(flight.encloses(row));
        for (uint32_t segment = 0; segment < chain.program().entry(0).segment_count; ++segment) {
            INFO("segment " << segment);
            const auto whole = of_kind(rows, ACCEL_TIMING_KIND_SEGMENT, segment);
            REQUIRE(whole.size() == 1);
            CHECK(whole[0].row == ACCEL_NONE);
            CHECK(has_time(whole[0]));
            const auto operations = of_kind(rows, ACCEL_TIMING_KIND_OPERATION, segment);
            for (const accel_timing &row : operations) CHECK(row.duration_ns <= whole[0].duration_ns);
            if (!operations.empty()) check_operations(chain.program(), segment, operations);
        }
    }
    CHECK(sum.holds(20 + kSums * 3));
}

ACCEL_CASE("queues.timings.latest", "R-14", "times are told of runs that were made for it, and of the latest submission")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum plain(room, adder), sum(room, adder, ACCEL_RUN_FLAG_TIMINGS);
    auto row = sized<accel_timing>();
    REQUIRE(room.completes(plain.run));
    CHECK_STATUS(accel_run_timing(plain.run.get(), 0, &row), ACCEL_STATUS_NOT_FOUND);
    CHECK_STATUS(accel_run_timing(sum.run.get(), 0, &row), ACCEL_STATUS_NOT_FOUND);
    const Queue queue = room.queue();
    const Fence gate = room.fence(), done = room.fence();
    uint64_t before_ns = 0;
    for (uint64_t round = 1; round <= 3; ++round) {
        queue.submit(sum.run, {gate.at(round)}, {done.at(round)});
        CHECK_STATUS(accel_run_timing(sum.run.get(), 0, &row), ACCEL_STATUS_BUSY);
        gate.signal(round);
        REQUIRE(arrives(done, round));
        REQUIRE_STATUS(accel_run_timing(sum.run.get(), 0, &row), ACCEL_STATUS_OK);
        CHECK(row.begin_ns >= before_ns);
        before_ns = now_ns();
        CHECK_STATUS(accel_run_timing(sum.run.get(), 4711, &row), ACCEL_STATUS_NOT_FOUND);
    }
}

}  // namespace accel::conformance
