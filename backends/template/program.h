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

accel_status program_load(accel_bk_device *device, const accel_bk_load_desc *desc, accel_bk_program **out_program);
void program_unload(accel_bk_program *program);
accel_status run_create(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out_run);
void run_destroy(accel_bk_run *run);
accel_status run_bind(accel_bk_run *run, const accel_bk_bind_desc *desc);

}  // namespace accel::template_room
