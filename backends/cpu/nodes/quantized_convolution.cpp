// SPDX-License-Identifier: MIT
// Quantised convolutions and matrix products with constant weights: exact 32-bit sums, then requantisation.
//
// The input is first widened into a canvas of 16-bit values less the zero point, channels last, with the padding written out as zeros and
// each group's channels padded to what the kernel reads at once. A matrix product is a convolution of kernel 1 over a row of pixels.
#include "nodes.h"

#include "../shapes.h"
#include "../window.h"
#include "requantize.h"
#include "walk.h"

#include <cstring>

namespace accel::cpu
{
namespace
{

struct Geometry {
    int64_t batch = 1, height = 1, width = 1, channels = 1; // of the input
    int64_t out_height = 1, out_width = 1, out_channels = 1;
    int64_t groups = 1;
    int64_t kernel_y = 1, kernel_x = 1, stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1, top = 0, left = 0;

    int64_t group_inputs() const { return channels / groups; }
    int64_t group_outputs() const { return out_channels / groups; }
    int64_t multiply_adds() const { return batch * out_height * out_width * out_channels * group_inputs() * kernel_y * kernel_x; }
    bool depthwise() const { return groups > 1 && group_inputs() == 1 && group_outputs() == 1; }
};

// The widened input.
struct Canvas {
    int64_t height = 0, width = 0;
    int64_t group_step = 0; // elements per group of channels in a pixel
    int64_t pixel_step = 0;

    Canvas(const Geometry &g, int64_t lanes)
    {
        height = std::max((g.out_height - 1) * g.stride_y + g.dilation_y * (g.kernel_y - 1) + 1, g.top + g.height);
        width = std::max((g.out_width - 1) * g.stride_x + g.dilation_x * (g.kernel_x - 1) + 1, g.left + g.width);
        group_step = g.depthwise() ? 1 : static_cast<int64_t>(round_up(static_cast<uint64_t>(g.group_inputs()), 2));
        pixel_step = g.depthwise() ? static_cast<int64_t>(round_up(static_cast<uint64_t>(g.channels), static_cast<uint64_t>(lanes)))
                                   : group_step * g.groups;
    }
    int64_t elements() const { return height * width * pixel_step; }
};

class IntegerConvolution : public Step
{
public:
    static constexpr int64_t kChunkPixels = 8 * kTilePixels;
    static constexpr int64_t kMaxBlock = 32;

    IntegerConvolution(Builder &builder, const Geometry &g, const Tensor &x, Requantizer requantizer)
        : g_(g), kernels_(integer_kernels()), canvas_(g, kernels_.lanes), requantizer_(std::move(requantizer)),
          is_signed_(x.type == ACCEL_TYPE_I8), zero_point_(zero_point_of(x)),
          threads_(builder.threads_for(g.multiply_adds()))
    {
        // Taps that lie side by side on the canvas form one run of channel pairs.
        const bool joined = !g.depthwise() && g.groups == 1 && g.dilation_x == 1;
        for (int64_t ky = 0; ky < g.kernel_y; ++ky)
            for (int64_t kx = 0; kx < (joined ? 1 : g.kernel_x); ++kx)
                taps_.push_back((ky * g.dilation_y * canvas_.width + kx * g.dilation_x) * canvas_.pixel_step);
        pairs_ = canvas_.group_step / 2 * (joined ? g.kernel_x : 1);
        blocks_ = (g.group_outputs() + kernels_.block - 1) / kernels_.block;
        tap_elements_ = g.kernel_y * g.kernel_x * canvas_.group_step;
    }

    int64_t canvas_bytes() const { return canvas_.elements() * static_cast<int64_t>(sizeof(int16_t)); }
    void pack(Builder &builder, const Tensor &w, bool transposed, const int32_t *bias);
    void place(uint32_t x, uint32_t y, uint32_t canvas) { x_ = x, y_ = y, canvas_value_ = canvas; }

