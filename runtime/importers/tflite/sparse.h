// SPDX-License-Identifier: MIT
// Constants of which a file holds the values that are not 0, and where they are.
#pragma once

#include "file.h"

#include <string_view>

namespace accel::tflite {

/// Row-major values of these sizes, with zeros where the file has none. The width of an element follows from out, which has all of them. CORRUPT where places contradict themselves.
void spread_sparse(std::string_view name, const schema::SparsityParameters &sparsity, std::span<const int64_t> sizes, std::span<const char> values, std::span<char> out);

}  // namespace accel::tflite
