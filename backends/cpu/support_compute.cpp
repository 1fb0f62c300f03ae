// SPDX-License-Identifier: MIT
// Requirements of operations that compute.
#include "checker.h"
#include "window.h"

#include <algorithm>

namespace accel::cpu
{
namespace
{

// Integer kernels widen the padded input to pairs of 16 bit values; large pads and strides must not make that more than memory can be.
bool canvas_fits(const Window &window, const Dims &x, const Dims &y, int64_t groups)
{
    constexpr double kCanvasBytesMax = 1ull << 36;
    double bytes = (static_cast<double>(x[1]) + 32.0 + 2.0 * static_cast<double>(groups)) * sizeof(int16_t);
    for (size_t axis = 0; axis < window.axes(); ++axis) {
        const double reached = static_cast<double>(y[axis + 2] - 1) * static_cast<double>(window.stride[axis]) + static_cast<double>(window.reach(axis));
        bytes *= std::max(reached, static_cast<double>(window.pad_begin[axis]) + static_cast<double>(x[axis + 2]));
    }
    return bytes <= kCanvasBytesMax;
}

Window window_of(const Checker &c, const Dims &kernel)
{
    if (c.applied().find(ACCEL_ATTRIBUTE_AUTO_PAD) != nullptr)
        refuse_attribute(ACCEL_ATTRIBUTE_AUTO_PAD);
    auto window = read_window(c.applied(), kernel);
    if (!window)
        refuse_attribute(ACCEL_ATTRIBUTE_PADS);
    return *std::move(window);
}

void check_rank(const Checker &c, uint32_t most)
{
    if (c.input(0).rank > most)
        refuse(ACCEL_REASON_RANK, c.operand(0), c.input(0).rank, most);
}

void check_real_operands(const Checker &c)
{
    c.types({ACCEL_TYPE_F32});
    for (const uint32_t tensor : c.inputs())
        if (tensor != ACCEL_TENSOR_NONE)
            c.same_type(tensor, ACCEL_TYPE_F32);
}

// A quantised average may change the stored type; a maximum moves values.
bool check_averaged_types(const Checker &c)
{
    if (!quantizable(c.input(0).type))
        return c.types({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8}), false;
    if (!quantizable(c.output().type))
        refuse(ACCEL_REASON_TYPE, c.result(), c.output().type, c.input(0).type);
    return true;
}

// Of so many stored values each.
void check_stored_average(const Checker &c, int64_t count, int64_t most)
{
    if (count > most)
        refuse(ACCEL_REASON_SIZE, c.operand(0), count, most);
    c.rescaled();
}

// Elements under one window of a quantised average: there is a multiplier for each count.
constexpr int64_t kMaxAveraged = 1 << 16;

} // namespace

void check_convolution(const Checker &c)
{
    const bool quantized = quantizable(c.input(0).type);
    check_rank(c, quantized ? 4 : 5);
    const Window window = window_of(c, spatial_of(*graph::fixed_dims(c.input(1))));
    if (!quantized)
        return check_real_operands(c);
    if (!canvas_fits(window, *graph::fixed_dims(c.input(0)), *graph::fixed_dims(c.output()), c.integer(ACCEL_ATTRIBUTE_GROUP, 1)))
        refuse(ACCEL_REASON_SIZE, c.operand(0), window.pad_begin[0], 0);
    c.quantized_weights(0);
}

void check_gemm(const Checker &c)
{
    if (!quantizable(c.input(0).type))
        return check_real_operands(c);
    if (c.integer(ACCEL_ATTRIBUTE_TRANS_A, 0) != 0)
        refuse_attribute(ACCEL_ATTRIBUTE_TRANS_A, 1, 0);
    for (const auto key : {ACCEL_ATTRIBUTE_ALPHA, ACCEL_ATTRIBUTE_BETA})
        if (c.real(key, 1) != 1.0f)
            refuse_attribute(key, 0, 1);
    const int64_t columns = c.output().dims[1].size;
    if (c.has_input(2) && (c.input(2).rank != 1 || c.input(2).dims[0].size != columns))
        refuse(ACCEL_REASON_SIZE, c.operand(2), c.input(2).rank == 1 ? c.input(2).dims[0].size : c.input(2).rank, c.input(2).rank == 1 ? columns : 1);
    c.quantized_weights(c.integer(ACCEL_ATTRIBUTE_TRANS_B, 0) != 0 ? 0 : 1);
}

void check_matmul(const Checker &c)
{
    if (!quantizable(c.input(0).type))
        return check_real_operands(c);
    if (c.input(1).rank != 2)
        refuse(ACCEL_REASON_RANK, c.operand(1), c.input(1).rank, 2);
    c.quantized_weights(1);
}

void check_pool(const Checker &c)
{
    check_rank(c, 5);
    const auto given = c.applied().ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE);
    const Dims kernel(given.begin(), given.end());
    const Window window = window_of(c, kernel);
    for (size_t axis = 0; axis < window.axes(); ++axis)
        if (window.pad_begin[axis] >= window.reach(axis) || window.pad_end[axis] >= window.reach(axis))
            refuse_attribute(ACCEL_ATTRIBUTE_PADS, window.pad_begin[axis], window.reach(axis) - 1);
    if (c.operation() != ACCEL_OPERATION_MAX_POOL) {
        if (check_averaged_types(c))
            check_stored_average(c, element_count(kernel).value_or(INT64_MAX), kMaxAveraged);
        return;
    }
    c.types({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8});
    c.equal_quantization(c.operand(0), c.result());
}

