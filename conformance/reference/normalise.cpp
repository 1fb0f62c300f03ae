// SPDX-License-Identifier: MIT
// Values in relation to others: SOFTMAX, LOG_SOFTMAX, BATCH_NORMALIZATION, INSTANCE_NORMALIZATION.
#include <algorithm>
#include <cmath>
#include <limits>

#include "rows.h"

namespace accel::conformance {
namespace {

std::vector<Answer> softmax(const Question &question)
{
    const Tensor &x = question.x();
    const size_t axis = question.axis(ACCEL_ATTRIBUTE_AXIS, -1);
    Answer answer;
    answer.dims = x.dims;
    const auto stride = static_cast<size_t>(element_count({x.dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.dims.end()})), count = static_cast<size_t>(x.dims[axis]);
    for (size_t position = 0; position < x.count(); ++position) {
        const size_t first = position - position / stride % count * stride;
        const double own = x.real(position);
        double highest = own, sum = 0;
        for (size_t along = 0; along < count; ++along) {
            const double value = x.real(first + along * stride);
            highest = std::isnan(value) || value > highest ? value : highest;
        }
        for (size_t along = 0; along < count; ++along) sum += std::exp(x.real(first + along * stride) - highest);
        answer.values.push_back(std::exp(own - highest) / sum);
        // Each exponential errs with its argument, and the sum with its length.
        const double distance = std::min(std::fabs(own - highest), 104.0), floor = std::numeric_limits<float>::min();
        const double value = std::isfinite(answer.values.back()) ? std::max(answer.values.back(), floor) : 0;
        answer.allowed.push_back(value == 0 ? 0 : (8 + 2 * distance + static_cast<double>(x.dims[axis])) * std::ldexp(value, -23));
    }
    return {answer};
}

std::vector<Answer> log_softmax(const Question &question)
{
    const Tensor &x = question.x();
    const size_t axis = question.axis(ACCEL_ATTRIBUTE_AXIS, -1), count = static_cast<size_t>(x.dims[axis]);
    const size_t stride = element_count({x.dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.dims.end()});
    Answer answer;
    answer.dims = x.dims;
    for (size_t position = 0; position < x.count(); ++position) {
        const size_t first = position - position / stride % count * stride;
        long double highest = x.real(first), sum = 0;
        for (size_t along = 0; along < count; ++along) {
            const long double value = x.real(first + along * stride);
            highest = std::isnan(value) || value > highest ? value : highest;
        }
        for (size_t along = 0; along < count; ++along) sum += std::exp(x.real(first + along * stride) - highest);
        const double value = static_cast<double>(x.real(position) - highest - std::log(sum));
        answer.values.push_back(value);
        answer.allowed.push_back(std::isfinite(value) ? std::ldexp(8 + 2 * static_cast<double>(count) + 4 * std::fabs(value), -23) : 0);
    }
    return {answer};
}

std::vector<Answer> instance_normalization(const Question &question)
{
    const Tensor &x = question.x(), &scale = *question.operand(1), &bias = *question.operand(2);
    const long double epsilon = question.real(ACCEL_ATTRIBUTE_EPSILON, static_cast<double>(1e-5f));
    const size_t channels = static_cast<size_t>(x.dims[1]), area = element_count({x.dims.begin() + 2, x.dims.end()});
    Answer answer;
    answer.dims = x.dims;
    for (size_t position = 0; position < x.count(); ++position) {
        const size_t first = position / area * area, channel = position / area % channels;
        long double mean = 0, variance = 0, largest = 0;
        for (size_t at = first; at < first + area; ++at) mean += x.real(at) / static_cast<long double>(area), largest = std::max(largest, std::fabs(static_cast<long double>(x.real(at))));
        for (size_t at = first; at < first + area; ++at) variance += (x.real(at) - mean) * (x.real(at) - mean) / static_cast<long double>(area);
        const long double deviation = std::sqrt(variance + epsilon), moved = x.real(position) - mean;
        const double value = static_cast<double>(moved / deviation * scale.real(channel) + bias.real(channel));
        answer.values.push_back(value);
        // The mean errs with the largest value, and the deviation with the number of its terms.
        const double size = static_cast<double>((largest + std::fabs(moved)) / deviation) * std::fabs(scale.real(channel)) + std::fabs(bias.real(channel));
        answer.allowed.push_back(std::isfinite(value) ? std::ldexp((8 + static_cast<double>(area)) * size, -23) : 0);
    }
    return {answer};
}

std::vector<Answer> batch_normalization(const Question &question)
{
    const Tensor &x = question.x();
    const double epsilon = question.real(ACCEL_ATTRIBUTE_EPSILON, static_cast<double>(1e-5f));
    const auto parameter = [&](size_t position, size_t channel) { return question.operands.at(position)->real(channel); };
    Answer answer;
    answer.dims = x.dims;
    for_each_index(x.dims, [&](const Dims &index) {
        const auto channel = static_cast<size_t>(index[1]);
        const double scale = parameter(1, channel), offset = parameter(2, channel), centre = parameter(3, channel), factor = scale / std::sqrt(parameter(4, channel) + epsilon);
        const double value = x.real(position_of(x.dims, index));
        answer.values.push_back(factor * (value - centre) + offset);
        // Factor and offset may be made beforehand: each of half a dozen roundings is of a term, and the terms may cancel.
        answer.mass.push_back(4 * (std::fabs(factor) * (std::fabs(value) + std::fabs(centre)) + std::fabs(offset)));
    });
    return {answer};
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_SOFTMAX, softmax},
    {ACCEL_OPERATION_LOG_SOFTMAX, log_softmax},
    {ACCEL_OPERATION_INSTANCE_NORMALIZATION, instance_normalization},
    {ACCEL_OPERATION_BATCH_NORMALIZATION, batch_normalization},
};

}  // namespace

const std::span<const ReferenceRow> kNormaliseRows = kRows;

}  // namespace accel::conformance
