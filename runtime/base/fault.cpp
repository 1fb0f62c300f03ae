// SPDX-License-Identifier: MIT
// Armed places, and how often each has fired.
#include "fault.h"

#include <atomic>
#include <cstring>
#include <mutex>

#include "check.h"
#include "per_process.h"
#include "status.h"

namespace accel::runtime {

namespace {

constexpr size_t kPlacesMax = 32;
constexpr size_t kPlaceBytes = 64;

struct Place {
    char name[kPlaceBytes];
    uint64_t skip_count;
    uint64_t fail_count;
    uint64_t fired_count;
    accel_status status;
};

// Fixed storage: asking at a place allocates nothing.
struct Places {
    std::mutex lock;
    Place list[kPlacesMax];
    size_t count = 0;
};
PerProcess<Places> places;
std::atomic<bool> any_armed{false};

Place *find(const char *name)
{
    for (size_t i = 0; i < places->count; ++i)
        if (strcmp(places->list[i].name, name) == 0)
            return &places->list[i];
    return nullptr;
}

accel_status arm(accel_instance *instance, const char *name, uint64_t skip_count, uint64_t fail_count, accel_status status)
{
    ACCEL_TRY(check_handle(instance, "instance"));
    if (!name || strlen(name) >= kPlaceBytes)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", nullptr, "place is NULL or longer than %zu bytes", kPlaceBytes - 1);
    if (status == ACCEL_STATUS_OK || !is_known(status))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", nullptr, "%d is no status to fail with", static_cast<int>(status));
    const std::lock_guard guard(places->lock);
    Place *place = find(name);
    if (!place && places->count == kPlacesMax)
        return fail(ACCEL_STATUS_RESOURCE, "", nullptr, "%zu places are armed, which is the most", kPlacesMax);
    if (!place)
        place = &places->list[places->count++];
    strcpy(place->name, name);
    place->skip_count = skip_count;
    place->fail_count = fail_count;
    place->fired_count = 0;
    place->status = status;
    any_armed.store(true, std::memory_order_relaxed);
    return ACCEL_STATUS_OK;
}

accel_status disarm(accel_instance *instance)
{
    ACCEL_TRY(check_handle(instance, "instance"));
    const std::lock_guard guard(places->lock);
    places->count = 0;
    any_armed.store(false, std::memory_order_relaxed);
    return ACCEL_STATUS_OK;
}

uint64_t fired(accel_instance *instance, const char *name)
{
    if (check_handle(instance, "instance") != ACCEL_STATUS_OK || !name)
        return 0;
    const std::lock_guard guard(places->lock);
    const Place *place = find(name);
    return place ? place->fired_count : 0;
}

}  // namespace

accel_status fault_point(const char *name)
{
    if (!any_armed.load(std::memory_order_relaxed) || !name) [[likely]]
        return ACCEL_STATUS_OK;
    const std::lock_guard guard(places->lock);
    Place *place = find(name);
    if (!place || place->fail_count == 0)
        return ACCEL_STATUS_OK;
    if (place->skip_count > 0) {
        --place->skip_count;
        return ACCEL_STATUS_OK;
    }
    --place->fail_count;
    ++place->fired_count;
    return place->status;
}

const accel_fault_interface kFaultInterface = {sizeof(accel_fault_interface), arm, disarm, fired};

}  // namespace accel::runtime
