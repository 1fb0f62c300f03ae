// SPDX-License-Identifier: MIT
// Operations that repeat elements, take or put them where indices say, or keep a triangle of them.
#include <algorithm>
#include <cmath>

#include "rows.h"

namespace accel::conformance {
namespace {

void copy_element(const Tensor &from, size_t position, std::vector<char> &to)
{
    const size_t bytes = bytes_of(from.type);
    to.insert(to.end(), &from.bytes[position * bytes], &from.bytes[position * bytes] + bytes);
}

int64_t counted(int64_t index, int64_t size) { return index < 0 ? index + size : index; }

std::vector<Answer> tile(const Question &question)
{
    const Tensor &x = question.x();
    const Dims repeats = *question.values(ACCEL_OPERAND_TILE_REPEATS);
    Answer answer;
    for (size_t axis = 0; axis < x.dims.size(); ++axis) answer.dims.push_back(x.dims[axis] * repeats[axis]);
    for_each_index(answer.dims, [&](Dims index) {
        for (size_t axis = 0; axis < index.size(); ++axis) index[axis] %= x.dims[axis];
        copy_element(x, position_of(x.dims, index), answer.bits);
    });
    return {answer};
}

/// Where in `dims` the element lies that the one of `indices` at that place names along the axis.
size_t named_along(const Tensor &indices, Dims place, const Dims &dims, size_t axis)
{
    place[axis] = counted(indices.whole(position_of(indices.dims, place)), dims[axis]);
    return position_of(dims, place);
}

std::vector<Answer> gather_elements(const Question &question)
{
    const Tensor &x = question.x(), &indices = *question.operand(1);
    const size_t axis = question.axis(ACCEL_ATTRIBUTE_AXIS, 0);
    Answer answer;
    answer.dims = indices.dims;
    for_each_index(indices.dims, [&](const Dims &place) { copy_element(x, named_along(indices, place, x.dims, axis), answer.bits); });
    return {answer};
}

/// The index of x that a tuple begins, behind what stands in front of it.
Dims named_by_tuple(const Tensor &indices, Dims tuple, const Dims &x, Dims begin)
{
    const size_t batch = begin.size();
    tuple.push_back(0);
    for (int64_t part = 0; part < indices.dims.back(); ++part) {
        tuple.back() = part;
        begin.push_back(counted(indices.whole(position_of(indices.dims, tuple)), x[batch + static_cast<size_t>(part)]));
    }
    return begin;
}

std::vector<Answer> gather_nd(const Question &question)
{
    const Tensor &x = question.x(), &indices = *question.operand(1);
    const auto batch = static_cast<std::ptrdiff_t>(question.integer(ACCEL_ATTRIBUTE_BATCH_DIMS, 0));
    const Dims tuples(indices.dims.begin(), indices.dims.end() - 1), rest(x.dims.begin() + batch + indices.dims.back(), x.dims.end());
    Answer answer;
    answer.dims = tuples;
    answer.dims.insert(answer.dims.end(), rest.begin(), rest.end());
    for_each_index(tuples, [&](const Dims &tuple) {
        const Dims begin = named_by_tuple(indices, tuple, x.dims, Dims(tuple.begin(), tuple.begin() + batch));
        for_each_index(rest, [&](const Dims &inner) {
            Dims index = begin;
            index.insert(index.end(), inner.begin(), inner.end());
            copy_element(x, position_of(x.dims, index), answer.bits);
        });
    });
    return {answer};
}

/// What two real values make that are put in one place.
double joined(const std::string &reduction, double a, double b)
{
    if (reduction == "add") return a + b;
    if (reduction == "mul") return a * b;
    if (std::isnan(a) || std::isnan(b)) return a + b;
    return reduction == "max" ? std::max(a, b) : std::min(a, b);
}

/// The same of whole ones, as two's complement; a sum of truths is a truth.
uint64_t joined(const std::string &reduction, const Tensor &a, uint64_t there, uint64_t put)
{
    const bool is_signed = !is_unsigned(a.type), less = is_signed ? static_cast<int64_t>(there) < static_cast<int64_t>(put) : there < put;
    if (reduction == "add") return a.type == ACCEL_TYPE_BOOL ? there | put : there + put;
    if (reduction == "mul") return there * put;
    return (reduction == "max") == less ? put : there;
}

/// The same of all updates. Each sum and product rounds once: masses count the roundings of a place. What is chosen has none.
void join_reals(const std::string &reduction, const Tensor &x, const Tensor &updates, const std::vector<size_t> &places, Answer &answer)
{
    std::vector<double> sizes;
    std::vector<size_t> roundings(x.count(), 0);
    for (size_t i = 0; i < x.count(); ++i) answer.values.push_back(x.real(i)), sizes.push_back(std::fabs(x.real(i)));
    for (size_t i = 0; i < places.size(); ++i) {
        const size_t place = places[i];
        answer.values[place] = joined(reduction, answer.values[place], updates.real(i));
        sizes[place] = reduction == "add" ? sizes[place] + std::fabs(updates.real(i)) : std::fabs(answer.values[place]);
        roundings[place] += reduction == "add" || reduction == "mul";
    }
    const double least = std::ldexp(1.0, real_format(x.type).smallest);
    for (size_t i = 0; i < x.count(); ++i) {
        // One sum errs with itself, several with what they are made of.
        const double size = roundings[i] < 2 ? std::fabs(answer.values[i]) : sizes[i];
        answer.mass.push_back(std::isfinite(answer.values[i]) ? static_cast<double>(roundings[i]) * std::max(size, least) : 0);
    }
}

/// x with updates[i] in places[i], in their order.
Answer scattered(const Question &question, const std::vector<size_t> &places)
{
    const Tensor &x = question.x(), &updates = *question.operand(2);
    const std::string given = question.text(ACCEL_ATTRIBUTE_REDUCTION), reduction = given.empty() ? "none" : given;
    Answer answer;
    answer.dims = x.dims;
    if (reduction == "none") {
        answer.bits = x.bytes;
        const size_t bytes = bytes_of(x.type);
        for (size_t i = 0; i < places.size(); ++i) std::copy_n(&updates.bytes[i * bytes], bytes, &answer.bits[places[i] * bytes]);
    } else if (is_real(x.type)) {
        join_reals(reduction, x, updates, places, answer);
    } else {
        Tensor made{x.type, x.dims, {}, x.bytes};
        const size_t bytes = bytes_of(x.type);
        for (size_t i = 0; i < places.size(); ++i) {
            std::vector<char> value;
            append_whole(x.type, value, static_cast<int64_t>(joined(reduction, x, static_cast<uint64_t>(made.whole(places[i])), static_cast<uint64_t>(updates.whole(i)))));
            std::copy_n(value.begin(), bytes, &made.bytes[places[i] * bytes]);
        }
        answer.bits = made.bytes;
    }
    return answer;
}

std::vector<Answer> scatter_elements(const Question &question)
{
    const Tensor &indices = *question.operand(1);
    const size_t axis = question.axis(ACCEL_ATTRIBUTE_AXIS, 0);
    std::vector<size_t> places;
    for_each_index(indices.dims, [&](const Dims &place) { places.push_back(named_along(indices, place, question.x().dims, axis)); });
    return {scattered(question, places)};
}

std::vector<Answer> scatter_nd(const Question &question)
{
    const Tensor &x = question.x(), &indices = *question.operand(1);
    const Dims tuples(indices.dims.begin(), indices.dims.end() - 1), rest(x.dims.begin() + indices.dims.back(), x.dims.end());
    std::vector<size_t> places;
    for_each_index(tuples, [&](const Dims &tuple) {
        const Dims begin = named_by_tuple(indices, tuple, x.dims, {});
        for_each_index(rest, [&](const Dims &inner) {
            Dims index = begin;
            index.insert(index.end(), inner.begin(), inner.end());
            places.push_back(position_of(x.dims, index));
        });
    });
    return {scattered(question, places)};
}

std::vector<Answer> trilu(const Question &question)
{
    const Tensor &x = question.x();
    const int64_t diagonal = question.values(ACCEL_OPERAND_TRILU_K).value_or(Dims{0}).at(0);
    const bool upper = question.integer(ACCEL_ATTRIBUTE_UPPER, 1) != 0;
    Answer answer;
    answer.dims = x.dims;
    for_each_index(x.dims, [&](const Dims &index) {
        const int64_t right = index.back() - index[index.size() - 2];
        if (upper ? right >= diagonal : right <= diagonal)
            copy_element(x, position_of(x.dims, index), answer.bits);
        else if (is_real(x.type))
            append_real(x.type, answer.bits, 0);
        else
            append_whole(x.type, answer.bits, x.quantization.scales.empty() ? 0 : x.quantization.zero_points.at(0));  // what stands for 0
    });
    return {answer};
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_TILE, tile},
    {ACCEL_OPERATION_GATHER_ELEMENTS, gather_elements},
    {ACCEL_OPERATION_GATHER_ND, gather_nd},
    {ACCEL_OPERATION_SCATTER_ELEMENTS, scatter_elements},
    {ACCEL_OPERATION_SCATTER_ND, scatter_nd},
    {ACCEL_OPERATION_TRILU, trilu},
};

}  // namespace

const std::span<const ReferenceRow> kPlaceRows = kRows;

}  // namespace accel::conformance
