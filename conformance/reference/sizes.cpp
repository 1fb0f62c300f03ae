// SPDX-License-Identifier: MIT
// Sizes as values, and what spreads over them: SHAPE, SIZE, EXPAND.
#include <algorithm>

#include "rows.h"

namespace accel::conformance {
namespace {

std::vector<Answer> shape(const Question &question)
{
    const Dims &x = question.x().dims;
    const auto rank = static_cast<int64_t>(x.size());
    const auto placed = [&](int64_t given) { return std::clamp<int64_t>(given < 0 ? given + rank : given, 0, rank); };
    const int64_t start = placed(question.integer(ACCEL_ATTRIBUTE_START, 0)), end = placed(question.integer(ACCEL_ATTRIBUTE_END, rank));
    Answer answer;
    answer.dims = {std::max<int64_t>(end - start, 0)};
    for (int64_t axis = start; axis < end; ++axis) append_whole(ACCEL_TYPE_I64, answer.bits, x[static_cast<size_t>(axis)]);
    return {answer};
}

std::vector<Answer> size(const Question &question)
{
    Answer answer;
    append_whole(ACCEL_TYPE_I64, answer.bits, static_cast<int64_t>(question.x().count()));
    return {answer};
}

std::vector<Answer> expand(const Question &question)
{
    const Tensor &x = question.x();
    Answer answer;
    answer.dims = stretched(x.dims, *question.values(ACCEL_OPERAND_EXPAND_SHAPE));
    const size_t bytes = bytes_of(x.type);
    for_each_index(answer.dims, [&](const Dims &index) {
        const auto from = x.bytes.begin() + static_cast<std::ptrdiff_t>(stretched_position(x.dims, index) * bytes);
        answer.bits.insert(answer.bits.end(), from, from + static_cast<std::ptrdiff_t>(bytes));
    });
    return {answer};
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_SHAPE, shape},
    {ACCEL_OPERATION_SIZE, size},
    {ACCEL_OPERATION_EXPAND, expand},
};

}  // namespace

const std::span<const ReferenceRow> kSizeRows = kRows;

}  // namespace accel::conformance
