// SPDX-License-Identifier: MIT
// The library's side of the module door, as the witness module sees it.
#include <atomic>
#include <cstdio>
#include <deque>
#include <thread>

#include "stand.h"
#include "support/calls.h"
#include "support/forked.h"
#include "support/status.h"

namespace accel::conformance {

ACCEL_CASE("runtime.witness.bindings", "H-7", "a run is bound completely, in order and in range before it is submitted")
{
    Stand stand;
    {
        const Job job(stand, stand.program());
        job.set(40, 2);
        const Queue queue = stand.queue();
        const Fence fence = stand.fence();
        queue.submit(job.run, {}, {fence.at(1)});
        REQUIRE(arrives(fence, 1));
        CHECK(job.result() == 42);
        const Buffer wide = stand.buffer(Stand::kBytes * 4);
        job.run.bind(2, wide, 512);
        queue.submit(job.run, {}, {fence.at(2)});
        REQUIRE(arrives(fence, 2));
        CHECK(wide.map().as<float>()[128] == 42);
    }
    CHECK(stand.ledger().calls("queue_submit") == 2);
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.witness.segments", "H-3", "a program of several segments runs them one after the other, each run once at a time")
{
    Stand stand;
    {
        const Program program = stand.program(3);
        const Job job(stand, program);
        job.set(10, 4);
        const Queue queue = stand.queue();
        const Fence fence = stand.fence();
        for (uint64_t round = 1; round <= 5; ++round) {
            queue.submit(job.run, {}, {fence.at(round)});
            REQUIRE(arrives(fence, round));
        }
        CHECK(job.result() == 22);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.witness.no-call-after-destroy", "H-1", "no call names an object after its end, whatever order the application drops things in")
{
    Stand stand;
    for (int order = 0; order < 6; ++order) {
        auto program = std::make_unique<Program>(stand.program());
        auto job = std::make_unique<Job>(stand, *program);
        auto queue = std::make_unique<Queue>(stand.queue());
        auto fence = std::make_unique<Fence>(stand.fence());
        queue->submit(job->run, {}, {fence->at(1)});
        if (order % 2 == 0) program.reset();
        if (order < 3) queue.reset();
        if (order % 3 == 0) fence.reset();
        job.reset();
    }
    CHECK(stand.ledger().calls("run_destroy") == 6);
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.witness.all-gone", "H-2", "everything made on a device is destroyed before the device is closed, and nothing is left")
{
    Stand stand;
    {
        const Program program = stand.program(2);
        const Job one(stand, program), two(stand, program);
        const Queue queue = stand.queue();
        const Buffer extra = stand.buffer(10'000);
        const auto mapping = extra.map();
        CHECK(stand.ledger().live() > 5);
    }
    CHECK(stand.complaints() == "");
    CHECK(stand.ledger().live() == 0);
    CHECK(stand.ledger().calls("device_open") == stand.ledger().calls("device_close"));
}

ACCEL_CASE("runtime.witness.runs-before-buffers", "H-2", "a buffer is destroyed after the runs that are bound to it, whoever has its last reference")
{
    Stand stand;
    {
        const Program program = stand.program();
        auto job = std::make_unique<Job>(stand, program);
        job->set(2, 3);
        const Queue queue = stand.queue();
        const Fence fence = stand.fence();
        queue.submit(job->run, {}, {fence.at(1)});
        REQUIRE(arrives(fence, 1));
        // Bound anew, the run has the last reference to what it is bound to now, and none to what it was bound to before.
        job->run.bind(0, stand.buffer());
        job->a = job->b = job->y = Buffer();
        job.reset();
    }
    CHECK(stand.ledger().calls("buffer_destroy") == 4);
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.witness.in-flight", "H-3", "a run in flight is neither bound, submitted nor destroyed below the library")
{
    Stand stand;
    {
        const Program program = stand.program();
        auto job = std::make_unique<Job>(stand, program);
        job->set(1, 2);
        const Queue queue = stand.queue();
        const Fence fence = stand.fence();
        Hold hold(stand);
        queue.submit(job->run, {}, {fence.at(1)});
        CHECK_STATUS(status_of([&] { queue.submit(job->run, {}, {fence.at(2)}); }), ACCEL_STATUS_BUSY);
        CHECK_STATUS(status_of([&] { job->run.bind(0, job->b); }), ACCEL_STATUS_BUSY);
        const Buffer y = job->y;
        job.reset();
        hold.release();
        REQUIRE(arrives(fence, 1));
        CHECK(y.map().as<float>()[0] == 3);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.witness.depth", "H-8", "a module never holds more submissions than its queue is deep, however deep the application's queue is")
{
    Stand stand(2);
    {
        const Program program = stand.program();
        std::deque<Job> jobs;
        const Queue queue = stand.queue(16);
        const Fence fence = stand.fence();
        Hold hold(stand);
        uint64_t taken = 0;
        for (int index = 0; index < 10; ++index) {
            jobs.emplace_back(stand, program).set(static_cast<float>(index), 1);
            const accel_status status = status_of([&] { queue.submit(jobs.back().run, {}, {fence.at(taken + 1)}); });
            REQUIRE(one_of(status, {ACCEL_STATUS_OK, ACCEL_STATUS_BUSY}));
            if (status == ACCEL_STATUS_BUSY)
                jobs.pop_back();
            else
                ++taken;
        }
        CHECK(taken >= 2);
        hold.release();
        REQUIRE(arrives(fence, taken));
        for (size_t index = 0; index < taken; ++index) CHECK(jobs[index].result() == static_cast<float>(index + 1));
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.witness.overlap", "H-4", "calls on one queue and on one run never overlap, though many threads work on the device")
{
    Stand stand;
    {
        const Program program = stand.program();
        std::atomic<int> good{0};
        std::vector<std::thread> threads;
        for (int index = 0; index < 4; ++index)
            threads.emplace_back([&, index] {
                try {
                    const Job job(stand, program);
                    const Queue queue = stand.queue();
                    const Fence gate = stand.fence(), fence = stand.fence();
                    for (uint64_t round = 1; round <= 40; ++round) {
                        job.run.bind(0, round % 2 ? job.a : job.b);
                        queue.submit(job.run, {gate.at(round)}, {fence.at(round)});
                        gate.signal(round);
                        if (!fence.wait(round, kLong)) return;
                    }
                    good += index >= 0;
                } catch (const std::exception &) {
                }
            });
        for (auto &thread : threads) thread.join();
        CHECK(good == 4);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.witness.structs", "H-5", "structs have their size, reserved members are zero and strings are not NULL in every call")
{
    Stand stand;
    {
        const Program program = stand.program(2);
        const std::string bytes = program.save();
        const Program loaded = Program::load(stand.instance(), bytes, {stand.device()});
        accel_fit fit = ACCEL_FIT_NONE;
        CHECK_STATUS(check_program(stand.instance(), bytes, "witness", &fit), ACCEL_STATUS_OK);
        CHECK(fit == ACCEL_FIT_FULL);
        const Job job(stand, loaded);
        const Queue queue = stand.queue();
        const Fence fence = stand.fence();
        queue.submit(job.run, {}, {fence.at(1)});
        REQUIRE(arrives(fence, 1));
        queue.cancel();
    }
    for (const char *slot : {"accel_module_entry", "device_open", "query", "build", "check", "program_load", "run_create", "run_bind", "queue_create", "queue_submit"}) {
        INFO(slot);
        // The entry was called by the first case of this process.
        if (std::string(slot) != "accel_module_entry") CHECK(stand.ledger().calls(slot) > 0);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.witness.unclaimed", "H-6", "a device that claims no foreign memory and no fences is never handed any")
{
    Stand stand;
    {
        const Program program = stand.program();
        const Job job(stand, program);
        const Queue queue = stand.queue();
        const Fence gate = stand.fence(), done = Fence::create(stand.instance(), ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_EVENTFD));
        job.set(5, 6);
        queue.submit(job.run, {gate.at(1)}, {done.at(1)});
        gate.signal(1);
        REQUIRE(arrives(done, 1));
        CHECK(job.result() == 11);
        accel_device *device = stand.device().get();
        auto desc = sized<accel_buffer_import_desc>();
        std::vector<char> memory(4096);
        desc.kind = ACCEL_HANDLE_KIND_HOST_POINTER;
        desc.fd = -1;
        desc.host_pointer = memory.data();
        desc.size_bytes = 4096;
        desc.devices = &device;
        desc.device_count = 1;
        desc.access = ACCEL_ACCESS_READ;
        accel_buffer *buffer = nullptr;
        CHECK_REFUSED(accel_buffer_import(&desc, &buffer), ACCEL_STATUS_UNSUPPORTED);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.witness.cancel", "Q-9", "cancelling reaches the module, ends every ticket and leaves nothing in flight")
{
    Stand stand;
    {
        const Program program = stand.program();
        std::deque<Job> jobs;
        const Queue queue = stand.queue();
        std::deque<Fence> fences;
        Hold hold(stand);
        for (int index = 0; index < 4; ++index) {
            jobs.emplace_back(stand, program).set(1, 1);
            fences.push_back(stand.fence());
            queue.submit(jobs.back().run, {}, {fences.back().at(1)});
        }
        queue.cancel();
        hold.release();
        for (const auto &fence : fences) {
            const accel_status status = accel_fence_wait(fence.get(), 1, kLong);
            CHECK(one_of(status, {ACCEL_STATUS_OK, ACCEL_STATUS_CANCELLED}));
        }
        CHECK_STATUS(accel_fence_wait(fences.back().get(), 1, kLong), ACCEL_STATUS_CANCELLED);
    }
    CHECK(stand.complaints() == "");
    CHECK(stand.ledger().live() == 0);
}

ACCEL_CASE("runtime.witness.fork", "H-12", "after fork no slot but after_fork is called for what the parent made, and that once")
{
    Stand stand;
    {
        const Program program = stand.program();
        const Job job(stand, program);
        const Queue queue = stand.queue();
        REQUIRE(stand.ledger().calls("run_bind") > 0);
        const int end = in_child([&] {
            const uint64_t before = stand.ledger().all_calls();
            for (int times = 0; times < 3; ++times) {
                accel_run_unref(job.run.get());
                accel_buffer_unref(job.a.get());
                accel_queue_unref(queue.get());
                accel_program_unref(program.get());
                accel_device_unref(stand.device().get());
                accel_instance_unref(stand.instance().get());
            }
            if (stand.ledger().all_calls() != before) return 2;
            Stand fresh;
            {
                const Job anew(fresh, fresh.program());
                anew.set(20, 22);
                const Fence fence = fresh.fence();
                const Queue own = fresh.queue();
                own.submit(anew.run, {}, {fence.at(1)});
                if (accel_fence_wait(fence.get(), 1, kLong) != ACCEL_STATUS_OK || anew.result() != 42) return 3;
            }
            if (fresh.ledger().calls("after_fork") != 1 || fresh.ledger().calls("accel_module_entry") != 0) return 4;
            const std::string wrong = fresh.complaints();
            if (!wrong.empty()) std::fprintf(stderr, "%s\n", wrong.c_str());
            return wrong.empty() && stand.ledger().all_calls() == before ? 0 : 5;
        });
        CHECK(end == 0);
        job.set(1, 2);
        const Fence fence = stand.fence();
        queue.submit(job.run, {}, {fence.at(1)});
        REQUIRE(arrives(fence, 1));
        CHECK(job.result() == 3);
    }
    CHECK(stand.complaints() == "");
}

}  // namespace accel::conformance
