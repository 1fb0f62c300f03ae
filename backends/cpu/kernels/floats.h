// SPDX-License-Identifier: MIT
// Inner loops over binary32 values that lie next to each other.
//
// Written once over vectors of kLanes values (floats.inc) and compiled for each instruction set. Sums are made over sixteen interleaved partial
// sums whatever the vector's width is, and nothing is fused but what the source fuses. So every kernel gives the same bits on every instruction
// set, but for exp, tanh, sigmoid, silu and softmax, whose polynomials are fused where the set can (AVX2 with FMA, AVX-512, arm64).
// Error bounds: docs/numerics.md. x and y are the same or do not overlap; count may be 0.
#ifndef ACCEL_BACKENDS_CPU_KERNELS_FLOATS_H
#define ACCEL_BACKENDS_CPU_KERNELS_FLOATS_H

#include <cstddef>
#include <cstdint>

namespace accel::cpu
{

struct Quantizing {
    float scale = 1;
    int32_t zero_point = 0;
    bool is_signed = true;
    bool half_even = true; // else halves away from zero
};

// One channel of y = (x - mean) * factor + bias.
struct Normalizing {
    float mean = 0, factor = 1, bias = 0;
};

struct Normalizings {
    const float *mean = nullptr, *factor = nullptr, *bias = nullptr;
};

struct Columns {
    int64_t count = 0;  // that lie next to each other
    int64_t size = 0;   // elements of each
    int64_t x_step = 0; // from one element of a column to the next
    int64_t y_step = 0;
};

struct FloatKernels {
    const char *name;

    void (*exp)(const float *x, int64_t count, float *y);
    void (*tanh)(const float *x, int64_t count, float *y);
    void (*sigmoid)(const float *x, int64_t count, float *y);
    void (*silu)(const float *x, int64_t count, float *y); // x * sigmoid(x), rounded twice
    void (*leaky)(const float *x, int64_t count, float alpha, float *y);
    void (*bound)(const float *x, int64_t count, float low, float high, float *y); // NaN stays
    void (*normalize)(const float *x, int64_t count, const Normalizing &by, float *y);
    void (*normalize_each)(const float *x, int64_t count, const Normalizings &by, float *y);

    // saturate(round(x / scale) + zero_point); NaN becomes the lowest stored value.
    void (*quantize)(const float *x, int64_t count, const Quantizing &to, uint8_t *stored);
    // (stored - zero_point) * scale
    void (*dequantize)(const uint8_t *stored, int64_t count, const Quantizing &from, float *y);

    double (*sum)(const float *x, int64_t count);
    void (*softmax)(const float *x, int64_t count, float *y);
    void (*softmax_columns)(const float *x, const Columns &columns, float *y);

    // y[i] = the largest of rows[0][i * step] … rows[number - 1][i * step], NaN where one of them is; step is 1 or 2. y overlaps none of them.
    void (*join_maximum)(const float *const *rows, int64_t number, int64_t count, int64_t step, float *y);
};

// The widest set that the processor has and oneDNN's cap (DNNL_MAX_CPU_ISA) admits.
const FloatKernels &float_kernels();

const FloatKernels &float_kernels_base();
#if defined(__x86_64__)
const FloatKernels &float_kernels_avx2();
const FloatKernels &float_kernels_avx512();
#endif

} // namespace accel::cpu

#endif
