// SPDX-License-Identifier: MIT
// Loaded programs, and runs of them.
#pragma once

#include "buffer.h"
#include "packed.h"
#include "plan.h"
#include "team.h"
#include "timings.h"

#include <accel/backend.h>
#include <accel/graph/flat.h>

#include <memory>
#include <vector>

struct accel_bk_program {
    // One graph of the blob.
    struct Graph {
        std::vector<uint8_t> bytes;                   // small constants live here
        std::optional<accel::graph::FlatGraph> flat;  // and, where the given bytes were misaligned, here
        std::unique_ptr<accel::cpu::Plan> plan;
    };
    accel::cpu::Packed packed;  // what the plans share
    std::vector<Graph> graphs;
    accel::cpu::TeamHold team;
};

struct accel_bk_run {
    const accel::cpu::Plan *plan = nullptr;
    accel::cpu::AlignedBytes arena;  // null where scratch was given
    std::vector<std::byte *> values;
    std::vector<std::unique_ptr<accel::cpu::StepState>> states;
    std::vector<const accel_bk_buffer *> dma_bufs;  // that need cache maintenance
    std::unique_ptr<accel::cpu::Timings> timings;   // of a run that measures
    char failure[160] = "";                         // why the latest execution failed; belongs to whoever may execute
    uint64_t expected_ns = UINT64_MAX;              // how long the latest execution took; belongs to whoever may execute

    // OK or JOB_FAILED.
    accel_status execute() noexcept;
    void explain(const accel::cpu::Step &step) noexcept;
};

namespace accel::cpu {

// Threads of a program that was built for so many, 0 for all: no more than this process can keep busy, which would only wait for each other.
int usable_threads(uint32_t asked);

accel_status program_load(accel_bk_device *device, const accel_bk_load_desc *desc, accel_bk_program **out_program);
void program_unload(accel_bk_program *program);
accel_status program_scratch(accel_bk_program *program, uint32_t entry, uint32_t index, accel_bk_scratch *scratch);
accel_status run_create(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out_run);
void run_destroy(accel_bk_run *run);
accel_status run_timings(accel_bk_run *run, accel_bk_timing *timings, uint32_t capacity, uint32_t *out_count);
accel_status run_bind(accel_bk_run *run, const accel_bk_bind_desc *desc);

}  // namespace accel::cpu