    bool run(Values values, StepState *) const noexcept override
    {
        auto *canvas = reinterpret_cast<int16_t *>(values[canvas_value_]);
        const auto *x = reinterpret_cast<const uint8_t *>(values[x_]);
        auto *y = reinterpret_cast<uint8_t *>(values[y_]);
        for (int64_t image = 0; image < g_.batch; ++image) {
            fill(canvas, x + image * g_.height * g_.width * g_.channels);
            uint8_t *to = y + image * g_.out_height * g_.out_width * g_.out_channels;
            g_.depthwise() ? all_depthwise(canvas, to) : all_tiles(canvas, to);
        }
        return true;
    }

private:
    int threads_for(int64_t work) const { return work >= kParallelElements ? threads_ : 1; }
    void fill(int16_t *canvas, const uint8_t *x) const;
    void fill_row(int16_t *to, const uint8_t *from) const;
    void all_tiles(const int16_t *canvas, uint8_t *y) const;
    void chunk(const int16_t *canvas, uint8_t *y, int64_t row, int64_t first, int64_t group, int64_t block) const;
    void all_depthwise(const int16_t *canvas, uint8_t *y) const;
    int64_t tap_weight(const Tensor &w, bool transposed, int64_t channel, int64_t tap, int64_t input) const;

    Geometry g_;
    const IntegerKernels &kernels_;
    Canvas canvas_;
    Requantizer requantizer_;
    bool is_signed_;
    int32_t zero_point_;
    int threads_;
    std::vector<int64_t> taps_;
    int64_t pairs_ = 0, blocks_ = 0, tap_elements_ = 0;
    const int16_t *weights_ = nullptr;
    const int32_t *bias_ = nullptr;
    uint32_t x_ = 0, y_ = 0, canvas_value_ = 0;
};

// A weight less its zero point. w is [channel][input][tap], or [input][channel] when transposed.
int64_t IntegerConvolution::tap_weight(const Tensor &w, bool transposed, int64_t channel, int64_t tap, int64_t input) const
{
    const int64_t index =
        transposed ? input * g_.out_channels + channel : (channel * g_.group_inputs() + input) * g_.kernel_y * g_.kernel_x + tap;
    const auto &zeros = w.quantization->zero_points;
    const int32_t zero = zeros[zeros.size() == 1 ? 0 : static_cast<size_t>(channel)];
    return (w.type == ACCEL_TYPE_I8 ? static_cast<const int8_t *>(w.data)[index] : static_cast<const uint8_t *>(w.data)[index]) - zero;
}

void IntegerConvolution::pack(Builder &builder, const Tensor &w, bool transposed, const int32_t *bias)
{
    const int64_t taps = g_.kernel_y * g_.kernel_x, block = kernels_.block;
    const int64_t padded = g_.depthwise() ? canvas_.pixel_step : blocks_ * block * g_.groups;
    const int64_t count = g_.depthwise() ? taps * padded * 2 : padded * tap_elements_;
    auto *weights = reinterpret_cast<int16_t *>(builder.own(static_cast<uint64_t>(count) * sizeof(int16_t)));
    auto *sums = reinterpret_cast<int32_t *>(builder.own(static_cast<uint64_t>(padded) * sizeof(int32_t)));
    std::fill_n(weights, count, int16_t{0});
    std::fill_n(sums, padded, 0);
    for (int64_t channel = 0; channel < g_.out_channels; ++channel) {
        const int64_t group = channel / g_.group_outputs(), within = channel % g_.group_outputs();
        const int64_t at = g_.depthwise() ? channel : (group * blocks_ + within / block) * block + within % block;
        sums[at] = bias == nullptr ? 0 : bias[channel];
        for (int64_t tap = 0; tap < taps; ++tap)
            for (int64_t input = 0; input < g_.group_inputs(); ++input) {
                const int64_t position = tap * canvas_.group_step + input;
                const int64_t to = g_.depthwise() ? (tap * padded + channel) * 2
                                                  : (group * blocks_ + within / block) * block * tap_elements_ + position / 2 * 2 * block +
                                                        within % block * 2 + position % 2;
                weights[to] = static_cast<int16_t>(tap_weight(w, transposed, channel, tap, input));
            }
    }
    weights_ = weights;
    bias_ = sums;
}

void IntegerConvolution::fill(int16_t *canvas, const uint8_t *x) const
{
    const int64_t row_elements = canvas_.width * canvas_.pixel_step;
    const bool whole = canvas_.width == g_.width && canvas_.height == g_.height && canvas_.pixel_step == g_.channels;
    if (whole && threads_for(canvas_.elements()) == 1)
        return kernels_.widen(x, canvas_.elements(), is_signed_, zero_point_, canvas);
    parallel_for(threads_for(canvas_.elements()), canvas_.height, 1, [&](int64_t first, int64_t last) {
        for (int64_t row = first; row < last; ++row) {
            int16_t *to = canvas + row * row_elements;
            if (!whole)
                std::memset(to, 0, static_cast<size_t>(row_elements) * sizeof(int16_t));
            if (row >= g_.top && row < g_.top + g_.height)
                fill_row(to + g_.left * canvas_.pixel_step, x + (row - g_.top) * g_.width * g_.channels);
        }
    });
}

void IntegerConvolution::fill_row(int16_t *to, const uint8_t *from) const
{
    if (canvas_.pixel_step == g_.channels)
        return kernels_.widen(from, g_.width * g_.channels, is_signed_, zero_point_, to);
    if (canvas_.group_step == 2 && g_.group_inputs() == 1 && g_.groups == 1) {
        for (int64_t pixel = 0; pixel < g_.width; ++pixel)
            to[2 * pixel] = static_cast<int16_t>((is_signed_ ? static_cast<int8_t>(from[pixel]) : from[pixel]) - zero_point_);
        return;
    }
    const int64_t runs = g_.depthwise() ? 1 : g_.groups, length = g_.channels / runs;
    for (int64_t pixel = 0; pixel < g_.width; ++pixel)
        for (int64_t run = 0; run < runs; ++run)
            kernels_.widen(from + pixel * g_.channels + run * length, length, is_signed_, zero_point_,
                           to + pixel * canvas_.pixel_step + run * canvas_.group_step);
}

void IntegerConvolution::all_tiles(const int16_t *canvas, uint8_t *y) const
{
    const int64_t chunks = (g_.out_width + kChunkPixels - 1) / kChunkPixels, per_row = chunks * g_.groups * blocks_;
    const int64_t units = g_.out_height * per_row;
    parallel_for(threads_for(units * kChunkPixels * tap_elements_), units, 1, [&](int64_t first, int64_t last) {
        for (int64_t unit = first; unit < last; ++unit) {
            const int64_t row = unit / per_row, rest = unit % per_row, in_row = rest / chunks;
            chunk(canvas, y, row, rest % chunks * kChunkPixels, in_row / blocks_, in_row % blocks_);
        }
    });
}

void IntegerConvolution::chunk(const int16_t *canvas, uint8_t *y, int64_t row, int64_t first, int64_t group, int64_t block) const
{
    alignas(64) int32_t sums[kChunkPixels * kMaxBlock];
    const int64_t count = std::min(kChunkPixels, g_.out_width - first), lanes = kernels_.block;
    ConvolutionTile tile;
    tile.pixel_step = g_.stride_x * canvas_.pixel_step;
    tile.tap_offsets = taps_.data();
    tile.taps = static_cast<int64_t>(taps_.size());
    tile.pairs = pairs_;
    tile.weights = weights_ + (group * blocks_ + block) * lanes * tap_elements_;
    tile.bias = bias_ + (group * blocks_ + block) * lanes;
    const int16_t *x = canvas + row * g_.stride_y * canvas_.width * canvas_.pixel_step + group * canvas_.group_step;
    for (int64_t pixel = 0; pixel < count; pixel += kTilePixels) {
        tile.x = x + (first + pixel) * tile.pixel_step;
        tile.sums = sums + pixel * lanes;
        tile.pixels = static_cast<int>(std::min<int64_t>(kTilePixels, count - pixel));
        kernels_.convolve(tile);
    }
    const int64_t channel = group * g_.group_outputs() + block * lanes, channels = std::min(lanes, g_.group_outputs() - block * lanes);
    uint8_t *to = y + (row * g_.out_width + first) * g_.out_channels + channel;
    for (int64_t pixel = 0; pixel < count; ++pixel)
        requantizer_.store(sums + pixel * lanes, channel, channels, to + pixel * g_.out_channels);
}

void IntegerConvolution::all_depthwise(const int16_t *canvas, uint8_t *y) const
{
    // Channels in pieces, so that the sums of a pixel stay on the stack.
    constexpr int64_t kPiece = 512;
    const int64_t padded = canvas_.pixel_step;
    const auto taps = static_cast<int64_t>(taps_.size());
    parallel_for(threads_for(g_.out_height * g_.out_width * padded), g_.out_height, 1, [&](int64_t first_row, int64_t last_row) {
        alignas(64) int32_t sums[kPiece];
        for (int64_t pixel = first_row * g_.out_width; pixel < last_row * g_.out_width; ++pixel) {
            const int64_t row = pixel / g_.out_width, column = pixel % g_.out_width;
            const int16_t *x = canvas + (row * g_.stride_y * canvas_.width + column * g_.stride_x) * padded;
            uint8_t *to = y + pixel * g_.out_channels;
            for (int64_t channel = 0; channel < g_.out_channels; channel += kPiece) {
                kernels_.depthwise({x + channel, taps_.data(), taps, std::min(kPiece, padded - channel), weights_ + 2 * channel, 2 * padded,
                                    bias_ + channel, sums});
                requantizer_.store(sums, channel, std::min(kPiece, g_.out_channels - channel), to + channel);
            }
        }
    });
}

std::vector<double> multipliers(const Tensor &x, const Tensor &w, const Tensor &y)
{
    std::vector<double> all;
    for (const float scale : w.quantization->scales)
        all.push_back(static_cast<double>(scale_of(x)) * static_cast<double>(scale) / static_cast<double>(scale_of(y)));
    return all;
}

void prepare(Builder &builder, const Node &node, const Geometry &g, const View &x, const View &y, bool transposed)
{
    const Graph &graph = builder.graph();
    const Tensor &x_tensor = graph.tensor(node.inputs[0]), &w = graph.tensor(node.inputs[1]), &y_tensor = graph.tensor(node.outputs[0]);
    Requantizer requantizer(y_tensor, node.clamp(), node.rounding, multipliers(x_tensor, w, y_tensor), g.out_channels);
    auto step = std::make_unique<IntegerConvolution>(builder, g, x_tensor, std::move(requantizer));
    std::vector<int32_t> bias;
    if (node.input(2) != kNone) {
        bias.resize(static_cast<size_t>(g.out_channels));
        std::memcpy(bias.data(), graph.tensor(node.inputs[2]).data, bias.size() * sizeof(int32_t));
    }
    step->pack(builder, w, transposed, bias.empty() ? nullptr : bias.data());
    const uint32_t canvas = builder.scratch(static_cast<uint64_t>(step->canvas_bytes()));
    step->place(x.value, y.value, canvas);
    builder.add(std::move(step), {x.value, y.value, canvas});
}

} // namespace

void prepare_quantized_convolution(Builder &builder, const Node &node)
{
    const View x = builder.in_layout(node.inputs[0], Layout::kChannelsLast), y = builder.define(node.outputs[0], Layout::kChannelsLast);
    const Window window = *read_window(node, spatial_of(builder.graph().tensor(node.inputs[1]).dims));
    const bool flat = x.dims.size() == 3; // one spatial axis: a row
    Geometry g;
    g.batch = x.dims[0];
    g.channels = x.dims[1];
    g.out_channels = y.dims[1];
    g.groups = node.integer(ACCEL_ATTRIBUTE_GROUP, 1);
    const size_t last = window.axes() - 1;
    g.width = x.dims.back();
    g.out_width = y.dims.back();
    g.kernel_x = window.kernel[last], g.stride_x = window.stride[last], g.dilation_x = window.dilation[last],
    g.left = window.pad_begin[last];
    if (!flat) {
        g.height = x.dims[2];
        g.out_height = y.dims[2];
        g.kernel_y = window.kernel[0], g.stride_y = window.stride[0], g.dilation_y = window.dilation[0], g.top = window.pad_begin[0];
    }
    if (window.covers_all()) { // one long row makes full tiles
        g.width *= g.height * g.batch;
        g.out_width = g.width;
        g.height = g.out_height = g.batch = 1;
    }
    prepare(builder, node, g, x, y, false);
}

void prepare_quantized_matmul(Builder &builder, const Node &node)
{
    const View x = builder.in_layout(node.inputs[0], Layout::kRowMajor), y = builder.define(node.outputs[0], Layout::kRowMajor);
    const Dims &weights = builder.graph().tensor(node.inputs[1]).dims;
    const bool rows_are_outputs = node.operation == ACCEL_OPERATION_GEMM && node.integer(ACCEL_ATTRIBUTE_TRANS_B, 0) != 0;
    Geometry g;
    g.channels = weights[rows_are_outputs ? 1 : 0];
    g.out_channels = weights[rows_are_outputs ? 0 : 1];
    g.width = g.out_width = *element_count(x.dims) / g.channels;
    prepare(builder, node, g, x, y, !rows_are_outputs);
}

} // namespace accel::cpu
