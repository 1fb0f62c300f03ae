// SPDX-License-Identifier: MIT
// What is under test: how to make an instance that sees it, and which device it is.
#pragma once

#include <string>
#include <vector>

namespace accel::conformance {

struct Target {
    std::string device = "cpu";             ///< as accel_instance_find_device takes it
    std::vector<std::string> module_paths;  ///< extra directories with manifests
    bool simulated = false;                 ///< list simulated devices
    bool only_given_paths = false;
    std::string fault;                      ///< name of the fault that is planted in the module, "" for none

    /// The target that this process tests; a child receives it from the supervisor.
    static Target &current();
    std::vector<std::string> to_arguments() const;
};

}  // namespace accel::conformance
