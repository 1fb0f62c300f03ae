// SPDX-License-Identifier: MIT
// Entry points of the fence: check, call, return.
#include <accel/border/fd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/status.h"
#include "base/trace.h"
#include "device/transport_kernel.h"
#include "fence/fence.h"

using namespace accel::runtime;

namespace {

constexpr uint32_t kFenceKinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE) | ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_EVENTFD);

accel_status check_export_kinds(const accel_instance &instance, uint32_t kinds)
{
    ACCEL_TRY(check_reserved_kinds(kinds, "desc.export_kinds"));
    if (kinds & ~kFenceKinds)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", &instance, "desc.export_kinds is 0x%x, which names kinds that are no fence", kinds);
    if (kinds & ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE) && !instance.has_kernel_device())
        return fail(ACCEL_STATUS_UNSUPPORTED, "F-2", &instance,
                    "SYNC_FILE cannot be exported: only kernel drivers signal sync_files, and no listed device is behind one");
    return ACCEL_STATUS_OK;
}

accel_status import(accel_instance *instance, const accel_fence_import_desc &desc, accel_fence **out_fence)
{
    if (desc.kind != ACCEL_HANDLE_KIND_SYNC_FILE)
        return fail(ACCEL_STATUS_UNSUPPORTED, "F-2", instance, "fences of kind %u cannot be imported, only SYNC_FILE", desc.kind);
    if (!is_sync_file(desc.fd))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "F-2", instance, "desc.fd (%d) is no sync_file", desc.fd);
    auto fence = Ref<accel_fence>::adopt(new accel_fence(instance, 0, ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE) | ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_EVENTFD)));
    const std::optional<int> own = accel::border::Fd::duplicate(desc.fd);
    if (!own)
        return fail(status_from_errno(errno), "", instance, "desc.fd (%d) cannot be duplicated: %s", desc.fd, strerror(errno));
    fence->adopt_sync_file(accel::border::Fd(*own));
    *out_fence = fence.release();
    return ACCEL_STATUS_OK;
}

accel_status describe(accel_status status, const accel_fence *fence, uint64_t value)
{
    if (status == ACCEL_STATUS_OK)
        return status;
    if (status == ACCEL_STATUS_TIMEOUT || status == ACCEL_STATUS_NOT_READY)
        return fail(status, "", fence, "value %llu is not reached; the timeline is at %llu", static_cast<unsigned long long>(value),
                    static_cast<unsigned long long>(fence->reached()));
    const char *detail = fence->failure_detail();
    return fail(status, "F-3", fence, "value %llu failed with %s%s%s", static_cast<unsigned long long>(value), accel_status_name(status), *detail ? ": " : "",
                detail);
}

constexpr uint32_t kWaitFlags = ACCEL_WAIT_FLAG_ANY | ACCEL_WAIT_FLAG_NO_WORK;

uint64_t wait_deadline(uint64_t timeout_ns) { return timeout_ns == 0 ? 0 : deadline_after(timeout_ns); }

}  // namespace

accel_status accel::runtime::check_value(uint64_t value, const char *name, const accel_fence *fence)
{
    return value != accel_fence::kNoValue ? ACCEL_STATUS_OK : fail(ACCEL_STATUS_INVALID_ARGUMENT, "F-5", fence, "%s is UINT64_MAX, which is no value; the largest is 2^64 - 2", name);
}

