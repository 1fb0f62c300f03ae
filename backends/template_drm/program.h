// SPDX-License-Identifier: MIT
// A loaded blob, and a run of it: the list of jobs as the driver takes it, made when buffers are bound.
#pragma once

#include "blob.h"
#include "buffer.h"
#include "uapi.h"

struct accel_bk_program {
    accel_status create_run(const accel_bk_run_desc &desc, std::unique_ptr<accel_bk_run> &out);

    accel::template_drm::Blob blob;
    std::unique_ptr<accel_bk_buffer> constants;  ///< none without
    const accel_bk_device *device = nullptr;
};

struct accel_bk_run {
    accel_status bind(const accel_bk_bind_desc &desc);

    const accel_bk_program &program;
    std::unique_ptr<accel_bk_buffer> scratch;          ///< none without
    std::vector<accel::template_drm::uapi::Job> jobs;  ///< empty until buffers are bound
};
