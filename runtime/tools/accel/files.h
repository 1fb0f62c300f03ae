// SPDX-License-Identifier: MIT
// Files that the command reads and writes.
#pragma once

#include <string>

namespace accel::tool {

/// Read a whole file; throws Failure with the reason.
std::string read_file(const std::string &path);

/// Write through a temporary name, so that a full disk or a crash leaves the old file or none. Throws Failure.
void write_whole(const std::string &path, const std::string &bytes);

/// The file to write is not the model that is read, by whatever name; throws Failure if it is. For before the work.
void keep_model(const std::string &output, const std::string &model);

/// Everything that was printed has arrived; throws Failure if not, for a report that is cut must not look whole.
void finish_output();

}  // namespace accel::tool
