// SPDX-License-Identifier: MIT
// A context of the driver, whose lists run in order and are numbered as tickets are: there is nothing to remember here.
#pragma once

#include "device.h"

struct accel_bk_queue {
    explicit accel_bk_queue(const accel_bk_device &the_device) : device(the_device) {}
    accel_bk_queue(const accel_bk_queue &) = delete;
    accel_bk_queue &operator=(const accel_bk_queue &) = delete;
    ~accel_bk_queue();

    accel_status submit(const accel_bk_submit &submit, uint64_t &ticket);
    accel_status wait(uint64_t ticket, uint64_t timeout_ns);

    const accel_bk_device &device;
    uint32_t context = 0;
};
