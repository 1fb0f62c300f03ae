// SPDX-License-Identifier: MIT
// References, order of destruction, and what is given back.
#include <fstream>
#include <unistd.h>

#include "support/calls.h"
#include "support/heap.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

size_t resident_bytes()
{
    size_t total = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

size_t thread_count()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind("Threads:", 0) == 0) return std::stoul(line.substr(8));
    return 0;
}

}  // namespace

ACCEL_CASE("lifetime.null.unref", "A-14", "unref of NULL does nothing")
{
    accel_instance_unref(nullptr);
    accel_device_unref(nullptr);
    accel_buffer_unref(nullptr);
    accel_fence_unref(nullptr);
    accel_model_unref(nullptr);
    accel_program_unref(nullptr);
    accel_run_unref(nullptr);
    accel_queue_unref(nullptr);
    CHECK(accel_buffer_ref(nullptr) == nullptr);
}

ACCEL_CASE("lifetime.order.parents-first", "A-14", "children work after their parents' references were dropped")
{
    auto room = std::make_unique<Room>();
    auto adder = std::make_unique<Adder>(room->adder());
    auto sum = std::make_unique<Sum>(*room, *adder);
    sum->set(3, 4);
    const Queue queue = room->queue();
    const Fence fence = room->fence();
    const Run run = sum->run;
    const Buffer y = sum->y;
    const Adder reader = *adder;
    sum.reset();
    adder.reset();
    room.reset();
    queue.submit(run, {}, {fence.at(1)});
    REQUIRE(arrives(fence, 1));
    CHECK(reader.read(y, Adder::kY) == std::vector<int>(reader.element_count(), 7));
}

ACCEL_CASE("lifetime.in-flight.dropped", "A-14", "work in flight keeps run, program and buffers until it is done")
{
    const Room room;
    const Fence gate = room.fence(), done = room.fence();
    const Queue queue = room.queue();
    Buffer y;
    auto adder = std::make_unique<Adder>(room.adder());
    const Adder reader = *adder;
    {
        const Sum sum(room, *adder);
        sum.set(30, 12);
        y = sum.y;
        queue.submit(sum.run, {gate.at(1)}, {done.at(1)});
    }
    adder.reset();
    gate.signal(1);
    REQUIRE(arrives(done, 1));
    CHECK(reader.read(y, Adder::kY) == std::vector<int>(reader.element_count(), 42));
}

ACCEL_CASE("lifetime.refs.many", "A-14", "as many unrefs as refs bring an object back to where it was")
{
    const Room room;
    const Buffer buffer = room.buffer(64);
    for (int round = 0; round < 65536; ++round) REQUIRE(accel_buffer_ref(buffer.get()) == buffer.get());
    for (int round = 0; round < 65536; ++round) accel_buffer_unref(buffer.get());
    CHECK(buffer.size_bytes() >= 64);
}

ACCEL_CASE("lifetime.leak.runs", "A-15", "runs, queues, fences and buffers give back their descriptors and memory")
{
    const Room room;
    const Adder adder = room.adder();
    const auto cycle = [&] {
        const Sum sum(room, adder);
        const Queue queue = room.queue();
        const Fence fence = room.fence();
        sum.set(1, 2);
        queue.submit(sum.run, {}, {fence.at(1)});
        return arrives(fence, 1);
    };
    for (int warm_up = 0; warm_up < 3; ++warm_up) REQUIRE(cycle());
    const size_t before = open_fd_count();
    const double growth = heap_growth_per_round([&] { REQUIRE(cycle()); });
    CHECK(open_fd_count() <= before + 2);
    CHECK(growth < kNoLeakBytes);
}

ACCEL_CASE("lifetime.leak.instances", "A-15", "instances, open devices and programs give back descriptors, threads and memory")
{
    const auto cycle = [] {
        const Room room;
        const Adder adder = room.adder();
        const Sum sum(room, adder);
        return expect(sum.y.size_bytes() > 0, "the output's buffer has 0 bytes, expected more");
    };
    for (int warm_up = 0; warm_up < 2; ++warm_up) REQUIRE(cycle());
    const size_t fds = open_fd_count(), threads = thread_count();
    for (int round = 0; round < 20; ++round) REQUIRE(cycle());
    CHECK(open_fd_count() <= fds + 2);
    CHECK(thread_count() <= threads + 1);
}

ACCEL_CASE("lifetime.leak.memory", "A-15", "freed buffers give their memory back")
{
    const Room room;
    constexpr uint64_t kBytes = 8 << 20;
    const auto cycle = [&] {
        const Buffer buffer = room.buffer(kBytes);
        std::memset(buffer.map().as<char>(), 1, kBytes);
    };
    cycle();
    const size_t before = resident_bytes();
    // What is leaked stays whole. An allocator may keep some of what was freed: glibc's aligned_alloc does so when the block does not fit its next use.
    constexpr uint64_t kRounds = 40;
    for (uint64_t round = 0; round < kRounds; ++round) cycle();
    CHECK(resident_bytes() < before + kRounds / 2 * kBytes);
}

ACCEL_CASE("lifetime.failed.leaves-inputs", "A-4", "a create that fails leaves what it was given usable")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    accel_binding binding{4711, 0, sum.a.get(), 0, 0};
    CHECK_REFUSED(bind_run(sum.run.get(), &binding, 1), ACCEL_STATUS_INVALID_ARGUMENT);
    const Fence fence = room.fence();
    const Queue queue = room.queue();
    auto submit = sized<accel_submit>();
    submit.run = sum.run.get();
    const accel_fence_point zero = fence.at(0);
    submit.signals = &zero;
    submit.signal_count = 1;
    CHECK_REFUSED(accel_queue_submit(queue.get(), &submit), ACCEL_STATUS_INVALID_ARGUMENT);
    sum.set(20, 1);
    queue.submit(sum.run, {}, {fence.at(1)});
    REQUIRE(arrives(fence, 1));
    CHECK(sum.holds(21));
}

}  // namespace accel::conformance
