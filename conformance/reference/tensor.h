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

/// Bytes of one element. What is less than a byte has one of its own in the suite's tensors (small.h).
size_t bytes_of(accel_type type);

/// Wide enough for every whole number, their sums and differences.
__extension__ using Whole = __int128;

inline bool is_byte(accel_type type) { return type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_U8; }
inline bool is_unsigned(accel_type type) { return type == ACCEL_TYPE_U8 || type == ACCEL_TYPE_U16 || type == ACCEL_TYPE_U32 || type == ACCEL_TYPE_U64 || type == ACCEL_TYPE_BOOL; }

/// Of the whole numbers that the suite computes with; truth values are among them.
inline bool is_whole(accel_type type) { return type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_I16 || type == ACCEL_TYPE_I32 || type == ACCEL_TYPE_I64 || is_unsigned(type); }

/// A binary format of real numbers.
struct RealFormat {
    int digits;    ///< of the significand, the first one counted, which is not written
    int smallest;  ///< exponent of the smallest normal number
    int largest;   ///< of the largest one
};
/// No digits: no type of real numbers that the suite computes with.
RealFormat real_format(accel_type type);
inline bool is_real(accel_type type) { return real_format(type).digits != 0; }
/// The nearest number of the type, halves to even; infinite beyond its largest.
double nearest(accel_type type, double value);
/// The distance of two neighbouring numbers of the type around `value`.
double ulp_of(accel_type type, double value);
/// One element of real numbers among bytes.
double real_at(accel_type type, const std::vector<char> &bytes, size_t index);
/// One element of whole numbers among bytes; of U64, as it wraps.
int64_t whole_at(accel_type type, const std::vector<char> &bytes, size_t index);
/// As people write it.
std::string whole_text(accel_type type, const std::vector<char> &bytes, size_t index);

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
    /// An element of real numbers, or of integers as they are stored.
    double real(size_t index) const;
    /// Of U64, as it wraps.
    int64_t whole(size_t index) const { return whole_at(type, bytes, index); }
    Whole number(size_t index) const { return type == ACCEL_TYPE_U64 ? static_cast<Whole>(static_cast<uint64_t>(whole(index))) : static_cast<Whole>(whole(index)); }
    /// Every element is finite and a whole number.
    bool all_whole() const;
    /// Scale and zero point of the element at that index.
    size_t scale_at(const Dims &index) const { return quantization.scales.size() > 1 ? static_cast<size_t>(index[quantization.axis]) : 0; }
};

/// Appends one element; a whole number wraps into the type, a real one becomes the nearest that it has.
void append_whole(accel_type type, std::vector<char> &bytes, int64_t value);
void append_real(accel_type type, std::vector<char> &bytes, double value);
void append_real(std::vector<char> &bytes, float value);

}  // namespace accel::conformance
