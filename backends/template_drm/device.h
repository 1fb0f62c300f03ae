// SPDX-License-Identifier: MIT
// The open device: its node, and what the driver said of itself.
#pragma once

#include <drm/node.h>

#include <memory>
#include <string>

struct accel_bk_device {
    explicit accel_bk_device(const accel_bk_transport &transport) : node(transport) {}

    static accel_status open(const accel_bk_open &open, std::unique_ptr<accel_bk_device> &out);
    accel_status info(accel_bk_device_info &info);

    // Beside the class of what they make.
    accel_status create_buffer(const accel_bk_buffer_desc &desc, std::unique_ptr<accel_bk_buffer> &out);
    accel_status load(const accel_bk_load_desc &desc, std::unique_ptr<accel_bk_program> &out);
    accel_status create_queue(const accel_bk_queue_desc &desc, std::unique_ptr<accel_bk_queue> &out);

    accel::drm::Node node;
    std::string driver_version;
};

namespace accel::template_drm {

/// What an errno of this driver means to a caller.
accel_status status_of(int negative_errno);

}  // namespace accel::template_drm
