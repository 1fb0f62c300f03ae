// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace accel::tool {

/// Read a whole file; throws Failure with the reason.
std::string read_file(const std::string &path);

/// Write through a temporary name, so that a full disk or a crash leaves the old file or none. Throws Failure.
void write_whole(const std::string &path, const std::string &bytes);

/// Everything that was printed has arrived; throws Failure if not, for a report that is cut must not look whole.
void finish_output();

}  // namespace accel::tool
