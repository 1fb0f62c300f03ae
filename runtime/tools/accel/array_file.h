// SPDX-License-Identifier: MIT
// Files of one array, whichever form they have.
#pragma once

#include "common.h"
#include "dense.h"

namespace accel::tool {

/// NumPy's .npy, or ONNX's .pb, a serialised TensorProto.
bool is_array_file(const std::string &path);

/// The file must hold exactly this enum accel_type.
Array load_array(const std::string &path, uint32_t type);

/// The shape alone.
std::vector<size_t> array_dims(const std::string &path);

}  // namespace accel::tool
