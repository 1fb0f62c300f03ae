// SPDX-License-Identifier: MIT
// Values in relation to others: SOFTMAX, BATCH_NORMALIZATION.
#include <algorithm>
#include <cmath>
#include <limits>

#include "rows.h"

namespace accel::conformance {

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

}  // namespace accel::conformance
