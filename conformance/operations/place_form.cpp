// SPDX-License-Identifier: MIT
// Operations that repeat elements, take or put them where indices say, or keep a triangle of them.
#include <algorithm>
#include <numeric>
#include <random>

#include "form.h"

namespace accel::conformance {
namespace {

/// Of that many, so many, none twice, in any order.
std::vector<int64_t> apart(Form &form, int64_t of, int64_t count)
{
    std::vector<int64_t> all(static_cast<size_t>(of));
    std::iota(all.begin(), all.end(), 0);
    std::shuffle(all.begin(), all.end(), std::minstd_rand(form.draw.random.next()));
    all.resize(static_cast<size_t>(count));
    return all;
}

/// Counted from the end now and then, where the choice of indices says so.
int64_t told(Form &form, int64_t index, int64_t size) { return form.choice("indices") >= 2 && form.draw.coin() ? index - size : index; }

void give_indices(Form &form, const Dims &dims, const std::vector<int64_t> &indices)
{
    const accel_type type = form.type_of(1);
    std::vector<char> bytes;
    for (const int64_t index : indices) append_whole(type, bytes, index);
    form.operand(type, dims, std::move(bytes), form.second_is_constant(true));
}

/// What is put in places that have something already; "" says nothing of it. Stored values that stand for real ones are only replaced.
std::string draw_reduction(Form &form)
{
    constexpr const char *kNames[] = {"none", "", "add", "mul", "max", "min"};
    const std::string name = form.quantised() ? "none" : kNames[form.choice(ACCEL_ATTRIBUTE_REDUCTION)];
    if (!name.empty()) form.set_text(ACCEL_ATTRIBUTE_REDUCTION, name);
    return name;
}

/// May updates meet in one place without their order being seen?
bool may_meet(Form &form, const std::string &reduction)
{
    if (reduction.empty() || reduction == "none") return false;
    return !is_real(form.subject.type) || reduction == "max" || reduction == "min" || form.values() == kWholeValues || form.values() == kZeroValues;
}

/// Updates of x; real factors that meet are such as no product rounds.
void give_updates(Form &form, const Dims &dims, const std::string &reduction)
{
    const accel_type type = form.subject.type;
    std::vector<char> bytes;
    if (reduction == "mul" && is_real(type) && may_meet(form, reduction)) {
        for (size_t i = 0; i < element_count(dims); ++i) append_real(type, bytes, form.draw.one_of<double>({1, -1, 2, -2, 0.5}));
    } else {
        bytes = form.draw.elements(type, element_count(dims), form.values(), form.range());
    }
    form.operand(type, dims, std::move(bytes), form.second_is_constant(false), form.question.x().quantization);
}

size_t draw_axis_attribute(Form &form, const Dims &x)
{
    const size_t named = drawn_axis(form, x, 1);
    if (named != SIZE_MAX) form.set(ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(named)});
    return named == SIZE_MAX ? 0 : named;
}

/// Of indices of single elements: those of x, or some of each axis.
Dims single_dims(Form &form, const Dims &x, size_t axis, int64_t most_along)
{
    Dims dims = x;
    if (form.choice("indices") == 1 || form.choice("indices") == 3)
        for (auto &size : dims) size = form.draw.size(1, size);
    dims[axis] = form.choice("indices") == 0 ? std::min(dims[axis], most_along) : form.draw.size(1, most_along);
    return dims;
}

/// How many axes of x, behind the batch axes, a tuple names, and the axes in front of the last one of the indices.
struct TupleSizes {
    size_t batch = 0, depth = 1;
    Dims front;
};

TupleSizes tuple_sizes(Form &form, const Dims &x)
{
    TupleSizes sizes;
    sizes.batch = form.choice(ACCEL_ATTRIBUTE_BATCH_DIMS) == 2 && x.size() > 1 ? 1 : 0;
    const size_t which = form.choice("indices"), most = x.size() - sizes.batch;
    sizes.depth = which == 0 ? 1 : which == 1 ? most
                                              : 1 + form.draw.random.next() % most;
    sizes.front.assign(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(sizes.batch));
    const size_t room = 8 - sizes.batch - (x.size() - sizes.batch - sizes.depth);  // a result has at most 8 axes
    if (which != 3 || sizes.batch > 0) sizes.front.push_back(form.draw.size(1, 6));
    if (which == 2 && room > 1) sizes.front.push_back(form.draw.size(1, 3));
    return sizes;
}

/// The axes that tuples of so many name.
Dims tuple_dims(const Dims &x, const TupleSizes &sizes)
{
    const auto begin = x.begin() + static_cast<std::ptrdiff_t>(sizes.batch);
    return {begin, begin + static_cast<std::ptrdiff_t>(sizes.depth)};
}

void give_tuples(Form &form, const Dims &named, Dims front, const std::vector<int64_t> &places)
{
    std::vector<int64_t> indices;
    for (int64_t place : places) {
        Dims tuple(named.size());
        for (size_t axis = named.size(); axis-- > 0; place /= named[axis]) tuple[axis] = told(form, place % named[axis], named[axis]);
        indices.insert(indices.end(), tuple.begin(), tuple.end());
    }
    front.push_back(static_cast<int64_t>(named.size()));
    give_indices(form, front, indices);
}

}  // namespace

