// SPDX-License-Identifier: MIT
// A loaded blob, and a run of it with its buffers.
#pragma once

#include <accel/backend.h>

#include <array>

#include "blob.h"

struct accel_bk_program {
    accel::template_room::Blob blob;
};

struct accel_bk_run {
    const accel_bk_program *program = nullptr;
    std::array<float *, 3> ports{};  ///< a, b, y

    /// The device's work.
    void execute() const;
};

namespace accel::template_room {

accel_status program_load(accel_bk_device *device, const void *bytes, uint64_t byte_count, const accel_bk_constant *constants, uint32_t constant_count,
                          accel_bk_program **out_program);
void program_unload(accel_bk_program *program);
accel_status run_create(accel_bk_program *program, accel_bk_run **out_run);
void run_destroy(accel_bk_run *run);
accel_status run_bind(accel_bk_run *run, const accel_bk_binding *bindings, uint32_t binding_count);

}  // namespace accel::template_room
