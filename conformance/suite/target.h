// SPDX-License-Identifier: MIT
// What is under test: how to make an instance that sees it, and which device it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace accel::conformance {

/// How many graphs of an operation the chapter `operations` asks for: those in which every two choices meet, all combinations, or until the first few are right.
enum class Depth { Pairs,
                   All,
                   Few };

struct Target {
    std::string device = "cpu";             ///< as accel_instance_find_device takes it
    std::vector<std::string> module_paths;  ///< extra directories with manifests
    bool simulated = false;                 ///< list simulated devices
    bool only_given_paths = false;
    uint64_t seed = 1;  ///< of the shapes and values that cases draw
    Depth depth = Depth::Pairs;
    std::string fault;              ///< name of the fault that is planted in the module, "" for none
    std::string fault_module_path;  ///< folder of the modules that only the suite uses; "": found from the program's own place
    std::string fault_of;           ///< library that a fault is planted into; "": the CPU module beside the program

    /// The target that this process tests; a child receives it from the supervisor.
    static Target &current();
    /// The target on which a fault can be seen: this one, or for a module behind a transport the device in another process.
    Target where_seen(std::string_view fault_folder) const;
    /// For a child. With a fault, the child sees the broken module only.
    std::vector<std::string> to_arguments() const;
    /// Folder of a module that only the suite uses: "faulty", "witness".
    std::string suite_module_folder(const std::string &name) const;
    /// Library of the module that faults are planted into.
    std::string fault_library() const;
};

}  // namespace accel::conformance
