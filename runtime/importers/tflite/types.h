// SPDX-License-Identifier: MIT
// Element types of the format, and what they are here.
#pragma once

#include "file.h"

#include <cstdint>
#include <string_view>

namespace accel::tflite {

/// enum accel_type; 0: one that no operation takes.
uint32_t accel_type_of(schema::TensorType type);
/// As the schema has it.
std::string_view name_of(schema::TensorType type);

}  // namespace accel::tflite
