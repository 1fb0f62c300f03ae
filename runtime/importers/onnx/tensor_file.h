// SPDX-License-Identifier: MIT
// ONNX's own files of one tensor, as its test data sets have them: a serialised TensorProto.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace accel::onnx {

struct TensorFile {
    uint32_t type = 0;      ///< enum accel_type
    std::string type_name;  ///< as ONNX writes it: "float", "int4"
    std::vector<int64_t> dims;
    std::vector<char> bytes;  ///< dense and row-major, types below 8 bits packed
};

/// From the bytes of a file, of which nothing is believed. Throws std::exception with a sentence without remedy for what is no tensor of numbers, whole and in this one file.
TensorFile read_tensor_file(std::string_view bytes);

}  // namespace accel::onnx
