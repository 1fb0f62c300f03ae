// SPDX-License-Identifier: MIT
#include "target.h"

#include <filesystem>

#include "kill_matrix.h"

namespace accel::conformance {
namespace {

namespace fs = std::filesystem;

/// Seen from the folder above this program's own: the build tree's place if it is there, else that of an installation.
std::string beside_program(const fs::path &in_build_tree, const fs::path &installed)
{
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    const fs::path built = program.parent_path().parent_path() / in_build_tree;
    return (fs::exists(built, error) ? built : (program.parent_path() / installed).lexically_normal()).string();
}

}  // namespace

Target &Target::current()
{
    static Target target;
    return target;
}

std::vector<std::string> Target::to_arguments() const
{
    std::vector<std::string> arguments;
    for (const auto &argument : {std::string("--device"), device, std::string("--seed"), std::to_string(seed)}) arguments.push_back(argument);
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
    return (fs::path(fault_module_path.empty() ? beside_program("fault-modules", ACCEL_SUITE_MODULES_FROM_BIN) : fault_module_path) / name).string();
}

std::string Target::fault_library() const
{
    if (!fault.empty() && find_fault(fault).folder == "meddling") return suite_module_folder("witness") + "/libaccel-witness.so";
    return fault_of.empty() ? beside_program("modules/libaccel-cpu.so", ACCEL_CPU_MODULE_FROM_BIN) : fault_of;
}

}  // namespace accel::conformance