void form_tile(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 1, 5);
    form.x(x);
    Dims repeats(x.size(), 1);
    int64_t times = 1;
    for (size_t axis = x.size(); axis-- > 0;) {
        const size_t which = form.choice("repeats");
        repeats[axis] = which == 0 ? (axis + 1 == x.size() ? 2 : 1) : which == 1 ? 1
                                                                  : which == 2   ? 2
                                                                                 : form.draw.size(1, 4);
        if (times * repeats[axis] > 12) repeats[axis] = 1;
        times *= repeats[axis];
    }
    form.list(repeats);
    form.same_result();
}

void form_as_indices(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 1, 5);
    const size_t axis = draw_axis_attribute(form, x);
    form.x(x);
    const Dims dims = single_dims(form, x, axis, 12);
    std::vector<int64_t> indices;
    for (size_t i = 0; i < element_count(dims); ++i) indices.push_back(told(form, form.draw.size(0, x[axis] - 1), x[axis]));
    give_indices(form, dims, indices);
    form.same_result();
}

void form_scatter_elements(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 1, 5);
    const size_t axis = draw_axis_attribute(form, x);
    form.x(x);
    const std::string reduction = draw_reduction(form);
    const bool meet = may_meet(form, reduction);
    const Dims dims = single_dims(form, x, axis, meet ? 2 * x[axis] : x[axis]);
    std::vector<int64_t> indices(element_count(dims));
    Dims rows = dims;
    rows[axis] = 1;
    for_each_index(rows, [&](Dims place) {
        const auto drawn = apart(form, x[axis], meet ? 0 : dims[axis]);
        for (int64_t i = 0; i < dims[axis]; ++i) {
            place[axis] = i;
            indices[position_of(dims, place)] = told(form, meet ? form.draw.size(0, x[axis] - 1) : drawn[static_cast<size_t>(i)], x[axis]);
        }
    });
    give_indices(form, dims, indices);
    give_updates(form, dims, reduction);
    form.same_result();
}

void form_gather_nd(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 1, 5);
    const TupleSizes sizes = tuple_sizes(form, x);
    if (form.choice(ACCEL_ATTRIBUTE_BATCH_DIMS) != 1) form.set(ACCEL_ATTRIBUTE_BATCH_DIMS, {static_cast<int64_t>(sizes.batch)});
    form.x(x);
    const Dims named = tuple_dims(x, sizes);
    std::vector<int64_t> places;
    for (size_t i = 0; i < element_count(sizes.front); ++i) places.push_back(form.draw.size(0, static_cast<int64_t>(element_count(named)) - 1));
    give_tuples(form, named, sizes.front, places);
    form.same_result();
}

void form_scatter_nd(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 1, 5);
    form.x(x);
    const std::string reduction = draw_reduction(form);
    const bool meet = may_meet(form, reduction);
    TupleSizes sizes = tuple_sizes(form, x);
    const Dims named = tuple_dims(x, sizes);
    const auto choices = static_cast<int64_t>(element_count(named));
    // Where they must not meet there are no more than there are places.
    if (!meet && static_cast<int64_t>(element_count(sizes.front)) > choices) sizes.front.assign(1, choices);
    const auto count = static_cast<int64_t>(element_count(sizes.front));
    std::vector<int64_t> places = apart(form, choices, meet ? 0 : count);
    while (static_cast<int64_t>(places.size()) < count) places.push_back(form.draw.size(0, choices - 1));
    give_tuples(form, named, sizes.front, places);
    Dims updates = sizes.front;
    updates.insert(updates.end(), x.begin() + static_cast<std::ptrdiff_t>(sizes.depth), x.end());
    give_updates(form, updates, reduction);
    form.same_result();
}

void form_top(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 1, 5);
    const size_t named = drawn_axis(form, x, x.size() - 1), axis = named == SIZE_MAX ? x.size() - 1 : named;
    if (named != SIZE_MAX) form.set(ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(axis)});
    if (const size_t which = form.choice(ACCEL_ATTRIBUTE_LARGEST); which != 1) form.set(ACCEL_ATTRIBUTE_LARGEST, {which == 0});
    // Not sorted, several may come in any order.
    const size_t sorted = form.choice(ACCEL_ATTRIBUTE_SORTED), which = form.choice("count");
    if (sorted != 1) form.set(ACCEL_ATTRIBUTE_SORTED, {sorted == 0});
    form.x(x);
    form.list({sorted == 2 ? 1 : which == 0 ? std::min<int64_t>(x[axis], 3)
                             : which == 1   ? x[axis]
                                            : form.draw.size(1, x[axis])});
    form.same_result();
    Tensor places;
    places.type = ACCEL_TYPE_I64;
    form.question.results.push_back(std::move(places));
}

void form_triangle(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 2, 5);
    if (const size_t which = form.choice(ACCEL_ATTRIBUTE_UPPER); which != 1) form.set(ACCEL_ATTRIBUTE_UPPER, {which == 0});
    form.x(x);
    if (const size_t which = form.choice("k"); which != 1) form.list({which == 0 ? 0 : form.draw.size(-x[x.size() - 2] - 1, x.back() + 1)});
    form.same_result();
}

}  // namespace accel::conformance
