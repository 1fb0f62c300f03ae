// SPDX-License-Identifier: MIT
// Makes operations and constants, and moves the axes of constants.
#include "emit.h"

#include "admission.h"
#include "common/failure.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace accel::tflite {

using namespace importer;

Dims checked_sizes(std::span<const int64_t> sizes)
{
    if (sizes.size() > kRankMax) {
        unsupported("a tensor of rank ", sizes.size(), "; the limit is ", kRankMax);
    }
    for (const int64_t size : sizes) {
        if (size < 0 || size > kSizeMax) {
            corrupt("a tensor of ", to_text(fixed_dims(sizes)), "; sizes are 0 to ", kSizeMax);
        }
    }
    Dims dims = fixed_dims(sizes);
    if (!element_count(dims)) {
        corrupt("a tensor of ", to_text(dims), " has more elements than any memory holds");
    }
    return dims;
}

int64_t count_of(std::span<const int64_t> sizes)
{
    return *element_count(checked_sizes(sizes));
}

std::vector<int64_t> permuted(std::span<const int64_t> sizes, const Perm &perm)
{
    std::vector<int64_t> out;
    for (const int64_t axis : perm) {
        out.push_back(sizes[static_cast<size_t>(axis)]);
    }
    return out;
}

void Emitter::begin(const char *name, Operator origin)
{
    name_ = name;
    origin_ = origin;
}

std::vector<int64_t> Emitter::sizes(ValueId id) const
{
    std::vector<int64_t> out;
    for (const accel_dim &dim : graph_.value(id).dims) {
        out.push_back(dim.size);
    }
    return out;
}

ValueId Emitter::result(uint32_t type, std::vector<int64_t> sizes, std::optional<Quantization> quantization)
{
    Value value;
    value.type = type;
    value.dims = checked_sizes(sizes);
    value.quantization = std::move(quantization);
    return graph_.add(std::move(value));
}

void Emitter::push(accel_operation operation, std::vector<ValueId> inputs, std::vector<ValueId> outputs, AttributeList attributes, uint32_t rounding)
{
    graph_.operations.push_back({operation, name_, std::move(inputs), std::move(outputs), std::move(attributes), rounding, origin_});
    expect_admitted(graph_, graph_.operations.back());
}

ValueId Emitter::emit(accel_operation operation, std::vector<ValueId> inputs, uint32_t type, std::vector<int64_t> sizes, AttributeList attributes, uint32_t rounding)
{
    const ValueId y = result(type, std::move(sizes));
    push(operation, std::move(inputs), {y}, std::move(attributes), rounding);
    return y;
}

ValueId Emitter::list(const std::vector<int64_t> &values)
{
    Value value;
    value.type = ACCEL_TYPE_I64;
    value.dims = {fixed_dim(static_cast<int64_t>(values.size()))};
    value.elements.emplace();
    for (const int64_t each : values) {
        value.elements->push_back({each});
    }
    return graph_.add(std::move(value));
}

void *Emitter::granted(uint64_t byte_count)
{
    return importer::granted({name_, 0}, byte_count, store_);
}

ValueId Emitter::constant(uint32_t type, std::vector<int64_t> sizes, const void *data, uint64_t byte_count)
{
    const ValueId id = result(type, std::move(sizes));
    graph_.value(id).data = byte_count == 0 ? no_elements() : data;
    graph_.value(id).data_bytes = byte_count;
    return id;
}

ValueId Emitter::reals(std::vector<int64_t> sizes, const std::vector<float> &values)
{
    const uint64_t byte_count = values.size() * sizeof(float);
    void *data = granted(byte_count);
    if (byte_count != 0) {
        std::memcpy(data, values.data(), byte_count);
    }
    return constant(ACCEL_TYPE_F32, std::move(sizes), data, byte_count);
}

