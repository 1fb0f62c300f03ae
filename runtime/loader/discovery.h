// SPDX-License-Identifier: MIT
// From manifests and sysfs to modules and devices, without loading or opening any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "device_entry.h"
#include "report.h"

namespace accel::runtime {

struct DiscoveryRequest {
    std::vector<std::string> module_paths;
    bool only_given_paths = false;
    bool simulated = false;
    std::vector<std::string> filters;
    std::string sysfs_root = "/sys";
    std::string dev_root = "/dev";
    std::vector<Module *> built_in;  ///< of tests: modules without a manifest file, before all others
};

struct Discovery {
    std::vector<Module *> modules;  ///< usable ones, in search order
    std::vector<std::shared_ptr<ListedDevice>> devices;
    Report report;
    accel_status status = ACCEL_STATUS_OK;  ///< not OK when nothing at all could be read
    std::string error;
};

Discovery discover(const DiscoveryRequest &request);

}  // namespace accel::runtime
