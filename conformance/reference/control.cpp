// SPDX-License-Identifier: MIT
// Operations with regions: what a region computes is a question of its own.
#include "rows.h"

namespace accel::conformance {
namespace {

std::vector<Answer> choose(const Question &question) { return question.branches(question.x().whole(0) != 0); }

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_IF, choose},
};

}  // namespace

const std::span<const ReferenceRow> kControlRows = kRows;

}  // namespace accel::conformance
