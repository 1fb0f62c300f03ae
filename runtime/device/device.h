// SPDX-License-Identifier: MIT
// Devices: what is listed, and what is open. One process opens a node once, whoever asks.
#pragma once

#include <accel/backend.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "base/elements.h"
#include "base/object.h"

namespace accel::runtime {

class Module;  // loader/module.h

class DeviceEntry;

/// A device that a backend module has open. Shared by every instance of the process; closed with its last user.
class OpenDevice {
public:
    virtual ~OpenDevice() = default;
    /// Once the device was abandoned, a table of the library's own: nothing gets into the module any more.
    const accel_bk_device_ops &ops() const { return *ops_.load(std::memory_order_acquire); }
    /// Of the elements in arrays for and from its module.
    const accel_bk_sizes &sizes() const { return sizes_; }
    accel_bk_device *handle() const { return handle_; }
    const accel_bk_device_info &info() const { return info_; }
    /// For messages.
    const char *module_name() const { return module_name_.c_str(); }
    /// For messages: why it imports no foreign memory. "" if its manifest does not say.
    const char *no_import() const { return no_import_.c_str(); }
    /// What is mapped is what the device sees, so others may keep a pointer to it; else only who maps and unmaps around each use sees it. Never behind a transport that copies.
    bool coherent() const { return (info_.flags & ACCEL_BK_DEVICE_FLAG_COHERENT) && !copies_; }
    /// Every object on it is dead; the next open of its entry opens it again. OK while it lives.
    accel_status lost() const { return static_cast<accel_status>(lost_.load(std::memory_order_relaxed)); }
    /// Remember DEVICE_LOST or DEVICE_GONE; the first loss stays.
    void mark_lost(accel_status status)
    {
        uint32_t none = ACCEL_STATUS_OK;
        lost_.compare_exchange_strong(none, status, std::memory_order_relaxed);
    }

    /// The module promises that its waits come back, so threads of the application may make them.
    bool waits_inline() const { return waits_inline_; }

    /// The module does not come back from a call about this device, or its work does not end: the device is lost for as long as the process lives. It is
    /// never closed, and no call gets into the module any more: those with a status answer DEVICE_LOST, those that end something keep it. Allocates nothing.
    void abandon(std::shared_ptr<OpenDevice> self, std::shared_ptr<DeviceEntry> entry, const char *why, const char *slot);
    bool abandoned() const { return abandoned_.load(std::memory_order_acquire); }
    /// One sentence with the device, the reason and the remedy; "" while it is not abandoned.
    const char *abandoned_why() const { return abandoned() ? abandoned_why_ : ""; }

protected:
    OpenDevice() = default;
    std::atomic<const accel_bk_device_ops *> ops_{nullptr};  ///< complete copy: absent optional slots are NULL, mandatory ones are set
    accel_bk_sizes sizes_ = kNativeSizes;
    bool waits_inline_ = false, copies_ = false;
    accel_bk_device *handle_ = nullptr;
    accel_bk_device_info info_{};
    std::string module_name_, no_import_;
    std::atomic<uint32_t> lost_{ACCEL_STATUS_OK};

private:
    std::atomic<bool> abandoned_{false};
    char abandoned_why_[256] = "";
    std::shared_ptr<OpenDevice> self_;    ///< of an abandoned device, which is kept with …
    std::shared_ptr<DeviceEntry> entry_;  ///< … its entry, so that nobody opens it again
    OpenDevice *next_abandoned_ = nullptr;
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
    /// Of the elements in arrays for and from that compiler, once it was asked for.
    virtual const accel_bk_sizes &sizes() const { return kNativeSizes; }
    /// Facts from manifest and sysfs, and from the device once it is open. Strings live as long as the entry.
    virtual void fill_info(accel_device_info *info) = 0;
    virtual const char *id() const = 0;
    virtual const char *target() const = 0;
    virtual const char *backend() const = 0;
    /// Kernel driver, "" if there is none.
    virtual const char *driver() const = 0;
    virtual uint32_t kind() const = 0;  ///< enum accel_device_kind
    /// True for a device behind a kernel driver, which alone can make and take sync_files.
    virtual bool has_node() const = 0;
    virtual bool simulated() const = 0;
    /// Used only where it is named.
    virtual bool by_name() const = 0;
};

}  // namespace accel::runtime
