// SPDX-License-Identifier: MIT
// Names, real places and texts of the system's files. A lack of memory is told apart from an absent file: it is thrown.
#pragma once

#include <string>
#include <vector>

namespace accel::runtime {

/// The path without links and dots; "" when there is no such file. Throws std::bad_alloc.
std::string real_path(const std::string &path);

/// All of a small file, such as an attribute of sysfs; at most 1 MiB of it. "" if it cannot be read. Throws std::bad_alloc.
std::string read_text(const std::string &path);

/// Names of what is in a folder, dots left out, in no order. False, with errno, if it cannot be read. Throws std::bad_alloc.
bool list_folder(const std::string &path, std::vector<std::string> *names);

}  // namespace accel::runtime
