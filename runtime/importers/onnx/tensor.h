// SPDX-License-Identifier: MIT
// Tensors of the file as constants.
#pragma once

#include "common/constant.h"
#include "proto.h"

namespace accel::onnx {

/// Values of a constant: dense, row-major, little-endian, aligned for the element type.
struct ConstantData {
    DataType data_type = DataType::kUndefined;
    Dims dims;
    const void *data = nullptr;
    uint64_t size_bytes = 0;
};

/// Check a TensorProto and give its values, in place where type and alignment allow. Types outside the catalog keep data = nullptr.
ConstantData read_constant(const TensorProto &tensor, ConstantStore &store);
/// The same with values of every type; strings as an array of struct accel_bytes.
ConstantData read_any_constant(const TensorProto &tensor, ConstantStore &store);

}  // namespace accel::onnx
