// SPDX-License-Identifier: MIT
// Entry points of the state: check, call, return.
#include "base/check.h"
#include "memory/state.h"

using namespace accel::runtime;

namespace {

accel_status create(accel_program *program, std::span<const accel_memory_binding> memory, accel_state *source, Ref<accel_state> *out)
{
    if (source && &source->program() != program) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", source, "desc.source is of another program");
    if (source) ACCEL_TRY(source->check_idle());
    if (!program->loaded())
        return fail(ACCEL_STATUS_UNSUPPORTED, "P-8", program, "the program was built for a bare target; save it and load it where the device is");
    *out = Ref<accel_state>::adopt(new accel_state(program));
    return (*out)->prepare(memory, source);
}

accel_variable_info facts_of(const accel_program &program, uint32_t index)
{
    const Variable &variable = program.variables[index];
    accel_variable_info facts{};
    facts.name = variable.name.c_str();
    facts.dims = variable.layout.dims.data();
    facts.layout = &variable.shown;
    facts.device = variable.device < program.devices.size() ? program.devices[variable.device].get() : nullptr;
    facts.size_bytes = variable.layout.size_bytes;
    facts.align_bytes = variable.layout.align_bytes;
    facts.type = variable.layout.tensor_type;
    facts.rank = static_cast<uint32_t>(variable.layout.dims.size());
    facts.in_place = variable.in_place;
    return facts;
}

accel_status check_index(const accel_program &program, uint32_t variable)
{
    if (variable < program.variables.size()) return ACCEL_STATUS_OK;
    return fail(ACCEL_STATUS_NOT_FOUND, "P-4", &program, "variable %u was asked for, the program has %zu", variable, program.variables.size());
}

}  // namespace

extern "C" {

enum accel_status accel_state_create(const struct accel_state_desc *desc, struct accel_state **out_state)
{
    if (!out_state) return fail_null("out_state");
    *out_state = nullptr;
    accel_state_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    ACCEL_TRY(check_handle(given.program, "desc.program"));
    if (given.source) ACCEL_TRY(check_handle(given.source, "desc.source"));
    return guarded([&] {
        std::vector<accel_memory_binding> memory;
        ACCEL_TRY(copy_in_array(given.memory, given.memory_count, given.memory_size, "desc.memory", &memory));
        Ref<accel_state> state;
        ACCEL_TRY(create(given.program, memory, given.source, &state));
        *out_state = state.release();
        return ACCEL_STATUS_OK;
    });
}

struct accel_state *accel_state_ref(struct accel_state *state) { return ref_handle(state); }
void accel_state_unref(struct accel_state *state) { unref_handle(state); }

enum accel_status accel_state_reset(struct accel_state *state)
{
    ACCEL_TRY(check_handle(state, "state"));
    return guarded([&] { return state->reset(); });
}

enum accel_status accel_program_variable(struct accel_program *program, uint32_t variable, struct accel_variable_info *info)
{
    ACCEL_TRY(check_handle(program, "program"));
    ACCEL_TRY(check_out(info, "info"));
    ACCEL_TRY(check_index(*program, variable));
    copy_out(facts_of(*program, variable), info);
    return ACCEL_STATUS_OK;
}

enum accel_status accel_state_variable(struct accel_state *state, uint32_t variable, struct accel_variable_info *info)
{
    ACCEL_TRY(check_handle(state, "state"));
    ACCEL_TRY(check_out(info, "info"));
    ACCEL_TRY(check_index(state->program(), variable));
    return guarded([&] {
        ACCEL_TRY(state->check_idle());
        accel_variable_info facts = facts_of(state->program(), variable);
        facts.buffer = state->place(variable).buffer.get();
        facts.offset_bytes = state->place(variable).offset_bytes;
        copy_out(facts, info);
        return ACCEL_STATUS_OK;
    });
}

}  // extern "C"
