// SPDX-License-Identifier: MIT
// TOP_K by sorting.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "rows.h"

namespace accel::conformance {
namespace {

/// A NaN is more than any number.
bool is_less(const Tensor &x, size_t a, size_t b)
{
    if (!is_real(x.type)) return x.number(a) < x.number(b);
    return !std::isnan(x.real(a)) && (std::isnan(x.real(b)) || x.real(a) < x.real(b));
}

std::vector<Answer> top_k(const Question &question)
{
    const Tensor &x = question.x();
    const size_t axis = question.axis(ACCEL_ATTRIBUTE_AXIS, -1), bytes = bytes_of(x.type);
    const bool largest = question.integer(ACCEL_ATTRIBUTE_LARGEST, 1) != 0;
    Answer values, places;
    values.dims = x.dims;
    values.dims[axis] = question.values(ACCEL_OPERAND_TOP_K_K)->at(0);
    places.dims = values.dims;
    values.bits.resize(element_count(values.dims) * bytes);
    places.bits.resize(element_count(places.dims) * sizeof(int64_t));
    Dims rows = x.dims;
    rows[axis] = 1;
    for_each_index(rows, [&](Dims index) {
        const auto at = [&](int64_t place) {
            index[axis] = place;
            return position_of(x.dims, index);
        };
        Dims order(static_cast<size_t>(x.dims[axis]));
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return largest ? is_less(x, at(b), at(a)) : is_less(x, at(a), at(b)); });
        for (int64_t i = 0; i < values.dims[axis]; ++i) {
            const int64_t place = order[static_cast<size_t>(i)];
            const size_t from = at(place);
            index[axis] = i;
            const size_t to = position_of(values.dims, index);
            std::copy_n(&x.bytes[from * bytes], bytes, &values.bits[to * bytes]);
            std::copy_n(reinterpret_cast<const char *>(&place), sizeof place, &places.bits[to * sizeof place]);
        }
    });
    return {values, places};
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_TOP_K, top_k},
};

}  // namespace

const std::span<const ReferenceRow> kTopRows = kRows;

}  // namespace accel::conformance
