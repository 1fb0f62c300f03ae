// SPDX-License-Identifier: MIT
// Inner loops over binary32 values that lie next to each other.
//
// Written once over vectors of kLanes values (floats.inc) and compiled for each instruction set. Sums are made over sixteen interleaved partial
// sums whatever the vector's width is, and nothing is fused but what the source fuses. So every kernel gives the same bits on every instruction
// set, but for those of exp, tanh, sigmoid, silu, erf, log, sin, cos and softmax, whose polynomials are fused where the set can (AVX2 with FMA, AVX-512, arm64).
// Error bounds: docs/numerics.md. x and y are the same or do not overlap; count may be 0.
#pragma once

#include <cstddef>
#include <cstdint>

namespace accel::cpu {

struct Quantizing {
    float scale = 1;
    int32_t zero_point = 0;
    bool is_signed = true;
    bool half_even = true;  // else halves away from zero
};

// One channel of y = (x - mean) * factor + bias.
struct Normalizing {
    float mean = 0, factor = 1, bias = 0;
};

struct Normalizings {
    const float *mean = nullptr, *factor = nullptr, *bias = nullptr;
};

struct Rows {
    int64_t count = 0;
    int64_t size = 0;    // elements of each, which lie next to each other
    int64_t x_step = 0;  // from one row to the next
    int64_t y_step = 0;
};

// A row in relation to its own mean and variance: y = (x - mean) * inverse * scale + bias, inverse = 1 / sqrt(variance + epsilon).
struct RowNormalizing {
    const float *scale = nullptr, *bias = nullptr;  // as long as the row; no bias: 0
    float epsilon = 0;
    bool centred = true;  // else the mean is taken as 0, and the variance is that of the squares
};

struct RowStatistics {
    float mean, inverse;
};

struct Columns {
    int64_t count = 0;   // that lie next to each other
    int64_t size = 0;    // elements of each
    int64_t x_step = 0;  // from one element of a column to the next
    int64_t y_step = 0;
};

// Weights of a product in panels: for each kPanelColumns columns, for each row of the depth, the columns next to each other; those that are not there are 0.
inline constexpr int64_t kPanelColumns = 32;

struct PanelProduct {
    const float *x = nullptr;  // rows of `depth` values
    int64_t x_step = 0;        // from row to row
    int64_t rows = 0, depth = 0, columns = 0;
    const float *panels = nullptr;
    float *y = nullptr;
    int64_t y_step = 0;
};

// Of recurrent cells and transposed convolutions. y may be an operand.
struct CellKernels {
    void (*add_product)(const PanelProduct &product);                                                                 // y += x * w
    void (*add)(const float *a, const float *b, int64_t count, float *y);                                             // a + b
    void (*multiply)(const float *a, const float *b, int64_t count, float *y);                                        // a * b
    void (*add_products)(const float *a, const float *b, const float *c, const float *d, int64_t count, float *y);    // a * b + c * d
    void (*mix)(const float *share, const float *a, const float *b, int64_t count, float *y);                         // (1 - share) * a + share * b
    void (*add_rows)(const float *from, int64_t from_step, int64_t rows, int64_t count, float *to, int64_t to_step);  // rows that lie apart by the steps: to += from
};

struct FloatKernels {
    const char *name;

    using Map = void (*)(const float *x, int64_t count, float *y);
    Map exp, tanh, sigmoid, erf, log, sin, cos;
    Map silu;  // x * sigmoid(x), rounded twice
    Map sqrt, floor, ceil, round;
    void (*leaky)(const float *x, int64_t count, float alpha, float *y);
    void (*bound)(const float *x, int64_t count, float low, float high, float *y);  // NaN stays
    void (*normalize)(const float *x, int64_t count, const Normalizing &by, float *y);
    void (*normalize_each)(const float *x, int64_t count, const Normalizings &by, float *y);

    // Sums of any number of terms; x is read three times.
    RowStatistics (*normalize_row)(const float *x, int64_t count, const RowNormalizing &by, float *y);

    // saturate(round(x / scale) + zero_point); NaN becomes the lowest stored value.
    void (*quantize)(const float *x, int64_t count, const Quantizing &to, uint8_t *stored);
    // (stored - zero_point) * scale
    void (*dequantize)(const uint8_t *stored, int64_t count, const Quantizing &from, float *y);

    double (*sum)(const float *x, int64_t count);
    void (*softmax)(const float *x, const Rows &rows, float *y);
    void (*softmax_columns)(const float *x, const Columns &columns, float *y);

    // y[i] = the largest of rows[0][i * step] … rows[number - 1][i * step], NaN where one of them is; step is 1 or 2. y overlaps none of them.
    void (*join_maximum)(const float *const *rows, int64_t number, int64_t count, int64_t step, float *y);

    CellKernels cells;
};

// The widest set that the processor has and oneDNN's cap (DNNL_MAX_CPU_ISA) admits.
const FloatKernels &float_kernels();

const FloatKernels &float_kernels_base();
#if defined(__x86_64__)
const FloatKernels &float_kernels_avx2();
const FloatKernels &float_kernels_avx512();
#endif

}  // namespace accel::cpu
