// SPDX-License-Identifier: MIT
// What operations read that multiply bytes, or see values along some axes or in blocks.
#include "draw.h"

namespace accel::cpu::test {

// What multiplies bytes with zero points of their own.
void Draw::of_bytes(size_t axes, Dims x)
{
    type_ = below(2) ? uint32_t{ACCEL_TYPE_I8} : uint32_t{ACCEL_TYPE_U8};
    scales_ = std::nullopt;
    const uint32_t other = below(2) ? uint32_t{ACCEL_TYPE_I8} : uint32_t{ACCEL_TYPE_U8};
    if (operation_ == ACCEL_OPERATION_MATMUL_INTEGER) {
        Dims w = below(2) ? dims(2) : dims(1 + below(3));
        w[w.size() > 1 ? w.size() - 2 : 0] = x.back();
        byte_operand(type_, x, false), byte_operand(other, w, below(4) != 0);
        zero_point(type_, x.size() > 1 ? Dims{x[x.size() - 2]} : Dims{1});
        return zero_point(other, w.size() > 1 ? Dims{w.back()} : Dims{1});
    }
    const int64_t groups = between(1, 2), inputs = between(1, 3), outputs = groups * between(1, 3);
    x = dims(axes + 2), x[1] = groups * inputs;
    Dims w = dims(axes + 2);
    w[0] = outputs, w[1] = inputs;
    byte_operand(type_, x, false), byte_operand(other, w, below(4) != 0);
    zero_point(type_, {1}), zero_point(other, {outputs});
    ints(ACCEL_ATTRIBUTE_GROUP, {groups});
    window(axes, true);
}

void Draw::in_rows(Dims x)
{
    const size_t rank = x.size();
    const uint32_t axis = below(static_cast<uint32_t>(rank));
    if (below(4) == 0)
        x.back() = between(50, 150);
    ints(ACCEL_ATTRIBUTE_AXIS, {axis});
    operand(x);
    Dims parameters(x.begin() + axis, x.end());
    operand(parameters, below(2));
    if (operation_ == ACCEL_OPERATION_LAYER_NORMALIZATION && below(3))
        operand(parameters, below(2));
}

void Draw::in_blocks()
{
    const int64_t side = between(1, 3);
    Dims x = dims(4);
    for (const size_t axis : operation_ == ACCEL_OPERATION_DEPTH_TO_SPACE ? std::vector<size_t>{1, 1} : std::vector<size_t>{2, 3})
        x[axis] *= side;
    ints(ACCEL_ATTRIBUTE_BLOCK_SIZE, {side});
    attributes_.texts = {{ACCEL_ATTRIBUTE_MODE, below(2) ? "CRD" : "DCR"}};
    operand(x);
}

// What goes along some axes.
void Draw::reduced(const Dims &x)
{
    operand(x);
    switch (operation_) {
    case ACCEL_OPERATION_ARG_MAX:
    case ACCEL_OPERATION_ARG_MIN:
        ints(ACCEL_ATTRIBUTE_AXIS, {below(static_cast<uint32_t>(x.size()))});
        return ints(ACCEL_ATTRIBUTE_KEEPDIMS, {below(2)}), ints(ACCEL_ATTRIBUTE_SELECT_LAST, {below(2)});
    case ACCEL_OPERATION_CUM_SUM:
    case ACCEL_OPERATION_CUM_PROD:
        ints(ACCEL_ATTRIBUTE_EXCLUSIVE, {below(2)}), ints(ACCEL_ATTRIBUTE_REVERSE, {below(2)});
        return list({below(2) ? -1 : 0});
    default:
        ints(ACCEL_ATTRIBUTE_KEEPDIMS, {below(2)});
        return below(3) ? list({below(2) ? -1 : 0}) : void();
    }
}

}  // namespace accel::cpu::test
