// SPDX-License-Identifier: MIT
// NumPy's array files.
#pragma once

#include "common.h"
#include "dense.h"

namespace accel::tool {

/// The file must hold exactly this enum accel_type, whole and nothing behind it. Types that numpy lacks are there as numpy.save writes those of ml_dtypes 0.6: as elements
/// without a number type, bf16 '<V2', smaller ones '<V1' with a byte for each element.
Array load_npy(const std::string &path, uint32_t type);

/// The shape that the head of the file tells; looks at nothing else.
std::vector<size_t> npy_dims(const std::string &path);

/// Its bytes. The path is for the sentence that refuses types which it cannot hold.
std::string npy_file(const std::string &path, uint32_t type, const std::vector<size_t> &dims, const Dense &dense);

void write_npy(const std::string &path, uint32_t type, const std::vector<size_t> &dims, const Dense &dense);

}  // namespace accel::tool
