// SPDX-License-Identifier: MIT
// Finds manifests, modules and faults, in the build tree or installed.
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
    if (depth != Depth::Pairs) arguments.emplace_back(depth == Depth::All ? "--full" : "--smoke");
    const std::string_view folder = fault.empty() ? "" : find_fault(fault).folder;
    const auto see = [&](const std::string &path) { arguments.insert(arguments.end(), {"--module-path", path}); };
    // A broken module is seen alone, but for the device that it stands in front of.
    if (!fault.empty()) see(suite_module_folder(std::string(folder)));
    if (folder == "forgetful") see(suite_module_folder("carried"));
    for (const auto &path : module_paths)
        if (fault.empty()) see(path);
    if (fault.empty() ? simulated : folder == "forgetful") arguments.emplace_back("--simulated");
    if (!fault.empty()) arguments.insert(arguments.end(), {"--fault", fault});
    if (only_given_paths || !fault.empty()) arguments.emplace_back("--only-given-paths");
    if (!fault_module_path.empty()) arguments.insert(arguments.end(), {"--fault-module-path", fault_module_path});
    return arguments;
}

Target Target::where_seen(std::string_view fault_folder) const
{
    Target seen = *this;
    if (fault_folder != "forgetful") return seen;
    seen.device = "ethosu-carried";
    seen.simulated = true;
    seen.module_paths.assign(1, suite_module_folder("carried"));
    return seen;
}

std::string Target::suite_module_folder(const std::string &name) const
{
    return (fs::path(fault_module_path.empty() ? beside_program("fault-modules", ACCEL_SUITE_MODULES_FROM_BIN) : fault_module_path) / name).string();
}

std::string Target::fault_library() const
{
    if (!fault.empty() && find_fault(fault).folder == "meddling") return suite_module_folder("witness") + "/libaccel-witness.so";
    if (!fault.empty() && find_fault(fault).folder == "forgetful") return beside_program("modules/libaccel-ethosu.so", ACCEL_ETHOSU_MODULE_FROM_BIN);
    return fault_of.empty() ? beside_program("modules/libaccel-cpu.so", ACCEL_CPU_MODULE_FROM_BIN) : fault_of;
}

}  // namespace accel::conformance
