// SPDX-License-Identifier: MIT
// The services that a module is handed: accel_bk_host.
#pragma once

#include <accel/backend.h>

#include <string>

namespace accel::runtime {

/// One per module; lives as long as the process.
class ModuleHost {
public:
    explicit ModuleHost(std::string module_name);
    ModuleHost(const ModuleHost &) = delete;
    ModuleHost &operator=(const ModuleHost &) = delete;
    const accel_bk_host *table() const { return &table_; }
    const char *module_name() const { return module_name_.c_str(); }

private:
    std::string module_name_;
    accel_bk_host table_{};
};

}  // namespace accel::runtime
