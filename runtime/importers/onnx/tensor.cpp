// SPDX-License-Identifier: MIT
#include "tensor.h"

#include "failure.h"
#include "types.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

namespace accel::onnx {
namespace {

static_assert(std::endian::native == std::endian::little, "constants are used in place, and the format is little-endian");

constexpr size_t kOwnedAlignBytes = 64;

[[noreturn]] void fail_tensor(const TensorProto& tensor, const std::string& why) {
    corrupt("tensor '", tensor.name, "' at byte ", tensor.offset, ": ", why);
}

Dims checked_dims(const TensorProto& tensor) {
    if (tensor.dims.size() > kRankMax) {
        fail_tensor(tensor, text("rank ", tensor.dims.size(), ", the limit is ", kRankMax));
    }
    for (const int64_t size : tensor.dims) {
        if (size < 0 || size > kSizeMax) {
            fail_tensor(tensor, text("dims has ", size, ", allowed are 0 to ", kSizeMax));
        }
    }
    Dims dims = fixed_dims(tensor.dims);
    if (!element_count(dims)) {
        fail_tensor(tensor, "dims multiply to more elements than any memory holds");
    }
    return dims;
}

uint64_t parse_number(const TensorProto& tensor, const ExternalEntry& entry) {
    uint64_t value = 0;
    const char* end = entry.value.data() + entry.value.size();
    const auto [stop, error] = std::from_chars(entry.value.data(), end, value);
    if (error != std::errc{} || stop != end) {
        fail_tensor(tensor, text("external_data ", entry.key, " '", entry.value, "' is no number"));
    }
    return value;
}

std::span<const char> external_bytes(const TensorProto& tensor, uint64_t expected_bytes, ExternalFiles& files) {
    std::string_view location;
    uint64_t offset = 0;
    std::optional<uint64_t> length;
    for (const ExternalEntry& entry : tensor.external_entries) {
        if (entry.key == "location") {
            location = entry.value;
        } else if (entry.key == "offset") {
            offset = parse_number(tensor, entry);
        } else if (entry.key == "length") {
            length = parse_number(tensor, entry);
        }
    }
    if (location.empty()) {
        fail_tensor(tensor, "external_data has no location");
    }
    if (length && *length != expected_bytes) {
        fail_tensor(tensor, text("external_data length is ", *length, ", but type and dims need ", expected_bytes, " bytes"));
    }
    const std::span<const char> file = files.map(location, tensor.name);
    if (offset > file.size() || expected_bytes > file.size() - offset) {
        fail_tensor(tensor, text("bytes ", offset, " to ", offset, " + ", expected_bytes, " lie beyond the end of '", location, "' (", file.size(), " bytes)"));
    }
    return file.subspan(offset, expected_bytes);
}

/// Memory for a constant that cannot be pointed at in place.
void* granted(const TensorProto& tensor, uint64_t size_bytes, ConstantStore& store) {
    std::string purpose("a copy of tensor '");
    purpose.append(tensor.name).append("'");
    store.host.charge(size_bytes, purpose);
    return store.memory.allocate(size_bytes, kOwnedAlignBytes);
}

const void* in_place_or_copy(const TensorProto& tensor, std::span<const char> bytes, uint64_t align_bytes, ConstantStore& store) {
    if (reinterpret_cast<uintptr_t>(bytes.data()) % align_bytes == 0) {
        return bytes.data();
    }
    void* copy = granted(tensor, bytes.size(), store);
    std::memcpy(copy, bytes.data(), bytes.size());
    store.host.log(ACCEL_LOG_LEVEL_DEBUG, text("tensor '", tensor.name, "': ", bytes.size(), " bytes copied, because they begin at no multiple of ", align_bytes));
    return copy;
}

/// float_data and double_data: one run is used in place, several are joined.
const void* join_runs(const TensorProto& tensor, const std::vector<std::string_view>& runs, uint64_t expected_bytes, uint64_t align_bytes,
                      ConstantStore& store) {
    uint64_t total_bytes = 0;
    for (const std::string_view run : runs) {
        total_bytes += run.size();
    }
    if (total_bytes != expected_bytes) {
        fail_tensor(tensor, text("typed data has ", total_bytes, " bytes, but type and dims need ", expected_bytes));
    }
    if (runs.size() == 1) {
        return in_place_or_copy(tensor, runs.front(), align_bytes, store);
    }
    auto* joined = static_cast<char*>(granted(tensor, expected_bytes, store));
    for (char* out = joined; const std::string_view run : runs) {
        std::memcpy(out, run.data(), run.size());
        out += run.size();
    }
    return joined;
}

bool is_packed(DataType type) { return accel_type_bits(constant_type_of(type)) < 8; }

template <typename T>
void narrow(const TensorProto& tensor, void* out) {
    auto* values = static_cast<T*>(out);
    for (size_t i = 0; i < tensor.integers.size(); ++i) {
        const int64_t value = tensor.integers[i];
        if (value < static_cast<int64_t>(std::numeric_limits<T>::min()) || value > static_cast<int64_t>(std::numeric_limits<T>::max())) {
            fail_tensor(tensor, text("element ", i, " is ", value, ", which ", name_of(tensor.data_type), " cannot hold"));
        }
        values[i] = static_cast<T>(value);
    }
}

const void* convert_integers(const TensorProto& tensor, int64_t count, uint64_t expected_bytes, ConstantStore& store) {
    const bool wide = tensor.data_type == DataType::kUint32 || tensor.data_type == DataType::kUint64;
    const uint32_t wanted_field = wide ? 11 : tensor.data_type == DataType::kInt64 ? 7 : 5;
    const uint64_t wanted_count = is_packed(tensor.data_type) ? expected_bytes : static_cast<uint64_t>(count);
    if (tensor.integer_field != wanted_field || tensor.integers.size() != wanted_count) {
        fail_tensor(tensor, text("has ", tensor.integers.size(), " integers in the field for ", wanted_field == tensor.integer_field ? "its" : "another",
                                 " type, but dims need ", wanted_count));
    }
    void* out = granted(tensor, expected_bytes, store);
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

void check_booleans(const TensorProto& tensor, const ConstantData& constant) {
    const auto* values = static_cast<const uint8_t*>(constant.data);
    for (uint64_t i = 0; i < constant.size_bytes; ++i) {
        if (values[i] > 1) {
            fail_tensor(tensor, text("element ", i, " is ", int{values[i]}, ", a bool is 0 or 1"));
        }
    }
}

const void* values_of(const TensorProto& tensor, int64_t count, uint64_t expected_bytes, uint64_t align_bytes, ConstantStore& store) {
    if (tensor.external) {
        return in_place_or_copy(tensor, external_bytes(tensor, expected_bytes, store.files), align_bytes, store);
    }
    if (tensor.raw_data) {
        if (tensor.raw_data->size() != expected_bytes) {
            fail_tensor(tensor, text("raw_data has ", tensor.raw_data->size(), " bytes, but type and dims need ", expected_bytes));
        }
        return in_place_or_copy(tensor, {tensor.raw_data->data(), expected_bytes}, align_bytes, store);
    }
    switch (tensor.data_type) {
        case DataType::kFloat:
        case DataType::kComplex64: return join_runs(tensor, tensor.float_runs, expected_bytes, align_bytes, store);
        case DataType::kDouble:
        case DataType::kComplex128: return join_runs(tensor, tensor.double_runs, expected_bytes, align_bytes, store);
        default: return convert_integers(tensor, count, expected_bytes, store);
    }
}

const void* strings_of(const TensorProto& tensor, int64_t count, uint64_t expected_bytes, ConstantStore& store) {
    if (tensor.external || tensor.raw_data || tensor.strings.size() != static_cast<uint64_t>(count)) {
        fail_tensor(tensor, text("has ", tensor.strings.size(), " strings, but dims need ", count));
    }
    auto* out = static_cast<accel_bytes*>(granted(tensor, expected_bytes, store));
    for (size_t i = 0; i < tensor.strings.size(); ++i) {
        out[i] = {tensor.strings[i].data(), tensor.strings[i].size()};
    }
    return out;
}

uint64_t align_bytes_of(uint32_t type) {
    switch (type) {
        case ACCEL_TYPE_C64: return alignof(float);
        case ACCEL_TYPE_C128: return alignof(double);
        default: return std::max(accel_type_bits(type) / 8, 1u);
    }
}

/// With values of this type; none for type 0.
ConstantData read(const TensorProto& tensor, uint32_t type, ConstantStore& store) {
    if (tensor.segmented) {
        unsupported("tensor '", tensor.name, "' is stored in segments");
    }
    if (!is_known(tensor.data_type)) {
        fail_tensor(tensor, text("data_type ", static_cast<int32_t>(tensor.data_type), " does not exist"));
    }
    ConstantData constant{tensor.data_type, checked_dims(tensor), nullptr, 0};
    if (type == 0) {
        return constant;
    }
    alignas(kOwnedAlignBytes) static constexpr char kNothing = 0;
    const int64_t count = *element_count(constant.dims);
    constant.size_bytes = (static_cast<uint64_t>(count) * accel_type_bits(type) + 7) / 8;
    if (count == 0) {
        constant.data = &kNothing;
    } else {
        constant.data = type == ACCEL_TYPE_STRING ? strings_of(tensor, count, constant.size_bytes, store) : values_of(tensor, count, constant.size_bytes, align_bytes_of(type), store);
    }
    if (tensor.data_type == DataType::kBool) {
        check_booleans(tensor, constant);
    }
    return constant;
}

}  // namespace

ConstantData read_constant(const TensorProto& tensor, ConstantStore& store) {
    return read(tensor, accel_type_of(tensor.data_type), store);
}

ConstantData read_any_constant(const TensorProto& tensor, ConstantStore& store) {
    return read(tensor, constant_type_of(tensor.data_type), store);
}

}  // namespace accel::onnx
