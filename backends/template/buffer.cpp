// SPDX-License-Identifier: MIT
#include "buffer.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace accel::template_room {

accel_status buffer_create(accel_bk_device *, const accel_bk_buffer_desc *desc, accel_bk_buffer **out_buffer)
{
    // >>> buffer_create
    *out_buffer = nullptr;
    if (desc->import_kind != 0 && desc->import_kind != ACCEL_HANDLE_KIND_HOST_POINTER) return ACCEL_STATUS_UNSUPPORTED;
    auto buffer = std::unique_ptr<accel_bk_buffer>(new (std::nothrow) accel_bk_buffer);
    if (!buffer) return ACCEL_STATUS_OUT_OF_MEMORY;
    buffer->size_bytes = desc->size_bytes;
    if (desc->import_kind == ACCEL_HANDLE_KIND_HOST_POINTER) {
        buffer->memory = static_cast<unsigned char *>(desc->host_pointer) + desc->offset_bytes;
        buffer->owned = false;
    } else {
        const uint64_t align = desc->align_bytes < 64 ? 64 : desc->align_bytes;
        if (desc->size_bytes > UINT64_MAX / 2) return ACCEL_STATUS_OUT_OF_MEMORY;
        const uint64_t rounded = (desc->size_bytes + align - 1) / align * align;
        buffer->memory = static_cast<unsigned char *>(std::aligned_alloc(align, rounded));
        if (!buffer->memory) return ACCEL_STATUS_OUT_OF_MEMORY;
        std::memset(buffer->memory, 0, rounded);
    }
    *out_buffer = buffer.release();
    return ACCEL_STATUS_OK;
    // <<<
}

void buffer_destroy(accel_bk_buffer *buffer)
{
    if (buffer->owned) std::free(buffer->memory);
    delete buffer;
}

accel_status buffer_map(accel_bk_buffer *buffer, const accel_bk_access *, void **out_pointer)
{
    // >>> buffer_map
    *out_pointer = buffer->memory;
    return ACCEL_STATUS_OK;
    // <<<
}

accel_status buffer_unmap(accel_bk_buffer *, const accel_bk_access *) { return ACCEL_STATUS_OK; }

}  // namespace accel::template_room
