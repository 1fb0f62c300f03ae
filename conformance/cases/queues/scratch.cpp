// SPDX-License-Identifier: MIT
// Scratch that the application supplies, and that runs of several programs share.
#include <algorithm>
#include <cstring>

#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

constexpr uint64_t kGuardBytes = 512;
constexpr uint8_t kGuard = 0xa5;

/// Memory for every piece of scratch that may be supplied, each in a buffer of its own, in front of guard bytes.
class Pieces {
public:
    Pieces(const Room &room, const std::vector<Program> &programs)
    {
        uint32_t first = 0;
        for (const Program &program : programs) {
            auto info = sized<accel_scratch_info>();
            uint32_t index = 0;
            for (; accel_program_scratch(program.get(), 0, index, &info) == ACCEL_STATUS_OK; ++index) {
                if (!info.can_supply) continue;
                buffers_.push_back(room.buffer(info.size_bytes + kGuardBytes));
                sizes_.push_back(info.size_bytes);
                memory_.push_back({first + index, 0, buffers_.back().get(), 0});
            }
            first += index;
        }
        for (size_t piece = 0; piece < buffers_.size(); ++piece) std::memset(buffers_[piece].map(ACCEL_ACCESS_WRITE).as<uint8_t>() + sizes_[piece], kGuard, kGuardBytes);
    }
    const std::vector<accel_memory_binding> &memory() const { return memory_; }
    void fill_with_noise(uint32_t seed) const
    {
        seed *= 0x9e3779b9u;  // so that seeds which are neighbours differ from the first byte on
        for (size_t piece = 0; piece < buffers_.size(); ++piece) {
            const auto mapping = buffers_[piece].map(ACCEL_ACCESS_WRITE);
            for (uint64_t index = 0; index < sizes_[piece]; ++index) mapping.as<uint8_t>()[index] = static_cast<uint8_t>((seed = seed * 1664525 + 1013904223) >> 24);
        }
    }
    Comparison guards_hold() const
    {
        for (size_t piece = 0; piece < buffers_.size(); ++piece) {
            const auto mapping = buffers_[piece].map(ACCEL_ACCESS_READ);
            const uint8_t *guard = mapping.as<uint8_t>() + sizes_[piece];
            const auto changed = std::find_if(guard, guard + kGuardBytes, [](uint8_t byte) { return byte != kGuard; });
            if (changed != guard + kGuardBytes) return Comparison("byte " + std::to_string(changed - guard) + " behind piece " + std::to_string(piece) + " of the scratch was written");
        }
        return Comparison();
    }

private:
    std::vector<Buffer> buffers_;
    std::vector<uint64_t> sizes_;
    std::vector<accel_memory_binding> memory_;
};

}  // namespace

ACCEL_CASE("queues.scratch.noise", "M-13", "what is in scratch when a run begins means nothing, and no run writes beside its pieces")
{
    const Room room;
    const Adder chain = room.chain(5);
    const Pieces pieces(room, {chain.program()});
    const Scratch scratch = Scratch::create({chain.program()}, pieces.memory());
    const Sum alone(room, chain), sum(room, chain, 0, scratch);
    for (uint32_t round = 1; round <= 4; ++round) {
        const int a = static_cast<int>(round), b = 7 - static_cast<int>(round);
        alone.set(a, b);
        sum.set(a, b);
        pieces.fill_with_noise(round);
        REQUIRE(room.completes(sum.run));
        REQUIRE(room.completes(alone.run));
        CHECK(sum.result() == alone.result());
        CHECK(sum.holds(a + 5 * b));
        CHECK(pieces.guards_hold());
    }
}

ACCEL_CASE("queues.scratch.shared", "R-13", "runs of several programs that share scratch give what they give alone, one behind the other")
{
    const Room room;
    const Adder three = room.chain(3), five = room.chain(5);
    for (const bool supplied : {false, true}) {
        const Pieces pieces(room, {three.program(), five.program()});
        const Scratch scratch = Scratch::create({three.program(), five.program()}, supplied ? pieces.memory() : std::vector<accel_memory_binding>{});
        const Sum first(room, three, 0, scratch), second(room, five, 0, scratch), third(room, three, 0, scratch);
        first.set(1, 2);
        second.set(3, 4);
        third.set(5, 6);
        const Queue queue = room.queue();
        const Fence done = room.fence();
        for (uint64_t round = 0; round < 5; ++round) {
            queue.submit(first.run, {}, {done.at(3 * round + 1)});
            queue.submit(second.run, {}, {done.at(3 * round + 2)});
            queue.submit(third.run, {}, {done.at(3 * round + 3)});
            REQUIRE(arrives(done, 3 * round + 3));
            CHECK(first.holds(1 + 3 * 2));
            CHECK(second.holds(3 + 5 * 4));
            CHECK(third.holds(5 + 3 * 6));
            if (supplied) pieces.fill_with_noise(static_cast<uint32_t>(round));
        }
        if (supplied) CHECK(pieces.guards_hold());
    }
}

