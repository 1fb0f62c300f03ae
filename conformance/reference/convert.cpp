// SPDX-License-Identifier: MIT
// The same values in another element type: QUANTIZE, DEQUANTIZE, CAST.
#include <algorithm>
#include <cmath>

#include "rows.h"

namespace accel::conformance {
namespace {

/// Toward zero, at most the ends of the type; NaN is 0.
int64_t saturated(accel_type type, double value)
{
    if (std::isnan(value)) return 0;
    const double cut = std::trunc(value);
    const bool is_unsigned = type == ACCEL_TYPE_U8;
    const int bits = static_cast<int>(bytes_of(type) * 8) - (is_unsigned ? 0 : 1);
    const double beyond = std::ldexp(1.0, bits), low = is_unsigned ? 0 : -beyond;
    if (cut >= beyond) return bits == 63 ? INT64_MAX : static_cast<int64_t>(beyond) - 1;
    return static_cast<int64_t>(std::max(cut, low));
}

int64_t stored_real(double value, accel_rounding rounding, const StoredType &type, StoredRange range)
{
    if (std::isnan(value)) return range.low;
    const float quotient = std::clamp(static_cast<float>(value) / static_cast<float>(type.scale), -1e9f, 1e9f);
    const bool away = rounding == ACCEL_ROUNDING_TFLITE || rounding == ACCEL_ROUNDING_NATURAL;
    const auto rounded = static_cast<int64_t>(away ? std::round(quotient) : std::nearbyint(quotient));
    return std::clamp<int64_t>(rounded + type.zero_point, range.low, range.high);
}

}  // namespace

std::vector<Answer> quantize(const Question &question)
{
    const Tensor &x = question.x(), &y = question.results.at(0);
    const auto range = stored_range(y.type);
    Answer answer;
    answer.dims = x.dims;
    for_each_index(x.dims, [&](const Dims &index) {
        const size_t position = position_of(x.dims, index);
        const StoredType type = stored_type(y, y.scale_at(index));
        if (is_real(x.type)) {
            append_whole(y.type, answer.bits, stored_real(x.real(position), question.rounding, type, range));
            return;
        }
        const StoredType from = stored_type(x, x.scale_at(index));
        append_whole(y.type, answer.bits, requantise(x.whole(position) - from.zero_point, from.scale / type.scale, question.rounding, type.zero_point, range));
    });
    return {answer};
}

std::vector<Answer> dequantize(const Question &question)
{
    const Tensor &x = question.x();
    Answer answer;
    answer.dims = x.dims;
    for_each_index(x.dims, [&](const Dims &index) {
        const StoredType type = stored_type(x, x.scale_at(index));
        answer.values.push_back(static_cast<double>(static_cast<float>(x.whole(position_of(x.dims, index)) - type.zero_point) * static_cast<float>(type.scale)));
    });
    return {answer};
}

std::vector<Answer> cast(const Question &question)
{
    const Tensor &x = question.x();
    const accel_type to = question.results.at(0).type;
    Answer answer;
    answer.dims = x.dims;
    for (size_t index = 0; index < x.count(); ++index) {
        if (is_real(to)) append_real(answer.bits, is_real(x.type) ? static_cast<float>(x.real(index)) : static_cast<float>(x.whole(index)));
        else if (to == ACCEL_TYPE_BOOL) append_whole(to, answer.bits, is_real(x.type) ? x.real(index) != 0 : x.whole(index) != 0);
        else append_whole(to, answer.bits, is_real(x.type) ? saturated(to, x.real(index)) : x.whole(index));
    }
    return {answer};
}

}  // namespace accel::conformance
