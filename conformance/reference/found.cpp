// SPDX-License-Identifier: MIT
// Results whose number follows from values: NON_ZERO, NON_MAX_SUPPRESSION.
#include <algorithm>
#include <array>
#include <set>

#include "rows.h"

namespace accel::conformance {
namespace {

std::vector<Answer> non_zero(const Question &question)
{
    const Tensor &x = question.x();
    std::vector<Dims> found;
    for_each_index(x.dims, [&](const Dims &index) {
        const size_t at = position_of(x.dims, index);
        if (is_real(x.type) ? x.real(at) != 0 : x.whole(at) != 0) found.push_back(index);
    });
    Answer answer;
    answer.dims = {static_cast<int64_t>(x.dims.size()), static_cast<int64_t>(found.size())};
    for (size_t axis = 0; axis < x.dims.size(); ++axis)
        for (const Dims &index : found) append_whole(ACCEL_TYPE_I64, answer.bits, index[axis]);
    return {answer};
}

/// Least and most of x, then of y.
using Sides = std::array<float, 4>;

Sides sides_of(const Tensor &boxes, size_t first, bool centres)
{
    const auto number = [&](size_t i) { return static_cast<float>(boxes.real(first + i)); };
    if (centres) return {number(0) - number(2) / 2, number(0) + number(2) / 2, number(1) - number(3) / 2, number(1) + number(3) / 2};
    return {std::min(number(1), number(3)), std::max(number(1), number(3)), std::min(number(0), number(2)), std::max(number(0), number(2))};
}

float shared_part(const Sides &a, const Sides &b)
{
    const float width = std::min(a[1], b[1]) - std::max(a[0], b[0]), height = std::min(a[3], b[3]) - std::max(a[2], b[2]);
    const float own = (a[1] - a[0]) * (a[3] - a[2]), other = (b[1] - b[0]) * (b[3] - b[2]);
    return width > 0 && height > 0 && own > 0 && other > 0 ? width * height / (own + other - width * height) : -1;
}

std::vector<Answer> non_max_suppression(const Question &question)
{
    const Tensor &boxes = question.x(), &scores = *question.operand(1);
    const int64_t most = question.operand(2) ? question.operand(2)->whole(0) : 0;
    const double bound = question.value(3, 0);
    const bool centres = question.integer(ACCEL_ATTRIBUTE_CENTER_POINT_BOX, 0) != 0;
    const int64_t count = boxes.dims[1];
    Answer answer;
    answer.dims = {0, 3};
    for_each_index({boxes.dims[0], scores.dims[1]}, [&](const Dims &of) {
        // By falling score; of equal ones the first comes first.
        std::set<std::pair<double, int64_t>> left;
        for (int64_t box = 0; box < count; ++box)
            if (const double score = scores.real(position_of(scores.dims, {of[0], of[1], box})); !question.operand(4) || score > question.value(4, 0)) left.insert({-score, box});
        std::vector<Sides> kept;
        for (const auto &[score, box] : left) {
            const Sides sides = sides_of(boxes, position_of(boxes.dims, {of[0], box, 0}), centres);
            const bool hidden = std::any_of(kept.begin(), kept.end(), [&](const Sides &other) { return static_cast<double>(shared_part(sides, other)) > bound; });
            if (hidden || static_cast<int64_t>(kept.size()) >= most) continue;
            kept.push_back(sides);
            ++answer.dims[0];
            for (const int64_t number : {of[0], of[1], box}) append_whole(ACCEL_TYPE_I64, answer.bits, number);
        }
    });
    return {answer};
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_NON_ZERO, non_zero},
    {ACCEL_OPERATION_NON_MAX_SUPPRESSION, non_max_suppression},
};

}  // namespace

const std::span<const ReferenceRow> kFoundRows = kRows;

}  // namespace accel::conformance
