// SPDX-License-Identifier: MIT
// Operations that move elements, whose bits stay what they are.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "rows.h"

namespace accel::conformance {
namespace {

void copy_element(const Tensor &from, size_t position, std::vector<char> &to)
{
    const size_t bytes = bytes_of(from.type);
    const auto first = from.bytes.begin() + static_cast<std::ptrdiff_t>(position * bytes);
    to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(bytes));
}

/// The element of x at source(index) for each index of the result.
template <class Source> Answer moved(const Tensor &x, Dims dims, const Source &source)
{
    Answer answer;
    answer.dims = std::move(dims);
    for_each_index(answer.dims, [&](const Dims &index) { copy_element(x, source(index), answer.bits); });
    return answer;
}

Answer renamed(const Tensor &x, Dims dims)
{
    Answer answer;
    answer.dims = std::move(dims);
    answer.bits = x.bytes;
    return answer;
}

/// What one axis of SLICE takes.
struct Cut {
    int64_t first = 0, step = 1, count = 0;
};

Cut cut_of(int64_t size, int64_t start, int64_t end, int64_t step)
{
    const auto placed = [&](int64_t given, int64_t low, int64_t high) { return std::clamp(given < 0 ? given + size : given, low, high); };
    Cut cut;
    cut.step = step;
    cut.first = step > 0 ? placed(start, 0, size) : placed(start, 0, size - 1);
    const int64_t last = step > 0 ? placed(end, 0, size) : placed(end, -1, size - 1);
    const auto reach = static_cast<double>(last - cut.first) / static_cast<double>(step);
    cut.count = std::max<int64_t>(0, static_cast<int64_t>(std::ceil(reach)));
    return cut;
}

/// The bytes of PAD's filler.
std::vector<char> filler(const Question &question)
{
    const Tensor &x = question.x();
    const double value = question.value(ACCEL_OPERAND_PAD_VALUE, 0);
    std::vector<char> bytes;
    if (is_real(x.type))
        append_real(x.type, bytes, value);
    else if (x.quantization.scales.empty())
        append_whole(x.type, bytes, static_cast<int64_t>(value));
    else
        append_whole(x.type, bytes, quantise_real(static_cast<float>(value), x.quantization.scales[0], x.quantization.zero_points[0], stored_range(x.type)));
    return bytes;
}

std::vector<Answer> identity(const Question &question) { return {renamed(question.x(), question.x().dims)}; }

std::vector<Answer> reshape(const Question &question)
{
    const Tensor &x = question.x();
    const auto wanted = question.values(ACCEL_OPERAND_RESHAPE_SHAPE);
    if (!wanted) return {renamed(x, question.results.at(0).dims)};
    Dims dims = *wanted;
    int64_t rest = static_cast<int64_t>(x.count());
    for (size_t axis = 0; axis < dims.size(); ++axis) {
        if (dims[axis] == 0 && axis < x.dims.size()) dims[axis] = x.dims[axis];
        if (dims[axis] > 0) rest /= dims[axis];
    }
    std::replace(dims.begin(), dims.end(), int64_t{-1}, rest);
    return {renamed(x, dims)};
}

std::vector<Answer> transpose(const Question &question)
{
    const Tensor &x = question.x();
    Dims backwards(x.dims.size());
    std::iota(backwards.rbegin(), backwards.rend(), 0);
    const Dims perm = question.list(ACCEL_ATTRIBUTE_PERM, backwards);
    Dims dims;
    for (const int64_t axis : perm) dims.push_back(x.dims[static_cast<size_t>(axis)]);
    return {moved(x, dims, [&](const Dims &index) {
        Dims source(index.size());
        for (size_t axis = 0; axis < perm.size(); ++axis) source[static_cast<size_t>(perm[axis])] = index[axis];
        return position_of(x.dims, source);
    })};
}

std::vector<Answer> concat(const Question &question)
{
    const size_t axis = question.axis(ACCEL_ATTRIBUTE_AXIS, 0);
    Answer answer;
    answer.dims = question.x().dims;
    answer.dims[axis] = 0;
    for (const Tensor *operand : question.operands) answer.dims[axis] += operand->dims[axis];
    for_each_index(answer.dims, [&](Dims index) {
        size_t part = 0;
        for (; index[axis] >= question.operands[part]->dims[axis]; ++part) index[axis] -= question.operands[part]->dims[axis];
        copy_element(*question.operands[part], position_of(question.operands[part]->dims, index), answer.bits);
    });
    return {answer};
}

std::vector<Answer> slice(const Question &question)
{
    const Tensor &x = question.x();
    const Dims starts = *question.values(ACCEL_OPERAND_SLICE_STARTS), ends = *question.values(ACCEL_OPERAND_SLICE_ENDS);
    Dims first_axes(starts.size());
    std::iota(first_axes.begin(), first_axes.end(), 0);
    const Dims axes = question.values(ACCEL_OPERAND_SLICE_AXES).value_or(first_axes), steps = question.values(ACCEL_OPERAND_SLICE_STEPS).value_or(Dims(starts.size(), 1));
    std::vector<Cut> cuts;
    for (const int64_t size : x.dims) cuts.push_back({0, 1, size});
    for (size_t each = 0; each < starts.size(); ++each) {
        const auto axis = static_cast<size_t>(axes[each] < 0 ? axes[each] + static_cast<int64_t>(x.dims.size()) : axes[each]);
        cuts[axis] = cut_of(x.dims[axis], starts[each], ends[each], steps[each]);
    }
    Dims dims;
    for (const auto &cut : cuts) dims.push_back(cut.count);
    return {moved(x, dims, [&](Dims index) {
        for (size_t axis = 0; axis < index.size(); ++axis) index[axis] = cuts[axis].first + index[axis] * cuts[axis].step;
        return position_of(x.dims, index);
    })};
}

std::vector<Answer> pad(const Question &question)
{
    const Tensor &x = question.x();
    const size_t rank = x.dims.size();
    const Dims pads = *question.values(ACCEL_OPERAND_PAD_PADS);
    const auto fill = filler(question);
    Answer answer;
    answer.dims = x.dims;
    for (size_t axis = 0; axis < rank; ++axis) answer.dims[axis] += pads[axis] + pads[rank + axis];
    for_each_index(answer.dims, [&](Dims index) {
        bool inside = true;
        for (size_t axis = 0; axis < rank; ++axis) {
            index[axis] -= pads[axis];
            inside = inside && index[axis] >= 0 && index[axis] < x.dims[axis];
        }
        if (inside)
            copy_element(x, position_of(x.dims, index), answer.bits);
        else
            answer.bits.insert(answer.bits.end(), fill.begin(), fill.end());
    });
    return {answer};
}

std::vector<Answer> split(const Question &question)
{
    const Tensor &x = question.x();
    const size_t axis = question.axis(ACCEL_ATTRIBUTE_AXIS, 0), parts = question.results.size();
    const auto count = static_cast<int64_t>(parts);
    Dims sizes = question.values(ACCEL_OPERAND_SPLIT_SPLIT).value_or(Dims{});
    if (sizes.empty()) {
        // Equal parts, the last one smaller where that does not come out.
        const int64_t part = (x.dims[axis] + count - 1) / count;
        sizes.assign(parts, part);
        sizes.back() = x.dims[axis] - part * (count - 1);
    }
    std::vector<Answer> answers;
    int64_t begin = 0;
    for (const int64_t part : sizes) {
        Dims dims = x.dims;
        dims[axis] = part;
        answers.push_back(moved(x, dims, [&](Dims index) {
            index[axis] += begin;
            return position_of(x.dims, index);
        }));
        begin += part;
    }
    return answers;
}

std::vector<Answer> gather(const Question &question)
{
    const Tensor &x = question.x(), &indices = *question.operand(1);
    const auto axis = static_cast<std::ptrdiff_t>(question.axis(ACCEL_ATTRIBUTE_AXIS, 0));
    Dims dims(x.dims.begin(), x.dims.begin() + axis);
    dims.insert(dims.end(), indices.dims.begin(), indices.dims.end());
    dims.insert(dims.end(), x.dims.begin() + axis + 1, x.dims.end());
    return {moved(x, dims, [&](const Dims &index) {
        const auto split = index.begin() + axis, rest = split + static_cast<std::ptrdiff_t>(indices.dims.size());
        const int64_t along = indices.whole(position_of(indices.dims, Dims(split, rest)));
        Dims source(index.begin(), split);
        source.push_back(along < 0 ? along + x.dims[static_cast<size_t>(axis)] : along);
        source.insert(source.end(), rest, index.end());
        return position_of(x.dims, source);
    })};
}

/// Blocks between the channels and the sides: both results read the other's place.
std::vector<Answer> blocks(const Question &question)
{
    const Tensor &x = question.x();
    const int64_t side = question.integer(ACCEL_ATTRIBUTE_BLOCK_SIZE, 1);
    const bool to_space = question.operation == ACCEL_OPERATION_DEPTH_TO_SPACE, blocks_last = question.text(ACCEL_ATTRIBUTE_MODE) == "CRD";
    const int64_t channels = to_space ? x.dims[1] / (side * side) : x.dims[1];
    if (to_space)
        return {moved(x, {x.dims[0], channels, x.dims[2] * side, x.dims[3] * side}, [&](const Dims &index) {
            const int64_t within = index[2] % side * side + index[3] % side;
            return position_of(x.dims, {index[0], blocks_last ? index[1] * side * side + within : within * channels + index[1], index[2] / side, index[3] / side});
        })};
    return {moved(x, {x.dims[0], channels * side * side, x.dims[2] / side, x.dims[3] / side}, [&](const Dims &index) {
        const int64_t within = blocks_last ? index[1] % (side * side) : index[1] / channels, channel = blocks_last ? index[1] / (side * side) : index[1] % channels;
        return position_of(x.dims, {index[0], channel, index[2] * side + within / side, index[3] * side + within % side});
    })};
}

std::vector<Answer> range(const Question &question)
{
    const Tensor &start = question.x(), &limit = *question.operand(1), &step = *question.operand(2);
    Answer answer;
    const auto fill = [&](auto first, auto last, auto by, const auto &give) {
        int64_t count = 0;
        for (auto value = first; by > 0 ? value < last : value > last; value = first + static_cast<decltype(first)>(++count) * by) give(value);
        answer.dims = {count};
    };
    if (is_real(start.type))
        fill(start.real(0), limit.real(0), step.real(0), [&](double value) { answer.values.push_back(value); });
    else
        fill(start.whole(0), limit.whole(0), step.whole(0), [&](int64_t value) { append_whole(start.type, answer.bits, value); });
    return {answer};
}

constexpr ReferenceRow kRows[] = {
    {ACCEL_OPERATION_DEPTH_TO_SPACE, blocks},
    {ACCEL_OPERATION_SPACE_TO_DEPTH, blocks},
    {ACCEL_OPERATION_RANGE, range},
    {ACCEL_OPERATION_RESHAPE, reshape},
    {ACCEL_OPERATION_TRANSPOSE, transpose},
    {ACCEL_OPERATION_CONCAT, concat},
    {ACCEL_OPERATION_SLICE, slice},
    {ACCEL_OPERATION_PAD, pad},
    {ACCEL_OPERATION_IDENTITY, identity},
    {ACCEL_OPERATION_SPLIT, split},
    {ACCEL_OPERATION_GATHER, gather},
};

}  // namespace

const std::span<const ReferenceRow> kMoveRows = kRows;

}  // namespace accel::conformance
