// SPDX-License-Identifier: MIT
// Allocates, maps and synchronises memory of the device.
#include "buffer.h"

#include <module/host.h>

#include <cinttypes>

#include "uapi.h"

using namespace accel;
using namespace accel::template_drm;

accel_status accel_bk_buffer::create(const accel_bk_device &device, uint64_t size_bytes, std::unique_ptr<accel_bk_buffer> &out)
{
    // >>> buffer_create
    if (const accel_status fault = module::fault_point("template_drm.buffer")) return fault;
    out = std::make_unique<accel_bk_buffer>(device, size_bytes);
    uapi::BoCreate create{size_bytes, 0, 0};
    if (const int error = device.node.request(uapi::kBoCreate, &create)) return module::fail(status_of(error), "", "no memory of %" PRIu64 " bytes: errno %d", size_bytes, -error);
    out->handle = create.handle;
    uapi::BoMap map{create.handle, 0, 0};
    int error = device.node.request(uapi::kBoMap, &map);
    if (error == 0) error = device.node.map(map.offset, size_bytes, &out->memory);
    return error == 0 ? ACCEL_STATUS_OK : module::fail(status_of(error), "", "mapping %" PRIu64 " bytes failed with errno %d", size_bytes, -error);
    // <<<
}

accel_bk_buffer::~accel_bk_buffer()
{
    if (memory) device.node.unmap(memory, size_bytes);
    if (handle) device.node.close_handle(handle);
}

accel_status accel_bk_device::create_buffer(const accel_bk_buffer_desc &desc, std::unique_ptr<accel_bk_buffer> &out)
{
    if (desc.import_kind != 0) return module::fail(ACCEL_STATUS_UNSUPPORTED, "", "the driver imports no memory; let this device allocate");
    return accel_bk_buffer::create(*this, desc.size_bytes, out);
}

accel_status accel_bk_buffer::map(const accel_bk_access &access, void *&pointer)
{
    // >>> buffer_map
    pointer = memory;
    // For writing as well: what differs from what was brought is what the CPU wrote.
    return sync(access.offset_bytes, access.size_bytes, ACCEL_ACCESS_READ);
    // <<<
}

accel_status accel_bk_buffer::unmap(const accel_bk_access &access)
{
    return (access.access & ACCEL_ACCESS_WRITE) != 0 ? sync(access.offset_bytes, access.size_bytes, ACCEL_ACCESS_WRITE) : ACCEL_STATUS_OK;
}

accel_status accel_bk_buffer::sync(uint64_t offset_bytes, uint64_t byte_count, uint32_t access) const
{
    const int error = device.node.sync(static_cast<unsigned char *>(memory) + offset_bytes, byte_count, access);
    return error == 0 ? ACCEL_STATUS_OK : module::fail(status_of(error), "M-15", "%" PRIu64 " bytes could not be carried: errno %d", byte_count, -error);
}
