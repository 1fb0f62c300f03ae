// SPDX-License-Identifier: MIT
// The devices of the process: what is known of them closed, and how they are opened.
#pragma once

#include <list>
#include <mutex>
#include <string>

#include "device/device.h"
#include "module.h"
#include "sysfs.h"

namespace accel::runtime {

/// What kind of transport leads to a device.
enum class Way { Node,
                 Model,
                 None };

/// A device as discovery found it.
struct DeviceIdentity {
    std::string id;
    Way way = Way::None;
    Module *backend = nullptr;
    Module *model = nullptr;  ///< with Way::Model
    DeviceNode node;          ///< "" where there is none; with Way::None it is not the runtime's to open
    std::string driver;       ///< kernel driver, or the one that the model plays
    DeviceFacts facts;
};

class ListedDevice : public DeviceEntry, public std::enable_shared_from_this<ListedDevice> {
public:
    explicit ListedDevice(DeviceIdentity identity);
    accel_status open(std::shared_ptr<OpenDevice> *out) override;
    std::shared_ptr<OpenDevice> peek() override;
    accel_status compiler(const accel_bk_compiler **out, const accel_bk_host **out_host) override;
    void fill_info(accel_device_info *info) override;
    const char *id() const override { return identity_.id.c_str(); }
    const char *target() const override { return identity_.facts.target.c_str(); }
    const char *backend() const override { return identity_.backend->name(); }
    const char *driver() const override { return identity_.driver.c_str(); }
    uint32_t kind() const override { return identity_.facts.kind; }
    const accel_bk_sizes &sizes() const override;
    bool has_node() const override { return !identity_.node.path.empty(); }
    bool simulated() const override { return identity_.way == Way::Model; }
    bool by_name() const override { return identity_.facts.by_name; }
    const DeviceIdentity &identity() const { return identity_; }

private:
    std::shared_ptr<OpenDevice> latest();
    void fill_open_info(const OpenDevice &open, accel_device_info *info);
    void fill_numerics(accel_device_info *info);
    const char *keep(const char *text);

    const DeviceIdentity identity_;
    std::mutex lock_;       ///< guards what follows
    std::mutex open_lock_;  ///< held while the kernel is asked, so that a node is opened once
    std::weak_ptr<OpenDevice> open_;
    std::list<std::string> strings_;  ///< told by open devices; never forgotten, because callers keep pointers
};

}  // namespace accel::runtime
