// SPDX-License-Identifier: MIT
// Names of the files that outputs are written to.
#pragma once

#include "common.h"

namespace accel::tool {

/// Names of files for one input's outputs, by output index: "<stem>.<output>.npy". Slashes and what has no shape become '_'; a name that a file system would not take is
/// shortened and ends in a number made of the whole name; outputs whose names come out alike get their index.
std::vector<std::string> output_file_names(const std::string &stem, const std::vector<std::string> &output_names);

/// As it stands in such a name.
std::string plain_name(const std::string &name);

}  // namespace accel::tool
