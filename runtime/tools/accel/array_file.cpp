// SPDX-License-Identifier: MIT
// Tells forms of array files by their ending, and reads those that the ONNX importer knows how to read.
#include "array_file.h"

#include "files.h"
#include "importers/onnx/tensor_file.h"
#include "npy.h"
#include "standard_input.h"

namespace accel::tool {
namespace {

bool is_proto(const std::string &path) { return ending_of(path) == ".pb"; }

onnx::TensorFile read_proto(const std::string &path)
{
    const std::string bytes = read_file(path);
    try {
        return onnx::read_tensor_file(bytes);
    } catch (const std::bad_alloc &) {
        throw;
    } catch (const std::exception &error) {
        throw Failure(path + " is not an ONNX tensor that can be read: " + error.what() + "; write it with onnx.save_tensor(onnx.numpy_helper.from_array(x), file)");
    }
}

Array load_proto(const std::string &path, uint32_t type)
{
    const onnx::TensorFile file = read_proto(path);
    if (file.type != type)
        throw Failure(path + " holds elements '" + file.type_name + "', but the input is " + type_name(type) + "; save the tensor with that type");
    Array array;
    size_t count = 1;
    for (const int64_t dim : file.dims) {
        array.dims.push_back(static_cast<size_t>(dim));
        count *= static_cast<size_t>(dim);
    }
    array.bytes = unpacked(type, file.bytes.data(), count);
    return array;
}

}  // namespace

bool is_array_file(const std::string &path) { return ending_of(path) == ".npy" || is_proto(path); }

Array load_array(const std::string &path, uint32_t type) { return is_proto(path) ? load_proto(path, type) : load_npy(path, type); }

std::vector<size_t> array_dims(const std::string &path)
{
    if (!is_proto(path)) return npy_dims(path);
    const onnx::TensorFile file = read_proto(path);
    return {file.dims.begin(), file.dims.end()};
}

}  // namespace accel::tool
