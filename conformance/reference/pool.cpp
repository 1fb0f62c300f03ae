// SPDX-License-Identifier: MIT
// Maxima and means: MAX_POOL, AVERAGE_POOL, GLOBAL_AVERAGE_POOL, REDUCE_MEAN.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "along.h"
#include "rows.h"
#include "slide.h"

namespace accel::conformance {
namespace {

/// What one mean is of: elements of x, and places in the padding that count as 0.
struct Members {
    std::vector<size_t> positions;
    int64_t padding = 0;
    int64_t count() const { return static_cast<int64_t>(positions.size()) + padding; }
};

Whole whole_sum(const Tensor &x, const Members &members)
{
    Whole sum = 0;
    for (const size_t position : members.positions) sum += x.number(position);
    return sum;
}

using StoredMean = int32_t (*)(int64_t sum, int64_t count, const StoredType &x, const StoredType &y, accel_rounding rounding, StoredRange range);

class Means {
public:
    Means(const Question &question, Dims dims, StoredMean stored) : question_(question),
                                                                    stored_(stored)
    {
        answer_.dims = std::move(dims);
        answer_.one_more = true;
    }

    void add(const Members &members)
    {
        const Tensor &x = question_.x();
        if (question_.quantised()) {
            const StoredType type_x = stored_type(x), type_y = stored_type(question_.results[0]);
            int64_t sum = members.padding * type_x.zero_point;
            for (const size_t position : members.positions) sum += x.whole(position);
            append_whole(question_.results[0].type, answer_.bits, stored_(sum, members.count(), type_x, type_y, question_.rounding, question_.range()));
            return;
        }
        if (!is_real(x.type)) return append_whole(x.type, answer_.bits, static_cast<int64_t>(whole_sum(x, members) / members.count()));  // toward zero
        double sum = 0, mass = 0;
        for (const size_t position : members.positions) sum += x.real(position), mass += std::fabs(x.real(position));
        const auto count = static_cast<double>(members.count());
        answer_.values.push_back(question_.clamped(sum / count));
        if (x.type == ACCEL_TYPE_F32)
            answer_.mass.push_back(mass / count);
        else
            answer_.allowed.push_back(allowed_sum(x.type, sum / count, mass / count, count + 2));
        answer_.terms = std::max(answer_.terms, members.count());
    }
    std::vector<Answer> end() { return {std::move(answer_)}; }

private:
    const Question &question_;
    StoredMean stored_;
    Answer answer_;
};

/// Calls give(result index, members, taps that lie in the padding) for each window.
template <class Give> Dims pooled(const Question &question, const Give &give)
{
    const Tensor &x = question.x();
    const Slide slide = Slide::of(question, question.ints.at(ACCEL_ATTRIBUTE_KERNEL_SHAPE));
    Dims dims{x.dims[0], x.dims[1]};
    dims.insert(dims.end(), slide.out.begin(), slide.out.end());
    Members members;
    for_each_index(dims, [&](const Dims &index) {
        members = {};
        Dims at, from{index[0], index[1]};
        for_each_index(slide.kernel, [&](const Dims &tap) {
            const auto place = slide.place(spatial_of(index), tap, at);
            if (place == Slide::Place::Padding) ++members.padding;
            if (place != Slide::Place::Inside) return;
            from.resize(2);
            from.insert(from.end(), at.begin(), at.end());
            members.positions.push_back(position_of(x.dims, from));
        });
        give(members);
    });
    return dims;
}

double maximum(const Tensor &x, const Members &members)
{
    double highest = -std::numeric_limits<double>::infinity();
    for (const size_t position : members.positions) {
        const double value = x.real(position);
        if (std::isnan(value) || std::isnan(highest))
            highest = std::numeric_limits<double>::quiet_NaN();
        else
            highest = std::max(highest, value);
    }
    return highest;
}

std::vector<Answer> means_along(const Question &question, const std::vector<bool> &reduced, StoredMean stored)
{
    const Groups groups = groups_along(question, reduced);
    Means means(question, groups.dims, stored);
    for (const auto &positions : groups.members) means.add({positions});
    return means.end();
}

std::vector<Answer> max_pool(const Question &question)
{
    const Tensor &x = question.x();
    Answer answer;
    answer.dims = pooled(question, [&](const Members &members) {
        const double highest = maximum(x, members);
        if (is_real(x.type))
            answer.values.push_back(question.clamped(highest));
        else if (!question.quantised())
            append_whole(x.type, answer.bits, static_cast<int64_t>(question.clamped(highest)));
        else
            append_whole(x.type, answer.bits, std::clamp(static_cast<int32_t>(highest), question.range().low, question.range().high));
    });
    return {answer};
}

std::vector<Answer> average_pool(const Question &question)
{
    const bool padding_counts = question.integer(ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, 0) != 0;
    Means means(question, {}, average_stored);
    Dims dims = pooled(question, [&](Members members) {
        if (!padding_counts) members.padding = 0;
        means.add(members);
    });
    auto answers = means.end();
    answers[0].dims = std::move(dims);
    return answers;
}

std::vector<Answer> global_average_pool(const Question &question)
{
    std::vector<bool> reduced(question.x().dims.size(), true);
    reduced[0] = reduced[1] = false;
    return means_along(question, reduced, average_stored);
}

std::vector<Answer> reduce_mean(const Question &question) { return means_along(question, named_axes(question, ACCEL_OPERAND_REDUCE_MEAN_AXES), reduced_mean_stored); }

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_MAX_POOL, max_pool},
    {ACCEL_OPERATION_AVERAGE_POOL, average_pool},
    {ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, global_average_pool},
    {ACCEL_OPERATION_REDUCE_MEAN, reduce_mean},
};

}  // namespace

const std::span<const ReferenceRow> kPoolRows = kRows;

}  // namespace accel::conformance
