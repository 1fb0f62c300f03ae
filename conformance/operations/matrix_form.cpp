// SPDX-License-Identifier: MIT
// Products of matrices.
#include "weights.h"

namespace accel::conformance {
namespace {

struct Product {
    int64_t rows, inner, columns;
};

Product drawn_product(Form &form)
{
    if (form.sizes() == kEvenSizes) return {1, 32, 16};
    if (form.sizes() == kOneSizes) return {form.draw.coin() ? 1 : form.draw.size(1, 5), form.draw.coin() ? 1 : form.draw.size(1, 20), 1};
    return {form.draw.size(form.sizes()), form.draw.size(form.sizes()) * form.draw.size(1, 4) + form.draw.size(0, 1), form.draw.size(form.sizes())};
}

/// A flag as its choice says: the plain value, absent, the other.
bool flag(Form &form, accel_attribute_key key, bool plain)
{
    const size_t which = form.choice(key);
    // Stored integers are multiplied untransposed: docs/operations.md.
    if (which == 1 || (form.quantised() && key == ACCEL_ATTRIBUTE_TRANS_A)) return false;
    const bool set = (which == 0) == plain;
    form.set(key, {set});
    return set;
}

void factor(Form &form, accel_attribute_key key)
{
    constexpr double kFactors[] = {1, 1, 2, -0.5, 0};
    if (const size_t which = form.choice(key)) form.set_real(key, form.quantised() ? 1 : kFactors[which]);
}

}  // namespace

void form_gemm(Form &form)
{
    const auto [rows, inner, columns] = drawn_product(form);
    const bool trans_a = flag(form, ACCEL_ATTRIBUTE_TRANS_A, false), trans_b = flag(form, ACCEL_ATTRIBUTE_TRANS_B, true);
    factor(form, ACCEL_ATTRIBUTE_ALPHA);
    factor(form, ACCEL_ATTRIBUTE_BETA);
    form.x(trans_a ? Dims{inner, rows} : Dims{rows, inner});
    const Dims biases[] = {{columns}, {}, {rows, 1}, {rows, columns}, {1, columns}};
    add_weights(form, trans_b ? Dims{columns, inner} : Dims{inner, columns}, trans_b ? 0 : 1, inner, biases[form.choice("c")]);
}

void form_matmul(Form &form)
{
    const auto [rows, inner, columns] = drawn_product(form);
    const int64_t outer = form.draw.size(2, 3);
    struct Pair {
        Dims a, b;
    };
    const Pair pairs[] = {
        {{rows, inner}, {inner, columns}},               {{outer, rows, inner}, {inner, columns}},        {{outer, rows, inner}, {outer, inner, columns}},
        {{2, 1, rows, inner}, {outer, inner, columns}},  {{inner}, {inner, columns}},                     {form.draw.coin() ? Dims{inner} : Dims{rows, inner}, {inner}},
    };
    // Of stored integers weights are one matrix.
    const auto &[a, b] = pairs[form.quantised() ? form.choice("outer") % 2 : form.choice("outer")];
    form.x(a);
    add_weights(form, b, b.size() - 1, inner, {});
}

}  // namespace accel::conformance
