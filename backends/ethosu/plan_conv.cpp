// SPDX-License-Identifier: MIT
// Convolution, depthwise and grouped convolution, matrix products.
#include "block.h"
#include "bounds.h"
#include "operand.h"
#include "window.h"

#include <cmath>

namespace accel::ethosu {
namespace {

constexpr int64_t kMaxGroups = 64;
constexpr double kBiasScaleTolerance = 1e-3;

// The weights of all output channels, and what accompanies them.
struct WeightOperand {
    uint32_t tensor = ACCEL_TENSOR_NONE;
    WeightView view;
    std::vector<double> scales;  // one, or one per output channel

    double scale(int64_t channel) const { return scales.size() == 1 ? scales[0] : scales[static_cast<size_t>(channel)]; }
};

Verdict read_weights(const graph::View &graph, uint32_t tensor, uint32_t rank, WeightOperand &out)
{
    if (tensor == ACCEL_TENSOR_NONE)
        return refuse(ACCEL_REASON_OPERATION);
    const accel_tensor_desc &desc = graph.tensor(tensor);
    if (desc.type != ACCEL_TYPE_I8 && desc.type != ACCEL_TYPE_U8)
        return refuse(ACCEL_REASON_TYPE, tensor, desc.type, ACCEL_TYPE_I8);
    if (!graph::is_constant(desc))
        return refuse(ACCEL_REASON_CONSTANT, tensor);
    if (desc.rank != rank)
        return refuse(ACCEL_REASON_RANK, tensor, desc.rank, rank);
    const auto dims = graph::fixed_dims(desc);
    if (!dims)
        return refuse(ACCEL_REASON_SYMBOL, tensor);
    int64_t bytes = 1;
    for (const int64_t dim : *dims)
        if (dim < 1 || __builtin_mul_overflow(bytes, dim, &bytes) || bytes > kMaxFeatureMapBytes)
            return refuse(ACCEL_REASON_SIZE, tensor, dim, kMaxFeatureMapBytes);
    if (desc.data_bytes < static_cast<uint64_t>(bytes))
        return refuse(ACCEL_REASON_SIZE, tensor, static_cast<int64_t>(desc.data_bytes), bytes);
    out.tensor = tensor;
    out.view.data = static_cast<const uint8_t *>(desc.data);
    out.view.is_signed = desc.type == ACCEL_TYPE_I8;
    return std::nullopt;
}

Verdict read_weight_scales(const graph::View &graph, uint32_t channel_axis, WeightOperand &out)
{
    if (graph.tensor(out.tensor).quantization == nullptr)
        return refuse(ACCEL_REASON_QUANTIZATION, out.tensor);
    graph::Quantization quantisation = graph::quantization(graph.tensor(out.tensor));
    const auto count = static_cast<int64_t>(quantisation.scales.size());
    if (count == 0)
        return refuse(ACCEL_REASON_QUANTIZATION, out.tensor);
    if (count != 1) {
        if (quantisation.axis != channel_axis)
            return refuse(ACCEL_REASON_QUANTIZATION, out.tensor, quantisation.axis, channel_axis);
        if (count != out.view.out)
            return refuse(ACCEL_REASON_QUANTIZATION, out.tensor, count, out.view.out);
    }
    const quant::Range range = out.view.is_signed ? quant::kInt8Range : quant::kUint8Range;
    for (const float scale : quantisation.scales) {
        if (!std::isfinite(scale) || scale <= 0)
            return refuse(ACCEL_REASON_QUANTIZATION, out.tensor);
        out.scales.push_back(scale);
    }
    for (const int32_t zero_point : quantisation.zero_points)
        if (!range.contains(zero_point))
            return refuse(ACCEL_REASON_QUANTIZATION, out.tensor, zero_point, range.min);
    out.view.zero_points = std::move(quantisation.zero_points);
    const int64_t sum = largest_weight_sum(out.view);
    if (sum > kMaxWeightSum)
        return refuse(ACCEL_REASON_SIZE, out.tensor, sum, kMaxWeightSum);
    return std::nullopt;
}

// A bias is int32 in units of input scale times weight scale.
Verdict check_bias_scales(const accel_tensor_desc &desc, uint32_t tensor, float input_scale, const WeightOperand &weights)
{
    if (desc.quantization == nullptr)
        return std::nullopt;
    const graph::Quantization quantisation = graph::quantization(desc);
    const auto count = static_cast<int64_t>(quantisation.scales.size());
    if (count != 1 && count != weights.view.out)
        return refuse(ACCEL_REASON_QUANTIZATION, tensor, count, weights.view.out);
    for (int64_t channel = 0; channel < weights.view.out; ++channel) {
        const size_t i = count == 1 ? 0 : static_cast<size_t>(channel);
        const double expected = static_cast<double>(input_scale) * weights.scale(channel);
        if (std::abs(static_cast<double>(quantisation.scales[i]) - expected) > expected * kBiasScaleTolerance || quantisation.zero_points[i] != 0)
            return refuse(ACCEL_REASON_QUANTIZATION, tensor, quantisation.zero_points[i], 0);
    }
    return std::nullopt;
}

Verdict read_bias(const graph::View &graph, uint32_t tensor, float input_scale, const WeightOperand &weights, std::vector<int32_t> &out)
{
    out.assign(static_cast<size_t>(weights.view.out), 0);
    if (tensor == ACCEL_TENSOR_NONE)
        return std::nullopt;
    const accel_tensor_desc &desc = graph.tensor(tensor);
    if (desc.type != ACCEL_TYPE_I32)
        return refuse(ACCEL_REASON_TYPE, tensor, desc.type, ACCEL_TYPE_I32);
    if (!graph::is_constant(desc))
        return refuse(ACCEL_REASON_CONSTANT, tensor);
    const auto dims = graph::fixed_dims(desc);
    if (!dims)
        return refuse(ACCEL_REASON_SYMBOL, tensor);
    int64_t count = 1;
    for (const int64_t dim : *dims)
        if (dim < 1 || __builtin_mul_overflow(count, dim, &count))
            return refuse(ACCEL_REASON_SIZE, tensor, dim, weights.view.out);
    const bool last_axis = dims->empty() || dims->back() == count;
    if ((count != 1 && count != weights.view.out) || !last_axis || desc.data_bytes < static_cast<uint64_t>(count) * sizeof(int32_t))
        return refuse(ACCEL_REASON_SIZE, tensor, count, weights.view.out);
    const auto *values = static_cast<const int32_t *>(desc.data);
    for (size_t channel = 0; channel < out.size(); ++channel)
        out[channel] = values[count == 1 ? 0 : channel];
    return check_bias_scales(desc, tensor, input_scale, weights);
}

Verdict make_scales(const Operand &x, const Operand &y, const WeightOperand &weights, const std::vector<int32_t> &bias,
                    std::vector<ScaleRecord> &out)
{
    for (int64_t channel = 0; channel < weights.view.out; ++channel) {
        const double real = static_cast<double>(x.scale) * weights.scale(channel) / static_cast<double>(y.scale);
        const auto multiplier = quant::quantise(real);
        if (!multiplier)
            return refuse(ACCEL_REASON_QUANTIZATION, y.tensor);
        out.push_back({bias[static_cast<size_t>(channel)], *multiplier});
    }
    return std::nullopt;
}

// Everything that convolutions and matrix products share after their geometry.
struct Product {
    Operand x;
    Operand y;
    WeightOperand weights;
    std::vector<ScaleRecord> scales;
    Op op;
};

Verdict read_product(const graph::View &graph, const accel_node_desc &node, Product &out)
{
    if (const Verdict refusal = read_variable(graph, graph::input(node, 0), out.x))
        return refusal;
    if (const Verdict refusal = read_output(graph, node, out.y))
        return refusal;
    if (const Verdict refusal = read_rounding(node, out.op.rounding))
        return refusal;
    if (const Verdict refusal = need_quantised(out.x))
        return refusal;
    if (const Verdict refusal = need_quantised(out.y))
        return refusal;
    return read_clamp(node, out.y, out.op.clamp);
}

Verdict read_coefficients(const graph::View &graph, const accel_node_desc &node, uint32_t channel_axis, Product &out)
{
    if (const Verdict refusal = read_weight_scales(graph, channel_axis, out.weights))
        return refusal;
    std::vector<int32_t> bias;
    if (const Verdict refusal = read_bias(graph, graph::input(node, 2), out.x.scale, out.weights, bias))
        return refusal;
    return make_scales(out.x, out.y, out.weights, bias, out.scales);
}

// A slice of channels [first, first + count) of the map, same memory.
FeatureMap channel_slice(FeatureMap map, int64_t first, int64_t count)
{
    map.place.offset_bytes += static_cast<uint64_t>(first);
    map.extent.channels = count;
    return map;
}

// One operation per group and image.
Verdict add_groups(const Product &product, int64_t groups, NodePlan &plan)
{
    if (const Verdict refusal = check_repeats(product.y, groups))
        return refusal;
    const int64_t out_channels = product.weights.view.out / groups;
    const int64_t in_channels = product.x.shape.extent.channels / groups;
    for (int64_t group = 0; group < groups; ++group) {
        const int64_t first = group * out_channels;
        Coefs coefs{product.weights.view, {}};
        coefs.weights.out = out_channels;
        coefs.weights.data += first * product.weights.view.stride_out;
        if (auto &zero_points = coefs.weights.zero_points; zero_points.size() > 1)
            zero_points = {zero_points.begin() + first, zero_points.begin() + first + out_channels};
        coefs.scales.assign(product.scales.begin() + first, product.scales.begin() + first + out_channels);
        Op op = product.op;
        op.ifm = channel_slice(product.x.map(0), group * in_channels, in_channels);
        op.ofm = channel_slice(product.y.map(0), first, out_channels);
        if (const Verdict refusal = finish_op(op))
            return refusal;
        for (int64_t image = 0; image < product.x.shape.batch; ++image) {
            Op at_image = op;
            at_image.ifm.place.offset_bytes += product.x.map(image).place.offset_bytes;
            at_image.ofm.place.offset_bytes += product.y.map(image).place.offset_bytes;
            plan.ops.push_back({at_image, product.x.tensor, ACCEL_TENSOR_NONE, product.y.tensor, coefs, {}});
        }
    }
    return std::nullopt;
}

Verdict read_conv_weights(const graph::View &graph, const accel_node_desc &node, int64_t groups, Product &product)
{
    if (const Verdict refusal = read_weights(graph, graph::input(node, 1), 4, product.weights))
        return refusal;
    const auto dims = *graph::fixed_dims(graph.tensor(product.weights.tensor));
    WeightView &view = product.weights.view;
    view.out = dims[0], view.in = dims[1], view.height = dims[2], view.width = dims[3];
    view.stride_x = 1;
    view.stride_y = view.width;
    view.stride_in = view.width * view.height;
    view.stride_out = view.stride_in * view.in;
    if (groups < 1 || view.in * groups != product.x.shape.extent.channels || view.out % groups != 0)
        return refuse_attribute(ACCEL_ATTRIBUTE_GROUP, product.weights.tensor, groups, 1);
    if (view.out != product.y.shape.extent.channels)
        return refuse(ACCEL_REASON_SIZE, product.y.tensor, product.y.shape.extent.channels, view.out);
    return std::nullopt;
}

}  // namespace

Verdict plan_conv(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    Product product;
    if (const Verdict refusal = read_product(graph, node, product))
        return refusal;
    for (const Operand *operand : {&product.x, &product.y})
        if (operand->dims.size() != 4)
            return refuse(ACCEL_REASON_RANK, operand->tensor, static_cast<int64_t>(operand->dims.size()), 4);
    if (product.x.shape.batch != product.y.shape.batch)
        return refuse(ACCEL_REASON_SIZE, product.y.tensor, product.y.shape.batch, product.x.shape.batch);
    int64_t groups = graph::integer(node, ACCEL_ATTRIBUTE_GROUP, 1);
    if (const Verdict refusal = read_conv_weights(graph, node, groups, product))
        return refusal;
    product.op.kernel.height = product.weights.view.height;
    product.op.kernel.width = product.weights.view.width;
    if (const Verdict refusal = fit_window(node, product.x, product.y, kMaxConvKernelLength, product.op.kernel))
        return refusal;
    if (const Verdict refusal = read_coefficients(graph, node, 0, product))
        return refusal;

    const WeightView &view = product.weights.view;
    product.op.kind = OpKind::kConv;
    if (groups > 1 && view.in == 1 && view.out == groups) {
        product.op.kind = OpKind::kDepthwise;
        groups = 1;
    } else {
        product.op.part_kernel = prefers_part_kernel(view.in, product.op.kernel.elements());
    }
    if (groups > kMaxGroups)
        return refuse_attribute(ACCEL_ATTRIBUTE_GROUP, product.weights.tensor, groups, kMaxGroups);
    return add_groups(product, groups, plan);
}

// Rows of the left matrix are the width of a 1x1 convolution.
Verdict plan_gemm(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    Product product;
    if (const Verdict refusal = read_product(graph, node, product))
        return refusal;
    const bool is_gemm = node.operation == ACCEL_OPERATION_GEMM;
    const size_t max_rank = is_gemm ? 2 : 3;
    if (product.x.dims.size() < 2 || product.x.dims.size() > max_rank)
        return refuse(ACCEL_REASON_RANK, product.x.tensor, static_cast<int64_t>(product.x.dims.size()), 2);
    for (const auto key : {ACCEL_ATTRIBUTE_ALPHA, ACCEL_ATTRIBUTE_BETA})
        if (graph::real(node, key).value_or(1.0f) != 1.0f)
            return refuse_attribute(key, ACCEL_TENSOR_NONE, 0, 1);
    if (graph::integer(node, ACCEL_ATTRIBUTE_TRANS_A, 0) != 0)
        return refuse_attribute(ACCEL_ATTRIBUTE_TRANS_A, product.x.tensor, 1, 0);
    if (const Verdict refusal = read_weights(graph, graph::input(node, 1), 2, product.weights))
        return refusal;

    const bool transposed = graph::integer(node, ACCEL_ATTRIBUTE_TRANS_B, 0) != 0;
    const auto dims = *graph::fixed_dims(graph.tensor(product.weights.tensor));
    WeightView &view = product.weights.view;
    view.in = transposed ? dims[1] : dims[0];
    view.out = transposed ? dims[0] : dims[1];
    view.stride_in = transposed ? 1 : dims[1];
    view.stride_out = transposed ? dims[1] : 1;
    Shape expected = product.x.shape;
    expected.extent.channels = view.out;
    if (product.x.shape.extent.channels != view.in || product.y.shape != expected || product.y.dims.size() != product.x.dims.size())
        return refuse(ACCEL_REASON_SIZE, product.y.tensor, product.y.shape.elements(), expected.elements());
    if (const Verdict refusal = read_coefficients(graph, node, transposed ? 0 : 1, product))
        return refusal;
    product.op.kind = OpKind::kConv;
    product.op.part_kernel = prefers_part_kernel(view.in, 1);
    return add_groups(product, 1, plan);
}

}  // namespace accel::ethosu
