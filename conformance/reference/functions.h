// SPDX-License-Identifier: MIT
// Functions of single elements, a row for each operation: of real ones in more digits than any of their types has, of whole ones exactly.
#pragma once

#include <span>

#include "question.h"

namespace accel::conformance {

using Exact = long double;

struct UnaryRow {
    accel_operation operation;
    Exact (*real)(Exact x, const Question &question);   ///< null: none of reals
    Whole (*whole)(Whole x, accel_type type);           ///< null: none of whole numbers; the result wraps into the type
    double (*allowed)(Exact x, Exact value) = nullptr;  ///< in units of 2^-23; null: what the numeric class says
};

struct BinaryRow {
    accel_operation operation;
    Exact (*real)(Exact a, Exact b, const Question &question);
    Whole (*whole)(Whole a, Whole b, const Question &question);
    double (*allowed)(Exact a, Exact b, Exact value) = nullptr;
};

std::span<const UnaryRow> unary_functions();
std::span<const BinaryRow> binary_functions();

/// Answers for the rows above.
std::vector<Answer> unary(const Question &question);
std::vector<Answer> binary(const Question &question);

}  // namespace accel::conformance