namespace {

constexpr size_t kPaceElements = 1 << 16;

/// Of IEEE binary16.
float float_of(uint16_t half)
{
    const uint32_t exponent = half >> 10 & 31, fraction = half & 1023;
    const float sign = (half & 0x8000) != 0 ? -1.0f : 1.0f;
    if (exponent == 0) {
        return sign * std::ldexp(static_cast<float>(fraction), -24);
    }
    if (exponent == 31) {
        return fraction != 0 ? std::numeric_limits<float>::quiet_NaN() : sign * std::numeric_limits<float>::infinity();
    }
    return sign * std::ldexp(static_cast<float>(1024 + fraction), static_cast<int>(exponent) - 25);
}

bool only_ones_move(std::span<const int64_t> sizes, const Perm &perm)
{
    int64_t before = -1;
    for (const int64_t axis : perm) {
        if (sizes[static_cast<size_t>(axis)] == 1) {
            continue;
        }
        if (axis < before) {
            return false;
        }
        before = axis;
    }
    return true;
}

/// Copies elements so that axis i of the copy is axis perm[i] of what is copied.
void copy_permuted(const char *from, char *to, size_t element_bytes, std::span<const int64_t> sizes, const Perm &perm)
{
    const size_t rank = sizes.size();
    std::vector<int64_t> strides(rank, 1), steps, extents = permuted(sizes, perm);
    for (size_t i = rank - 1; i-- > 0;) {
        strides[i] = strides[i + 1] * sizes[i + 1];
    }
    for (const int64_t axis : perm) {
        steps.push_back(strides[static_cast<size_t>(axis)]);
    }
    std::vector<int64_t> index(rank, 0);
    const int64_t count = count_of(sizes);
    for (int64_t i = 0, at = 0; i < count; ++i, to += element_bytes) {
        std::memcpy(to, from + static_cast<size_t>(at) * element_bytes, element_bytes);
        for (size_t axis = rank; axis-- > 0;) {
            at += steps[axis];
            if (++index[axis] < extents[axis]) {
                break;
            }
            at -= steps[axis] * extents[axis];
            index[axis] = 0;
        }
    }
}

std::optional<Quantization> turned(std::optional<Quantization> quantization, const Perm &perm)
{
    if (quantization && quantization->per_axis()) {
        quantization->axis = static_cast<uint32_t>(std::find(perm.begin(), perm.end(), quantization->axis) - perm.begin());
    }
    return quantization;
}

}  // namespace

ValueId Emitter::moved_constant(ValueId x, const Perm &perm)
{
    const std::vector<int64_t> from = sizes(x);
    const uint64_t byte_count = value(x).data_bytes;
    const void *data = value(x).data;
    if (byte_count != 0 && !only_ones_move(from, perm)) {
        void *copy = granted(byte_count);
        copy_permuted(static_cast<const char *>(data), static_cast<char *>(copy), accel_type_bits(value(x).type) / 8, from, perm);
        store_.host.pace(0, 1);
        data = copy;
    }
    const ValueId y = constant(value(x).type, permuted(from, perm), data, byte_count);
    graph_.value(y).quantization = turned(value(x).quantization, perm);
    return y;
}

ValueId Emitter::transposed(ValueId x, const Perm &perm)
{
    if (std::is_sorted(perm.begin(), perm.end())) {
        return x;
    }
    const std::vector<int64_t> from = sizes(x);
    if (value(x).data != nullptr) {
        return moved_constant(x, perm);
    }
    const bool per_axis = value(x).quantization && value(x).quantization->per_axis();
    if (only_ones_move(from, perm) && !per_axis) {
        return reshaped(x, permuted(from, perm));
    }
    const ValueId y = result(value(x).type, permuted(from, perm), turned(value(x).quantization, perm));
    AttributeList attributes;
    attributes.ints(ACCEL_ATTRIBUTE_PERM, perm);
    push(ACCEL_OPERATION_TRANSPOSE, {x}, {y}, std::move(attributes));
    return y;
}

ValueId Emitter::reshaped(ValueId x, std::vector<int64_t> to)
{
    const std::vector<int64_t> from = sizes(x);
    if (from == to) {
        return x;
    }
    if (count_of(from) != count_of(to)) {
        corrupt(to_text(fixed_dims(from)), " has other elements than ", to_text(fixed_dims(to)));
    }
    if (value(x).quantization && value(x).quantization->per_axis()) {
        unsupported("'", value(x).name, "' is quantised along an axis, and changes its shape");
    }
    const std::optional<Quantization> quantization = value(x).quantization;
    if (value(x).data != nullptr) {
        const ValueId y = constant(value(x).type, std::move(to), value(x).data, value(x).data_bytes);
        graph_.value(y).quantization = quantization;
        return y;
    }
    // In a shape, 0 would mean the size that the operand has there; without one the result's own sizes are meant.
    std::vector<ValueId> operands{x};
    if (std::find(to.begin(), to.end(), 0) == to.end()) {
        operands.push_back(list(to));
    }
    const ValueId y = result(value(x).type, std::move(to), quantization);
    push(ACCEL_OPERATION_RESHAPE, std::move(operands), {y});
    return y;
}

