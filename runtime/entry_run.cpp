// SPDX-License-Identifier: MIT
// Entry points of the run: check, call, return.
#include "check.h"
#include "run.h"

using namespace accel::runtime;

extern "C" {

enum accel_status accel_run_create(const struct accel_run_desc *desc, struct accel_run **out_run)
{
    if (!out_run)
        return fail_null("out_run");
    *out_run = nullptr;
    accel_run_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    accel_program *program = given.program;
    ACCEL_TRY(check_handle(program, "desc.program"));
    if (given.flags & ~static_cast<uint32_t>(ACCEL_RUN_FLAG_TIMINGS) || given.reserved)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", program, "desc.flags is 0x%x, expected 0x%x at most, or desc.reserved is not 0", given.flags, ACCEL_RUN_FLAG_TIMINGS);
    ACCEL_TRY(check_priority(given.priority));
    if (given.scratch)
        ACCEL_TRY(check_handle(given.scratch, "desc.scratch"));
    if (given.entry >= program->entries.size())
        return fail(ACCEL_STATUS_NOT_FOUND, "P-4", program, "desc.entry is %u, the program has %zu entry points", given.entry, program->entries.size());
    if (given.state) {
        ACCEL_TRY(check_handle(given.state, "desc.state"));
        if (&given.state->program() != program)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", given.state, "desc.state is of another program");
    }
    if (!program->loaded())
        return fail(ACCEL_STATUS_UNSUPPORTED, "P-8", program, "the program was built for a bare target; save it and load it where the device is");
    return guarded([&] {
        ACCEL_TRY(program->verify_files());
        auto run = Ref<accel_run>::adopt(new accel_run(given));
        const accel_status status = run->prepare();
        ACCEL_TRY(program->verify_files());
        ACCEL_TRY(status);
        *out_run = run.release();
        return ACCEL_STATUS_OK;
    });
}

struct accel_run *accel_run_ref(struct accel_run *run) { return ref_handle(run); }
void accel_run_unref(struct accel_run *run) { unref_handle(run); }

enum accel_status accel_run_bind(struct accel_run *run, const struct accel_binding *bindings, uint32_t binding_count, uint32_t binding_size)
{
    ACCEL_TRY(check_handle(run, "run"));
    if (binding_count && !bindings)
        return fail_null("bindings");
    if (binding_count)
        ACCEL_TRY(check_element_size<accel_binding>(binding_size, "bindings"));
    if (binding_count > 2 * run->entry().application_ports.size())
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-3", run, "%u bindings are given for %zu ports", binding_count, run->entry().application_ports.size());
    return guarded([&] {
        std::vector<accel_binding> given;
        for (uint32_t i = 0; i < binding_count; ++i) {
            const char *bytes = reinterpret_cast<const char *>(bindings) + static_cast<size_t>(i) * binding_size;
            if (binding_size > sizeof(accel_binding) && !is_zero(bytes + sizeof(accel_binding), binding_size - sizeof(accel_binding)))
                return fail_struct_tail(binding_size, sizeof(accel_binding), "bindings[]");
            given.push_back(element(bindings, i, binding_size));
        }
        return run->bind(given);
    });
}

enum accel_status accel_run_bind_cost(struct accel_run *run, uint32_t port, enum accel_bind_cost *out_cost)
{
    if (!out_cost)
        return fail_null("out_cost");
    *out_cost = ACCEL_BIND_COST_FREE;
    ACCEL_TRY(check_handle(run, "run"));
    return run->bind_cost(port, out_cost);
}

enum accel_status accel_run_output_dims(struct accel_run *run, uint32_t port, int64_t *dims, uint32_t dim_capacity, uint32_t *out_rank)
{
    if (!out_rank)
        return fail_null("out_rank");
    *out_rank = 0;
    ACCEL_TRY(check_handle(run, "run"));
    if (!dims && dim_capacity)
        return fail_null("dims");
    return run->output_dims(port, dims, dim_capacity, out_rank);
}

enum accel_status accel_run_timing(struct accel_run *run, uint32_t index, struct accel_timing *timing)
{
    ACCEL_TRY(check_handle(run, "run"));
    ACCEL_TRY(check_out(timing, "timing"));
    return guarded([&] {
        accel_timing facts{};
        ACCEL_TRY(run->timing(index, &facts));
        copy_out(facts, timing);
        return ACCEL_STATUS_OK;
    });
}

}  // extern "C"
