// SPDX-License-Identifier: MIT
// State, scratch and runs for accel.hpp.
#ifndef ACCEL_RUN_HPP
#define ACCEL_RUN_HPP

#include <accel/buffer.hpp>
#include <accel/program.hpp>

#include <vector>

namespace accel {
inline namespace v0_2 {

class State : public Counted<accel_state, accel_state_ref, accel_state_unref> {
public:
    using Counted::Counted;
    /// accel_state_create
    static State create(const Program &program)
    {
        auto desc = sized<accel_state_desc>();
        desc.program = program.get();
        return create(desc);
    }
    /// With the values that another state of the program has.
    static State copy(const Program &program, const State &source)
    {
        auto desc = sized<accel_state_desc>();
        desc.program = program.get();
        desc.source = source.get();
        return create(desc);
    }
    static State create(const accel_state_desc &desc)
    {
        return State(made(accel_state_create, &desc));
    }
    void reset() const { check(accel_state_reset(handle_)); }
    accel_variable_info variable(uint32_t index) const { return asked<accel_variable_info>(accel_state_variable, handle_, index); }
};

class Scratch : public Counted<accel_scratch, accel_scratch_ref, accel_scratch_unref> {
public:
    using Counted::Counted;
    /// accel_scratch_create; memory: pieces that the application supplies
    static Scratch create(const std::vector<Program> &programs, const std::vector<accel_memory_binding> &memory = {})
    {
        const auto list = handles(programs);
        auto desc = sized<accel_scratch_desc>();
        desc.programs = list.data();
        desc.program_count = static_cast<uint32_t>(list.size());
        desc.memory = memory.data();
        desc.memory_count = static_cast<uint32_t>(memory.size());
        desc.memory_size = sizeof(accel_memory_binding);
        return Scratch(made(accel_scratch_create, &desc));
    }
};

class Run : public Counted<accel_run, accel_run_ref, accel_run_unref> {
public:
    using Counted::Counted;
    /// accel_run_create; flags: enum accel_run_flag
    static Run create(const Program &program, uint32_t entry = 0, const State &state = State(), uint32_t flags = 0, int32_t priority = ACCEL_PRIORITY_NORMAL,
                      const Scratch &scratch = Scratch())
    {
        auto desc = sized<accel_run_desc>();
        desc.program = program.get();
        desc.state = state.get();
        desc.scratch = scratch.get();
        desc.entry = entry;
        desc.flags = flags;
        desc.priority = priority;
        return Run(made(accel_run_create, &desc));
    }
    /// accel_run_bind of one port
    void bind(uint32_t port, const Buffer &buffer, uint64_t offset_bytes = 0) const
    {
        const accel_binding binding{port, 0, buffer.get(), offset_bytes, 0};
        auto desc = sized<accel_bind_desc>();
        desc.bindings = &binding;
        desc.binding_count = 1;
        desc.binding_size = sizeof(binding);
        check(accel_run_bind(handle_, &desc));
    }
    /// accel_run_bind of sizes
    void bind(const std::vector<accel_symbol_value> &sizes) const
    {
        auto desc = sized<accel_bind_desc>();
        desc.symbols = sizes.data();
        desc.symbol_count = static_cast<uint32_t>(sizes.size());
        desc.symbol_size = sizeof(accel_symbol_value);
        check(accel_run_bind(handle_, &desc));
    }
    /// accel_run_port
    accel_port_info port(uint32_t index) const
    {
        auto value = sized<accel_port_info>();
        check(accel_run_port(handle_, index, &value));
        return value;
    }
    /// Nothing is bound to a port any more.
    void unbind(uint32_t port) const { bind(port, Buffer()); }
    void bind(const accel_bind_desc &desc) const { check(accel_run_bind(handle_, &desc)); }
    accel_run_info info() const { return asked<accel_run_info>(accel_run_query, handle_); }
    /// accel_run_timing of every row
    std::vector<accel_timing> timings() const
    {
        return counted_rows<accel_timing>([this](uint32_t index, accel_timing *row) { return accel_run_timing(handle_, index, row); });
    }
};

}  // namespace v0_2
}  // namespace accel

#endif  // ACCEL_RUN_HPP
