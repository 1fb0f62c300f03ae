// SPDX-License-Identifier: MIT
// Loads programs; makes, binds and executes runs, with the arena that they work in.
#include "program.h"

#include "blob.h"
#include "compiler.h"
#include "cores/cores.h"
#include "host.h"
#include "one_thread.h"
#include "support.h"

#include <algorithm>
#include <cstdio>

namespace accel::cpu {
namespace {

accel_status load(uint32_t number, const BlobGraph &from, int threads, const accel_bk_constant *constants, Packed &packed,
                  accel_bk_program::Graph &to)
{
    std::string error;
    const std::vector<accel_bk_constant> own = constants_of(from, constants);
    to.bytes.assign(from.bytes, from.bytes + from.byte_count);
    to.flat = graph::FlatGraph::parse(to.bytes.data(), to.bytes.size(), own.data(), static_cast<uint32_t>(own.size()), &error, pulse);
    pulse();
    if (!to.flat)
        return fail(ACCEL_STATUS_CORRUPT, "M-8", "%s", error.c_str());
    const graph::View view(to.flat->desc());
    for (uint32_t i = 0; i < view.node_count(); ++i) {
        pulse();
        if (const Refusal refusal = check_node(view, view.node(i)); refusal.refused())
            return fail(ACCEL_STATUS_CORRUPT, "M-8", "the blob's node %u is one that this module refuses: %s", i, text_of(refusal).c_str());
    }
    if (const auto tensor = port_without_size(view))
        return fail(ACCEL_STATUS_CORRUPT, "M-8", "the blob's tensor %u has no fixed size", *tensor);
    to.plan = make_plan(read_graph(to.flat->desc()), threads, {.packed = &packed});
    if (!to.plan)
        return fail(ACCEL_STATUS_CORRUPT, "M-8", "an output of the blob's graph is made by no node");
    for (const auto [node, why] : to.plan->undivided)
        remark(number, node, "uses one of %d threads: %s", threads,
               why == Whole::kLittleWork ? "there is too little work for more" : "no cut of its shape pays");
    return ACCEL_STATUS_OK;
}

accel_status load(const Blob &blob, const accel_bk_constant *constants, uint32_t constant_count, accel_bk_program &program)
{
    if (constant_count != blob.constant_bytes.size())
        return fail(ACCEL_STATUS_CORRUPT, "M-8", "%u constants were given, the blob refers to %zu", constant_count,
                    blob.constant_bytes.size());
    if (blob.threads > kThreadsMax)
        return fail(ACCEL_STATUS_CORRUPT, "M-8", "the blob asks for %u threads, at most %u are possible", blob.threads, kThreadsMax);
    const int threads = usable_threads(blob.threads);
    bool uses_team = false;
    for (uint32_t i = 0; i < blob.graphs.size(); ++i) {
        accel_bk_program::Graph &graph = program.graphs.emplace_back();
        if (const accel_status status = load(i, blob.graphs[i], threads, constants, program.packed, graph); status != ACCEL_STATUS_OK)
            return status;
        uses_team = uses_team || graph.plan->uses_team;
    }
    if (uses_team && !program.team.hold(threads))
        return fail(ACCEL_STATUS_RESOURCE, "",
                    "the system has no thread left for the %d that the program uses; option 'cpu.threads' asks for fewer", threads);
    return ACCEL_STATUS_OK;
}

}  // namespace

int usable_threads(uint32_t asked)
{
    const int usable = cores::usable();
    return asked == 0 ? usable : static_cast<int>(std::min(asked, static_cast<uint32_t>(usable)));
}

accel_status program_load(accel_bk_device *, const accel_bk_load_desc *desc, accel_bk_program **out_program)
{
    *out_program = nullptr;
    return guarded([&] {
        if (const accel_status status = fault_point("cpu.load"); status != ACCEL_STATUS_OK)
            return status;
        Blob blob;
        std::string error;
        const BlobState state = read_blob(desc->bytes, desc->byte_count, blob, error);
        if (state != BlobState::kGood)
            return fail(state == BlobState::kCorrupt ? ACCEL_STATUS_CORRUPT : ACCEL_STATUS_INCOMPATIBLE, "M-8", "%s", error.c_str());
        auto program = std::make_unique<accel_bk_program>();
        const accel_status status = load(blob, desc->constants, desc->constant_count, *program);
        if (status == ACCEL_STATUS_OK)
            *out_program = program.release();
        return status;
    });
}

void program_unload(accel_bk_program *program) { delete program; }

// The arena is the one piece; a plan without one has none.
accel_status program_scratch(accel_bk_program *program, uint32_t entry, uint32_t index, accel_bk_scratch *scratch)
{
    if (entry >= program->graphs.size() || index != 0 || program->graphs[entry].plan->arena_bytes == 0)
        return ACCEL_STATUS_NOT_FOUND;
    scratch->size_bytes = program->graphs[entry].plan->arena_bytes;
    scratch->align_bytes = kAlignBytes;
    return ACCEL_STATUS_OK;
}

namespace {

// Where the arena lies: in memory that was given, else in memory of the run's own.
accel_status place_arena(const accel_bk_run_desc &desc, accel_bk_run &run, std::byte **out)
{
    if (desc.scratch_count == 0) {
        run.arena = allocate_aligned(run.plan->arena_bytes);
        *out = run.arena.get();
        return ACCEL_STATUS_OK;
    }
    const accel_bk_memory &given = desc.scratch[0];
    *out = given.buffer->data + given.offset_bytes;
    if (desc.scratch_count != 1 || given.size_bytes < run.plan->arena_bytes)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "M-13", "%u pieces of scratch were given, the first of %llu bytes, expected one of %llu", desc.scratch_count,
                    static_cast<unsigned long long>(given.size_bytes), static_cast<unsigned long long>(run.plan->arena_bytes));
    if (reinterpret_cast<uintptr_t>(*out) % kAlignBytes != 0)
        return fail(ACCEL_STATUS_UNSUPPORTED, "", "the scratch begins at an address that is no multiple of %llu", static_cast<unsigned long long>(kAlignBytes));
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_status run_create(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out_run)
{
    *out_run = nullptr;
    return guarded([&] {
        if (const accel_status status = fault_point("cpu.run_create"); status != ACCEL_STATUS_OK)
            return status;
        if (desc->entry >= program->graphs.size())
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "M-17", "a run of graph %u was asked for, the blob has %zu", desc->entry,
                        program->graphs.size());
        const OneThread within_libraries;
        within_libraries.require();
        const Plan &plan = *program->graphs[desc->entry].plan;
        auto run = std::make_unique<accel_bk_run>();
        run->plan = &plan;
        std::byte *arena = nullptr;
        if (const accel_status status = place_arena(*desc, *run, &arena); status != ACCEL_STATUS_OK)
            return status;
        run->values.reserve(plan.values.size());
        for (const Value &value : plan.values)
            run->values.push_back(value.source == Source::kArena ? arena + value.offset_bytes : value.data);
        for (const auto &step : plan.steps)
            run->states.push_back(step->make_state());
        if ((desc->flags & ACCEL_BK_RUN_FLAG_TIMINGS) != 0)
            run->timings = std::make_unique<Timings>(plan);
        *out_run = run.release();
        return ACCEL_STATUS_OK;
    });
}

void run_destroy(accel_bk_run *run) { delete run; }

accel_status run_timings(accel_bk_run *run, accel_bk_timing *timings, uint32_t capacity, uint32_t *out_count)
{
    *out_count = 0;
    return guarded([&] {
        if (!run->timings)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "the run was not made for measuring");
        const std::vector<accel_bk_timing> rows = run->timings->rows();
        *out_count = static_cast<uint32_t>(rows.size());
        std::copy_n(rows.begin(), std::min<size_t>(capacity, rows.size()), timings);
        return ACCEL_STATUS_OK;
    });
}

