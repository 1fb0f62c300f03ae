// SPDX-License-Identifier: MIT
// The device table, called as the library would.
#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <thread>

#include "../../../backends/common/door.h"
#include "suite/case.h"
#include "suite/child.h"
#include "support/bytes.h"
#include "support/module_door.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// A side length of the sum's tensors that keeps the device busy for 20 ms at least.
int64_t busy_side(const ModuleDoor &door, const DoorDevice &device)
{
    static int64_t side = 0;
    for (int64_t candidate = 128; side == 0; candidate *= 2) {
        const DoorSum sum(door, device, candidate);
        const DoorQueue queue(device, 1);
        double best = 1e9;
        for (int round = 0; round < 2; ++round) {
            const Stopwatch stopwatch;
            uint64_t ticket = 0;
            if (queue.submit(sum, &ticket) != ACCEL_STATUS_OK || queue.wait(ticket, kLong) != ACCEL_STATUS_OK) throw std::runtime_error("the sum does not run");
            best = std::min(best, stopwatch.seconds());
        }
        if (best >= 0.02 || candidate >= 2048) side = candidate;
    }
    return side;
}

}  // namespace

ACCEL_CASE("module.queue.tickets", "M-3", "tickets are 1, 2, 3, … per queue")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    const DoorSum sum(door, device);
    for (int queues = 0; queues < 2; ++queues) {
        const DoorQueue queue(device, 1);
        for (uint64_t expected = 1; expected <= 5; ++expected) {
            uint64_t ticket = 0;
            REQUIRE_STATUS(queue.submit(sum, &ticket), ACCEL_STATUS_OK);
            CHECK(ticket == expected);
            REQUIRE_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_OK);
        }
    }
}

ACCEL_CASE("module.queue.finishes-alone", "M-1", "a submitted ticket finishes though nobody waits for it; looks with timeout 0 only see that it did")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    const DoorSum sum(door, device);
    const DoorQueue queue(device, 1);
    uint64_t ticket = 0;
    REQUIRE_STATUS(queue.submit(sum, &ticket), ACCEL_STATUS_OK);
    accel_status status = ACCEL_STATUS_TIMEOUT;
    for (int tries = 0; tries < 300 && status == ACCEL_STATUS_TIMEOUT; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        status = queue.wait(ticket, 0);
    }
    CHECK_STATUS(status, ACCEL_STATUS_OK);
}

ACCEL_CASE("module.queue.submit-returns", "Q-1", "queue_submit returns before heavy work has ended")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    const DoorSum sum(door, device, busy_side(door, device));
    const DoorQueue queue(device, 1);
    bool returned_early = false;
    for (int round = 0; round < 5; ++round) {
        uint64_t ticket = 0;
        REQUIRE_STATUS(queue.submit(sum, &ticket), ACCEL_STATUS_OK);
        returned_early = returned_early || queue.wait(ticket, 0) == ACCEL_STATUS_TIMEOUT;
        REQUIRE_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_OK);
    }
    CHECK(expect(returned_early, "each of 5 calls of queue_submit returned after its work had ended, expected one before"));
}

ACCEL_CASE("module.queue.same-answer", "M-5", "queue_wait answers the same each time it is asked about a finished ticket")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    const uint32_t depth = std::min<uint32_t>(device.info().queue_depth, 4);
    std::deque<DoorSum> sums;
    for (uint32_t index = 0; index < depth; ++index) sums.emplace_back(door, device);
    const DoorQueue queue(device, depth);
    uint64_t ticket = 0;
    for (uint32_t index = 0; index < depth; ++index) REQUIRE_STATUS(queue.submit(sums[index], &ticket), ACCEL_STATUS_OK);
    REQUIRE_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_OK);
    for (int round = 0; round < 3; ++round)
        for (uint64_t earlier = ticket; earlier + depth > ticket; --earlier) CHECK_STATUS(queue.wait(earlier, 0), ACCEL_STATUS_OK);
}

