// SPDX-License-Identifier: MIT
// An input that comes through a pipe, and what a file is by its name or its first bytes.
#pragma once

#include <string>

namespace accel::tool {

/// Reads standard input to its end into memory, and returns a path that names it: a file that can be opened again and again. Blocks until the other side closes. Throws Failure the second time,
/// and for nothing.
std::string hold_standard_input();

/// "standard input" for that path, others as they are: for sentences.
std::string with_standard_input(std::string sentence);

/// ".npy": the ending in lower case; of what hold_standard_input() holds the one that its first bytes tell, ".pb" where they tell none.
std::string ending_of(const std::string &path);

}  // namespace accel::tool