ACCEL_CASE("queues.scratch.turns", "R-13", "runs that share scratch are never in flight on two queues without a wait in between: BUSY")
{
    const Room room;
    const Adder chain = room.chain(3);
    const Scratch scratch = Scratch::create({chain.program()});
    const Sum first(room, chain, 0, scratch), second(room, chain, 0, scratch);
    first.set(10, 1);
    second.set(20, 2);
    const Queue one = room.queue(), other = room.queue();
    const Fence gate = room.fence(), done = room.fence(), last = room.fence();
    for (uint64_t round = 1; round <= 5; ++round) {
        one.submit(first.run, {gate.at(round)}, {done.at(round)});
        CHECK_STATUS(status_of([&] { other.submit(second.run, {}, {last.at(round)}); }), ACCEL_STATUS_BUSY);
        CHECK_STATUS(status_of([&] { other.submit(second.run, {gate.at(round)}, {last.at(round)}); }), ACCEL_STATUS_BUSY);
        other.submit(second.run, {done.at(round)}, {last.at(round)});
        gate.signal(round);
        REQUIRE(arrives(last, round));
        CHECK(first.holds(13));
        CHECK(second.holds(26));
    }
    // Nothing is in flight any more.
    other.submit(first.run, {}, {last.at(6)});
    REQUIRE(arrives(last, 6));
}

ACCEL_CASE("queues.scratch.refused", "R-13", "memory that is short, misaligned, doubled or for no piece is INVALID_ARGUMENT, and so is a run of another program")
{
    const Room room;
    const Adder chain = room.chain(3), other = room.chain(4);
    const Scratch scratch = Scratch::create({chain.program()});
    CHECK_STATUS(status_of([&] { Run::create(other.program(), 0, State(), 0, ACCEL_PRIORITY_NORMAL, scratch); }), ACCEL_STATUS_INVALID_ARGUMENT);
    const auto refused = [&](const std::vector<accel_memory_binding> &memory) { return status_of([&] { Scratch::create({chain.program()}, memory); }) == ACCEL_STATUS_INVALID_ARGUMENT; };
    const Buffer wide = room.buffer(1 << 20);
    CHECK(refused({{4711, 0, wide.get(), 0}}));
    CHECK_STATUS(status_of([&] { Scratch::create({}); }), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_STATUS(status_of([&] { Scratch::create({chain.program(), chain.program()}); }), ACCEL_STATUS_INVALID_ARGUMENT);
    auto info = sized<accel_scratch_info>();
    for (uint32_t index = 0; accel_program_scratch(chain.program().get(), 0, index, &info) == ACCEL_STATUS_OK; ++index) {
        if (!info.can_supply) {
            CHECK(refused({{index, 0, wide.get(), 0}}));
            continue;
        }
        const Buffer exact = room.buffer(info.size_bytes);
        CHECK(Scratch::create({chain.program()}, {{index, 0, exact.get(), 0}}).get() != nullptr);
        CHECK(refused({{index, 1, exact.get(), 0}}));
        CHECK(refused({{index, 0, exact.get(), info.align_bytes}}));
        CHECK(refused({{index, 0, exact.get(), 0}, {index, 0, wide.get(), 0}}));
        if (info.align_bytes > 1) CHECK(refused({{index, 0, wide.get(), 1}}));
        auto desc = sized<accel_buffer_desc>();
        accel_device *device = room.device().get();
        desc.size_bytes = info.size_bytes;
        desc.devices = &device;
        desc.device_count = 1;
        desc.usage = ACCEL_BUFFER_USAGE_STATE;
        accel_buffer *stately = nullptr;
        REQUIRE_STATUS(accel_buffer_create(&desc, &stately), ACCEL_STATUS_OK);
        CHECK(refused({{index, 0, stately, 0}}));
        accel_buffer_unref(stately);
    }
    CHECK_STATUS(accel_program_scratch(chain.program().get(), 0, 4711, &info), ACCEL_STATUS_NOT_FOUND);
}

}  // namespace accel::conformance
