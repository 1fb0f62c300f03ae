// SPDX-License-Identifier: MIT
// One f32 matrix product by oneDNN, cut into parts that threads execute side by side.
#pragma once

#include "../builder.h"

namespace accel::cpu {

// y = clamp(alpha * a x b + bias).
struct Product {
    View a, b, y;  // equal ranks, batch axes in front
    float alpha = 1;
    const float *bias = nullptr;  // one per column; lives as long as the plan
    Clamp clamp;

    int64_t rows() const { return a.dims[a.dims.size() - 2]; }
    int64_t depth() const { return a.dims.back(); }
    int64_t columns() const { return y.dims.back(); }
    int64_t multiply_adds() const { return *element_count(y.dims) * depth(); }
};

// Adds its steps: one, and another where the implementation is not trusted with bias or clamp.
void add_product(Builder &builder, const Product &product);

}  // namespace accel::cpu
