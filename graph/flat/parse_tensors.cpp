// SPDX-License-Identifier: MIT
// Tensors of a flat graph: sizes, constants, quantisation.
#include "parser.h"

#include <accel/graph/catalog.h>
#include <accel/graph/quantization.h>

#include <algorithm>
#include <cstring>

#include "format.h"

namespace accel::graph::flat {

bool Parser::read_tensors(Body::Arrays &arrays)
{
    const uint32_t count = reader_.count(25);
    arrays.tensors = body_.array<accel_tensor_desc>(count);
    for (uint32_t i = 0; i < count; ++i) {
        beat();
        if (!read_tensor(arrays, i)) return false;
    }
    arrays.desc.tensors = arrays.tensors.data();
    arrays.desc.tensor_count = count;
    arrays.desc.tensor_size = sizeof(accel_tensor_desc);
    return cut();
}

bool Parser::read_tensor(Body::Arrays &arrays, uint32_t index)
{
    accel_tensor_desc &tensor = arrays.tensors[index];
    tensor.name = reader_.string();
    tensor.type = reader_.u32();
    tensor.flags = reader_.u32();
    if (tensor.type == 0) tensor.type_name = reader_.string();
    tensor.rank = reader_.u32();
    if (!cut()) return false;
    if (tensor.type != 0 && !find_type(tensor.type)) return refuse("tensor %u: unknown element type %u", index, tensor.type);
    if (tensor.rank > kMaxRank && tensor.rank != ACCEL_RANK_UNKNOWN) return refuse("tensor %u: rank %u, at most %u", index, tensor.rank, kMaxRank);
    if (tensor.flags != 0) return refuse("tensor %u: unknown flags 0x%x", index, tensor.flags);
    std::optional<uint64_t> size_bytes;
    return read_dims(arrays, tensor, index, &size_bytes) && read_data(tensor, index, size_bytes) && read_quantization(tensor, index);
}

bool Parser::read_dims(Body::Arrays &arrays, accel_tensor_desc &tensor, uint32_t index, std::optional<uint64_t> *out_size_bytes)
{
    if (tensor.rank == ACCEL_RANK_UNKNOWN) return true;
    const std::span<accel_dim> dims = body_.array<accel_dim>(tensor.rank);
    uint64_t count = 1;
    bool fixed = tensor.type != 0;
    for (accel_dim &dim : dims) {
        dim.size = reader_.i64();
        dim.symbol = reader_.u32();
        if (!cut()) return false;
        if (dim.symbol != ACCEL_SYMBOL_NONE) {
            if (dim.symbol >= arrays.symbols.size()) return refuse("tensor %u: symbol %u does not exist", index, dim.symbol);
            fixed = false;
        } else if (dim.size < 0 || static_cast<uint64_t>(dim.size) > kMaxTensorBytes || __builtin_mul_overflow(count, static_cast<uint64_t>(dim.size), &count) ||
                   count > kMaxTensorBytes || packed_size_bytes(tensor.type, count).value_or(0) > kMaxTensorBytes) {
            return refuse("tensor %u: impossible size %lld", index, static_cast<long long>(dim.size));
        }
    }
    tensor.dims = dims.data();
    if (fixed) *out_size_bytes = packed_size_bytes(tensor.type, count);
    return true;
}

bool Parser::read_data(accel_tensor_desc &tensor, uint32_t index, const std::optional<uint64_t> &size_bytes)
{
    const uint32_t where = reader_.u32();
    if (!cut()) return false;
    if (where == static_cast<uint32_t>(Data::None)) return true;
    if (!size_bytes) return refuse("tensor %u: a constant whose type or size is open", index);
    if ((tensor.type == ACCEL_TYPE_STRING) != (where == static_cast<uint32_t>(Data::Strings))) return refuse("tensor %u: constant of kind %u and type %u", index, where, tensor.type);
    if (where == static_cast<uint32_t>(Data::Strings)) return read_strings(tensor, index, *size_bytes);
    const uint64_t place = reader_.u64();
    const uint64_t given_bytes = reader_.u64();
    if (!cut()) return false;
    if (given_bytes != *size_bytes) {
        return refuse("tensor %u: a constant of %llu bytes, the shape needs %llu", index, static_cast<unsigned long long>(given_bytes),
                      static_cast<unsigned long long>(*size_bytes));
    }
    const uint8_t *data = nullptr;
    if (where == static_cast<uint32_t>(Data::Inline)) {
        if (place > constants_.inlined_bytes || given_bytes > constants_.inlined_bytes - place)
            return refuse("tensor %u: its constant lies outside the bytes", index);
        data = constants_.inlined + place;
    } else if (where == static_cast<uint32_t>(Data::Referenced)) {
        if (place >= constants_.table_count || constants_.table[place].byte_count < given_bytes || !constants_.table[place].data)
            return refuse("tensor %u: constant number %llu is missing or too short", index, static_cast<unsigned long long>(place));
        data = static_cast<const uint8_t *>(constants_.table[place].data);
    } else {
        return refuse("tensor %u: unknown kind of constant %u", index, where);
    }
    tensor.data = aligned(data, given_bytes, std::clamp(type_size_bytes(tensor.type), 1u, 8u));
    tensor.data_bytes = given_bytes;
    return true;
}

bool Parser::read_strings(accel_tensor_desc &tensor, uint32_t index, uint64_t size_bytes)
{
    const uint64_t count = reader_.u64();
    if (!cut()) return false;
    if (count != size_bytes / sizeof(accel_bytes) || count > reader_.remaining() / sizeof(uint64_t))
        return refuse("tensor %u: %llu strings, the shape needs %llu", index, static_cast<unsigned long long>(count), static_cast<unsigned long long>(size_bytes / sizeof(accel_bytes)));
    const std::span<accel_bytes> strings = body_.array<accel_bytes>(count + 1);  // a constant without elements has an address, too
    for (accel_bytes &string : strings.first(count)) {
        string.byte_count = reader_.u64();
        string.data = reader_.raw(string.byte_count);
        if (!cut()) return false;
    }
    tensor.data = strings.data();
    tensor.data_bytes = size_bytes;
    return true;
}

const void *Parser::aligned(const uint8_t *data, uint64_t byte_count, uint32_t align_bytes)
{
    if (byte_count != 0 && reinterpret_cast<uintptr_t>(data) % align_bytes == 0) return data;
    const std::span<uint64_t> copy = body_.array<uint64_t>(byte_count / sizeof(uint64_t) + 1);
    if (byte_count != 0) std::memcpy(copy.data(), data, byte_count);
    return copy.data();
}

bool Parser::read_quantization(accel_tensor_desc &tensor, uint32_t index)
{
    const uint32_t quantized = reader_.u32();
    if (!cut()) return false;
    if (quantized == 0) return true;
    if (quantized != 1) return refuse("tensor %u: flag %u is neither 0 nor 1", index, quantized);
    if (tensor.rank == ACCEL_RANK_UNKNOWN) return refuse("tensor %u is quantised, and its rank is unknown", index);
    accel_quantization &quantization = body_.array<accel_quantization>(1)[0];
    quantization.struct_size = sizeof quantization;
    quantization.kind = reader_.u32();
    quantization.scale_type = reader_.u32();
    quantization.zero_point_type = reader_.u32();
    quantization.rank = reader_.count(8);
    const std::span<int64_t> block_dims = body_.array<int64_t>(quantization.rank);
    for (int64_t &size : block_dims) size = reader_.i64();
    quantization.block_dims = block_dims.data();
    quantization.count = reader_.u64();
    if (!cut() || !read_scales(quantization, index)) return false;
    const accel_dim *dims = tensor.dims;
    int64_t sizes[kMaxRank];
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) sizes[axis] = dims[axis].symbol == ACCEL_SYMBOL_NONE ? dims[axis].size : -1;
    const std::string why = broken_rule(quantization, tensor.type, std::span(sizes, tensor.rank));
    if (!why.empty()) return refuse("tensor %u is quantised, but %s", index, why.c_str());
    tensor.quantization = &quantization;
    return true;
}

bool Parser::read_scales(accel_quantization &quantization, uint32_t index)
{
    // No number has less than two bits, and none more than two words.
    if (quantization.count > reader_.remaining() * uint64_t{4}) return refuse("tensor %u: %llu scales do not fit the bytes", index, static_cast<unsigned long long>(quantization.count));
    const auto read = [this](uint64_t byte_count) {
        const uint8_t *bytes = reader_.raw(byte_count);
        return bytes ? aligned(bytes, byte_count, sizeof(uint64_t)) : nullptr;
    };
    quantization.scales = read(scale_bytes(quantization));
    const void *zero_points = read(zero_point_bytes(quantization));
    quantization.zero_points = quantization.zero_point_type == 0 ? nullptr : zero_points;
    return cut();
}

}  // namespace accel::graph::flat
