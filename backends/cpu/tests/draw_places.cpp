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
