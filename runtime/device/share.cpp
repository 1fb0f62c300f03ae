// SPDX-License-Identifier: MIT
// Finds the kind of handle by which one device uses another's memory, and who can allocate for all.
#include "share.h"

#include <algorithm>

namespace accel::runtime {

namespace {

bool has(uint32_t kinds, accel_handle_kind kind) { return kinds & ACCEL_HANDLE_BIT(kind); }

// Work that runs as this process reads what it is mapped to. Another device that takes host pointers wants pages of the process, not a mapping of somebody's device memory.
bool is_process(const OpenDevice &device) { return device.info().isolation == ACCEL_ISOLATION_PROCESS; }

}  // namespace

uint32_t share_kind(const OpenDevice &from, const OpenDevice &to)
{
    const uint32_t out = from.info().buffer_export_kinds, in = to.info().buffer_import_kinds;
    const bool host_pointer = has(in, ACCEL_HANDLE_KIND_HOST_POINTER) && from.coherent();
    if (host_pointer && is_process(to))
        return ACCEL_HANDLE_KIND_HOST_POINTER;
    for (const accel_handle_kind kind : {ACCEL_HANDLE_KIND_DMA_BUF, ACCEL_HANDLE_KIND_MEMFD})
        if (has(out, kind) && has(in, kind))
            return kind;
    return host_pointer && is_process(from) ? ACCEL_HANDLE_KIND_HOST_POINTER : 0;
}

SharePlan plan_share(std::span<const std::shared_ptr<OpenDevice>> devices)
{
    SharePlan plan;
    for (uint32_t allocator = 0; allocator < devices.size(); ++allocator) {
        uint32_t export_kinds = 0;
        bool all = true;
        for (uint32_t other = 0; other < devices.size() && all; ++other) {
            if (devices[other] == devices[allocator])
                continue;
            const uint32_t kind = share_kind(*devices[allocator], *devices[other]);
            all = kind != 0;
            if (kind && kind != ACCEL_HANDLE_KIND_HOST_POINTER)
                export_kinds |= ACCEL_HANDLE_BIT(kind);
            if (!all && plan.refusing == UINT32_MAX) {
                plan.refusing = other;
                plan.refused = allocator;
            }
        }
        if (all)
            return {allocator, export_kinds, UINT32_MAX, UINT32_MAX, ""};
    }
    if (plan.refusing != UINT32_MAX)
        plan.reason = std::string("module '") + devices[plan.refusing]->module_name() + "' imports none of the kinds that memory of module '" +
                      devices[plan.refused]->module_name() + "' can leave it as";
    return plan;
}

std::vector<uint32_t> find_allocators(std::span<const std::shared_ptr<OpenDevice>> devices, uint32_t export_kinds)
{
    std::vector<uint32_t> found;
    for (uint32_t i = 0; i < devices.size(); ++i) {
        const bool grants = (devices[i]->info().buffer_export_kinds & export_kinds) == export_kinds;
        const bool reaches = std::all_of(devices.begin(), devices.end(),
                                         [&](const auto &other) { return other == devices[i] || share_kind(*devices[i], *other); });
        if (grants && reaches)
            found.push_back(i);
    }
    return found;
}

}  // namespace accel::runtime
