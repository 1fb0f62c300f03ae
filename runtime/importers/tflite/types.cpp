// SPDX-License-Identifier: MIT
// The table of element types.
#include "types.h"

#include <accel/accel.h>

namespace accel::tflite {
namespace {

using schema::TensorType;

struct TypeRow {
    TensorType tflite;
    uint32_t accel;
};

/// INT4 is not here: constants of it are read as INT8.
constexpr TypeRow kRows[] = {
    {TensorType::FLOAT32, ACCEL_TYPE_F32},
    {TensorType::FLOAT16, ACCEL_TYPE_F16},
    {TensorType::BFLOAT16, ACCEL_TYPE_BF16},
    {TensorType::FLOAT64, ACCEL_TYPE_F64},
    {TensorType::INT8, ACCEL_TYPE_I8},
    {TensorType::INT16, ACCEL_TYPE_I16},
    {TensorType::INT32, ACCEL_TYPE_I32},
    {TensorType::INT64, ACCEL_TYPE_I64},
    {TensorType::UINT8, ACCEL_TYPE_U8},
    {TensorType::UINT16, ACCEL_TYPE_U16},
    {TensorType::UINT32, ACCEL_TYPE_U32},
    {TensorType::UINT64, ACCEL_TYPE_U64},
    {TensorType::BOOL, ACCEL_TYPE_BOOL},
};

}  // namespace

uint32_t accel_type_of(TensorType type)
{
    for (const TypeRow &row : kRows) {
        if (row.tflite == type) {
            return row.accel;
        }
    }
    return 0;
}

std::string_view name_of(TensorType type)
{
    const std::string_view name = schema::EnumNameTensorType(type);
    return name.empty() ? std::string_view("a type that LiteRT 2.3 does not have") : name;
}

}  // namespace accel::tflite
