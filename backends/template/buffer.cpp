// SPDX-License-Identifier: MIT
// Makes and maps memory.
#include "buffer.h"

#include <cstring>

#include "device.h"

accel_status accel_bk_device::create_buffer(const accel_bk_buffer_desc &desc, std::unique_ptr<accel_bk_buffer> &out)
{
    // >>> buffer_create
    if (desc.import_kind != 0 && desc.import_kind != ACCEL_HANDLE_KIND_HOST_POINTER) return ACCEL_STATUS_UNSUPPORTED;
    out = std::make_unique<accel_bk_buffer>();
    if (desc.import_kind == ACCEL_HANDLE_KIND_HOST_POINTER) {
        out->memory = static_cast<unsigned char *>(desc.host_pointer) + desc.offset_bytes;
        return ACCEL_STATUS_OK;
    }
    const uint64_t align = desc.align_bytes < 64 ? 64 : desc.align_bytes;
    if (desc.size_bytes > UINT64_MAX / 2) return ACCEL_STATUS_OUT_OF_MEMORY;
    const uint64_t rounded = (desc.size_bytes + align - 1) / align * align;
    out->own.reset(static_cast<unsigned char *>(std::aligned_alloc(align, rounded)));
    if (!out->own) return ACCEL_STATUS_OUT_OF_MEMORY;
    std::memset(out->own.get(), 0, rounded);
    out->memory = out->own.get();
    return ACCEL_STATUS_OK;
    // <<<
}

accel_status accel_bk_buffer::map(const accel_bk_access &, void *&pointer)
{
    // >>> buffer_map
    pointer = memory;
    return ACCEL_STATUS_OK;
    // <<<
}

accel_status accel_bk_buffer::unmap(const accel_bk_access &) { return ACCEL_STATUS_OK; }
