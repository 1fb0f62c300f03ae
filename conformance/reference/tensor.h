// SPDX-License-Identifier: MIT
// Dense row-major tensors of the suite's own arithmetic.
#pragma once

#include <accel/catalog.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace accel::conformance {

using Dims = std::vector<int64_t>;

/// Scale and zero point of a tensor, per tensor or per index of an axis.
struct Quantization {
    std::vector<float> scales;
    std::vector<int32_t> zero_points;
    uint32_t axis = 0;
};

/// Bytes of one element; 0 of a type that the suite does not compute with.
size_t bytes_of(accel_type type);

inline bool is_byte(accel_type type) { return type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_U8; }
inline bool is_real(accel_type type) { return type == ACCEL_TYPE_F32; }

size_t element_count(const Dims &dims);

/// "1x8x4x4"
std::string shape_text(const Dims &dims);

/// The dense row-major position of an index.
size_t position_of(const Dims &dims, const Dims &index);

/// The position in an operand that is stretched to the shape of which `index` is one, as ONNX broadcasts.
size_t stretched_position(const Dims &operand, const Dims &index);

/// The shape that both stretch to; throws where there is none.
Dims stretched(const Dims &a, const Dims &b);

/// Calls visit with each index of a shape, in row-major order.
template <class Visit> void for_each_index(const Dims &dims, const Visit &visit)
{
    Dims index(dims.size(), 0);
    for (size_t left = element_count(dims); left > 0; --left) {
        visit(static_cast<const Dims &>(index));
        for (size_t axis = dims.size(); axis-- > 0;) {
            if (++index[axis] < dims[axis]) break;
            index[axis] = 0;
        }
    }
}

struct Tensor {
    accel_type type = ACCEL_TYPE_F32;
    Dims dims;
    Quantization quantization;
    std::vector<char> bytes;

    size_t count() const { return element_count(dims); }
    /// An element of binary32, or of integers as they are stored.
    double real(size_t index) const;
    int64_t whole(size_t index) const;
    /// Every element is finite and a whole number.
    bool all_whole() const;
    /// Scale and zero point of the element at that index.
    size_t scale_at(const Dims &index) const { return quantization.scales.size() > 1 ? static_cast<size_t>(index[quantization.axis]) : 0; }
};

/// Appends one element; a whole number wraps into the type, a real one must fit it.
void append_whole(accel_type type, std::vector<char> &bytes, int64_t value);
void append_real(std::vector<char> &bytes, float value);

}  // namespace accel::conformance
