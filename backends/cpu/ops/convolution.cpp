// SPDX-License-Identifier: MIT
// f32 convolutions by oneDNN: channels-last activations, weights rearranged once; bias, residual and clamp in the same pass where the
// implementation is one that was shown to do that right, else in steps behind it.
#include "../checker.h"
#include "../dnnl_step.h"
#include "../nodes/convolution_parts.h"
#include "../nodes/nodes.h"
#include "ops.h"

namespace accel::cpu {
namespace {

using dnnl::memory;
using PrimitiveDesc = dnnl::convolution_forward::primitive_desc;

constexpr auto kF32 = memory::data_type::f32;

struct Convolution {
    ConvolutionShape shape;
    View x, y, weights, bias, residual;
    bool constant = false;  // the weights
    Clamp clamp;
    unsigned wanted = kNoFusion;

    int64_t multiply_adds() const { return *element_count(y.dims) * (*element_count(weights.dims) / y.dims[1]); }
};

// Parts of a convolution with what executes them.
struct Described {
    std::vector<ConvolutionPart> parts;
    std::vector<PrimitiveDesc> shapes;
    std::vector<size_t> shape_of;  // per part
    unsigned fusions = kNoFusion;

    // Then each part has weights of its own.
    bool by_channels() const { return parts.back().channel != 0; }
};

memory::desc channels_last(const Dims &dims) { return describe(dims, strides_of(dims, Layout::kChannelsLast)); }

Dims weight_dims(const Convolution &convolution, const ConvolutionPart &part)
{
    const Dims &all = convolution.weights.dims, &kernel = convolution.shape.window.kernel;
    Dims dims;
    if (convolution.shape.groups > 1)
        dims.push_back(part.groups);
    dims.push_back(part.channels / part.groups);
    dims.push_back(all[1]);
    dims.insert(dims.end(), kernel.begin(), kernel.end());
    return dims;
}

memory::desc weights_as_given(const Convolution &convolution, const ConvolutionPart &part)
{
    const Dims dims = weight_dims(convolution, part);
    return describe(dims, row_major_strides(dims));
}

PrimitiveDesc describe_part(const Convolution &convolution, const ConvolutionPart &part, const memory::desc &weights, unsigned fusions)
{
    const Window window = part.window(convolution.shape.window);
    Dims dilates = window.dilation;
    for (int64_t &dilation : dilates)
        --dilation;  // oneDNN counts the gaps
    const memory::desc x = channels_last(part.x_dims(convolution.shape.x)), y = channels_last(part.y_dims(convolution.shape.y));
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    dnnl::post_ops operations;
    if (fusions & kResidual)
        operations.append_binary(dnnl::algorithm::binary_add, y);
    if (fusions & kClamp)
        append_clamp(operations, convolution.clamp);
    attributes.set_post_ops(operations);
    constexpr auto kKind = dnnl::prop_kind::forward_inference;
    constexpr auto kAlgorithm = dnnl::algorithm::convolution_direct;
    if (!(fusions & kBias))
        return {{kKind, kAlgorithm, x, weights, y, window.stride, dilates, window.pad_begin, window.pad_end}, attributes, cpu_engine()};
    const memory::desc bias({part.channels}, kF32, memory::format_tag::a);
    return {{kKind, kAlgorithm, x, weights, bias, y, window.stride, dilates, window.pad_begin, window.pad_end}, attributes, cpu_engine()};
}

// Nothing where an implementation is not trusted with the fusions, or where cutting would leave oneDNN without compiled code.
std::optional<Described> try_parts(const Builder &builder, const Convolution &convolution, std::vector<ConvolutionPart> parts,
                                   unsigned fusions)
{
    Described described{std::move(parts), {}, {}, fusions};
    std::vector<size_t> first_of;  // part that a shape was described for
    for (size_t i = 0; i < described.parts.size(); ++i) {
        const ConvolutionPart &part = described.parts[i];
        size_t shape = 0;
        while (shape < first_of.size() && !part.same_shape(described.parts[first_of[shape]]))
            ++shape;
        if (shape == first_of.size()) {
            memory::desc weights = weights_as_given(convolution, part);
            if (convolution.constant && (shape == 0 || described.by_channels()))
                weights = memory::desc(weight_dims(convolution, part), kF32, memory::format_tag::any);
            else if (convolution.constant)
                weights = described.shapes[0].weights_desc();  // all read the same copy
            auto found = first_fitting(builder, Kernel::kConvolution, fusions, described.parts.size() > 1,
                                       [&] { return describe_part(convolution, part, weights, fusions); });
            if (!found)
                return std::nullopt;
            described.shapes.push_back(std::move(*found));
            first_of.push_back(i);
        }
        described.shape_of.push_back(shape);
    }
    return described;
}

// What is left out goes into steps of its own: first the residual with the clamp behind it, then the clamp, then all.
std::optional<Described> try_fusions(const Builder &builder, const Convolution &convolution, const std::vector<ConvolutionPart> &parts)
{
    const unsigned wanted = convolution.wanted;
    for (const unsigned fusions : {wanted, wanted & kResidual ? wanted & kBias : wanted, wanted & kBias, unsigned{kNoFusion}})
        if (auto described = try_parts(builder, convolution, parts, fusions))
            return described;
    return std::nullopt;
}

uint64_t offset_bytes(const Dims &dims, int64_t image, int64_t channel, int64_t row)
{
    const Dims strides = strides_of(dims, Layout::kChannelsLast);
    return static_cast<uint64_t>(image * strides[0] + row * strides[2] + channel) * sizeof(float);
}

// An activation, or some neighbouring channels of one, that begin there.
DnnlArgument activation(Builder &builder, int name, const memory::desc &desc, const View &whole, uint64_t offset_bytes)
{
    DnnlArgument argument{name, builder.descriptions().shared(desc), whole.value, offset_bytes};
    const Dims dims = desc.dims();
    const uint64_t row_bytes = static_cast<uint64_t>(dims[1]) * sizeof(float);
    if (dims[1] != whole.dims[1] && desc.get_size() != row_bytes) {
        argument.row_bytes = row_bytes;
        argument.stride_bytes = static_cast<uint64_t>(whole.dims[1]) * sizeof(float);
    }
    return argument;
}

void add_described(Builder &builder, const Convolution &convolution, const Described &described, int threads)
{
    const Dims &x = convolution.shape.x, &y = convolution.shape.y;
    std::vector<dnnl::convolution_forward> primitives;
    for (const PrimitiveDesc &shape : described.shapes)
        primitives.push_back(make_primitive<dnnl::convolution_forward>(shape));
    std::vector<DnnlPart> parts;
    uint32_t weights = convolution.weights.value;
    for (size_t i = 0; i < described.parts.size(); ++i) {
        const ConvolutionPart &part = described.parts[i];
        const PrimitiveDesc &shape = described.shapes[described.shape_of[i]];
        const uint64_t y_bytes = offset_bytes(y, part.image, part.channel, part.y_row);
        const int64_t first_weight = part.channel * (*element_count(convolution.weights.dims) / y[1]);
        const uint64_t weight_bytes = static_cast<uint64_t>(first_weight) * sizeof(float);
        if (convolution.constant && (i == 0 || described.by_channels()))
            weights = rearranged(builder, convolution.weights, weights_as_given(convolution, part), shape.weights_desc(), weight_bytes);
        DnnlPart made{primitives[described.shape_of[i]], {}, described.fusions & kClamp ? convolution.clamp : Clamp{}};
        const uint64_t x_bytes = offset_bytes(x, part.image, part.x_channel, part.x_row);
        made.arguments.push_back(activation(builder, DNNL_ARG_SRC, shape.src_desc(), convolution.x, x_bytes));
        made.arguments.push_back({DNNL_ARG_WEIGHTS, builder.descriptions().shared(shape.weights_desc()), weights, convolution.constant ? 0 : weight_bytes});
        made.arguments.push_back(activation(builder, DNNL_ARG_DST, shape.dst_desc(), convolution.y, y_bytes));
        if (described.fusions & kBias)
            made.arguments.push_back(
                {DNNL_ARG_BIAS, builder.descriptions().shared(shape.bias_desc()), convolution.bias.value, static_cast<uint64_t>(part.channel) * sizeof(float)});
        if (described.fusions & kResidual)
            made.arguments.push_back(
                activation(builder, DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, shape.dst_desc(), convolution.residual, y_bytes));
        parts.push_back(std::move(made));
    }
    add_dnnl_step(builder, std::move(parts), threads);
}

void add_what_is_left(Builder &builder, const Convolution &convolution, unsigned left)
{
    const View &y = convolution.y;
    const auto clamp = [&](unsigned behind) { return left & behind ? Clamp{} : convolution.clamp; };
    if (left & kBias) {
        View bias = convolution.bias;
        bias.dims.resize(y.dims.size() - 1, 1);  // C, then ones
        bias.strides.resize(y.dims.size() - 1, 1);
        builder.add(make_scaled_add_step(y, bias, 1.0f, clamp(kResidual), builder.threads()), {y.value, bias.value});
    }
    if (left & kResidual)
        builder.add(make_add_step(y, convolution.residual, y, convolution.clamp, builder.threads()), {y.value, convolution.residual.value});
    if (left == kClamp)
        builder.add(make_clamp_step(y, convolution.clamp, builder.threads()), {y.value});
}

Convolution read_convolution(Builder &builder, const Node &node)
{
    const Fusion &fusion = builder.fusion();
    Convolution convolution;
    convolution.x = builder.in_layout(node.inputs[0], Layout::kChannelsLast);
    convolution.weights = builder.in_layout(node.inputs[1], Layout::kRowMajor);
    convolution.constant = builder.constant_data(convolution.weights) != nullptr;
    if (node.input(2) != kNone) {
        convolution.bias = builder.in_layout(node.inputs[2], Layout::kRowMajor);
        convolution.wanted |= kBias;
    }
    if (fusion.residual != kNone) {
        convolution.residual = builder.in_layout(fusion.residual, Layout::kChannelsLast);
        convolution.wanted |= kResidual;
    }
    convolution.clamp = fusion.clamp;
    if (!convolution.clamp.none())
        convolution.wanted |= kClamp;
    convolution.y = builder.define(node.outputs[0], Layout::kChannelsLast);
    convolution.shape = {convolution.x.dims, convolution.y.dims, builder.window(node, spatial_of(convolution.weights.dims)),
                         node.integer(ACCEL_ATTRIBUTE_GROUP, 1)};
    return convolution;
}

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

void check_convolution(const Checker &c)
{
    const bool quantized = quantizable(c.input(0).type);
    c.rank(quantized ? 4 : 5);
    const Window window = c.window(spatial_of(*graph::fixed_dims(c.input(1))));
    if (!quantized)
        return c.real_operands();
    if (!canvas_fits(window, *graph::fixed_dims(c.input(0)), *graph::fixed_dims(c.output()), c.integer(ACCEL_ATTRIBUTE_GROUP, 1)))
        refuse(ACCEL_REASON_SIZE, c.operand(0), window.pad_begin[0], 0);
    c.quantized_weights(0);
}

void prepare_convolution(Builder &builder, const Node &node)
{
    if (is_quantized(builder.graph(), node))
        return prepare_quantized_convolution(builder, node);
    Convolution convolution = read_convolution(builder, node);
    const int threads = builder.threads_for(convolution.multiply_adds());
    std::optional<Described> described;
    if (threads > 1) {
        Convolution cut = convolution;
        cut.shape = flattened(convolution.shape);
        for (const ConvolutionCut &parts : cuts_of(cut.shape, threads, builder.parts_for(threads, convolution.multiply_adds())))
            if (!described)
                described = try_fusions(builder, cut, parts);
        if (described)
            convolution.shape = cut.shape;
        else
            builder.note_undivided(Whole::kNoCut);
    }
    if (!described)
        described = try_fusions(builder, convolution, {whole_part(convolution.shape)});
    if (!described)
        throw std::runtime_error("oneDNN has no form of a convolution");
    add_described(builder, convolution, *described, threads);
    add_what_is_left(builder, convolution, convolution.wanted & ~described->fusions);
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_CONV, 1, check_convolution, prepare_convolution},
};

}  // namespace

const std::span<const CpuOp> kConvolutionOps = kRows;

}  // namespace accel::cpu
