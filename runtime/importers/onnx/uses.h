// SPDX-License-Identifier: MIT
// What importers share goes by its own names here.
#pragma once

namespace accel::importer {}

namespace accel::onnx {

using namespace importer;

}  // namespace accel::onnx
