// SPDX-License-Identifier: MIT
// Values in relation to the mean and variance of others of their tensor, to their neighbours along the channels, to a list, or to the range of all.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "rows.h"

namespace accel::conformance {
namespace {

using Long = long double;

/// Of so many values.
struct Statistics {
    Long mean = 0, variance = 0, largest = 0;
    size_t count = 0;
};

/// centred: variance around the mean, else around 0.
Statistics statistics_of(const Tensor &x, const std::vector<size_t> &members, bool centred)
{
    Statistics made;
    made.count = members.size();
    const auto size = static_cast<Long>(members.size());
    for (const size_t at : members) made.largest = std::max(made.largest, std::fabs(static_cast<Long>(x.real(at))));
    for (const size_t at : members) made.mean += centred ? x.real(at) / size : 0;
    for (const size_t at : members) made.variance += (x.real(at) - made.mean) * (x.real(at) - made.mean) / size;
    return made;
}

/// Of a value that was moved by the mean, divided by a deviation, scaled and moved again: the mean errs with the largest value, the deviation with the number of its terms.
void give(Answer &answer, const Statistics &of, Long moved, Long deviation, Long scale, Long bias)
{
    const auto value = static_cast<double>(moved / deviation * scale + bias);
    const auto size = static_cast<double>((of.largest + std::fabs(moved)) / deviation * std::fabs(scale) + std::fabs(bias));
    answer.values.push_back(value);
    answer.allowed.push_back(std::isfinite(value) ? std::ldexp((8 + static_cast<double>(of.count)) * size, -23) : 0);
}

std::vector<size_t> neighbours(size_t first, size_t count)
{
    std::vector<size_t> members(count);
    for (size_t i = 0; i < count; ++i) members[i] = first + i;
    return members;
}

/// LAYER_NORMALIZATION and RMS_NORMALIZATION: everything from the axis on is one row.
std::vector<Answer> rows(const Question &question)
{
    const Tensor &x = question.x();
    const bool centred = question.operation == ACCEL_OPERATION_LAYER_NORMALIZATION;
    const auto axis = static_cast<std::ptrdiff_t>(question.axis(ACCEL_ATTRIBUTE_AXIS, -1));
    const Long epsilon = question.real(ACCEL_ATTRIBUTE_EPSILON, static_cast<double>(1e-5f));
    const size_t length = element_count({x.dims.begin() + axis, x.dims.end()});
    const auto parameter = [&](size_t position, const Dims &index, double otherwise) {
        const Tensor *given = question.operand(position);
        return given ? given->real(stretched_position(given->dims, index)) : otherwise;
    };
    Answer y, mean, inverse;
    y.dims = mean.dims = x.dims;
    std::fill(mean.dims.begin() + axis, mean.dims.end(), 1);
    inverse.dims = mean.dims;
    Statistics of;
    Long deviation = 1;
    size_t position = 0;
    for_each_index(x.dims, [&](const Dims &index) {
        if (position % length == 0) {
            of = statistics_of(x, neighbours(position, length), centred);
            deviation = std::sqrt(of.variance + epsilon);
            mean.values.push_back(static_cast<double>(of.mean));
            mean.allowed.push_back(std::isfinite(mean.values.back()) ? std::ldexp(static_cast<double>(of.largest) * (4 + static_cast<double>(length)), -23) : 0);
            inverse.values.push_back(static_cast<double>(1 / deviation));
            const Long lost = 8 + static_cast<Long>(length) + 4 * of.largest / deviation;
            inverse.allowed.push_back(std::isfinite(inverse.values.back()) ? std::ldexp(static_cast<double>(lost / deviation), -23) : 0);
        }
        give(y, of, x.real(position) - of.mean, deviation, parameter(1, index, 1), parameter(2, index, 0));
        ++position;
    });
    std::vector<Answer> answers{std::move(y)};
    if (question.results.size() > 1) answers.push_back(std::move(mean));
    if (question.results.size() > 2) answers.push_back(std::move(inverse));
    return answers;
}

std::vector<Answer> grouped(const Question &question)
{
    const Tensor &x = question.x(), &scale = *question.operand(1), &bias = *question.operand(2);
    const Long epsilon = question.real(ACCEL_ATTRIBUTE_EPSILON, static_cast<double>(1e-5f));
    const auto groups = static_cast<size_t>(x.dims[0] * question.integer(ACCEL_ATTRIBUTE_NUM_GROUPS, 1)), channels = static_cast<size_t>(x.dims[1]);
    const size_t length = x.count() / groups, area = element_count({x.dims.begin() + 2, x.dims.end()});
    Answer y;
    y.dims = x.dims;
    for (size_t group = 0; group < groups; ++group) {
        const Statistics of = statistics_of(x, neighbours(group * length, length), true);
        for (size_t position = group * length; position < (group + 1) * length; ++position) {
            const size_t channel = position / area % channels;
            give(y, of, x.real(position) - of.mean, std::sqrt(of.variance + epsilon), scale.real(channel), bias.real(channel));
        }
    }
    return {y};
}

std::vector<Answer> mean_variance(const Question &question)
{
    const Tensor &x = question.x();
    const auto rank = static_cast<int64_t>(x.dims.size());
    std::vector<bool> reduced(x.dims.size(), false);
    for (const int64_t axis : question.list(ACCEL_ATTRIBUTE_AXES, {0, 2, 3})) reduced[static_cast<size_t>(axis < 0 ? axis + rank : axis)] = true;
    Dims kept = x.dims;
    for (size_t axis = 0; axis < kept.size(); ++axis) kept[axis] = reduced[axis] ? 1 : kept[axis];
    std::vector<std::vector<size_t>> members(element_count(kept));
    for_each_index(x.dims, [&](const Dims &index) { members[stretched_position(kept, index)].push_back(position_of(x.dims, index)); });
    std::vector<Statistics> all;
    for (const auto &each : members) all.push_back(statistics_of(x, each, true));
    Answer y;
    y.dims = x.dims;
    for_each_index(x.dims, [&](const Dims &index) {
        const Statistics &of = all[stretched_position(kept, index)];
        give(y, of, x.real(position_of(x.dims, index)) - of.mean, std::sqrt(of.variance) + 1e-9L, 1, 0);
    });
    return {y};
}

std::vector<Answer> local_response(const Question &question)
{
    const Tensor &x = question.x();
    const int64_t size = question.integer(ACCEL_ATTRIBUTE_SIZE, 1);
    const Long alpha = question.real(ACCEL_ATTRIBUTE_ALPHA, static_cast<double>(0.0001f)), beta = question.real(ACCEL_ATTRIBUTE_BETA, 0.75), bias = question.real(ACCEL_ATTRIBUTE_BIAS, 1);
    Answer y;
    y.dims = x.dims;
    for_each_index(x.dims, [&](Dims index) {
        const Long own = x.real(position_of(x.dims, index));
        const int64_t channel = index[1], end = std::min(channel + size / 2 + 1, x.dims[1]);
        Long sum = 0;
        for (index[1] = std::max<int64_t>(channel - (size - 1) / 2, 0); index[1] < end; ++index[1]) sum += static_cast<Long>(x.real(position_of(x.dims, index))) * x.real(position_of(x.dims, index));
        const auto value = static_cast<double>(own / std::pow(bias + alpha / static_cast<Long>(size) * sum, beta));
        y.values.push_back(value);
        // The base errs with its terms, the power with its exponent.
        const double lost = 8 + static_cast<double>(beta) * (8 + static_cast<double>(size));
        y.allowed.push_back(std::isfinite(value) ? std::ldexp(lost * std::fabs(value), -23) + static_cast<double>(std::numeric_limits<float>::min()) : 0);
    });
    return {y};
}

std::vector<Answer> scaler(const Question &question)
{
    const Tensor &x = question.x();
    const auto factor = [&](uint32_t key, size_t feature) {
        const auto &values = question.real_lists.at(key);
        return static_cast<double>(values[values.size() > 1 ? feature : 0]);
    };
    Answer y;
    y.dims = x.dims;
    for (size_t position = 0; position < x.count(); ++position) {
        const size_t feature = position % static_cast<size_t>(x.dims.back());
        const double value = is_real(x.type) ? x.real(position) : static_cast<double>(x.whole(position)), offset = factor(ACCEL_ATTRIBUTE_OFFSET, feature), scale = factor(ACCEL_ATTRIBUTE_SCALE, feature);
        y.values.push_back((value - offset) * scale);
        y.mass.push_back(2 * std::fabs(scale) * (std::fabs(value) + std::fabs(offset)));
    }
    return {y};
}

/// In binary32, step by step: a scale is exact.
std::vector<Answer> dynamic_quantize(const Question &question)
{
    const Tensor &x = question.x();
    const auto at = [&](size_t position) { return static_cast<float>(x.real(position)); };
    float low = 0, high = 0;
    for (size_t position = 0; position < x.count(); ++position) low = std::min(low, at(position)), high = std::max(high, at(position));
    const float scale = (high - low) / 255, zero = std::nearbyint(std::clamp(-(low / scale), 0.0f, 255.0f));
    const auto stored = [](float value) { return std::isnan(value) ? 0 : static_cast<int64_t>(std::clamp(value, 0.0f, 255.0f)); };
    Answer y, scales, zeros;
    y.dims = x.dims;
    for (size_t position = 0; position < x.count(); ++position) append_whole(ACCEL_TYPE_U8, y.bits, stored(std::nearbyint(at(position) / scale) + zero));
    append_real(ACCEL_TYPE_F32, scales.bits, static_cast<double>(scale));
    append_whole(ACCEL_TYPE_U8, zeros.bits, stored(zero));
    return {y, scales, zeros};
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_LAYER_NORMALIZATION, rows},
    {ACCEL_OPERATION_RMS_NORMALIZATION, rows},
    {ACCEL_OPERATION_GROUP_NORMALIZATION, grouped},
    {ACCEL_OPERATION_MEAN_VARIANCE_NORMALIZATION, mean_variance},
    {ACCEL_OPERATION_LOCAL_RESPONSE_NORMALIZATION, local_response},
    {ACCEL_OPERATION_SCALER, scaler},
    {ACCEL_OPERATION_DYNAMIC_QUANTIZE_LINEAR, dynamic_quantize},
};

}  // namespace

const std::span<const ReferenceRow> kStatisticsRows = kRows;

}  // namespace accel::conformance