accel_status run_bind(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    return guarded([&] {
        const Plan &plan = *run->plan;
        if (desc->port_count != plan.port_count)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "memory was given for %u ports, the program has %u", desc->port_count, plan.port_count);
        std::vector<std::byte *> values = run->values;
        for (size_t i = 0; i < values.size(); ++i) {
            if (plan.values[i].source != Source::kPort)
                continue;
            const accel_bk_memory &memory = desc->ports[plan.values[i].port];
            if (plan.values[i].size_bytes > memory.size_bytes)
                return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "port %u needs %llu bytes, %llu are given", plan.values[i].port,
                            static_cast<unsigned long long>(plan.values[i].size_bytes), static_cast<unsigned long long>(memory.size_bytes));
            values[i] = memory.buffer->data + memory.offset_bytes;
        }
        std::vector<const accel_bk_buffer *> dma_bufs;
        for (uint32_t i = 0; i < desc->port_count; ++i)
            if (desc->ports[i].buffer->is_dma_buf && std::ranges::find(dma_bufs, desc->ports[i].buffer) == dma_bufs.end())
                dma_bufs.push_back(desc->ports[i].buffer);
        run->values = std::move(values);
        run->dma_bufs = std::move(dma_bufs);
        for (size_t i = 0; i < plan.steps.size(); ++i)
            if (!plan.steps[i]->bind(run->values.data(), run->states[i].get()))
                return fail(ACCEL_STATUS_INTERNAL, "", "oneDNN refused a memory handle");
        return ACCEL_STATUS_OK;
    });
}

}  // namespace accel::cpu

void accel_bk_run::explain(const accel::cpu::Step &step) noexcept
{
    std::snprintf(failure, sizeof failure, "a kernel library failed to execute");
    step.explain(values.data(), failure);
}

accel_status accel_bk_run::execute() noexcept
{
    using namespace accel::cpu;
    const OneThread within_libraries;
    const TeamRun keeps_helpers(plan->uses_team);
    bool synced = true, good = true;
    if (timings)
        timings->begin();
    for (const accel_bk_buffer *buffer : dma_bufs)
        synced = sync_dma_buf(*buffer, true, buffer->access) && synced;
    std::byte *const *at = values.data();
    bool lacked_memory = false;
    if (timings)
        timings->memory_ready();
    for (size_t i = 0; synced && good && i < plan->steps.size(); ++i) {
        good = plan->steps[i]->run(at, states[i].get());
        lacked_memory = !good && states[i] != nullptr && states[i]->lacked_memory.exchange(false);
        if (!good)
            explain(*plan->steps[i]);
        if (timings)
            timings->step_ended(i);
    }
    for (const accel_bk_buffer *buffer : dma_bufs)
        synced = sync_dma_buf(*buffer, false, buffer->access) && synced;
    if (timings)
        timings->end();
    if (!synced)
        std::snprintf(failure, sizeof failure, "a dma-buf could not be made coherent with the processor's caches");
    if (lacked_memory)
        std::snprintf(failure, sizeof failure, "the host has no memory left to execute it");
    return lacked_memory ? ACCEL_STATUS_OUT_OF_MEMORY : synced && good ? ACCEL_STATUS_OK
                                                                       : ACCEL_STATUS_JOB_FAILED;
}
