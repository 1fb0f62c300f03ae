// SPDX-License-Identifier: MIT
// Elements as bytes and as numbers, and where they lie.
#include "tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>
#include <stdexcept>

namespace accel::conformance {
namespace {

template <class T> T element(const std::vector<char> &bytes, size_t index)
{
    T value;
    std::memcpy(&value, &bytes.at(index * sizeof(T)), sizeof(T));
    return value;
}

template <class T> void append(std::vector<char> &bytes, T value)
{
    const auto *from = reinterpret_cast<const char *>(&value);
    bytes.insert(bytes.end(), from, from + sizeof(value));
}

}  // namespace

size_t bytes_of(accel_type type)
{
    switch (type) {
    case ACCEL_TYPE_I8: case ACCEL_TYPE_U8: case ACCEL_TYPE_BOOL: return 1;
    case ACCEL_TYPE_F32: case ACCEL_TYPE_I32: return 4;
    case ACCEL_TYPE_I64: return 8;
    default: return 0;
    }
}

size_t element_count(const Dims &dims) { return static_cast<size_t>(std::accumulate(dims.begin(), dims.end(), int64_t{1}, std::multiplies<>())); }

std::string shape_text(const Dims &dims)
{
    if (dims.empty()) return "scalar";
    std::string text = std::to_string(dims[0]);
    for (size_t axis = 1; axis < dims.size(); ++axis) text.append("x").append(std::to_string(dims[axis]));
    return text;
}

size_t position_of(const Dims &dims, const Dims &index)
{
    int64_t position = 0;
    for (size_t axis = 0; axis < dims.size(); ++axis) position = position * dims[axis] + index[axis];
    return static_cast<size_t>(position);
}

size_t stretched_position(const Dims &operand, const Dims &index)
{
    Dims own(index.end() - static_cast<std::ptrdiff_t>(operand.size()), index.end());
    for (size_t axis = 0; axis < operand.size(); ++axis)
        if (operand[axis] == 1) own[axis] = 0;
    return position_of(operand, own);
}

Dims stretched(const Dims &a, const Dims &b)
{
    Dims dims(std::max(a.size(), b.size()), 1);
    for (size_t back = 1; back <= dims.size(); ++back) {
        const int64_t left = back <= a.size() ? a[a.size() - back] : 1, right = back <= b.size() ? b[b.size() - back] : 1;
        if (left != right && left != 1 && right != 1) throw std::runtime_error(shape_text(a) + " and " + shape_text(b) + " do not stretch to each other");
        dims[dims.size() - back] = left == 1 ? right : left;
    }
    return dims;
}

double Tensor::real(size_t index) const { return is_real(type) ? static_cast<double>(element<float>(bytes, index)) : static_cast<double>(whole(index)); }

int64_t Tensor::whole(size_t index) const
{
    switch (type) {
    case ACCEL_TYPE_I8: return element<int8_t>(bytes, index);
    case ACCEL_TYPE_U8: case ACCEL_TYPE_BOOL: return element<uint8_t>(bytes, index);
    case ACCEL_TYPE_I32: return element<int32_t>(bytes, index);
    case ACCEL_TYPE_I64: return element<int64_t>(bytes, index);
    default: throw std::logic_error("an element that is no whole number");
    }
}

bool Tensor::all_whole() const
{
    for (size_t index = 0; is_real(type) && index < count(); ++index)
        if (const double value = real(index); !std::isfinite(value) || std::nearbyint(value) != value) return false;
    return true;
}

void append_whole(accel_type type, std::vector<char> &bytes, int64_t value)
{
    switch (bytes_of(type)) {
    case 1: return append(bytes, static_cast<uint8_t>(value));
    case 4: return append(bytes, static_cast<uint32_t>(value));
    case 8: return append(bytes, value);
    default: throw std::logic_error("a type of no whole numbers");
    }
}

void append_real(std::vector<char> &bytes, float value) { append(bytes, value); }

}  // namespace accel::conformance
