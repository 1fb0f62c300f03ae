// SPDX-License-Identifier: MIT
// Entry points of the run: check, call, return.
#include "base/check.h"
#include "run/run.h"

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

enum accel_status accel_run_bind(struct accel_run *run, const struct accel_bind_desc *desc)
{
    ACCEL_TRY(check_handle(run, "run"));
    accel_bind_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    if (given.flags & ~static_cast<uint32_t>(ACCEL_BIND_FLAG_PREPARED_ONLY) || given.reserved)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", run, "desc.flags is 0x%x and desc.reserved %u, expected a set of enum accel_bind_flag and 0", given.flags, given.reserved);
    if (given.binding_count > 2 * run->entry().application_ports.size())
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-3", run, "%u bindings are given for %zu ports", given.binding_count, run->entry().application_ports.size());
    return guarded([&] {
        std::vector<accel_binding> bindings;
        std::vector<accel_symbol_value> symbols;
        ACCEL_TRY(copy_in_array(given.bindings, given.binding_count, given.binding_size, "desc.bindings", &bindings));
        ACCEL_TRY(copy_in_array(given.symbols, given.symbol_count, given.symbol_size, "desc.symbols", &symbols));
        return run->bind({bindings, symbols, (given.flags & ACCEL_BIND_FLAG_PREPARED_ONLY) != 0});
    });
}

enum accel_status accel_run_bind_cost(struct accel_run *run, uint32_t port, enum accel_bind_cost *out_cost)
{
    if (!out_cost)
        return fail_null("out_cost");
    *out_cost = ACCEL_BIND_COST_FREE;
    ACCEL_TRY(check_handle(run, "run"));
    return guarded([&] { return run->bind_cost(port, out_cost); });
}

enum accel_status accel_run_query(struct accel_run *run, struct accel_run_info *info)
{
    ACCEL_TRY(check_handle(run, "run"));
    ACCEL_TRY(check_out(info, "info"));
    copy_out(run->facts(), info);
    return ACCEL_STATUS_OK;
}

enum accel_status accel_run_port(struct accel_run *run, uint32_t port, struct accel_port_info *info)
{
    ACCEL_TRY(check_handle(run, "run"));
    ACCEL_TRY(check_out(info, "info"));
    return guarded([&] {
        accel_port_info facts{};
        ACCEL_TRY(run->port(port, &facts));
        copy_out(facts, info);
        return ACCEL_STATUS_OK;
    });
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
