// SPDX-License-Identifier: MIT
// Products and convolutions of bytes whose results are the sums themselves, as MATMUL_INTEGER and CONV_INTEGER want them: modulo 2^32.
//
// Weights that are constants go through the integer kernels (integer_convolution.h). A zero point of the other operand that only a run knows is left out there, and taken
// from the sums afterwards: it is the same for all terms of a sum, so the sum of the weights tells what it adds. What is left are the loops here.
#pragma once

#include "../builder.h"

namespace accel::cpu {

// Bytes, signed or not, and how they are read at the coordinates of a product: batch axes, then rows, then columns.
struct Stored {
    uint32_t value = 0;
    bool present = false, is_signed = false;
    Dims strides;  // of an axis along which it is stretched, 0

    int32_t at(Values values, int64_t offset) const
    {
        if (!present)
            return 0;
        const auto byte = static_cast<uint8_t>(values[value][offset]);
        return is_signed ? static_cast<int8_t>(byte) : byte;
    }
};

// y[batch][row][column] = sum over k of (a[batch][row][k] - a_zero[batch][row]) * (b[batch][k][column] - b_zero[batch][column]).
struct WholeProduct {
    Dims batch;  // as it is stretched
    int64_t rows = 1, depth = 1, columns = 1;
    Stored a, b, a_zero, b_zero;
    uint32_t y = 0;

    int64_t multiply_adds() const { return *element_count(batch) * rows * depth * columns; }
};
void add_whole_product(Builder &builder, WholeProduct product);

// y[row][column] -= zero[row] * sums[column], where the zero point is one for all or repeats after so many rows.
struct ZeroTaken {
    Stored zero;
    int64_t zeros = 1;
    const int32_t *sums = nullptr;  // lives as long as the plan
    uint32_t y = 0;
    int64_t rows = 1, columns = 1;
};
void add_zero_taken(Builder &builder, const ZeroTaken &taken);

// A convolution over any number of spatial axes, row-major; its zero points are one for x, and one for all weights or for each output channel.
struct WholeConvolution {
    View x, w, y;
    Stored x_zero, w_zero;
    bool zero_per_channel = false;
    Window window;
    int64_t groups = 1;
};
void add_whole_convolution(Builder &builder, WholeConvolution convolution);

}  // namespace accel::cpu
