// SPDX-License-Identifier: MIT
// Sums of products: CONV, CONV_TRANSPOSE, GEMM, MATMUL, and those of bytes.
#include <algorithm>
#include <cmath>

#include "rows.h"
#include "slide.h"

namespace accel::conformance {
namespace {

/// Everything about a sum of products that does not depend on its terms.
struct Sum {
    Dims dims;
    int64_t products = 1;
    size_t channel_axis = 0;  ///< of the result: its index chooses the weights' scale
    double factor = 1, bias_factor = 1;
};

/// Below it, quarters are exact in binary32 however they are added up.
constexpr double kExactMass = 1 << 22;

bool quarters(double factor) { return std::nearbyint(4 * factor) == 4 * factor; }

/// Of other types than binary32 each value may err by itself: of binary64 by as many of its roundings as there are terms. 16 bits are rounded once, and their sums are
/// made in binary32; the judge counts in units of the type.
void allow_each(accel_type type, int64_t products, Answer &answer)
{
    const int digits = real_format(type).digits, kDigits = real_format(ACCEL_TYPE_F32).digits;
    for (size_t index = 0; index < answer.mass.size(); ++index) {
        const double sums = std::ldexp(answer.mass[index], 1 - kDigits) * static_cast<double>(products + 2);
        answer.allowed.push_back(digits > kDigits ? sums : std::ldexp(sums + ulp_of(type, answer.values[index]), digits - kDigits));
    }
}

/// `terms(index, visit)` calls visit(position in operand 0, position in operand 1) for each product of a result.
template <class Terms> Answer real_sums(const Question &question, const Sum &sum, const Terms &terms)
{
    const Tensor &a = question.x(), &b = *question.operand(1), *bias = question.operand(2);
    Answer answer;
    answer.dims = sum.dims;
    answer.terms = sum.products;
    answer.one_more = bias != nullptr;
    for_each_index(sum.dims, [&](const Dims &index) {
        double exact = 0, mass = 0;
        terms(index, [&](size_t from_a, size_t from_b) {
            const double product = a.real(from_a) * b.real(from_b);
            exact += product, mass += std::fabs(product);
        });
        const double offset = bias ? sum.bias_factor * bias->real(stretched_position(bias->dims, question.operation == ACCEL_OPERATION_CONV || question.operation == ACCEL_OPERATION_CONV_TRANSPOSE ? Dims{index[1]} : index)) : 0;
        answer.values.push_back(question.clamped(sum.factor * exact + offset));
        answer.mass.push_back(std::fabs(sum.factor) * mass + std::fabs(offset));
    });
    if (question.results[0].type != ACCEL_TYPE_F32) allow_each(question.results[0].type, sum.products, answer);
    const double heaviest = answer.mass.empty() ? 0 : *std::max_element(answer.mass.begin(), answer.mass.end());
    answer.exact = a.all_whole() && b.all_whole() && (!bias || bias->all_whole()) && quarters(sum.factor) && quarters(sum.bias_factor) && heaviest < kExactMass;
    return answer;
}

template <class Terms> Answer stored_sums(const Question &question, const Sum &sum, const Terms &terms)
{
    const Tensor &a = question.x(), &b = *question.operand(1), *bias = question.operand(2), &y = question.results[0];
    const StoredType type_a = stored_type(a), type_y = stored_type(y);
    const StoredRange range = question.range();
    Answer answer;
    answer.dims = sum.dims;
    for_each_index(sum.dims, [&](const Dims &index) {
        const auto channel = static_cast<size_t>(sum.channel_axis < index.size() ? index[sum.channel_axis] : 0);
        const StoredType type_b = stored_type(b, channel);
        int64_t exact = bias ? bias->whole(bias->count() > 1 ? channel : 0) : 0;
        terms(index, [&](size_t from_a, size_t from_b) { exact += (a.whole(from_a) - type_a.zero_point) * (b.whole(from_b) - type_b.zero_point); });
        const double multiplier = type_a.scale * type_b.scale / type_y.scale;
        append_whole(y.type, answer.bits, requantise(exact, multiplier, question.rounding, type_y.zero_point, range));
    });
    return answer;
}

/// Sums of bytes less zero points that are operands, modulo 2^32: the zero points' places follow from those of what they are taken from.
template <class Terms, class Place> Answer whole_sums(const Question &question, const Sum &sum, const Terms &terms, const Place &place)
{
    const Tensor &a = question.x(), &b = *question.operand(1), *zero_a = question.operand(2), *zero_b = question.operand(3);
    const auto less = [&](const Tensor &tensor, size_t at, const Tensor *zero, bool second) { return tensor.whole(at) - (zero ? zero->whole(place(at, second) % zero->count()) : 0); };
    Answer answer;
    answer.dims = sum.dims;
    for_each_index(sum.dims, [&](const Dims &index) {
        int64_t exact = 0;
        terms(index, [&](size_t from_a, size_t from_b) { exact += less(a, from_a, zero_a, false) * less(b, from_b, zero_b, true); });
        append_whole(ACCEL_TYPE_I32, answer.bits, exact);
    });
    return answer;
}

template <class Terms> std::vector<Answer> sums(const Question &question, const Sum &sum, const Terms &terms)
{
    return {question.quantised() ? stored_sums(question, sum, terms) : real_sums(question, sum, terms)};
}

std::vector<Answer> conv(const Question &question)
{
    const Tensor &x = question.x(), &w = *question.operand(1);
    const Slide slide = Slide::of(question, spatial_of(w.dims));
    const int64_t groups = question.integer(ACCEL_ATTRIBUTE_GROUP, 1), in = w.dims[1], out_per_group = w.dims[0] / groups;
    Sum sum;
    sum.dims = {x.dims[0], w.dims[0]};
    sum.dims.insert(sum.dims.end(), slide.out.begin(), slide.out.end());
    sum.products = in * slide.area();
    sum.channel_axis = 1;
    const auto terms = [&](const Dims &index, const auto &visit) {
        const Dims position = spatial_of(index);
        const int64_t first = index[1] / out_per_group * in;
        Dims at, from_x(index.size()), from_w(index.size());
        for_each_index(slide.kernel, [&](const Dims &tap) {
            if (slide.place(position, tap, at) != Slide::Place::Inside) return;
            std::copy(at.begin(), at.end(), from_x.begin() + 2);
            std::copy(tap.begin(), tap.end(), from_w.begin() + 2);
            from_x[0] = index[0], from_w[0] = index[1];
            for (int64_t channel = 0; channel < in; ++channel) {
                from_x[1] = first + channel, from_w[1] = channel;
                visit(position_of(x.dims, from_x), position_of(w.dims, from_w));
            }
        });
    };
    const size_t per_output = w.count() / static_cast<size_t>(w.dims[0]);
    if (question.operation == ACCEL_OPERATION_CONV_INTEGER) return {whole_sums(question, sum, terms, [&](size_t at, bool second) { return second ? at / per_output : 0; })};
    return sums(question, sum, terms);
}

/// Where a place of the result takes a tap of the kernel from; false: from nowhere.
bool taken_from(const Slide &slide, const Dims &place, const Dims &tap, Dims &at)
{
    at.resize(place.size());
    for (size_t axis = 0; axis < place.size(); ++axis) {
        const int64_t way = place[axis] + slide.begin[axis] - tap[axis] * slide.dilation[axis];
        at[axis] = way / slide.stride[axis];
        if (way < 0 || way % slide.stride[axis] != 0 || at[axis] >= slide.size[axis]) return false;
    }
    return true;
}

/// Each value of x is added, by the kernel, to the places that a window at it would cover.
std::vector<Answer> conv_transpose(const Question &question)
{
    const Tensor &x = question.x(), &w = *question.operand(1);
    const Slide slide = Slide::of(question, spatial_of(w.dims));
    const int64_t groups = question.integer(ACCEL_ATTRIBUTE_GROUP, 1), in = x.dims[1] / groups, out = w.dims[1];
    const Dims more = question.list(ACCEL_ATTRIBUTE_OUTPUT_PADDING, Dims(slide.kernel.size(), 0));
    Sum sum;
    sum.dims = {x.dims[0], groups * out};
    for (size_t axis = 0; axis < slide.kernel.size(); ++axis)
        sum.dims.push_back((slide.size[axis] - 1) * slide.stride[axis] + (slide.kernel[axis] - 1) * slide.dilation[axis] + 1 + more[axis] - slide.begin[axis] - slide.end[axis]);
    sum.products = in * slide.area();
    sum.channel_axis = 1;
    return sums(question, sum, [&](const Dims &index, const auto &visit) {
        const Dims place = spatial_of(index);
        const int64_t first = index[1] / out * in;
        Dims at, from_x(index.size()), from_w(index.size());
        for_each_index(slide.kernel, [&](const Dims &tap) {
            if (!taken_from(slide, place, tap, at)) return;
            std::copy(at.begin(), at.end(), from_x.begin() + 2);
            std::copy(tap.begin(), tap.end(), from_w.begin() + 2);
            from_x[0] = index[0], from_w[1] = index[1] % out;
            for (int64_t channel = first; channel < first + in; ++channel) {
                from_x[1] = from_w[0] = channel;
                visit(position_of(x.dims, from_x), position_of(w.dims, from_w));
            }
        });
    });
}

std::vector<Answer> gemm(const Question &question)
{
    const Tensor &a = question.x(), &b = *question.operand(1);
    const bool trans_a = question.integer(ACCEL_ATTRIBUTE_TRANS_A, 0) != 0, trans_b = question.integer(ACCEL_ATTRIBUTE_TRANS_B, 0) != 0;
    const int64_t inner = a.dims[trans_a ? 0 : 1];
    const Sum sum{{a.dims[trans_a ? 1 : 0], b.dims[trans_b ? 0 : 1]}, inner, 1, question.real(ACCEL_ATTRIBUTE_ALPHA, 1), question.real(ACCEL_ATTRIBUTE_BETA, 1)};
    return sums(question, sum, [&](const Dims &index, const auto &visit) {
        for (int64_t k = 0; k < inner; ++k)
            visit(position_of(a.dims, trans_a ? Dims{k, index[0]} : Dims{index[0], k}), position_of(b.dims, trans_b ? Dims{index[1], k} : Dims{k, index[1]}));
    });
}

std::vector<Answer> matmul(const Question &question)
{
    Dims a = question.x().dims, b = question.operand(1)->dims;
    const bool row = a.size() == 1, column = b.size() == 1;
    if (row) a.insert(a.begin(), 1);
    if (column) b.push_back(1);
    const Dims outer_a(a.begin(), a.end() - 2), outer_b(b.begin(), b.end() - 2), outer = stretched(outer_a, outer_b);
    const int64_t rows = a[a.size() - 2], inner = a.back(), columns = b.back();
    Sum sum;
    sum.dims = outer;
    if (!row) sum.dims.push_back(rows);
    if (!column) sum.dims.push_back(columns);
    sum.products = inner;
    sum.channel_axis = column ? sum.dims.size() : sum.dims.size() - 1;
    const auto terms = [&](const Dims &index, const auto &visit) {
        const Dims matrix(index.begin(), index.begin() + static_cast<std::ptrdiff_t>(outer.size()));
        const int64_t at_row = row ? 0 : index[outer.size()], at_column = column ? 0 : index.back();
        const auto from_a = static_cast<int64_t>(stretched_position(outer_a, matrix)) * rows * inner, from_b = static_cast<int64_t>(stretched_position(outer_b, matrix)) * inner * columns;
        for (int64_t k = 0; k < inner; ++k) visit(static_cast<size_t>(from_a + at_row * inner + k), static_cast<size_t>(from_b + k * columns + at_column));
    };
    if (question.operation != ACCEL_OPERATION_MATMUL_INTEGER) return sums(question, sum, terms);
    const auto wide = static_cast<size_t>(columns), deep = static_cast<size_t>(inner);
    return {whole_sums(question, sum, terms, [&](size_t at, bool second) { return second ? at / (deep * wide) * wide + at % wide : at / deep; })};
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_CONV, conv},
    {ACCEL_OPERATION_CONV_TRANSPOSE, conv_transpose},
    {ACCEL_OPERATION_GEMM, gemm},
    {ACCEL_OPERATION_MATMUL, matmul},
    {ACCEL_OPERATION_CONV_INTEGER, conv},
    {ACCEL_OPERATION_MATMUL_INTEGER, matmul},
};

}  // namespace

const std::span<const ReferenceRow> kDotRows = kRows;

}  // namespace accel::conformance