void check_global_pool(const Checker &c)
{
    if (check_averaged_types(c))
        check_stored_average(c, element_count(spatial_of(*graph::fixed_dims(c.input(0)))).value_or(INT64_MAX), kMaxAveraged);
}

void check_reduce_mean(const Checker &c)
{
    // The sum of what is averaged must fit 32 bits.
    constexpr int64_t kMost = ((INT64_C(1) << 31) - 1) / 255;
    if (check_averaged_types(c))
        check_stored_average(c, *element_count(*graph::fixed_dims(c.input(0))) / *element_count(*graph::fixed_dims(c.output())), kMost);
}

void check_binary(const Checker &c)
{
    if (!quantizable(c.input(0).type) || c.operation() == ACCEL_OPERATION_DIV) {
        c.types({ACCEL_TYPE_F32, ACCEL_TYPE_I32, ACCEL_TYPE_I64});
        c.same_type(c.operand(1), c.input(0).type);
        const Clamp clamp{c.real(ACCEL_ATTRIBUTE_CLAMP_MIN, Clamp{}.min), c.real(ACCEL_ATTRIBUTE_CLAMP_MAX, Clamp{}.max)};
        if (c.input(0).type != ACCEL_TYPE_F32 && !clamp.none())
            refuse_attribute(ACCEL_ATTRIBUTE_CLAMP_MIN);
        return;
    }
    for (const uint32_t tensor : {c.operand(0), c.operand(1), c.result()}) {
        if (!quantizable(c.tensor(tensor).type))
            refuse(ACCEL_REASON_TYPE, tensor, c.tensor(tensor).type, ACCEL_TYPE_I8);
        c.per_tensor(tensor);
    }
    const auto a = static_cast<double>(c.quantization(c.operand(0)).scales[0]), b = static_cast<double>(c.quantization(c.operand(1)).scales[0]);
    const bool product = c.operation() == ACCEL_OPERATION_MUL;
    c.ratio(product ? a * b : a);
    c.ratio(product ? a * b : b);
    c.rounding();
}

void check_unary(const Checker &c) { c.types({ACCEL_TYPE_F32}); }

void check_choice(const Checker &c)
{
    if (!quantizable(c.input(0).type))
        return c.types({ACCEL_TYPE_F32});
    c.same_type(c.result(), c.input(0).type);
    c.per_tensor(c.operand(0));
    c.equal_quantization(c.operand(0), c.result());
}

void check_batch_normalization(const Checker &c) { check_real_operands(c); }

} // namespace accel::cpu
