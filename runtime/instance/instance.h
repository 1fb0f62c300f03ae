// SPDX-License-Identifier: MIT
// An instance: a view of the process's modules and devices, and the thread that holds work back.
#pragma once

#include <accel/accel.h>

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/object.h"
#include "device_handle.h"
#include "holder.h"
#include "loader/discovery.h"

namespace accel::runtime {

struct InstanceOptions {
    DiscoveryRequest discovery;
    LogWish log;
    bool guards_files = true;  ///< mapped files that shrink are no fatal signal
};

}  // namespace accel::runtime

struct accel_instance : accel::runtime::Object {
    accel_instance(const accel::runtime::InstanceOptions &options, accel::runtime::Discovery found, accel::runtime::MakeHolder make_holder);
    ~accel_instance() override;

    /// The instance is handed out: with it ends what was lent to its log.
    void lend_log() { listener_.lend(); }
    /// Usable modules in search order; importers, compilers for bare targets. Not loaded until load() is called.
    std::span<accel::runtime::Module *const> modules() const { return modules_; }
    uint32_t device_count() const { return static_cast<uint32_t>(devices_.size()); }
    accel_device *device(uint32_t index) const { return devices_[index].get(); }
    /// First module that offers a compile target, by its manifest; null if there is none.
    accel::runtime::Module *module_for_target(const std::string &target) const;
    accel_status report(accel_report_fn report, void *user);
    /// Open what the default set consists of, and note in the report what is left out.
    accel_status default_devices(std::vector<accel::runtime::Ref<accel_device>> *out);
    accel_status find(const char *name, accel_device **out_device);
    bool guards_files() const { return guards_files_; }
    /// Some listed device is behind a kernel driver.
    bool has_kernel_device() const;
    /// The thread that waits for what hardware cannot wait for; made on first need. Throws std::bad_alloc, and std::system_error if no thread can be made; the next call tries again.
    accel::runtime::Holder &hold_thread();
    /// The same, if it was made; else null.
    accel::runtime::Holder *hold_thread_if_made();

private:
    accel::runtime::LogListener listener_;
    const bool guards_files_;
    const accel::runtime::MakeHolder make_holder_;
    accel::runtime::Report report_;
    std::mutex left_out_lock_;
    accel::runtime::Report left_out_;  ///< of the default set, when it was last asked for
    std::vector<accel::runtime::Module *> modules_;
    std::vector<std::unique_ptr<accel_device>> devices_;
    std::mutex hold_lock_;
    std::shared_ptr<accel::runtime::Holder> hold_thread_;
};
