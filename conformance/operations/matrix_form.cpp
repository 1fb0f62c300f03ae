// SPDX-License-Identifier: MIT
// Products of matrices.
#include <algorithm>

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

namespace {

struct Pair {
    Dims a, b;
};

/// Sizes of both operands, with outer ones as the choice says.
Pair drawn_pair(Form &form)
{
    const auto [rows, inner, columns] = drawn_product(form);
    const int64_t outer = form.draw.size(2, 3);
    const Pair pairs[] = {
        {{rows, inner}, {inner, columns}},
        {{outer, rows, inner}, {inner, columns}},
        {{outer, rows, inner}, {outer, inner, columns}},
        {{2, 1, rows, inner}, {outer, inner, columns}},
        {{inner}, {inner, columns}},
        {form.draw.coin() ? Dims{inner} : Dims{rows, inner}, {inner}},
    };
    // Of stored integers weights are one matrix.
    return pairs[form.quantised() ? form.choice("outer") % 2 : form.choice("outer")];
}

/// A zero point: one value, none, a list of one, one for each index of an axis, or the operand's sizes with 1 for the axis that is summed over.
void add_zero_point(Form &form, size_t position, accel_type type, const Dims &of, size_t kept, size_t summed)
{
    size_t which = form.choice(form.row.operands[position].name);
    if (which == 1) return form.absent();
    if (of.size() < 2) which = std::min<size_t>(which, 2);
    Dims dims;
    if (which == 2) dims = {1};
    if (which == 3) dims = {of[of.size() - kept]};
    if (which == 4) dims = of, dims[of.size() - summed] = 1;
    form.operand(type, dims, form.draw.elements(type, element_count(dims), kPlainValues), form.draw.coin());
}

}  // namespace

void form_matmul(Form &form)
{
    const auto [a, b] = drawn_pair(form);
    form.x(a);
    add_weights(form, b, b.size() - 1, a.back(), {});
}

void form_integer_matmul(Form &form)
{
    const auto [a, b] = drawn_pair(form);
    const accel_type type = form.choice("second-byte") == 0 ? ACCEL_TYPE_I8 : ACCEL_TYPE_U8;
    form.x(a);
    form.operand(type, b, form.draw.elements(type, element_count(b), form.values()), form.second_is_constant(true));
    add_zero_point(form, 2, form.subject.type, a, 2, 1);
    add_zero_point(form, 3, type, b, 1, 2);
    while (!form.question.operands.back()) form.question.operands.pop_back();
    form.same_result();
}

}  // namespace accel::conformance
