// SPDX-License-Identifier: MIT
// Requirements of operations that compute.
#include "checker.h"
#include "shapes.h"
#include "window.h"

#include <algorithm>

namespace accel::cpu
{
namespace
{

// Elements under one window of a quantised average: there is a multiplier for each count.
constexpr int64_t kMaxAveraged = 1 << 16;

bool quantizable(uint32_t type) { return type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_U8; }

void require_area(uint32_t tensor, const Dims &kernel)
{
    const int64_t area = element_count(kernel).value_or(INT64_MAX);
    if (area > kMaxAveraged)
        refuse(ACCEL_REASON_SIZE, tensor, area, kMaxAveraged);
}

// Integer kernels widen the padded input to pairs of 16 bit values; large pads and strides must not make that more than memory can be.
bool canvas_fits(const Window &window, const Dims &spatial, const Dims &outputs, int64_t channels, int64_t groups)
{
    constexpr double kCanvasBytesMax = 1ull << 36;
    double bytes = (static_cast<double>(channels) + 32.0 + 2.0 * static_cast<double>(groups)) * sizeof(int16_t);
    for (size_t axis = 0; axis < window.axes(); ++axis) {
        const double reached = static_cast<double>(outputs[axis] - 1) * static_cast<double>(window.stride[axis]) + static_cast<double>(window.reach(axis));
        bytes *= std::max(reached, static_cast<double>(window.pad_begin[axis]) + static_cast<double>(spatial[axis]));
    }
    return bytes <= kCanvasBytesMax;
}

} // namespace

void Checker::convolution() const
{
    operands(2, 3, 1);
    const Tensor &x = input(0), &w = input(1);
    const bool quantized = quantizable(x.type);
    if (x.rank < 3 || x.rank > (quantized ? 4u : 5u))
        refuse(ACCEL_REASON_RANK, node_.inputs[0], x.rank, 4);
    if (w.rank != x.rank)
        refuse(ACCEL_REASON_RANK, node_.inputs[1], w.rank, x.rank);
    const int64_t groups = node_.integer(ACCEL_ATTRIBUTE_GROUP, 1), outputs = w.dims[0];
    if (groups < 1 || outputs % groups != 0 || x.dims[1] % groups != 0)
        refuse_attribute(ACCEL_ATTRIBUTE_GROUP, groups, 1);
    if (w.dims[1] != x.dims[1] / groups)
        refuse(ACCEL_REASON_SIZE, node_.inputs[1], w.dims[1], x.dims[1] / groups);
    const Dims kernel = spatial_of(w.dims);
    const Dims *named = node_.list(ACCEL_ATTRIBUTE_KERNEL_SHAPE);
    if (named != nullptr && !named->empty() && *named != kernel)
        refuse_attribute(ACCEL_ATTRIBUTE_KERNEL_SHAPE, named->front(), kernel.front());
    const auto window = read_window(node_, kernel);
    if (!window)
        refuse_attribute(ACCEL_ATTRIBUTE_PADS);
    const auto spatial = window_outputs(*window, spatial_of(x.dims), false);
    if (!spatial)
        refuse(ACCEL_REASON_SIZE, node_.inputs[0], x.dims[2], window->reach(0));
    Dims result{x.dims[0], outputs};
    result.insert(result.end(), spatial->begin(), spatial->end());
    shape(node_.outputs[0], result);
    if (has_input(2))
        shape(node_.inputs[2], {outputs});
    if (quantized) {
        if (!canvas_fits(*window, spatial_of(x.dims), *spatial, x.dims[1], groups))
            refuse(ACCEL_REASON_SIZE, node_.inputs[0], window->pad_begin[0], 0);
        return quantized_weights(1, 0, outputs, 2);
    }
    types({ACCEL_TYPE_F32});
    same_type(node_.inputs[1], ACCEL_TYPE_F32);
    if (has_input(2))
        same_type(node_.inputs[2], ACCEL_TYPE_F32);
}

void Checker::gemm() const
{
    operands(2, 3, 1);
    const Tensor &a = input(0), &b = input(1);
    if (a.rank != 2 || b.rank != 2)
        refuse(ACCEL_REASON_RANK, a.rank != 2 ? node_.inputs[0] : node_.inputs[1], a.rank != 2 ? a.rank : b.rank, 2);
    const bool trans_a = node_.integer(ACCEL_ATTRIBUTE_TRANS_A, 0) != 0, trans_b = node_.integer(ACCEL_ATTRIBUTE_TRANS_B, 0) != 0;
    const int64_t rows = a.dims[trans_a ? 1 : 0], depth = a.dims[trans_a ? 0 : 1], columns = b.dims[trans_b ? 0 : 1];
    if (b.dims[trans_b ? 1 : 0] != depth)
        refuse(ACCEL_REASON_SIZE, node_.inputs[1], b.dims[trans_b ? 1 : 0], depth);
    shape(node_.outputs[0], {rows, columns});
    if (quantizable(a.type)) {
        if (trans_a)
            refuse_attribute(ACCEL_ATTRIBUTE_TRANS_A, 1, 0);
        for (const auto key : {ACCEL_ATTRIBUTE_ALPHA, ACCEL_ATTRIBUTE_BETA})
            if (node_.real(key, 1) != 1.0f)
                refuse_attribute(key, 0, 1);
        if (has_input(2))
            shape(node_.inputs[2], {columns});
        return quantized_weights(1, trans_b ? 0 : 1, columns, 2);
    }
    types({ACCEL_TYPE_F32});
    same_type(node_.inputs[1], ACCEL_TYPE_F32);
    if (!has_input(2))
        return;
    same_type(node_.inputs[2], ACCEL_TYPE_F32);
    if (broadcast(input(2).dims, {rows, columns}) != Dims{rows, columns})
        refuse(ACCEL_REASON_SIZE, node_.inputs[2], input(2).rank > 0 ? input(2).dims.back() : 1, columns);
}

void Checker::matmul() const
{
    operands(2, 2, 1);
    const auto result = matmul_shape(input(0).dims, input(1).dims);
    if (!result)
        refuse(ACCEL_REASON_SIZE, node_.inputs[1]);
    shape(node_.outputs[0], result->result);
    if (quantizable(input(0).type)) {
        if (input(1).rank != 2)
            refuse(ACCEL_REASON_RANK, node_.inputs[1], input(1).rank, 2);
        return quantized_weights(1, 1, result->columns, 2);
    }
    types({ACCEL_TYPE_F32});
    same_type(node_.inputs[1], ACCEL_TYPE_F32);
}

// A quantised average may change the stored type; a maximum moves values.
void Checker::pooled_types() const
{
    const bool averages = node_.operation != ACCEL_OPERATION_MAX_POOL;
    if (!averages || !quantizable(input(0).type))
        return types({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8});
    if (!quantizable(output().type))
        refuse(ACCEL_REASON_TYPE, node_.outputs[0], output().type, input(0).type);
}

void Checker::pool() const
{
    operands(1, 1, 1);
    const Tensor &x = input(0);
    if (x.rank < 3 || x.rank > 5)
        refuse(ACCEL_REASON_RANK, node_.inputs[0], x.rank, 4);
    pooled_types();
    const Dims *kernel = node_.list(ACCEL_ATTRIBUTE_KERNEL_SHAPE);
    if (kernel == nullptr || kernel->size() != x.rank - 2)
        refuse_attribute(ACCEL_ATTRIBUTE_KERNEL_SHAPE, kernel ? static_cast<int64_t>(kernel->size()) : 0, x.rank - 2);
    const auto window = read_window(node_, *kernel);
    if (!window)
        refuse_attribute(ACCEL_ATTRIBUTE_PADS);
    for (size_t axis = 0; axis < window->axes(); ++axis)
        if (window->pad_begin[axis] >= window->reach(axis) || window->pad_end[axis] >= window->reach(axis))
            refuse_attribute(ACCEL_ATTRIBUTE_PADS, window->pad_begin[axis], window->reach(axis) - 1);
    const Dims spatial = spatial_of(x.dims);
    const auto positions = window_outputs(*window, spatial, node_.integer(ACCEL_ATTRIBUTE_CEIL_MODE, 0) != 0);
    if (!positions)
        refuse(ACCEL_REASON_SIZE, node_.inputs[0], x.dims[2], window->reach(0));
    Dims result{x.dims[0], x.dims[1]};
    result.insert(result.end(), positions->begin(), positions->end());
    shape(node_.outputs[0], result);
    if (!quantizable(x.type))
        return;
    if (node_.operation == ACCEL_OPERATION_MAX_POOL)
        return equal_quantization(node_.inputs[0], node_.outputs[0]);
    require_area(node_.inputs[0], *kernel);
    per_tensor(node_.inputs[0]);
    per_tensor(node_.outputs[0]);
    ratios(static_cast<double>(x.quantization->scales[0]));
    rounding();
}

void Checker::global_pool() const
{
    operands(1, 1, 1);
    const Tensor &x = input(0);
    if (x.rank < 3)
        refuse(ACCEL_REASON_RANK, node_.inputs[0], x.rank, 4);
    pooled_types();
    Dims result(x.rank, 1);
    result[0] = x.dims[0];
    result[1] = x.dims[1];
    shape(node_.outputs[0], result);
    if (!quantizable(x.type))
        return;
    require_area(node_.inputs[0], spatial_of(x.dims));
    per_tensor(node_.inputs[0]);
    per_tensor(node_.outputs[0]);
    ratios(static_cast<double>(x.quantization->scales[0]));
    rounding();
}

void Checker::binary() const
{
    operands(2, 2, 1);
    const auto common = broadcast(input(0).dims, input(1).dims);
    if (!common)
        refuse(ACCEL_REASON_SIZE, node_.inputs[1]);
    shape(node_.outputs[0], *common);
    if (quantizable(input(0).type) && node_.operation != ACCEL_OPERATION_DIV) {
        for (const uint32_t tensor : {node_.inputs[0], node_.inputs[1], node_.outputs[0]}) {
            if (!quantizable(graph_.tensor(tensor).type))
                refuse(ACCEL_REASON_TYPE, tensor, graph_.tensor(tensor).type, ACCEL_TYPE_I8);
            per_tensor(tensor);
        }
        const double scale_a = static_cast<double>(input(0).quantization->scales[0]),
                     scale_b = static_cast<double>(input(1).quantization->scales[0]);
        if (node_.operation == ACCEL_OPERATION_MUL) {
            ratios(scale_a * scale_b);
        } else {
            ratios(scale_a);
            ratios(scale_b);
        }
        return rounding();
    }
    types({ACCEL_TYPE_F32, ACCEL_TYPE_I32, ACCEL_TYPE_I64});
    same_type(node_.inputs[1], input(0).type);
    if (input(0).type != ACCEL_TYPE_F32 && !node_.clamp().none())
        refuse_attribute(ACCEL_ATTRIBUTE_CLAMP_MIN);
}

void Checker::unary() const
{
    const bool clips = node_.operation == ACCEL_OPERATION_CLIP;
    operands(1, clips ? 3 : 1, 1);
    for (size_t position = ACCEL_OPERAND_CLIP_MIN; clips && position <= ACCEL_OPERAND_CLIP_MAX; ++position)
        real(position);
    shape(node_.outputs[0], input(0).dims);
    const bool chooses = node_.operation == ACCEL_OPERATION_RELU || clips;
    if (!chooses || !quantizable(input(0).type))
        return types({ACCEL_TYPE_F32});
    same_type(node_.outputs[0], input(0).type);
    per_tensor(node_.inputs[0]);
    equal_quantization(node_.inputs[0], node_.outputs[0]);
}

void Checker::softmax() const
{
    operands(1, 1, 1);
    types({ACCEL_TYPE_F32});
    axis(node_.integer(ACCEL_ATTRIBUTE_AXIS, static_cast<int64_t>(input(0).rank) - 1), input(0).rank);
    shape(node_.outputs[0], input(0).dims);
}

void Checker::batch_normalization() const
{
    operands(5, 5, 1);
    types({ACCEL_TYPE_F32});
    if (input(0).rank < 2)
        refuse(ACCEL_REASON_RANK, node_.inputs[0], input(0).rank, 2);
    shape(node_.outputs[0], input(0).dims);
    for (size_t i = 1; i < 5; ++i) {
        same_type(node_.inputs[i], ACCEL_TYPE_F32);
        shape(node_.inputs[i], {input(0).dims[1]});
    }
}

void Checker::reduce_mean() const
{
    operands(1, 2, 1);
    pooled_types();
    integers(ACCEL_OPERAND_REDUCE_MEAN_AXES);
    const auto reduced = reduced_axes(graph_, node_);
    if (!reduced)
        refuse(ACCEL_REASON_SIZE, node_.inputs[ACCEL_OPERAND_REDUCE_MEAN_AXES]);
    const bool keep = node_.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1) != 0;
    Dims result;
    for (size_t i = 0; i < reduced->size(); ++i)
        if (!(*reduced)[i])
            result.push_back(input(0).dims[i]);
        else if (keep)
            result.push_back(1);
    shape(node_.outputs[0], result);
    if (!quantizable(input(0).type))
        return;
    // The sum of what is averaged must fit 32 bits.
    constexpr int64_t kMost = ((INT64_C(1) << 31) - 1) / 255;
    const int64_t averaged = input(0).elements() / output().elements();
    if (averaged > kMost)
        refuse(ACCEL_REASON_SIZE, node_.inputs[0], averaged, kMost);
    per_tensor(node_.inputs[0]);
    per_tensor(node_.outputs[0]);
    ratios(static_cast<double>(input(0).quantization->scales[0]));
    rounding();
}

} // namespace accel::cpu
