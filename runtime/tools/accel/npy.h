// SPDX-License-Identifier: MIT
#pragma once

#include "common.h"

namespace accel::tool {

struct NpyArray {
    std::vector<size_t> dims;
    std::vector<char> bytes;  ///< row-major
};

/// The file must hold exactly this enum accel_type.
NpyArray load_npy(const std::string &path, uint32_t type);
void write_npy(const std::string &path, uint32_t type, const std::vector<size_t> &dims, const std::vector<char> &bytes);

}  // namespace accel::tool
