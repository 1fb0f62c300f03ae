// SPDX-License-Identifier: MIT
#include "target.h"

#include <filesystem>

#include "kill_matrix.h"

namespace accel::conformance {
namespace {

/// The build tree that this program lies in.
std::filesystem::path build_folder()
{
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().parent_path();
}

}  // namespace

Target &Target::current()
{
    static Target target;
    return target;
}

std::vector<std::string> Target::to_arguments() const
{
    std::vector<std::string> arguments{"--device", device};
    if (fault.empty()) {
        for (const auto &path : module_paths) arguments.insert(arguments.end(), {"--module-path", path});
        if (simulated) arguments.push_back("--simulated");
    } else {
        arguments.insert(arguments.end(), {"--fault", fault, "--module-path", suite_module_folder(std::string(find_fault(fault).folder))});
    }
    if (only_given_paths || !fault.empty()) arguments.push_back("--only-given-paths");
    if (!fault_module_path.empty()) arguments.insert(arguments.end(), {"--fault-module-path", fault_module_path});
    return arguments;
}

std::string Target::suite_module_folder(const std::string &name) const
{
    return (fault_module_path.empty() ? build_folder() / "fault-modules" : std::filesystem::path(fault_module_path)) / name;
}

std::string Target::fault_library() const
{
    if (!fault.empty() && find_fault(fault).folder == "meddling") return suite_module_folder("witness") + "/libaccel-witness.so";
    return fault_of.empty() ? (build_folder() / "modules" / "libaccel-cpu.so").string() : fault_of;
}

}  // namespace accel::conformance
