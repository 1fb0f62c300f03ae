// SPDX-License-Identifier: MIT
// MATMUL_INTEGER and CONV_INTEGER: sums of bytes less their zero points, which are operands.
#include "../checker.h"
#include "ops.h"

#include "../nodes/integer_convolution.h"
#include "../nodes/walk.h"
#include "../nodes/whole_sums.h"
namespace accel::cpu {
namespace {

constexpr size_t kXZero = 2, kWZero = 3;
constexpr int64_t kDeepest = ((INT64_C(1) << 31) - 1) / (255 * 255);  // products of which every sum fits 32 bits, as the kernels want it

void check_bytes(const Checker &c)
{
    c.operand_types({ACCEL_TYPE_U8, ACCEL_TYPE_I8});
    if (!quantizable(c.input(1).type))
        refuse(ACCEL_REASON_TYPE, c.operand(1), c.input(1).type, ACCEL_TYPE_I8);
    for (const size_t zero : {kXZero, kWZero})
        if (c.has_input(zero))
            c.same_type(c.operand(zero), c.input(zero - kXZero).type);
    for (const uint32_t tensor : c.inputs())
        if (tensor != ACCEL_TENSOR_NONE)
            c.unscaled(tensor);
    c.unscaled(c.result());
    c.same_type(c.result(), ACCEL_TYPE_I32);
}

void check_conv_integer(const Checker &c)
{
    check_bytes(c);
    c.window(spatial_of(*graph::fixed_dims(c.input(1))));
}

// The zero points of an operand that every run has: none stands for 0. Nothing where only a run knows them.
std::optional<std::vector<int32_t>> constant_zeros(const Graph &graph, const Node &node, size_t position)
{
    if (node.input(position) == kNone)
        return std::vector<int32_t>{0};
    const Tensor &zero = graph.tensor(node.inputs[position]);
    if (zero.data == nullptr)
        return std::nullopt;
    std::vector<int32_t> zeros;
    for (int64_t i = 0; i < elements_of(zero); ++i) {
        const uint8_t stored = static_cast<const uint8_t *>(zero.data)[i];
        zeros.push_back(zero.type == ACCEL_TYPE_I8 ? static_cast<int8_t>(stored) : stored);
    }
    return zeros;
}

// A tensor as the integer kernels know it, with those zero points.
Tensor stored_with(const Tensor &tensor, std::vector<int32_t> zeros)
{
    Tensor stored = tensor;
    graph::Quantization &quantization = stored.quantization.emplace();
    quantization.scales.assign(zeros.size(), 1.0f);
    quantization.zero_points = std::move(zeros);
    return stored;
}

void add_kernels(Builder &builder, const IntegerConvolution &convolution, const Tensor &x, const IntegerWeights &weights)
{
    const Operands operands(integer_kernels(), x, weights);
    (convolution.geometry.depthwise() ? add_integer_depthwise : add_integer_convolution)(builder, convolution, operands, weights, SumsFinish());
}

Stored stored(Builder &builder, const Node &node, size_t position)
{
    if (node.input(position) == kNone)
        return {};
    const View view = builder.in_layout(node.inputs[position], Layout::kRowMajor);
    return {view.value, true, view.type == ACCEL_TYPE_I8, {}};
}

// Of a view behind whose sizes that are missing or 1 it is stretched.
Stored stretched(Builder &builder, const Node &node, size_t position, Dims dims, size_t rank)
{
    Stored made = stored(builder, node, position);
    if (made.present)
        made.strides = broadcast_strides(dims, row_major_strides(dims), rank);
    return made;
}

Dims matrix_dims(const Graph &graph, const Node &node, size_t position)
{
    Dims dims = node.input(position) == kNone ? Dims{} : dims_of(graph.tensor(node.inputs[position]));
    if (position == 0 && dims.size() == 1)
        dims.insert(dims.begin(), 1);
    if (position == 1 && dims.size() == 1)
        dims.push_back(1);
    if (position == kXZero && dims.size() == 1)  // one for each row
        dims.push_back(1);
    return dims;
}

void prepare_by_kernels(Builder &builder, const Node &node, std::vector<int32_t> b_zeros)
{
    const Graph &graph = builder.graph();
    const Tensor &a = graph.tensor(node.inputs[0]);
    const auto a_zeros = constant_zeros(graph, node, kXZero);
    const bool now = a_zeros && a_zeros->size() == 1;
    IntegerConvolution convolution;
    convolution.x = builder.in_layout(node.inputs[0], Layout::kRowMajor);
    const View zero = now ? View{} : builder.in_layout(node.inputs[kXZero], Layout::kRowMajor);
    convolution.y = builder.define(node.outputs[0], Layout::kRowMajor);
    const Dims b = dims_of(graph.tensor(node.inputs[1]));
    IntegerGeometry &g = convolution.geometry;
    g.channels = b[0];
    g.out_channels = b[1];
    g.width = g.out_width = *element_count(convolution.x.dims) / g.channels;
    const Tensor w = stored_with(graph.tensor(node.inputs[1]), std::move(b_zeros));
    const IntegerWeights weights(g, w, true, nullptr);
    add_kernels(builder, convolution, stored_with(a, {now ? a_zeros->front() : 0}), weights);
    if (now)
        return;
    int32_t *sums = own_sums(builder, g.out_channels);
    for (int64_t column = 0; column < g.out_channels; ++column)
        sums[column] = weights.start(column, -1);  // the weights, added up
    add_zero_taken(builder, {{zero.value, true, a.type == ACCEL_TYPE_I8, {}}, *element_count(zero.dims), sums, convolution.y.value, g.width, g.out_channels});
}

void prepare_matmul_integer(Builder &builder, const Node &node)
{
    const Graph &graph = builder.graph();
    auto b_zeros = constant_zeros(graph, node, kWZero);
    const Tensor &b = graph.tensor(node.inputs[1]);
    if (b.data != nullptr && b.shape.size() == 2 && b_zeros && b.shape[0].size <= kDeepest)
        return prepare_by_kernels(builder, node, *std::move(b_zeros));
    const Dims left = matrix_dims(graph, node, 0), right = matrix_dims(graph, node, 1);
    WholeProduct product;
    const size_t rank = std::max(left.size(), right.size());
    for (size_t axis = 0; axis + 2 < rank; ++axis) {
        const auto size = [&](const Dims &dims) { return axis + dims.size() < rank ? 1 : dims[axis + dims.size() - rank]; };
        product.batch.push_back(std::max(size(left), size(right)));
    }
    product.rows = left[left.size() - 2], product.depth = left.back(), product.columns = right.back();
    product.a = stretched(builder, node, 0, left, rank);
    product.b = stretched(builder, node, 1, right, rank);
    product.a_zero = stretched(builder, node, kXZero, matrix_dims(graph, node, kXZero), rank);
    product.b_zero = stretched(builder, node, kWZero, matrix_dims(graph, node, kWZero), rank);
    product.y = builder.define(node.outputs[0], Layout::kRowMajor).value;
    add_whole_product(builder, std::move(product));
}

// Of up to two spatial axes.
IntegerGeometry geometry_of(const View &x, const View &y, const Window &window, int64_t groups)
{
    IntegerGeometry g;
    const size_t last = window.axes() - 1;
    g.batch = x.dims[0], g.channels = x.dims[1], g.out_channels = y.dims[1], g.groups = groups;
    g.width = x.dims.back(), g.out_width = y.dims.back();
    g.kernel_x = window.kernel[last], g.stride_x = window.stride[last], g.dilation_x = window.dilation[last], g.left = window.pad_begin[last];
    if (last > 0) {
        g.height = x.dims[2], g.out_height = y.dims[2];
        g.kernel_y = window.kernel[0], g.stride_y = window.stride[0], g.dilation_y = window.dilation[0], g.top = window.pad_begin[0];
    }
    return g;
}

void prepare_conv_integer(Builder &builder, const Node &node)
{
    const Graph &graph = builder.graph();
    const Tensor &x = graph.tensor(node.inputs[0]), &w = graph.tensor(node.inputs[1]);
    auto x_zeros = constant_zeros(graph, node, kXZero), w_zeros = constant_zeros(graph, node, kWZero);
    const Window window = builder.window(node, spatial_of(dims_of(w)));
    const int64_t groups = node.integer(ACCEL_ATTRIBUTE_GROUP, 1);
    if (w.data != nullptr && x_zeros && w_zeros && window.axes() <= 2 && elements_of(w) / w.shape[0].size <= kDeepest) {
        IntegerConvolution convolution;
        convolution.x = builder.in_layout(node.inputs[0], Layout::kChannelsLast);
        convolution.y = builder.define(node.outputs[0], Layout::kChannelsLast);
        convolution.geometry = geometry_of(convolution.x, convolution.y, window, groups);
        const Tensor stored_w = stored_with(w, *std::move(w_zeros));
        return add_kernels(builder, convolution, stored_with(x, *std::move(x_zeros)), IntegerWeights(convolution.geometry, stored_w, false, nullptr));
    }
    WholeConvolution convolution;
    convolution.x = builder.in_layout(node.inputs[0], Layout::kRowMajor);
    convolution.w = builder.in_layout(node.inputs[1], Layout::kRowMajor);
    convolution.x_zero = stored(builder, node, kXZero);
    convolution.w_zero = stored(builder, node, kWZero);
    convolution.zero_per_channel = convolution.w_zero.present && elements_of(graph.tensor(node.inputs[kWZero])) > 1;
    convolution.y = builder.define(node.outputs[0], Layout::kRowMajor);
    convolution.window = window;
    convolution.groups = groups;
    add_whole_convolution(builder, std::move(convolution));
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_MATMUL_INTEGER, 1, check_bytes, prepare_matmul_integer},
    {ACCEL_OPERATION_CONV_INTEGER, 1, check_conv_integer, prepare_conv_integer},
};

}  // namespace

const std::span<const CpuOp> kIntegerOps = kRows;

}  // namespace accel::cpu