/// Weights are kept in 16 bits to make files small: as real constants they can be turned and folded like any other.
ValueId Emitter::widened(ValueId x)
{
    const std::vector<int64_t> to = sizes(x);
    const auto count = static_cast<size_t>(count_of(to));
    auto *out = static_cast<float *>(granted(count * sizeof(float)));
    const auto *halves = static_cast<const char *>(value(x).data);
    for (size_t i = 0; i < count; ++i) {
        uint16_t half = 0;
        std::memcpy(&half, halves + i * sizeof half, sizeof half);
        out[i] = float_of(half);
        if (i % kPaceElements == 0) {
            store_.host.pace(0, 1);
        }
    }
    return constant(ACCEL_TYPE_F32, to, out, count * sizeof(float));
}

ValueId Emitter::cast(ValueId x, uint32_t type)
{
    if (value(x).type == type) {
        return x;
    }
    if (value(x).data != nullptr && value(x).type == ACCEL_TYPE_F16 && type == ACCEL_TYPE_F32) {
        return widened(x);
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_TO, type);
    return emit(ACCEL_OPERATION_CAST, {x}, type, sizes(x), std::move(attributes));
}

ValueId Emitter::meaning(ValueId x, const Quantization &quantization)
{
    Value view = value(x);
    view.name = {};
    view.quantization = quantization;
    return graph_.add(std::move(view));
}

ValueId Emitter::dequantised(ValueId x)
{
    return emit(ACCEL_OPERATION_DEQUANTIZE, {x}, ACCEL_TYPE_F32, sizes(x));
}

/// (stored - zero point) * scale in binary32.
ValueId Emitter::dequantised(ValueId x, const Quantization &quantization)
{
    if (is_byte(value(x).type)) {
        return dequantised(x);
    }
    if (quantization.per_axis()) {
        unsupported("'", value(x).name, "', wider than a byte, is quantised along an axis");
    }
    ValueId y = cast(x, ACCEL_TYPE_F32);
    if (quantization.zero_points[0] != 0) {
        y = emit(ACCEL_OPERATION_SUB, {y, real(static_cast<float>(quantization.zero_points[0]))}, ACCEL_TYPE_F32, sizes(y));
    }
    return emit(ACCEL_OPERATION_MUL, {y, real(quantization.scales[0])}, ACCEL_TYPE_F32, sizes(y));
}

ValueId Emitter::quantised(ValueId x, uint32_t type, const Quantization &quantization)
{
    if (quantization.per_axis()) {
        unsupported("a result that is quantised along an axis");
    }
    if (quantization.scales[0] <= 0) {
        unsupported("a result with a scale of 0");
    }
    if (!is_byte(type)) {
        return rounded(x, type, quantization);
    }
    const ValueId y = result(type, sizes(x), quantization);
    push(ACCEL_OPERATION_QUANTIZE, {x}, {y}, {}, ACCEL_ROUNDING_TFLITE);
    return y;
}

/// What no QUANTIZE makes: the same in binary32, with halves to even.
ValueId Emitter::rounded(ValueId x, uint32_t type, const Quantization &quantization)
{
    if (type != ACCEL_TYPE_I16) {
        unsupported("a result that is stored in ", accel_type_bits(type), " bits; 8 and 16 are made here");
    }
    const std::vector<int64_t> to = sizes(x);
    ValueId y = emit(ACCEL_OPERATION_DIV, {x, real(quantization.scales[0])}, ACCEL_TYPE_F32, to);
    y = emit(ACCEL_OPERATION_ROUND, {y}, ACCEL_TYPE_F32, to);
    y = emit(ACCEL_OPERATION_ADD, {y, real(static_cast<float>(quantization.zero_points[0]))}, ACCEL_TYPE_F32, to);
    y = emit(ACCEL_OPERATION_CLIP, {y, real(INT16_MIN), real(INT16_MAX)}, ACCEL_TYPE_F32, to);
    return cast(y, type);
}

}  // namespace accel::tflite
