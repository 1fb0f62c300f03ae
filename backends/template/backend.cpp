// SPDX-License-Identifier: MIT
// The tables and the entry symbol: the only file that knows the whole door.
#include <accel/backend.h>

#include <iterator>

#include "buffer.h"
#include "compiler.h"
#include "device.h"
#include "program.h"
#include "queue.h"

namespace accel::template_room {
namespace {

constexpr accel_bk_compiler kCompiler = {
    .struct_size = sizeof(accel_bk_compiler),
    .operations = kOperations,
    .operation_count = std::size(kOperations),
    .reserved = 0,
    .target_info = target_info,
    .query = query,
    .build = build,
    .check = check,
};

// Same order as the header; optional slots that are not set say that the device does not offer them.
constexpr accel_bk_device_ops kDevice = {
    .struct_size = sizeof(accel_bk_device_ops),
    .device_open = device_open,
    .device_close = device_close,
    .device_info = device_info,
    .buffer_create = buffer_create,
    .buffer_destroy = buffer_destroy,
    .buffer_map = buffer_map,
    .buffer_unmap = buffer_unmap,
    .buffer_export = nullptr,
    .program_load = program_load,
    .program_unload = program_unload,
    .program_scratch = nullptr,
    .run_create = run_create,
    .run_destroy = run_destroy,
    .run_bind = run_bind,
    .run_bind_cost = nullptr,
    .run_sizes = nullptr,
    .run_timings = nullptr,
    .queue_create = queue_create,
    .queue_destroy = queue_destroy,
    .queue_submit = queue_submit,
    .queue_wait = queue_wait,
    .queue_fence = nullptr,
    .queue_cancel = queue_cancel,
    .queue_transfer = nullptr,
};

// Nothing here outlives the runtime's objects.
accel_status after_fork(const accel_bk_fork *) { return ACCEL_STATUS_OK; }

constexpr accel_bk_sizes kSizes = ACCEL_BK_SIZES;

constexpr accel_bk_module kModule = {
    .struct_size = sizeof(accel_bk_module),
    .api_version = ACCEL_BK_API_VERSION,
    .api_version_min = 0,
    .sizes = &kSizes,
    .name = "template",
    .version = "0.1.0",
    .compiler = &kCompiler,
    .device = &kDevice,
    .importer = nullptr,
    .device_model = nullptr,
    .after_fork = after_fork,
};

}  // namespace
}  // namespace accel::template_room

extern "C" const accel_bk_module *accel_module_entry(const accel_bk_host *, uint32_t) { return &accel::template_room::kModule; }
