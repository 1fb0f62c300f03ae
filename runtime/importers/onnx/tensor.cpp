// SPDX-License-Identifier: MIT
// Finds a tensor's values in the file or beside it, and makes them what the ABI wants.
#include "tensor.h"

#include "common/failure.h"
#include "types.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace accel::onnx {
namespace {

ConstantPlace place_of(const TensorProto &tensor) { return {tensor.name, tensor.offset}; }

[[noreturn]] void fail_tensor(const TensorProto &tensor, const std::string &why) { fail_constant(place_of(tensor), why); }

uint64_t parse_number(const TensorProto &tensor, const ExternalEntry &entry)
{
    uint64_t value = 0;
    const char *end = entry.value.data() + entry.value.size();
    const auto [stop, error] = std::from_chars(entry.value.data(), end, value);
    if (error != std::errc{} || stop != end) {
        fail_tensor(tensor, text("external_data ", entry.key, " '", entry.value, "' is no number"));
    }
    return value;
}

ExternalRange external_range(const TensorProto &tensor)
{
    ExternalRange range;
    for (const ExternalEntry &entry : tensor.external_entries) {
        if (entry.key == "location") {
            range.location = entry.value;
        } else if (entry.key == "offset") {
            range.offset = parse_number(tensor, entry);
        } else if (entry.key == "length") {
            range.length = parse_number(tensor, entry);
        }
    }
    return range;
}

/// float_data and double_data: one run is used in place, several are joined.
const void *join_runs(const TensorProto &tensor, const std::vector<std::string_view> &runs, uint64_t expected_bytes, uint64_t align_bytes,
                      ConstantStore &store)
{
    uint64_t total_bytes = 0;
    for (const std::string_view run : runs) {
        total_bytes += run.size();
    }
    if (total_bytes != expected_bytes) {
        fail_tensor(tensor, text("typed data has ", total_bytes, " bytes, but type and dims need ", expected_bytes));
    }
    if (runs.size() == 1) {
        return in_place_or_copy(place_of(tensor), runs.front(), align_bytes, store);
    }
    auto *joined = static_cast<char *>(granted(place_of(tensor), expected_bytes, store));
    for (char *out = joined; const std::string_view run : runs) {
        std::memcpy(out, run.data(), run.size());
        out += run.size();
    }
    return joined;
}

bool is_packed(DataType type) { return accel_type_bits(constant_type_of(type)) < 8; }

template <typename T>
void narrow(const TensorProto &tensor, void *out)
{
    auto *values = static_cast<T *>(out);
    for (size_t i = 0; i < tensor.integers.size(); ++i) {
        const int64_t value = tensor.integers[i];
        if (value < static_cast<int64_t>(std::numeric_limits<T>::min()) || value > static_cast<int64_t>(std::numeric_limits<T>::max())) {
            fail_tensor(tensor, text("element ", i, " is ", value, ", which ", name_of(tensor.data_type), " cannot hold"));
        }
        values[i] = static_cast<T>(value);
    }
}

const void *convert_integers(const TensorProto &tensor, int64_t count, uint64_t expected_bytes, ConstantStore &store)
{
    const bool wide = tensor.data_type == DataType::kUint32 || tensor.data_type == DataType::kUint64;
    const uint32_t wanted_field = wide ? 11 : tensor.data_type == DataType::kInt64 ? 7
                                                                                   : 5;
    const uint64_t wanted_count = is_packed(tensor.data_type) ? expected_bytes : static_cast<uint64_t>(count);
    if (tensor.integer_field != wanted_field || tensor.integers.size() != wanted_count) {
        fail_tensor(tensor, text("has ", tensor.integers.size(), " integers in the field for ", wanted_field == tensor.integer_field ? "its" : "another",
                                 " type, but dims need ", wanted_count));
    }
    void *out = granted(place_of(tensor), expected_bytes, store);
    switch (tensor.data_type) {
    case DataType::kInt64:
    case DataType::kUint64: std::memcpy(out, tensor.integers.data(), expected_bytes); break;
    case DataType::kUint32: narrow<uint32_t>(tensor, out); break;
    case DataType::kInt32: narrow<int32_t>(tensor, out); break;
    case DataType::kInt16: narrow<int16_t>(tensor, out); break;
    case DataType::kInt8: narrow<int8_t>(tensor, out); break;
    case DataType::kUint8: narrow<uint8_t>(tensor, out); break;
    case DataType::kBool:
        narrow<uint8_t>(tensor, out);
        break;
    case DataType::kUint16:
    case DataType::kFloat16:  // bit patterns
    case DataType::kBfloat16: narrow<uint16_t>(tensor, out); break;
    default: narrow<uint8_t>(tensor, out); break;  // bit patterns of 8-bit floats, and bytes of packed elements
    }
    return out;
}

const void *values_of(const TensorProto &tensor, int64_t count, uint64_t expected_bytes, uint64_t align_bytes, ConstantStore &store)
{
    if (tensor.external) {
        return in_place_or_copy(place_of(tensor), external_bytes(place_of(tensor), external_range(tensor), expected_bytes, store), align_bytes, store);
    }
    if (tensor.raw_data) {
        if (tensor.raw_data->size() != expected_bytes) {
            fail_tensor(tensor, text("raw_data has ", tensor.raw_data->size(), " bytes, but type and dims need ", expected_bytes));
        }
        return in_place_or_copy(place_of(tensor), {tensor.raw_data->data(), expected_bytes}, align_bytes, store);
    }
    switch (tensor.data_type) {
    case DataType::kFloat:
    case DataType::kComplex64: return join_runs(tensor, tensor.float_runs, expected_bytes, align_bytes, store);
    case DataType::kDouble:
    case DataType::kComplex128: return join_runs(tensor, tensor.double_runs, expected_bytes, align_bytes, store);
    default: return convert_integers(tensor, count, expected_bytes, store);
    }
}

const void *strings_of(const TensorProto &tensor, int64_t count, uint64_t expected_bytes, ConstantStore &store)
{
    if (tensor.external || tensor.raw_data || tensor.strings.size() != static_cast<uint64_t>(count)) {
        fail_tensor(tensor, text("has ", tensor.strings.size(), " strings, but dims need ", count));
    }
    auto *out = static_cast<accel_bytes *>(granted(place_of(tensor), expected_bytes, store));
    for (size_t i = 0; i < tensor.strings.size(); ++i) {
        out[i] = {tensor.strings[i].data(), tensor.strings[i].size()};
    }
    return out;
}

/// With values of this type; none for type 0.
ConstantData read(const TensorProto &tensor, uint32_t type, ConstantStore &store)
{
    if (tensor.segmented) {
        unsupported("tensor '", tensor.name, "' is stored in segments");
    }
    if (!is_known(tensor.data_type)) {
        fail_tensor(tensor, text("data_type ", static_cast<int32_t>(tensor.data_type), " does not exist"));
    }
    ConstantData constant{tensor.data_type, checked_dims(place_of(tensor), tensor.dims), nullptr, 0};
    if (type == 0) {
        return constant;
    }
    const int64_t count = *element_count(constant.dims);
    constant.size_bytes = constant_bytes(type, count);
    if (count == 0) {
        constant.data = no_elements();
    } else {
        constant.data = type == ACCEL_TYPE_STRING ? strings_of(tensor, count, constant.size_bytes, store) : values_of(tensor, count, constant.size_bytes, constant_align_bytes(type), store);
    }
    if (tensor.data_type == DataType::kBool) {
        check_booleans(place_of(tensor), {static_cast<const uint8_t *>(constant.data), constant.size_bytes});
    }
    return constant;
}

}  // namespace

ConstantData read_constant(const TensorProto &tensor, ConstantStore &store)
{
    return read(tensor, accel_type_of(tensor.data_type), store);
}

ConstantData read_any_constant(const TensorProto &tensor, ConstantStore &store)
{
    return read(tensor, constant_type_of(tensor.data_type), store);
}

}  // namespace accel::onnx