extern "C" {

enum accel_status accel_fence_create(struct accel_instance *instance, const struct accel_fence_desc *desc, struct accel_fence **out_fence)
{
    if (!out_fence)
        return fail_null("out_fence");
    *out_fence = nullptr;
    ACCEL_TRY(check_handle(instance, "instance"));
    accel_fence_desc given{};
    if (desc)
        ACCEL_TRY(copy_in(desc, &given, "desc"));
    if (given.reserved)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", instance, "desc.reserved is not 0");
    ACCEL_TRY(check_value(given.initial_value, "desc.initial_value", nullptr));
    ACCEL_TRY(check_export_kinds(*instance, given.export_kinds));
    return guarded([&] {
        *out_fence = new accel_fence(instance, given.initial_value, given.export_kinds);
        return ACCEL_STATUS_OK;
    });
}

enum accel_status accel_fence_import(struct accel_instance *instance, const struct accel_fence_import_desc *desc, struct accel_fence **out_fence)
{
    if (!out_fence)
        return fail_null("out_fence");
    *out_fence = nullptr;
    ACCEL_TRY(check_handle(instance, "instance"));
    accel_fence_import_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    if (given.reserved)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", instance, "desc.reserved is not 0");
    return guarded([&] { return import(instance, given, out_fence); });
}

struct accel_fence *accel_fence_ref(struct accel_fence *fence) { return ref_handle(fence); }
void accel_fence_unref(struct accel_fence *fence) { unref_handle(fence); }

enum accel_status accel_fence_query(struct accel_fence *fence, uint64_t *out_value)
{
    if (!out_value)
        return fail_null("out_value");
    ACCEL_TRY(check_handle(fence, "fence"));
    constexpr uint64_t kLast = accel_fence::kNoValue - 1;
    fence->progress(kLast);
    *out_value = fence->reached();
    const accel_status state = fence->state(kLast);
    return state == ACCEL_STATUS_NOT_READY || state == ACCEL_STATUS_OK ? ACCEL_STATUS_OK : describe(state, fence, kLast);
}

enum accel_status accel_fence_error(struct accel_fence *fence, uint64_t value)
{
    ACCEL_TRY(check_handle(fence, "fence"));
    ACCEL_TRY(check_value(value, "value", fence));
    accel_status state = fence->state(value);
    if (state == ACCEL_STATUS_NOT_READY) {
        fence->progress(value);
        state = fence->state(value);
    }
    return describe(state, fence, value);
}

enum accel_status accel_fence_wait(struct accel_fence *fence, uint64_t value, uint64_t timeout_ns)
{
    ACCEL_TRY(check_handle(fence, "fence"));
    ACCEL_TRY(check_value(value, "value", fence));
    if (fence->state(value) == ACCEL_STATUS_OK)
        return ACCEL_STATUS_OK;
    const TraceScope span("wait", fence->id());
    const accel_fence_point point = {fence, value};
    uint32_t index = 0;
    return describe(wait_points(&point, 1, false, wait_deadline(timeout_ns), &index), fence, value);
}

enum accel_status accel_fence_wait_many(const struct accel_fence_point *points, uint32_t point_count, uint32_t flags, uint64_t timeout_ns, uint32_t *out_index)
{
    if (!points || point_count == 0)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "F-11", nullptr, "points is %s, expected at least one", points ? "empty" : "NULL");
    if (flags & ~kWaitFlags)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "flags is 0x%x, of which 0x%x is not known", flags, flags & ~kWaitFlags);
    for (uint32_t i = 0; i < point_count; ++i) {
        ACCEL_TRY(check_handle(points[i].fence, "points[].fence"));
        ACCEL_TRY(check_value(points[i].value, "points[].value", points[i].fence));
    }
    const TraceScope span("wait", points[0].fence->id());
    const bool any = flags & ACCEL_WAIT_FLAG_ANY;
    uint32_t index = 0;
    accel_status status = ACCEL_STATUS_OK;
    if (flags & ACCEL_WAIT_FLAG_NO_WORK) {
        const accel_status waited = guarded([&] {
            status = wait_points_idle(points, point_count, any, wait_deadline(timeout_ns), &index);
            return ACCEL_STATUS_OK;
        });
        ACCEL_TRY(waited);
    } else {
        status = wait_points(points, point_count, any, wait_deadline(timeout_ns), &index);
    }
    if (status == ACCEL_STATUS_TIMEOUT)
        return fail(status, "", nullptr, any ? "none of %u points was reached" : "not all of %u points were reached", point_count);
    if (out_index)
        *out_index = index;
    return describe(status, points[index].fence, points[index].value);
}

enum accel_status accel_fence_signal(struct accel_fence *fence, uint64_t value)
{
    ACCEL_TRY(check_handle(fence, "fence"));
    ACCEL_TRY(check_value(value, "value", fence));
    return fence->signal(value);
}

enum accel_status accel_fence_fail(struct accel_fence *fence, uint64_t value, enum accel_status reason)
{
    ACCEL_TRY(check_handle(fence, "fence"));
    ACCEL_TRY(check_value(value, "value", fence));
    return fence->fail_value(value, reason);
}

enum accel_status accel_fence_export(struct accel_fence *fence, uint64_t value, enum accel_handle_kind kind, int *out_fd)
{
    if (!out_fd)
        return fail_null("out_fd");
    *out_fd = -1;
    ACCEL_TRY(check_handle(fence, "fence"));
    ACCEL_TRY(check_value(value, "value", fence));
    return guarded([&] { return fence->export_fd(value, kind, out_fd); });
}

}  // extern "C"
