// SPDX-License-Identifier: MIT
// Handles of devices, and their entry points.
#include "device_handle.h"

#include "base/check.h"
#include "instance.h"

accel_device::accel_device(accel_instance *instance, std::shared_ptr<accel::runtime::DeviceEntry> device_entry)
    : Object(accel::runtime::ObjectType::Device, 0),
      instance_(instance),
      entry_(std::move(device_entry))
{
}

accel_device::~accel_device() = default;

accel_device *accel_device::acquire()
{
    if (ref_first())
        instance_->ref();
    return this;
}

void accel_device::dispose()
{
    {
        const std::lock_guard guard(lock_);
        // Another thread may have acquired the device meanwhile; what is open then is its own.
        if (!has_references())
            open_.reset();
    }
    instance_->unref();
}

accel_status accel_device::hold_open()
{
    std::shared_ptr<accel::runtime::OpenDevice> open;
    ACCEL_TRY(entry_->open(&open));
    const std::lock_guard guard(lock_);
    open_ = std::move(open);
    return ACCEL_STATUS_OK;
}

using namespace accel::runtime;

extern "C" {

struct accel_device *accel_device_ref(struct accel_device *device) { return ref_handle(device); }
void accel_device_unref(struct accel_device *device) { unref_handle(device); }

enum accel_status accel_device_query(struct accel_device *device, struct accel_device_info *info)
{
    ACCEL_TRY(check_handle(device, "device"));
    ACCEL_TRY(check_out(info, "info"));
    return guarded([&] {
        accel_device_info facts{};
        facts.object_id = device->id();
        device->entry().fill_info(&facts);
        copy_out(facts, info);
        return ACCEL_STATUS_OK;
    });
}

enum accel_status accel_device_open(struct accel_device *device)
{
    ACCEL_TRY(check_handle(device, "device"));
    return guarded([&] { return device->hold_open(); });
}

}  // extern "C"
