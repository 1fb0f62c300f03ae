// SPDX-License-Identifier: MIT
#pragma once

#include <accel/backend.h>

/// Memory that the device can use.
struct accel_bk_buffer {
    unsigned char *memory = nullptr;
    uint64_t size_bytes = 0;
    bool owned = true;
};

namespace accel::template_room {

accel_status buffer_create(accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out_buffer);
void buffer_destroy(accel_bk_buffer *buffer);
accel_status buffer_map(accel_bk_buffer *buffer, const accel_bk_access *access, void **out_pointer);
accel_status buffer_unmap(accel_bk_buffer *buffer, const accel_bk_access *access);

}  // namespace accel::template_room
