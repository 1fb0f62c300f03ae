// SPDX-License-Identifier: MIT
// fork: the parent's objects are nothing to a child, and an instance that the child makes works.
#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "support/calls.h"
#include "support/forked.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// All of it from the beginning, on the device under test.
int sum_anew()
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(20, 22);
    if (!room.completes(sum.run)) return kChildFails;
    for (const int value : sum.result())
        if (value != 42) return kChildFails;
    return kChildWorks;
}

/// Build something, and where the device takes products, one of a width that it has not seen: what a module's libraries make once, they make here.
void build_something(const Room &room)
{
    static std::atomic<int64_t> width{1};
    const int64_t columns = width++ % 4096 + 1;
    room.adder();
    GraphBuilder graph;
    const uint32_t a = graph.input("a", ACCEL_TYPE_F32, {8, 16});
    const uint32_t weights = graph.constant<float>("b", ACCEL_TYPE_F32, {16, columns}, std::vector<float>(static_cast<size_t>(16 * columns), 1.0f));
    const uint32_t y = graph.tensor("y", ACCEL_TYPE_F32, {8, columns});
    graph.node(ACCEL_OPERATION_MATMUL, {a, weights}, {y});
    graph.output(y);
    std::vector<Refusal> refused;
    if (const auto product = room.try_build(graph, ACCEL_ROUNDING_NONE, &refused)) Run::create(*product);
}

/// Something that goes on in a thread until it is told to stop.
class Beside {
public:
    template <class Body> explicit Beside(const Body &body) : thread_([this, body] { while (!stop_) body(), ++rounds_; }) {}
    ~Beside() { end(); }
    Beside(const Beside &) = delete;
    Beside &operator=(const Beside &) = delete;
    uint64_t end()
    {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
        return rounds_;
    }

private:
    std::atomic<bool> stop_{false};
    std::atomic<uint64_t> rounds_{0};
    std::thread thread_;
};

}  // namespace

ACCEL_CASE("abi.fork.parents-objects", "A-7", "in a child after fork calls with the parent's objects answer FORKED, to unref them changes nothing, and the parent goes on")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    const Fence fence = room.fence();
    const Queue queue = room.queue();
    const auto child = [&] {
        int failures = 0;
        failures += accel_fence_wait(fence.get(), 1, 0) != ACCEL_STATUS_FORKED;
        failures += accel_fence_signal(fence.get(), 1) != ACCEL_STATUS_FORKED;
        failures += accel_device_open(room.device().get()) != ACCEL_STATUS_FORKED;
        failures += accel_instance_device_count(room.instance().get()) != 0;
        auto submit = sized<accel_submit>();
        submit.run = sum.run.get();
        failures += accel_queue_submit(queue.get(), &submit) != ACCEL_STATUS_FORKED;
        accel_run *run = nullptr;
        failures += create_run(adder.program().get(), &run) != ACCEL_STATUS_FORKED;
        auto desc = sized<accel_buffer_info>();
        failures += accel_buffer_query(sum.a.get(), &desc) != ACCEL_STATUS_FORKED;
        void *pointer = nullptr;
        failures += map_buffer(sum.a.get(), ACCEL_ACCESS_READ, &pointer) != ACCEL_STATUS_FORKED;
        accel_buffer_unref(accel_buffer_ref(sum.a.get()));
        for (int times = 0; times < 3; ++times) {
            accel_buffer_unref(sum.a.get());
            accel_run_unref(sum.run.get());
            accel_queue_unref(queue.get());
            accel_program_unref(adder.program().get());
            accel_device_unref(room.device().get());
            accel_instance_unref(room.instance().get());
        }
        return failures;
    };
    CHECK(in_child(child) == 0);
    sum.set(20, 22);
    CHECK(room.completes(sum.run));
    CHECK(sum.holds(42));
}

ACCEL_CASE("abi.fork.fresh-instance", "A-7", "an instance that a child makes works, and one of the child's child, while the parent's run goes on")
{
    const Room room;
    const Adder heavy = room.heavy();
    const Sum work(room, heavy);
    work.set(1, 2);
    const Queue queue = room.queue();
    const Fence done = room.fence();
    queue.submit(work.run, {}, {done.at(1)});
    const pid_t child = start_child([] {
        const int own = sum_anew();
        return own == kChildWorks ? in_child(sum_anew) : own;
    });
    CHECK(arrives(done, 1));
    const int code = end_of_child(child);
    CHECK(work.holds(3));
    need_start_again(code);
    CHECK(code == kChildWorks);
    // Nothing that the child did reached the parent's device.
    work.set(3, 4);
    CHECK(room.completes(work.run));
    CHECK(work.holds(7));
}

ACCEL_CASE("abi.fork.module-starts-again", "M-16", "a module that says that it starts again after fork does: a child whose parent used it gets right results")
{
    {
        const Room room;
        const Adder adder = room.adder();
        const Sum sum(room, adder);
        sum.set(1, 1);
        REQUIRE(room.completes(sum.run));
    }
    const int code = in_child(sum_anew);
    need_start_again(code);
    CHECK(code == kChildWorks);
}

ACCEL_CASE("abi.fork.held-locks", "A-7", "whatever threads of the parent are in the middle of at the moment of fork, children work", 300)
{
    const int first = in_child(sum_anew);
    need_start_again(first);
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(20, 22);
    Beside listing([] { make_instance(Target::current()); });
    Beside building([&] { build_something(room); });
    Beside running([&] { static_cast<void>(room.completes(sum.run)); });
    // A thousand on a device that costs nothing to open; conformance.forks (ctest) has them on the CPU.
    const char *asked = std::getenv("ACCEL_FORKS");
    const int forks = asked ? std::atoi(asked) : 50;
    int works = 0;
    for (int round = 0; round < forks; ++round) works += in_child([] { return build_something(Room()), sum_anew(); }) == kChildWorks;
    CHECK(works == forks);
    // They were in the middle of something.
    CHECK(listing.end() > 0);
    CHECK(building.end() > 0);
    CHECK(running.end() > 0);
    CHECK(sum.holds(42));
}

}  // namespace accel::conformance
