// SPDX-License-Identifier: MIT
// Which elements each result of a reduction is of.
#pragma once

#include "question.h"

namespace accel::conformance {

struct Groups {
    Dims dims;                                 ///< of the result
    std::vector<std::vector<size_t>> members;  ///< positions of x, for each element of the result
};

/// The axes of x that a value operand names; all where it is absent.
std::vector<bool> named_axes(const Question &question, size_t position);

/// Without the axes that are reduced, or with 1 there, as KEEPDIMS says.
Groups groups_along(const Question &question, const std::vector<bool> &reduced);

/// How far a sum in another type than binary32 may be off, in the units of judge.cpp: 16-bit reals are summed in binary32 and rounded once.
double allowed_sum(accel_type type, double value, double mass, double roundings);

}  // namespace accel::conformance
