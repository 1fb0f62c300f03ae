// SPDX-License-Identifier: MIT
// The table of element types.
#include "types.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace accel::onnx {
namespace {

struct TypeRow {
    DataType onnx;
    uint32_t accel;
    uint32_t size_bytes;  ///< 0: elements share bytes
};

constexpr TypeRow kRows[] = {
    {DataType::kFloat, ACCEL_TYPE_F32, 4},
    {DataType::kInt8, ACCEL_TYPE_I8, 1},
    {DataType::kUint8, ACCEL_TYPE_U8, 1},
    {DataType::kInt32, ACCEL_TYPE_I32, 4},
    {DataType::kInt64, ACCEL_TYPE_I64, 8},
    {DataType::kFloat16, ACCEL_TYPE_F16, 2},
    {DataType::kBfloat16, ACCEL_TYPE_BF16, 2},
    {DataType::kInt16, ACCEL_TYPE_I16, 2},
    {DataType::kBool, ACCEL_TYPE_BOOL, 1},
    {DataType::kDouble, ACCEL_TYPE_F64, 8},
    {DataType::kUint16, ACCEL_TYPE_U16, 2},
    {DataType::kUint32, ACCEL_TYPE_U32, 4},
    {DataType::kUint64, ACCEL_TYPE_U64, 8},
    {DataType::kFloat8E4M3FN, ACCEL_TYPE_F8E4M3FN, 1},
    {DataType::kFloat8E4M3FNUZ, ACCEL_TYPE_F8E4M3FNUZ, 1},
    {DataType::kFloat8E5M2, ACCEL_TYPE_F8E5M2, 1},
    {DataType::kFloat8E5M2FNUZ, ACCEL_TYPE_F8E5M2FNUZ, 1},
    {DataType::kFloat8E8M0, ACCEL_TYPE_F8E8M0, 1},
    {DataType::kFloat4E2M1, ACCEL_TYPE_F4E2M1, 0},
    {DataType::kInt4, ACCEL_TYPE_I4, 0},
    {DataType::kUint4, ACCEL_TYPE_U4, 0},
    {DataType::kInt2, ACCEL_TYPE_I2, 0},
    {DataType::kUint2, ACCEL_TYPE_U2, 0},
};

// By number in onnx.proto, as of IR version 14.
constexpr std::string_view kTexts[] = {
    "tensor(undefined)", "tensor(float)", "tensor(uint8)", "tensor(int8)", "tensor(uint16)", "tensor(int16)", "tensor(int32)",
    "tensor(int64)", "tensor(string)", "tensor(bool)", "tensor(float16)", "tensor(double)", "tensor(uint32)", "tensor(uint64)",
    "tensor(complex64)", "tensor(complex128)", "tensor(bfloat16)", "tensor(float8e4m3fn)", "tensor(float8e4m3fnuz)", "tensor(float8e5m2)",
    "tensor(float8e5m2fnuz)", "tensor(uint4)", "tensor(int4)", "tensor(float4e2m1)", "tensor(float8e8m0)", "tensor(uint2)", "tensor(int2)"};

constexpr std::string_view kBefore = "tensor(";
constexpr std::string_view kBehind = ")";

constexpr std::string_view name_in(std::string_view text)
{
    return text.substr(kBefore.size(), text.size() - kBefore.size() - kBehind.size());
}

}  // namespace

uint32_t accel_type_of(DataType type)
{
    for (const TypeRow &row : kRows) {
        if (row.onnx == type) {
            return row.accel;
        }
    }
    return 0;
}

uint32_t constant_type_of(DataType type)
{
    static constexpr uint32_t kTypes[] = {// by number in onnx.proto
                                          ACCEL_TYPE_UNKNOWN, ACCEL_TYPE_F32, ACCEL_TYPE_U8, ACCEL_TYPE_I8, ACCEL_TYPE_U16, ACCEL_TYPE_I16, ACCEL_TYPE_I32,
                                          ACCEL_TYPE_I64, ACCEL_TYPE_STRING, ACCEL_TYPE_BOOL, ACCEL_TYPE_F16, ACCEL_TYPE_F64, ACCEL_TYPE_U32, ACCEL_TYPE_U64,
                                          ACCEL_TYPE_C64, ACCEL_TYPE_C128, ACCEL_TYPE_BF16, ACCEL_TYPE_F8E4M3FN, ACCEL_TYPE_F8E4M3FNUZ, ACCEL_TYPE_F8E5M2, ACCEL_TYPE_F8E5M2FNUZ,
                                          ACCEL_TYPE_U4, ACCEL_TYPE_I4, ACCEL_TYPE_F4E2M1, ACCEL_TYPE_F8E8M0, ACCEL_TYPE_U2, ACCEL_TYPE_I2};
    static_assert(std::size(kTypes) == std::size(kTexts));
    return is_known(type) ? kTypes[static_cast<size_t>(type)] : uint32_t{ACCEL_TYPE_UNKNOWN};
}

DataType data_type_of(uint32_t accel_type)
{
    for (const TypeRow &row : kRows) {
        if (row.accel == accel_type) {
            return row.onnx;
        }
    }
    return DataType::kUndefined;
}

uint64_t size_bytes_of(uint32_t accel_type)
{
    for (const TypeRow &row : kRows) {
        if (row.accel == accel_type) {
            return row.size_bytes;
        }
    }
    return 0;
}

DataType data_type_named(std::string_view name)
{
    const auto same_letter = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    for (size_t number = 1; number < std::size(kTexts); ++number) {
        const std::string_view known = name_in(kTexts[number]);
        if (std::equal(name.begin(), name.end(), known.begin(), known.end(), same_letter)) {
            return static_cast<DataType>(number);
        }
    }
    return DataType::kUndefined;
}

bool is_known(DataType type)
{
    const auto number = static_cast<int32_t>(type);
    return number > 0 && number < static_cast<int32_t>(std::size(kTexts));
}

std::string name_of(DataType type)
{
    const auto number = static_cast<int32_t>(type);
    if (number < 0 || number >= static_cast<int32_t>(std::size(kTexts))) {
        return "type " + std::to_string(number);
    }
    return std::string(name_in(kTexts[number]));
}

std::string name_of(uint32_t accel_type) { return name_of(data_type_of(accel_type)); }

std::string_view tensor_text(DataType type) { return is_known(type) ? kTexts[static_cast<size_t>(type)] : std::string_view(); }

}  // namespace accel::onnx
