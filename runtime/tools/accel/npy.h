// SPDX-License-Identifier: MIT
// NumPy's array files.
#pragma once

#include "common.h"

namespace accel::tool {

struct NpyArray {
    std::vector<size_t> dims;
    std::vector<char> bytes;  ///< row-major, in this machine's byte order
};

/// The file must hold exactly this enum accel_type, whole and nothing behind it. bf16 cannot be in such files.
NpyArray load_npy(const std::string &path, uint32_t type);

/// The shape that the head of the file tells; looks at nothing else.
std::vector<size_t> npy_dims(const std::string &path);

void write_npy(const std::string &path, uint32_t type, const std::vector<size_t> &dims, const std::vector<char> &bytes);

}  // namespace accel::tool
