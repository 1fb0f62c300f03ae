// SPDX-License-Identifier: MIT
// Reads a file of one tensor as an import reads a constant, without a runtime that grants memory.
#include "tensor_file.h"

#include "common/failure.h"
#include "common/memory.h"
#include "tensor.h"
#include "types.h"

namespace accel::onnx {

TensorFile read_tensor_file(std::string_view bytes)
{
    const TensorProto tensor = read_tensor({bytes.data(), bytes});
    if (tensor.external) {
        unsupported("the values of tensor '", tensor.name, "' lie in another file");
    }
    TensorFile file{constant_type_of(tensor.data_type), name_of(tensor.data_type), tensor.dims, {}};
    if (file.type == ACCEL_TYPE_STRING) {
        unsupported("tensor '", tensor.name, "' holds texts, not numbers");
    }
    ModelMemory memory;
    Host host("onnx", nullptr, accel_bk_source{});
    ExternalFiles files(host);
    ConstantStore store{memory, host, files};
    const ConstantData constant = read_any_constant(tensor, store);
    const auto *values = static_cast<const char *>(constant.data);
    file.bytes.assign(values, values + constant.size_bytes);
    return file;
}

}  // namespace accel::onnx
