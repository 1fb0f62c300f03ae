// SPDX-License-Identifier: MIT
// Where manifests and module libraries are looked for.
#pragma once

#include <string>
#include <vector>

namespace accel::runtime {

/// Directories with manifests, in order: the given ones, ACCEL_BACKEND_PATH (unless the process is privileged), those beside this library, the system's.
/// only_given keeps the first group.
std::vector<std::string> module_directories(const std::vector<std::string> &given, bool only_given);

/// Manifest files (*.json) of a directory, sorted by name; false with errno set if it cannot be read.
bool list_manifests(const std::string &directory, std::vector<std::string> *paths);

/// Path of a module's library: as written if absolute; else beside the manifest; else in the folder of installed modules. Empty if there is none.
std::string find_library(const std::string &manifest_folder, const std::string &library);

}  // namespace accel::runtime
