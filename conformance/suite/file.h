// SPDX-License-Identifier: MIT
// Files that are whole or not there.
#pragma once

#include <string>

namespace accel::conformance {

/// The name under which `path` is written before it is whole. A device or a pipe is written to as it is: renaming would put a file in its place.
std::string temporary_name(const std::string &path);

/// Give the file under its temporary name its own. Throws std::runtime_error.
void keep_file(const std::string &path);

/// Remove what was written under the temporary name, and throw std::runtime_error with the reason and what helps.
[[noreturn]] void give_up_file(const std::string &path, int error);

/// Make the folder of `path` and see that the file can be written there: asked before long work, not after. Throws std::runtime_error.
void require_place(const std::string &path);

/// Write a file that is whole or not there. Throws std::runtime_error.
void write_file(const std::string &path, const std::string &text);

/// Everything that was printed has arrived; throws std::runtime_error if not.
void finish_output();

}  // namespace accel::conformance
