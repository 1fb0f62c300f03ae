// SPDX-License-Identifier: MIT
// Checks device sets, and hands lists out.
#include "device_set.h"

#include <algorithm>
#include <cstdio>

#include "base/check.h"

namespace accel::runtime {

accel_status check_device_set(accel_device *const *devices, uint32_t count, const char *name, accel_instance **out_instance)
{
    if (!devices || count == 0)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-2", nullptr, "%s is %s, expected at least one device", name, devices ? "empty" : "NULL");
    for (uint32_t i = 0; i < count; ++i) {
        if (check_handle(devices[i], "") != ACCEL_STATUS_OK) {
            char element[64];
            snprintf(element, sizeof element, "%s[%u]", name, i);
            return check_handle(devices[i], element);
        }
        if (devices[i]->instance() != devices[0]->instance())
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", devices[i], "%s[%u] is of another instance than %s[0]", name, i, name);
    }
    *out_instance = devices[0]->instance();
    return ACCEL_STATUS_OK;
}

accel_status open_device_set(accel_device *const *devices, uint32_t count, const char *name, std::vector<std::shared_ptr<OpenDevice>> *out,
                             accel_instance **out_instance)
{
    ACCEL_TRY(check_device_set(devices, count, name, out_instance));
    for (uint32_t i = 0; i < count; ++i) {
        std::shared_ptr<OpenDevice> open;
        ACCEL_TRY(devices[i]->entry().open(&open));
        out->push_back(std::move(open));
    }
    return ACCEL_STATUS_OK;
}

accel_status begin_list(accel_device **devices, uint32_t capacity, uint32_t *out_count)
{
    if (!out_count)
        return fail_null("out_count");
    *out_count = 0;
    if (capacity && !devices)
        return fail_null("devices");
    std::fill_n(devices, capacity, nullptr);
    return ACCEL_STATUS_OK;
}

void hand_out(std::vector<Ref<accel_device>> &found, accel_device **devices, uint32_t capacity, uint32_t *out_count)
{
    *out_count = static_cast<uint32_t>(found.size());
    for (size_t i = 0; i < found.size() && i < capacity; ++i) devices[i] = found[i].release();
}

}  // namespace accel::runtime
