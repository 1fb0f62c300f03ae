// SPDX-License-Identifier: MIT
// The open device of the example.
#pragma once

#include <accel/backend.h>

#include <memory>

/// The open device. With silicon, this is where the transport, the facts that the driver told, and the handle table live.
struct accel_bk_device {
    static accel_status open(const accel_bk_open &open, std::unique_ptr<accel_bk_device> &out);
    accel_status info(accel_bk_device_info &info);

    // Beside the class of what they make.
    accel_status create_buffer(const accel_bk_buffer_desc &desc, std::unique_ptr<accel_bk_buffer> &out);
    accel_status load(const accel_bk_load_desc &desc, std::unique_ptr<accel_bk_program> &out);
    accel_status create_queue(const accel_bk_queue_desc &desc, std::unique_ptr<accel_bk_queue> &out);
};
