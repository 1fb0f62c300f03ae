// SPDX-License-Identifier: MIT
// Operators without a form in the catalog.
#pragma once

#include "tensors.h"

namespace accel::tflite {

/// Names of operators of the format; the second has those that a file brings along.
inline constexpr std::string_view kDomain = "tflite", kCustomDomain = "tflite.custom";

/// A custom node in the place of this operator, with the options that it has. Its results are what the file declares them to be, or unknown.
void keep(const schema::Operator &op, std::string reason, Tensors &tensors, Emitter &emitter, importer::Host &host);

}  // namespace accel::tflite
