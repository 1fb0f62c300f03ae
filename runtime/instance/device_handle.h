// SPDX-License-Identifier: MIT
// The handles of devices: what an instance knows one by.
#pragma once

#include <accel/accel.h>

#include <memory>
#include <mutex>

#include "base/object.h"
#include "device/device.h"

/// An instance's view of a device: one object per device and instance, kept by the instance. While the application holds references to it, it holds
/// one to the instance and, once opened by accel_device_open, the open device.
struct accel_device : accel::runtime::Object {
    accel_device(accel_instance *instance, std::shared_ptr<accel::runtime::DeviceEntry> device_entry);
    ~accel_device() override;
    accel::runtime::DeviceEntry &entry() const { return *entry_; }
    const std::shared_ptr<accel::runtime::DeviceEntry> &shared_entry() const { return entry_; }
    accel_instance *instance() const { return instance_; }
    /// A reference for a caller that holds one to the instance.
    accel_device *acquire();
    accel_status hold_open();

protected:
    void dispose() override;

private:
    accel_instance *instance_;
    std::shared_ptr<accel::runtime::DeviceEntry> entry_;
    std::mutex lock_;
    std::shared_ptr<accel::runtime::OpenDevice> open_;
};
