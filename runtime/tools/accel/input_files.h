// SPDX-License-Identifier: MIT
// The option that feeds a model with files, and those that say how pictures become values.
#pragma once

#include "tensor_file.h"

namespace accel::tool {

struct InputOptions {
    std::vector<std::string> files;  ///< FILE or NAME=FILE, as given
    PictureScale scale;
    void add_to(CLI::App &app, const std::string &what);
};

/// Files by input, in port order; "" for an input with a default. Throws Failure for another input without a file.
std::vector<std::string> files_by_port(const Session &session, const std::vector<std::string> &files);

/// Stores the files' values in the inputs that have one.
void write_inputs(Session &session, const std::vector<std::string> &files_by_port, const PictureScale &scale);

}  // namespace accel::tool
