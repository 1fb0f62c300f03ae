// SPDX-License-Identifier: MIT
// Element types of ONNX and of the catalog.
#pragma once

#include "proto.h"

#include <accel/accel.h>

#include <map>
#include <string>
#include <string_view>

namespace accel::onnx {

/// The version of each domain's operator set; "" is ONNX's own.
using OperatorSets = std::map<std::string_view, int64_t>;

/// Set of element types, bit per enum accel_type.
using TypeSet = uint32_t;
constexpr TypeSet type_set(std::initializer_list<accel_type> types)
{
    TypeSet set = 0;
    for (const accel_type type : types) {
        set |= 1u << type;
    }
    return set;
}

/// 0 if the catalog has no such element type.
uint32_t accel_type_of(DataType type);
/// The same, with the types that operations do not take and constants may have all the same.
uint32_t constant_type_of(DataType type);
DataType data_type_of(uint32_t accel_type);
uint64_t size_bytes_of(uint32_t accel_type);
/// "float", "int4" …; "type 99" for a number that onnx.proto does not have.
std::string name_of(DataType type);
/// The same of an element type that operations take.
std::string name_of(uint32_t accel_type);
/// ONNX's text for tensors of a type, such as "tensor(float)", for good; "" for a number that onnx.proto does not have.
std::string_view tensor_text(DataType type);
/// The type of this name, in letters of either case; kUndefined: there is none.
DataType data_type_named(std::string_view name);
/// Does onnx.proto define this number? Others are damage, not a missing feature.
bool is_known(DataType type);

}  // namespace accel::onnx
