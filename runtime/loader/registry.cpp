// SPDX-License-Identifier: MIT
// Finds modules by library and manifest, and devices by who serves them, and makes each once.
#include "registry.h"

#include <cstdio>

#include "base/per_process.h"
#include "folder.h"

namespace accel::runtime {

namespace {
PerProcess<Registry> registry;
}

Registry &Registry::get() { return *registry; }

Module *Registry::module(const Manifest &manifest, const std::string &library_path)
{
    const std::string real = real_path(library_path);
    const std::string key = (real.empty() ? library_path : real) + "\n" + manifest.path;
    const std::lock_guard guard(lock_);
    std::unique_ptr<Module> &module = modules_[key];
    if (!module)
        module = std::make_unique<Module>(manifest, library_path);
    return module.get();
}

std::shared_ptr<ListedDevice> Registry::device(const DeviceIdentity &identity)
{
    char owner[64];
    snprintf(owner, sizeof owner, "%p %p", static_cast<void *>(identity.backend), static_cast<void *>(identity.model));
    const std::string key = identity.id + "\n" + identity.node.path + "\n" + identity.node.bus_path + "\n" + owner;
    const std::lock_guard guard(lock_);
    std::weak_ptr<ListedDevice> &slot = devices_[key];
    std::shared_ptr<ListedDevice> device = slot.lock();
    if (!device) {
        device = std::make_shared<ListedDevice>(identity);
        slot = device;
    }
    return device;
}

}  // namespace accel::runtime
