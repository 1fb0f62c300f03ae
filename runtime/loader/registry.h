// SPDX-License-Identifier: MIT
// What the process shares whatever instances it makes: modules, loaded once, and devices, opened once.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "device_entry.h"
#include "module.h"

namespace accel::runtime {

class Registry {
public:
    /// Never destroyed, as modules are never unloaded. A child after fork has one of its own, in which nothing is open.
    static Registry &get();

    /// The module of a library; made from this manifest if it is new.
    Module *module(const Manifest &manifest, const std::string &library_path);
    /// The device; the living one if some instance lists it already.
    std::shared_ptr<ListedDevice> device(const DeviceIdentity &identity);

private:
    std::mutex lock_;
    std::map<std::string, std::unique_ptr<Module>> modules_;
    std::map<std::string, std::weak_ptr<ListedDevice>> devices_;
};

}  // namespace accel::runtime
