// SPDX-License-Identifier: MIT
// The same values in another element type: QUANTIZE, DEQUANTIZE, CAST; the same bits in one: BIT_CAST.
#include <algorithm>
#include <cmath>

#include "rows.h"
#include "small.h"

namespace accel::conformance {
namespace {

/// Toward zero, at most the ends of the type; NaN is 0.
int64_t saturated(accel_type type, double value)
{
    if (std::isnan(value)) return 0;
    const double cut = std::trunc(value);
    const int bits = static_cast<int>(bytes_of(type) * 8) - (is_unsigned(type) ? 0 : 1);
    const double beyond = std::ldexp(1.0, bits), low = is_unsigned(type) ? 0 : -beyond;
    // Of 64 bits without a sign, as they wrap.
    const Whole most = (static_cast<Whole>(1) << bits) - 1, whole = cut >= beyond ? most : static_cast<Whole>(std::max(cut, low));
    return static_cast<int64_t>(whole);
}

int64_t stored_real(double value, accel_rounding rounding, const StoredType &type, StoredRange range)
{
    if (std::isnan(value)) return range.low;
    const float quotient = std::clamp(static_cast<float>(value) / static_cast<float>(type.scale), -1e9f, 1e9f);
    const bool away = rounding == ACCEL_ROUNDING_TFLITE || rounding == ACCEL_ROUNDING_NATURAL;
    const auto rounded = static_cast<int64_t>(away ? std::round(quotient) : std::nearbyint(quotient));
    return std::clamp<int64_t>(rounded + type.zero_point, range.low, range.high);
}

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

/// Below 8 bits the low bits of the whole number, as of a whole one.
int64_t cut(accel_type type, double value) { return saturated(accel_type_bits(type) < 8 ? ACCEL_TYPE_I32 : type, value); }

std::vector<Answer> cast(const Question &question)
{
    const Tensor &x = question.x();
    const accel_type to = question.results.at(0).type;
    Answer answer;
    answer.dims = x.dims;
    const bool reals = is_real(x.type) || is_small(x.type);
    for (size_t index = 0; index < x.count(); ++index) {
        if (is_small(to))
            append_small(to, answer.bits, x.real(index));
        else if (is_real(to))
            append_real(to, answer.bits, reals ? x.real(index) : to == ACCEL_TYPE_F32 ? static_cast<double>(static_cast<float>(x.number(index)))
                                                                                      : static_cast<double>(x.number(index)));
        else if (to == ACCEL_TYPE_BOOL)
            append_whole(to, answer.bits, reals ? x.real(index) != 0 : x.whole(index) != 0);
        else
            append_whole(to, answer.bits, reals ? cut(to, x.real(index)) : x.whole(index));
    }
    return {answer};
}

std::vector<Answer> bit_cast(const Question &question)
{
    Answer answer;
    answer.dims = question.x().dims;
    answer.bits = question.x().bytes;
    return {answer};
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_QUANTIZE, quantize},
    {ACCEL_OPERATION_DEQUANTIZE, dequantize},
    {ACCEL_OPERATION_CAST, cast},
    {ACCEL_OPERATION_CAST_LIKE, cast},
    {ACCEL_OPERATION_BIT_CAST, bit_cast},
};

}  // namespace

const std::span<const ReferenceRow> kConvertRows = kRows;

}  // namespace accel::conformance
