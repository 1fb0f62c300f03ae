// SPDX-License-Identifier: MIT
// The device table, and the module's description.
#include "backend.h"

#include "buffer.h"
#include "compiler.h"
#include "dnnl_reserve.h"
#include "host.h"
#include "memory.h"
#include "program.h"
#include "queue.h"
#include "team.h"

#include "module/table.h"

struct accel_bk_device {
    uint32_t reserved = 0;
};

namespace accel::cpu {
namespace {

accel_status device_open(const accel_bk_open *, accel_bk_device **out_device)
{
    *out_device = nullptr;
    return guarded([&] {
        *out_device = new accel_bk_device();
        return ACCEL_STATUS_OK;
    });
}

void device_close(accel_bk_device *device) { delete device; }

accel_status device_info(accel_bk_device *, accel_bk_device_info *info)
{
    return module::give_from(info, [](accel_bk_device_info &full) {
        full.name = "Host CPU";
        full.target = kTarget;
        full.driver_version = "";
        full.firmware_version = "";
        full.isolation = ACCEL_ISOLATION_PROCESS;
        full.flags = ACCEL_BK_DEVICE_FLAG_COHERENT;
        full.queue_depth = kQueueDepth;
        full.buffer_align_bytes = kAlignBytes;
        full.import_align_bytes = 1;
        full.buffer_import_kinds = kImportKinds;
        full.buffer_export_kinds = kExportKinds;
        return ACCEL_STATUS_OK;
    });
}

accel_bind_cost bind_cost(accel_bk_run *, uint32_t) { return ACCEL_BIND_COST_FREE; }

const accel_bk_device_ops kDevice = {
    .struct_size = sizeof(accel_bk_device_ops),
    .device_open = device_open,
    .device_close = device_close,
    .device_info = device_info,
    .buffer_create = buffer_create,
    .buffer_destroy = buffer_destroy,
    .buffer_map = buffer_map,
    .buffer_unmap = buffer_unmap,
    .buffer_export = buffer_export,
    .program_load = program_load,
    .program_unload = program_unload,
    .program_scratch = program_scratch,
    .run_create = run_create,
    .run_destroy = run_destroy,
    .run_bind = run_bind,
    .run_bind_cost = bind_cost,
    .run_sizes = nullptr,
    .run_timings = run_timings,
    .queue_create = queue_create,
    .queue_destroy = queue_destroy,
    .queue_submit = queue_submit,
    .queue_wait = queue_wait,
    .queue_fence = nullptr,
    .queue_cancel = queue_cancel,
    .queue_transfer = nullptr,
};

// The parent's programs, runs and queues are never named again: what is left are the team's threads and oneDNN.
accel_status after_fork(const accel_bk_fork *fork)
{
    module::set_host(fork->host);
    return guarded([] {
        if (!dnnl_is_whole())
            return fail(ACCEL_STATUS_UNSUPPORTED, "", "a thread of the parent was inside oneDNN when this process was forked, for longer than a fork waits: fork again");
        forget_team();
        return ACCEL_STATUS_OK;
    });
}

constexpr accel_bk_module kModule = module::describe("cpu", "0.1.0", &kCompiler, &kDevice, after_fork);

}  // namespace

const accel_bk_module *describe_module(const accel_bk_host *host)
{
    return module::enter(kModule, host);
}

}  // namespace accel::cpu