ACCEL_CASE("module.queue.timeout", "M-6", "queue_wait ends with TIMEOUT when its time is over, and not before")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    const DoorSum sum(door, device, busy_side(door, device));
    const DoorQueue queue(device, 1);
    uint64_t ticket = 0;
    const Stopwatch whole;
    REQUIRE_STATUS(queue.submit(sum, &ticket), ACCEL_STATUS_OK);
    REQUIRE_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_OK);
    const double work_seconds = whole.seconds();
    // A look, and a wait of a tenth of the work: neither may last as long as the work, and a TIMEOUT must not come early.
    bool saw_it_running = false;
    for (int round = 0; round < 10 && !saw_it_running; ++round) {
        REQUIRE_STATUS(queue.submit(sum, &ticket), ACCEL_STATUS_OK);
        const Stopwatch look;
        saw_it_running = queue.wait(ticket, 0) == ACCEL_STATUS_TIMEOUT && look.seconds() < work_seconds / 2;
        const auto timeout_ns = static_cast<uint64_t>(work_seconds * 1e8);
        const Stopwatch wait;
        const accel_status status = queue.wait(ticket, timeout_ns);
        if (status == ACCEL_STATUS_TIMEOUT) CHECK(wait.seconds() >= static_cast<double>(timeout_ns) * 1e-9);
        REQUIRE_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_OK);
    }
    INFO("work takes " << work_seconds << " s");
    CHECK(expect(saw_it_running, "no look at work under way answered TIMEOUT within half of its time, expected one of 10 to do so"));
}

ACCEL_CASE("module.queue.comes-back", "M-12", "queue_wait comes back at once for a ticket that has ended, and at its time for one that has not")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    const DoorSum sum(door, device);
    const DoorQueue queue(device, 1);
    uint64_t ticket = 0;
    REQUIRE_STATUS(queue.submit(sum, &ticket), ACCEL_STATUS_OK);
    // On a thread that this case does not depend on: a look, a short wait, and a wait without end for what has ended by then.
    const auto back = std::make_shared<std::atomic<int>>(0);
    std::thread([back, ticket, wait = device.ops().queue_wait, raw = queue.get()] {
        for (const uint64_t timeout_ns : {uint64_t{0}, uint64_t{1'000'000}, kLong}) wait(raw, ticket, timeout_ns), ++*back;
        ++*back;
    }).detach();
    for (int tries = 0; tries < 1000 && *back < 4; ++tries) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    INFO("0: not even a look came back");
    CHECK(*back == 4);
}

ACCEL_CASE("module.queue.cancel", "M-7", "queue_cancel ends tickets that have not started with CANCELLED, and the queue goes on")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    if (!device.ops().queue_cancel) skip("module.cancel", "the module cancels nothing");
    const uint32_t depth = std::min<uint32_t>(device.info().queue_depth, 6);
    if (depth < 3) skip("module.cancel", "the queue is too short to hold work that has not started");
    const int64_t side = busy_side(door, device);
    std::deque<DoorSum> sums;
    for (uint32_t index = 0; index < depth; ++index) sums.emplace_back(door, device, side);
    const DoorQueue queue(device, depth);
    uint64_t ticket = 0;
    for (uint32_t index = 0; index < depth; ++index) REQUIRE_STATUS(queue.submit(sums[index], &ticket), ACCEL_STATUS_OK);
    REQUIRE_STATUS(device.ops().queue_cancel(queue.get(), 0), ACCEL_STATUS_OK);
    CHECK_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_CANCELLED);
    CHECK_STATUS(queue.wait(ticket, 0), ACCEL_STATUS_CANCELLED);
    const accel_status first = queue.wait(ticket - depth + 1, kLong);
    CHECK(one_of(first, {ACCEL_STATUS_OK, ACCEL_STATUS_CANCELLED}));
    REQUIRE_STATUS(queue.submit(sums[0], &ticket), ACCEL_STATUS_OK);
    CHECK(ticket == depth + 1);
    CHECK_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_OK);
}

ACCEL_CASE("module.queue.cancel-one", "M-7", "queue_cancel with a ticket ends that one with CANCELLED if it has not started, and no other")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    if (!device.ops().queue_cancel) skip("module.cancel", "the module cancels nothing");
    const uint32_t depth = std::min<uint32_t>(device.info().queue_depth, 6);
    if (depth < 4) skip("module.cancel", "the queue is too short to hold work that has not started");
    const int64_t side = busy_side(door, device);
    std::deque<DoorSum> sums;
    for (uint32_t index = 0; index < depth; ++index) sums.emplace_back(door, device, side);
    const DoorQueue queue(device, depth);
    // Each place of a full ring is named once, in a ring of its own; the first may have started.
    for (uint32_t named = 1; named < depth; ++named) {
        uint64_t last = 0;
        for (const auto &sum : sums) REQUIRE_STATUS(queue.submit(sum, &last), ACCEL_STATUS_OK);
        const uint64_t first = last - depth + 1;
        const accel_status answer = device.ops().queue_cancel(queue.get(), first + named);
        if (answer == ACCEL_STATUS_UNSUPPORTED) skip("module.cancel-one", "the module cancels all or nothing");
        REQUIRE_STATUS(answer, ACCEL_STATUS_OK);
        REQUIRE(queue.wait(last, kLong) != ACCEL_STATUS_TIMEOUT);
        for (uint64_t ticket = first; ticket <= last; ++ticket) {
            INFO("place " << ticket - first << " of " << depth << ", place " << named << " was named");
            const accel_status status = queue.wait(ticket, 0);
            if (ticket != first + named)
                CHECK_STATUS(status, ACCEL_STATUS_OK);
            else if (named > 1)
                CHECK_STATUS(status, ACCEL_STATUS_CANCELLED);
            else
                CHECK(one_of(status, {ACCEL_STATUS_OK, ACCEL_STATUS_CANCELLED}));
        }
    }
    // A ticket that has ended stays as it is, and so does the queue.
    uint64_t ticket = 0;
    REQUIRE_STATUS(queue.submit(sums[0], &ticket), ACCEL_STATUS_OK);
    REQUIRE_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_OK);
    CHECK_STATUS(device.ops().queue_cancel(queue.get(), ticket), ACCEL_STATUS_OK);
    CHECK_STATUS(queue.wait(ticket, 0), ACCEL_STATUS_OK);
}

