// SPDX-License-Identifier: MIT
// Operands of what repeats elements, and of what takes or puts them by indices.
#include "draw.h"

#include "checker.h"

#include <algorithm>

namespace accel::cpu::test {

// What indices, repeats, scales or a number of places say; what is not named reads one operand.
void Draw::placed(Dims x)
{
    switch (operation_) {
    case ACCEL_OPERATION_TILE:
    case ACCEL_OPERATION_GATHER_ELEMENTS:
    case ACCEL_OPERATION_GATHER_ND:
    case ACCEL_OPERATION_SCATTER_ELEMENTS:
    case ACCEL_OPERATION_SCATTER_ND:
    case ACCEL_OPERATION_TRILU:
        return indexed(x);
    case ACCEL_OPERATION_RESIZE:
        return resampled(x);
    case ACCEL_OPERATION_TOP_K: {
        const uint32_t axis = below(static_cast<uint32_t>(x.size()));
        ints(ACCEL_ATTRIBUTE_AXIS, {axis}), ints(ACCEL_ATTRIBUTE_LARGEST, {below(2)});
        operand(x);
        return list({between(1, x[axis])});
    }
    case ACCEL_OPERATION_GRID_SAMPLE:
        return sampled(std::move(x));
    case ACCEL_OPERATION_BIT_CAST:
        ints(ACCEL_ATTRIBUTE_TO, {type_ == ACCEL_TYPE_F32 ? int64_t{ACCEL_TYPE_I32} : type_ == ACCEL_TYPE_I8 || type_ == ACCEL_TYPE_BOOL ? int64_t{ACCEL_TYPE_U8}
                                                                                                                                         : int64_t{type_}});
        return operand(x);
    default:
        return operand(x);
    }
}

void Draw::indexed(Dims x)
{
    const uint32_t axis = below(static_cast<uint32_t>(x.size()));
    const bool tuples = operation_ == ACCEL_OPERATION_GATHER_ND || operation_ == ACCEL_OPERATION_SCATTER_ND;
    if (operation_ == ACCEL_OPERATION_TILE) {
        operand(x);
        for (int64_t &size : x)
            size = between(1, 3);
        return list(x);
    }
    if (operation_ == ACCEL_OPERATION_TRILU) {
        x.push_back(between(1, 5));
        ints(ACCEL_ATTRIBUTE_UPPER, {below(2)});
        operand(x);
        return list({between(-6, 6)});
    }
    operand(x);
    Dims indices = tuples ? Dims{between(1, 4), axis + 1} : x;
    if (!tuples)
        indices[axis] = between(1, 9), ints(ACCEL_ATTRIBUTE_AXIS, {axis});
    std::vector<int64_t> values;
    for (int64_t i = 0; i < count(indices); ++i) {
        const int64_t size = x[tuples ? static_cast<size_t>(i % (axis + 1)) : axis];
        values.push_back(between(-size, size - 1));
    }
    if (tuples || below(2))
        given(ACCEL_TYPE_I64, indices, std::nullopt, bytes_of(values), below(2));
    else
        given(ACCEL_TYPE_I32, indices, std::nullopt, bytes_of(std::vector<int32_t>(values.begin(), values.end())), below(2));
    if (operation_ == ACCEL_OPERATION_GATHER_ELEMENTS || operation_ == ACCEL_OPERATION_GATHER_ND)
        return;
    // Sums of bytes wrap, which these definitions do not.
    const bool narrow = quantizable(type_) || type_ == ACCEL_TYPE_BOOL, real = type_ == ACCEL_TYPE_F32 || type_ == ACCEL_TYPE_F64;
    constexpr const char *kReductions[] = {"none", "max", "min", "add", "mul"};
    attributes_.texts = {{ACCEL_ATTRIBUTE_REDUCTION, kReductions[scales_ ? 0 : below(narrow ? 3 : real ? 5
                                                                                                       : 4)]}};
    if (tuples)
        indices.pop_back(), indices.insert(indices.end(), x.begin() + axis + 1, x.end());
    operand(indices, below(2));
}

// Places within the borders and beyond, at none of which the nearest value changes.
void Draw::sampled(Dims x)
{
    x.resize(between(3, 5), 3);
    constexpr const char *kModes[] = {"linear", "nearest", "cubic"}, *kPaddings[] = {"zeros", "border", "reflection"};
    attributes_.texts = {{ACCEL_ATTRIBUTE_MODE, kModes[below(3)]}, {ACCEL_ATTRIBUTE_PADDING_MODE, kPaddings[below(3)]}};
    const bool corners = below(2);
    ints(ACCEL_ATTRIBUTE_ALIGN_CORNERS, {corners});
    operand(x);
    Dims grid{x[0]};
    for (size_t axis = 2; axis < x.size(); ++axis)
        grid.push_back(between(1, 4));
    grid.push_back(static_cast<int64_t>(x.size()) - 2);
    std::vector<float> places;
    for (int64_t i = 0; i < count(grid); ++i) {
        const auto size = static_cast<float>(x[x.size() - 1 - static_cast<size_t>(i % grid.back())]);
        const float place = static_cast<float>(between(-4, 7)) + static_cast<float>(between(-3, 3)) / 8;
        places.push_back(corners ? (size == 1 ? place : 2 * place / (size - 1) - 1) : (2 * place + 1) / size - 1);
    }
    given(ACCEL_TYPE_F32, grid, std::nullopt, bytes_of(places), below(2));
}

// Sizes of two axes or fewer.
void Draw::resampled(Dims x)
{
    const bool nearest = below(2) || type_ == ACCEL_TYPE_BOOL;
    attributes_.texts = {{ACCEL_ATTRIBUTE_MODE, nearest ? "nearest" : "linear"}};
    if (nearest) {
        attributes_.texts.push_back({ACCEL_ATTRIBUTE_COORDINATES, "asymmetric"});
        attributes_.texts.push_back({ACCEL_ATTRIBUTE_NEAREST, "floor"});
    }
    operand(x);
    inputs_.push_back(ACCEL_TENSOR_NONE), inputs_.push_back(ACCEL_TENSOR_NONE);
    // Doubled or halved, so that whole numbers are rounded alike.
    for (size_t axis = x.size() - std::min<size_t>(x.size(), 2); axis < x.size(); ++axis)
        x[axis] = x[axis] % 2 == 0 && below(3) == 0 ? x[axis] / 2 : x[axis] * 2;
    list(x);
}

}  // namespace accel::cpu::test
