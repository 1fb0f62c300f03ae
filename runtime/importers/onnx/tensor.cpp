// SPDX-License-Identifier: MIT
#include "tensor.h"

#include "failure.h"
#include "types.h"

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
    const uint32_t wanted_field = tensor.data_type == DataType::kInt64 ? 7 : 5;
    if (tensor.integer_field != wanted_field || tensor.integers.size() != static_cast<uint64_t>(count)) {
        fail_tensor(tensor, text("has ", tensor.integers.size(), " integers in the field for ", wanted_field == tensor.integer_field ? "its" : "another",
                                 " type, but dims need ", count));
    }
    void* out = granted(tensor, expected_bytes, store);
    switch (tensor.data_type) {
        case DataType::kInt64: std::memcpy(out, tensor.integers.data(), expected_bytes); break;
        case DataType::kInt32: narrow<int32_t>(tensor, out); break;
        case DataType::kInt16: narrow<int16_t>(tensor, out); break;
        case DataType::kInt8: narrow<int8_t>(tensor, out); break;
        case DataType::kUint8: narrow<uint8_t>(tensor, out); break;
        case DataType::kBool:
            narrow<uint8_t>(tensor, out);
            break;
        case DataType::kFloat16:  // bit patterns
        case DataType::kBfloat16: narrow<uint16_t>(tensor, out); break;
        default: fail_tensor(tensor, text("integers cannot hold ", name_of(tensor.data_type)));
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
        case DataType::kFloat: return join_runs(tensor, tensor.float_runs, expected_bytes, align_bytes, store);
        case DataType::kDouble: return join_runs(tensor, tensor.double_runs, expected_bytes, align_bytes, store);
        default: return convert_integers(tensor, count, expected_bytes, store);
    }
}

}  // namespace

ConstantData read_constant(const TensorProto& tensor, ConstantStore& store) {
    if (tensor.segmented) {
        unsupported("tensor '", tensor.name, "' is stored in segments");
    }
    if (!is_known(tensor.data_type)) {
        fail_tensor(tensor, text("data_type ", static_cast<int32_t>(tensor.data_type), " does not exist"));
    }
    ConstantData constant{tensor.data_type, checked_dims(tensor), nullptr, 0};
    const uint64_t element_bytes = size_bytes_of(accel_type_of(tensor.data_type));
    if (element_bytes == 0) {
        return constant;
    }
    alignas(kOwnedAlignBytes) static constexpr char kNothing = 0;
    const int64_t count = *element_count(constant.dims);
    constant.size_bytes = static_cast<uint64_t>(count) * element_bytes;
    constant.data = count == 0 ? &kNothing : values_of(tensor, count, constant.size_bytes, element_bytes, store);
    if (tensor.data_type == DataType::kBool) {
        check_booleans(tensor, constant);
    }
    return constant;
}

}  // namespace accel::onnx
