// SPDX-License-Identifier: MIT
// Opens a device once for all that want it, and fills its facts.
#include "device_entry.h"

#include "base/check.h"
#include "open_device.h"

namespace accel::runtime {

ListedDevice::ListedDevice(DeviceIdentity identity) : identity_(std::move(identity)) {}

std::shared_ptr<OpenDevice> ListedDevice::latest()
{
    const std::lock_guard guard(lock_);
    return open_.lock();
}

std::shared_ptr<OpenDevice> ListedDevice::peek()
{
    std::shared_ptr<OpenDevice> open = latest();
    return open && !open->lost() ? open : nullptr;
}

accel_status ListedDevice::open(std::shared_ptr<OpenDevice> *out)
{
    const std::lock_guard opening(open_lock_);
    if (std::shared_ptr<OpenDevice> open = peek()) {
        *out = std::move(open);
        return ACCEL_STATUS_OK;
    }
    if (const std::shared_ptr<OpenDevice> last = latest(); last && last->abandoned())
        return fail(ACCEL_STATUS_DEVICE_LOST, "Q-13", nullptr, "%s", last->abandoned_why());
    ACCEL_TRY(open_device(identity_, out));
    const std::lock_guard guard(lock_);
    open_ = *out;
    return ACCEL_STATUS_OK;
}

accel_status ListedDevice::compiler(const accel_bk_compiler **out, const accel_bk_host **out_host)
{
    *out = nullptr;
    *out_host = nullptr;
    ACCEL_TRY(identity_.backend->load());
    *out = identity_.backend->compiler();
    *out_host = identity_.backend->host();
    return ACCEL_STATUS_OK;
}

const accel_bk_sizes &ListedDevice::sizes() const { return identity_.backend->sizes(); }

const char *ListedDevice::keep(const char *text)
{
    const std::lock_guard guard(lock_);
    for (const std::string &kept : strings_)
        if (kept == text)
            return kept.c_str();
    return strings_.emplace_back(text).c_str();
}

void ListedDevice::fill_info(accel_device_info *info)
{
    const DeviceFacts &facts = identity_.facts;
    info->id = identity_.id.c_str();
    info->name = facts.name.empty() ? identity_.id.c_str() : facts.name.c_str();
    info->backend = identity_.backend->name();
    info->backend_version = identity_.backend->version();
    info->target = facts.target.c_str();
    info->node = identity_.node.path.c_str();
    info->bus_path = identity_.node.bus_path.c_str();
    info->driver = identity_.driver.c_str();
    info->driver_version = "";
    info->firmware_version = "";
    info->kind = facts.kind;
    info->flags = (simulated() ? uint32_t{ACCEL_DEVICE_FLAG_SIMULATED} : 0u) | (by_name() ? uint32_t{ACCEL_DEVICE_FLAG_BY_NAME} : 0u);
    info->isolation = facts.isolation;
    info->job_timeout_ns = facts.job_timeout_ns;
    info->memory_bytes = facts.memory_bytes;
    info->buffer_align_bytes = facts.buffer_align_bytes;
    info->queue_depth = facts.queue_depth;
    info->context_count = facts.context_count;
    if (const std::shared_ptr<OpenDevice> open = peek())
        fill_open_info(*open, info);
    fill_numerics(info);
}

void ListedDevice::fill_open_info(const OpenDevice &open, accel_device_info *info)
{
    const accel_bk_device_info &told = open.info();
    if (*told.name)
        info->name = keep(told.name);
    if (*told.target)
        info->target = keep(told.target);
    info->driver_version = keep(told.driver_version);
    info->firmware_version = keep(told.firmware_version);
    info->flags |= ACCEL_DEVICE_FLAG_OPEN | (told.flags & ACCEL_BK_DEVICE_FLAG_SINGLE_CONTEXT ? uint32_t{ACCEL_DEVICE_FLAG_SINGLE_CONTEXT} : 0u);
    info->isolation = told.isolation;
    info->job_timeout_ns = told.job_timeout_ns;
    info->memory_bytes = told.memory_bytes;
    info->buffer_align_bytes = told.buffer_align_bytes;
    info->queue_depth = told.queue_depth;
    info->context_count = told.context_count;
    info->buffer_import_kinds = told.buffer_import_kinds;
    info->buffer_export_kinds = told.buffer_export_kinds;
    info->fence_export_kinds = told.fence_export_kinds;
    info->fence_wait_kinds = told.fence_wait_kinds;
}

// Only a loaded module can tell; a listing loads none.
void ListedDevice::fill_numerics(accel_device_info *info)
{
    if (!identity_.backend->is_loaded() || !identity_.backend->compiler())
        return;
    for (uint32_t index = 0; index < 1024; ++index) {
        accel_bk_target_info target{};
        target.struct_size = sizeof target;
        if (identity_.backend->compiler()->target_info(index, &target) != ACCEL_STATUS_OK)
            return;
        if (target.name && strcmp(target.name, info->target) == 0) {
            info->roundings = target.roundings;
            return;
        }
    }
}

}  // namespace accel::runtime
