// SPDX-License-Identifier: MIT
// A loaded blob, and a run of it with its buffers.
#pragma once

#include <accel/backend.h>

#include <array>
#include <memory>

#include "blob.h"

struct accel_bk_program {
    accel_status create_run(const accel_bk_run_desc &desc, std::unique_ptr<accel_bk_run> &out);

    accel::template_room::Blob blob;
};

struct accel_bk_run {
    accel_status bind(const accel_bk_bind_desc &desc);
    /// The device's work.
    void execute() const;

    const accel::template_room::Blob &blob;
    std::array<float *, 3> ports{};  ///< a, b, y
};
