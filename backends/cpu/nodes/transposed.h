// SPDX-License-Identifier: MIT
// A transposed convolution as one step: for a few positions at a time the products with all taps of the kernel, which then are added to the places that they
// belong to.
//
// Tensors lie channels last. Output channels are cut into blocks, so that every block has places of its own, and a helper can take it. Where each channel
// is a group of its own there is no product to make: blocks are of channels, and each value is multiplied on its way.
#pragma once

#include "../builder.h"

namespace accel::cpu {

struct Transposed {
    View x, w, bias, y;  // bias.dims is empty: none
    Window window;       // three axes, those in front of size 1
    int64_t groups = 1;
    Clamp clamp;

    int64_t images() const { return x.dims[0]; }
    int64_t inputs() const { return x.dims[1] / groups; }   // of a group
    int64_t outputs() const { return y.dims[1] / groups; }  // of a group
    int64_t taps() const { return window.kernel[0] * window.kernel[1] * window.kernel[2]; }
    int64_t multiply_adds() const { return *element_count(x.dims) * outputs() * taps(); }
};

// Adds the step. Real is float or double.
template <typename Real> void add_transposed(Builder &builder, Transposed transposed);

// Elements of its working memory; nothing beyond 2^40.
std::optional<int64_t> transposed_work(const Dims &x, const Dims &y, const Dims &w, int64_t groups);

}  // namespace accel::cpu