ACCEL_CASE("module.program.damaged", "M-8", "program_load refuses cut and flipped bytes with CORRUPT or INCOMPATIBLE")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    auto graph = door_sum_graph(door, 4);
    const Blob blob(door, graph);
    const auto constants = blob.constants(graph);
    const auto load = [&](const std::string &bytes, accel_bk_program **out) {
        return door::load(device.ops(), device.get(), bytes.data(), bytes.size(), constants.data(), static_cast<uint32_t>(constants.size()), out);
    };
    Random random(12);
    size_t loaded = 0;
    for (int round = 0; round < 200; ++round) {
        std::string damaged = blob.bytes();
        if (round % 2 == 0)
            damaged.resize(random.next() % damaged.size());
        else
            damaged[random.next() % damaged.size()] ^= static_cast<char>(1 << random.whole(0, 7));
        accel_bk_program *program = nullptr;
        const accel_status status = load(damaged, &program);
        if (status == ACCEL_STATUS_OK) {
            ++loaded;
            device.ops().program_unload(program);
        } else {
            CHECK(one_of(status, {ACCEL_STATUS_CORRUPT, ACCEL_STATUS_INCOMPATIBLE}));
        }
    }
    CHECK(loaded == 0);
}

ACCEL_CASE("module.device.out-handles", "M-9", "after an error the out handle is NULL")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    auto *program = reinterpret_cast<accel_bk_program *>(uintptr_t{0x1000});
    CHECK(door::load(device.ops(), device.get(), "garbage", 7, nullptr, 0, &program) != ACCEL_STATUS_OK);
    CHECK(program == nullptr);
    auto desc = sized<accel_bk_buffer_desc>();
    desc.size_bytes = uint64_t{1} << 60;
    desc.align_bytes = 64;
    desc.fd = -1;
    desc.usage = ACCEL_BUFFER_USAGE_PORT | ACCEL_BUFFER_USAGE_MAP;
    auto *buffer = reinterpret_cast<accel_bk_buffer *>(uintptr_t{0x1000});
    CHECK(device.ops().buffer_create(device.get(), &desc, &buffer) != ACCEL_STATUS_OK);
    CHECK(buffer == nullptr);
}

ACCEL_CASE("module.device.facts", "D-5", "the open device's facts are in their ranges, and its target is one of the compiler's")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    const auto info = device.info();
    CHECK(info.queue_depth >= 1);
    CHECK(std::string(info.name) != "");
    CHECK(info.driver_version != nullptr);
    CHECK(info.firmware_version != nullptr);
    CHECK((info.buffer_align_bytes & (info.buffer_align_bytes - 1)) == 0);
    CHECK((info.flags & ~uint32_t{ACCEL_BK_DEVICE_FLAG_SINGLE_CONTEXT | ACCEL_BK_DEVICE_FLAG_COHERENT}) == 0);
    bool known = !door.module().compiler;
    auto target = sized<accel_bk_target_info>();
    for (uint32_t index = 0; !known && door.compiler().target_info(index, &target) == ACCEL_STATUS_OK; ++index) known = std::string(target.name) == info.target;
    CHECK(expect(known, std::string("the device's target is '") + info.target + "', expected one that target_info lists"));
    if (info.fence_export_kinds & ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE)) CHECK(device.ops().queue_fence != nullptr);
    if (info.buffer_export_kinds) CHECK(device.ops().buffer_export != nullptr);
}

}  // namespace accel::conformance
