// SPDX-License-Identifier: MIT
// State: what stays from run to run, shared by entry points.
#include "sums.h"
#include "support/calls.h"
#include "support/status.h"

namespace accel::conformance {

ACCEL_CASE("state.shared", "R-10", "entry points with one state see what the submission before them wrote, waited for or not, built and loaded")
{
    const Room room;
    Sums sums(room);
    sums.need();
    const Program built = sums.build(), loaded = Program::load(room.instance(), built.save(), {room.device()});
    for (const Program &program : {built, loaded}) {
        CHECK(program.info().variable_count == 1);
        CHECK(program.entry(Sums::kFill).port_count == 2);
        CHECK(program.entry(Sums::kStep).port_count == 1);
        CHECK(program.entry(Sums::kLook).port_count == 2);
        Play play(room, sums, program, State::create(program));
        CHECK(play.seen() == sums.filled(0));
        play.go(play.fill, 2);
        CHECK(play.seen() == sums.filled(2));
        // One behind the other, without a wait between.
        play.step.set(1);
        play.look.set(0);
        const Turn second(room, sums, program, Sums::kStep, play.state);
        second.set(3);
        for (const Run &run : {play.step.run, second.run, play.look.run}) play.queue.submit(run, {}, {play.fence.at(++play.value)});
        REQUIRE(arrives(play.fence, play.value));
        CHECK(play.look.result() == sums.filled(6));
        // A run without a state has its own.
        const Turn alone(room, sums, program, Sums::kLook, State());
        alone.set(0);
        REQUIRE(room.completes(alone.run));
        CHECK(alone.result() == sums.filled(0));
    }
}

ACCEL_CASE("state.values", "R-11", "reset gives first values, a source a copy that goes its own way")
{
    const Room room;
    Sums sums(room);
    sums.need();
    const auto first = sums.filled(7);
    sums.variable().data = first.data();
    sums.variable().data_bytes = first.size();
    const Program built = sums.build(), loaded = Program::load(room.instance(), built.save(), {room.device()});
    for (const Program &program : {built, loaded}) {
        Play play(room, sums, program, State::create(program));
        CHECK(play.seen() == sums.filled(7));
        play.go(play.step, 1);
        CHECK(play.seen() == sums.filled(8));
        Play other(room, sums, program, State::copy(program, play.state));
        play.go(play.step, 10);
        other.go(other.step, 20);
        CHECK(play.seen() == sums.filled(18));
        CHECK(other.seen() == sums.filled(28));
        play.state.reset();
        CHECK(play.seen() == sums.filled(7));
        CHECK(other.seen() == sums.filled(28));
    }
}

ACCEL_CASE("state.order", "R-10", "on another queue a submission waits for what the latest one signals, or is BUSY, and so is who looks")
{
    const Room room;
    Sums sums(room);
    sums.need();
    const Program program = sums.build();
    Play play(room, sums, program, State::create(program));
    const Queue other = room.queue();
    const Fence gate = room.fence(), second = room.fence();
    play.step.set(1);
    play.look.set(0);
    play.queue.submit(play.step.run, {gate.at(1)}, {play.fence.at(++play.value)});
    const auto submit = [&](const std::vector<accel_fence_point> &waits) {
        const accel_fence_point done = second.at(1);
        auto desc = sized<accel_submit>();
        desc.run = play.look.run.get();
        desc.waits = waits.data();
        desc.wait_count = static_cast<uint32_t>(waits.size());
        desc.signals = &done;
        desc.signal_count = 1;
        return accel_queue_submit(other.get(), &desc);
    };
    CHECK_STATUS(submit({}), ACCEL_STATUS_BUSY);
    CHECK_STATUS(submit({gate.at(1)}), ACCEL_STATUS_BUSY);
    CHECK_STATUS(accel_state_reset(play.state.get()), ACCEL_STATUS_BUSY);
    accel_state *copy = nullptr;
    auto copying = sized<accel_state_desc>();
    copying.program = program.get();
    copying.source = play.state.get();
    CHECK_REFUSED(accel_state_create(&copying, &copy), ACCEL_STATUS_BUSY);
    auto info = sized<accel_variable_info>();
    CHECK_STATUS(accel_state_variable(play.state.get(), 0, &info), ACCEL_STATUS_BUSY);
    REQUIRE_STATUS(submit({play.fence.at(play.value)}), ACCEL_STATUS_OK);
    gate.signal(1);
    REQUIRE(arrives(second, 1));
    CHECK(play.look.result() == sums.filled(1));
    // When all has ended, any queue will do.
    play.state.reset();
    CHECK(play.seen() == sums.filled(0));
}

ACCEL_CASE("state.memory", "R-11", "the memory of a variable may be the application's, lies where the state says, and is checked")
{
    const Room room;
    Sums sums(room);
    sums.need();
    const Program program = sums.build();
    const auto wanted = program.variable(0);
    CHECK(std::string(wanted.name) == "s");
    CHECK(wanted.buffer == nullptr);
    CHECK(program.info().state_bytes >= wanted.size_bytes);
    const Buffer memory = room.buffer(wanted.size_bytes + 4096);
    accel_memory_binding binding{0, 0, memory.get(), 4096};
    auto desc = sized<accel_state_desc>();
    desc.program = program.get();
    desc.memory = &binding;
    desc.memory_count = 1;
    desc.memory_size = sizeof binding;
    Play play(room, sums, program, State::create(desc));
    play.go(play.fill, 3);
    CHECK(play.seen() == sums.filled(3));
    const auto info = play.state.variable(0);
    CHECK(info.buffer == memory.get());
    CHECK(info.offset_bytes == 4096);
    accel_state *state = nullptr;
    binding.offset_bytes = 8192;
    CHECK_REFUSED(accel_state_create(&desc, &state), ACCEL_STATUS_INVALID_ARGUMENT);
    binding.offset_bytes = wanted.align_bytes > 1 ? 1 : UINT64_MAX;
    CHECK_REFUSED(accel_state_create(&desc, &state), ACCEL_STATUS_INVALID_ARGUMENT);
    binding.offset_bytes = 0;
    binding.index = 1;
    CHECK_REFUSED(accel_state_create(&desc, &state), ACCEL_STATUS_NOT_FOUND);
    CHECK_STATUS(accel_program_variable(program.get(), 1, nullptr), ACCEL_STATUS_INVALID_ARGUMENT);
    auto facts = sized<accel_variable_info>();
    CHECK_STATUS(accel_program_variable(program.get(), 1, &facts), ACCEL_STATUS_NOT_FOUND);
    // A state of another program is no state of this one.
    const Program twin = sums.build();
    auto run_desc = sized<accel_run_desc>();
    run_desc.program = twin.get();
    run_desc.state = play.state.get();
    run_desc.entry = Sums::kStep;
    accel_run *run = nullptr;
    CHECK_REFUSED(accel_run_create(&run_desc, &run), ACCEL_STATUS_INVALID_ARGUMENT);
}

}  // namespace accel::conformance
