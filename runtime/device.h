// SPDX-License-Identifier: MIT
// Devices: what is listed, and what is open. One process opens a node once, whoever asks.
#pragma once

#include <accel/backend.h>

#include <memory>
#include <mutex>
#include <string>

#include "object.h"

namespace accel::runtime {

class Module;  // loader/module.h

/// A device that a backend module has open. Shared by every instance of the process; closed with its last user.
class OpenDevice {
public:
    virtual ~OpenDevice() = default;
    const accel_bk_device_ops &ops() const { return *ops_; }
    accel_bk_device *handle() const { return handle_; }
    const accel_bk_device_info &info() const { return info_; }
    /// For messages.
    const char *module_name() const { return module_name_.c_str(); }

protected:
    OpenDevice() = default;
    const accel_bk_device_ops *ops_ = nullptr;  ///< complete copy: absent optional slots are NULL, mandatory ones are set
    accel_bk_device *handle_ = nullptr;
    accel_bk_device_info info_{};
    std::string module_name_;
};

/// One device of the process, open or not. Lives in the process-wide registry (loader/registry.h).
class DeviceEntry {
public:
    virtual ~DeviceEntry() = default;
    /// The open device, opening it if nobody has. Blocks on the kernel.
    virtual accel_status open(std::shared_ptr<OpenDevice> *out) = 0;
    /// The open device if somebody has it open, else null. Never blocks.
    virtual std::shared_ptr<OpenDevice> peek() = 0;
    /// Compiler table of the module that serves it, loading the module on need; null table when it has none.
    virtual accel_status compiler(const accel_bk_compiler **out, const accel_bk_host **out_host) = 0;
    /// Facts from manifest and sysfs, and from the device once it is open. Strings live as long as the entry.
    virtual void fill_info(accel_device_info *info) = 0;
    virtual const char *id() const = 0;
    virtual const char *target() const = 0;
    virtual const char *backend() const = 0;
};

}  // namespace accel::runtime

/// An instance's view of a device.
struct accel_device : accel::runtime::Object {
    accel_device(accel_instance *instance, std::shared_ptr<accel::runtime::DeviceEntry> device_entry);
    ~accel_device() override;
    accel::runtime::DeviceEntry &entry() const { return *entry_; }
    accel_instance *instance() const { return instance_; }

private:
    accel_instance *instance_;  ///< one counted reference
    std::shared_ptr<accel::runtime::DeviceEntry> entry_;
};
