// SPDX-License-Identifier: MIT
// What the library makes of a module's answers: refusals, statuses out of range, jobs, contexts and devices that are lost.
#include "stand.h"
#include "support/calls.h"
#include "support/status.h"

namespace accel::conformance {

ACCEL_CASE("runtime.status.normalised", "H-9", "a status outside the enum becomes INTERNAL, and the detail names the module")
{
    Stand stand;
    {
        const Program program = stand.program();
        stand.ledger().run_create_answer = static_cast<accel_status>(4711);
        accel_run *run = nullptr;
        CHECK_STATUS(create_run(program.get(), &run), ACCEL_STATUS_INTERNAL);
        CHECK(std::string(accel_last_error()->message).find("witness") != std::string::npos);
        CHECK(run == nullptr);
        CHECK(Run::create(program).get() != nullptr);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.status.detail", "H-10", "what a module said about a failure is in the detail")
{
    Stand stand;
    {
        stand.device().open();
        stand.ledger().create_answer = ACCEL_STATUS_RESOURCE;
        CHECK_STATUS(status_of([&] { stand.buffer(); }), ACCEL_STATUS_RESOURCE);
        CHECK(std::string(accel_last_error()->message).find("the witness was told to have no memory") != std::string::npos);
        CHECK(stand.buffer().size_bytes() >= Stand::kBytes);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.open.fails-once", "D-2", "a device that cannot be opened now can be opened later")
{
    Stand stand;
    stand.ledger().open_answer = ACCEL_STATUS_PERMISSION;
    CHECK_STATUS(accel_device_open(stand.device().get()), ACCEL_STATUS_PERMISSION);
    CHECK(std::string(accel_last_error()->message) != "");
    CHECK_STATUS(accel_device_open(stand.device().get()), ACCEL_STATUS_OK);
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.lost.job", "Q-12", "a job that fails takes only its own submission with it")
{
    for (const auto failure : {ACCEL_STATUS_JOB_FAILED, ACCEL_STATUS_JOB_TIMEOUT}) {
        Stand stand;
        {
            const Program program = stand.program();
            const Job bad(stand, program), good(stand, program), dependent(stand, program);
            good.set(1, 2);
            const Queue queue = stand.queue();
            const Fence first = stand.fence(), second = stand.fence(), third = stand.fence();
            stand.ledger().ticket_answer = failure;
            queue.submit(bad.run, {}, {first.at(1)});
            queue.submit(good.run, {}, {second.at(1)});
            queue.submit(dependent.run, {first.at(1)}, {third.at(1)});
            CHECK_STATUS(accel_fence_wait(first.get(), 1, kLong), failure);
            CHECK_STATUS(accel_fence_wait(second.get(), 1, kLong), ACCEL_STATUS_OK);
            CHECK_STATUS(accel_fence_wait(third.get(), 1, kLong), failure);
            CHECK(good.result() == 3);
            const Fence fourth = stand.fence();
            queue.submit(bad.run, {}, {fourth.at(1)});
            CHECK(arrives(fourth, 1));
        }
        CHECK(stand.complaints() == "");
    }
}

ACCEL_CASE("runtime.lost.context", "Q-12", "a lost context ends its queue; a new queue on the same device works")
{
    Stand stand;
    {
        const Program program = stand.program();
        const Job job(stand, program), other(stand, program);
        const Queue queue = stand.queue();
        const Fence fence = stand.fence(), later = stand.fence();
        stand.ledger().ticket_answer = ACCEL_STATUS_CONTEXT_LOST;
        queue.submit(job.run, {}, {fence.at(1)});
        CHECK_STATUS(accel_fence_wait(fence.get(), 1, kLong), ACCEL_STATUS_CONTEXT_LOST);
        CHECK_STATUS(status_of([&] { queue.submit(other.run, {}, {later.at(1)}); }), ACCEL_STATUS_CONTEXT_LOST);
        const Queue fresh = stand.queue();
        other.set(3, 4);
        fresh.submit(other.run, {}, {later.at(1)});
        REQUIRE(arrives(later, 1));
        CHECK(other.result() == 7);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.lost.device", "Q-12", "a lost device refuses work on all its queues; opened again it works")
{
    Stand stand;
    {
        const Program program = stand.program();
        const Job job(stand, program), other(stand, program);
        const Queue queue = stand.queue(), second = stand.queue();
        const Fence fence = stand.fence(), later = stand.fence();
        stand.ledger().ticket_answer = ACCEL_STATUS_DEVICE_LOST;
        queue.submit(job.run, {}, {fence.at(1)});
        CHECK_STATUS(accel_fence_wait(fence.get(), 1, kLong), ACCEL_STATUS_DEVICE_LOST);
        CHECK_STATUS(status_of([&] { queue.submit(other.run, {}, {later.at(1)}); }), ACCEL_STATUS_DEVICE_LOST);
        CHECK_STATUS(status_of([&] { second.submit(other.run, {}, {later.at(1)}); }), ACCEL_STATUS_DEVICE_LOST);
    }
    {
        const Program program = stand.program();
        const Job job(stand, program);
        job.set(1, 1);
        const Queue queue = stand.queue();
        const Fence fence = stand.fence();
        queue.submit(job.run, {}, {fence.at(1)});
        REQUIRE(arrives(fence, 1));
        CHECK(job.result() == 2);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.lost.at-submit", "A-4", "a submission that the module refuses queues nothing and changes no fence")
{
    Stand stand;
    {
        const Program program = stand.program();
        const Job job(stand, program);
        job.set(1, 2);
        const Queue queue = stand.queue();
        const Fence fence = stand.fence();
        stand.ledger().submit_answer = ACCEL_STATUS_RESOURCE;
        const accel_status status = status_of([&] { queue.submit(job.run, {}, {fence.at(1)}); });
        // The library may also take the submission and hand it over later.
        CHECK(one_of(status, {ACCEL_STATUS_RESOURCE, ACCEL_STATUS_OK}));
        if (status == ACCEL_STATUS_RESOURCE) {
            CHECK_STATUS(accel_fence_error(fence.get(), 1), ACCEL_STATUS_NOT_READY);
            queue.submit(job.run, {}, {fence.at(1)});
            REQUIRE(arrives(fence, 1));
            CHECK(job.result() == 3);
        } else {
            CHECK(accel_fence_wait(fence.get(), 1, kLong) != ACCEL_STATUS_TIMEOUT);
        }
    }
    CHECK(stand.complaints() == "");
}

}  // namespace accel::conformance
