// SPDX-License-Identifier: MIT
// Where taps of a row lie side by side they form one run of words. The input is read where it lies if no window leaves it and runs are whole
// words of 8-bit operands; otherwise it is laid out on a canvas first. Outputs are numbered across rows, so that narrow images fill tiles too.
#include "integer_convolution.h"

#include "../team.h"

#include <algorithm>

namespace accel::cpu {
namespace {

constexpr int64_t kChunkBytes = 1 << 15;  // input that all blocks of channels visit before the next part is begun

struct Runs {
    bool joined;  // taps of one row are one run
    int64_t group_step, pixel_step, words;

    Runs(const IntegerGeometry &g, const Operands &operands) : joined(g.groups == 1 && (g.dilation_x == 1 || g.kernel_x == 1))
    {
        const int64_t per_word = operands.kernels->word_operands(), run = g.group_inputs() * (joined ? g.kernel_x : 1);
        words = (run + per_word - 1) / per_word;
        group_step = joined ? g.channels : words * per_word;
        pixel_step = group_step * g.groups;
    }
};

class IntegerConvolutionStep : public Step {
public:
    IntegerConvolutionStep(Builder &builder, const IntegerConvolution &convolution, const Operands &operands, SumsFinish finish)
        : g_(convolution.geometry),
          operands_(operands),
          kernels_(*operands.kernels),
          runs_(g_, operands),
          canvas_(g_, operands, runs_.group_step, runs_.pixel_step),
          finish_(std::move(finish)),
          threads_(builder.threads_for(g_.multiply_adds())),
          x_(convolution.x.value),
          y_(convolution.y.value),
          addend_(convolution.addend.value)
    {
        const bool whole_words = runs_.words * kernels_.word_operands() == g_.group_inputs() * (runs_.joined ? g_.kernel_x : 1);
        direct_ = operands.bytes() && whole_words && !g_.padded();
        row_bytes_ = direct_ ? g_.width * g_.channels : canvas_.row_bytes();
        for (int64_t ky = 0; ky < g_.kernel_y; ++ky)
            for (int64_t kx = 0; kx < (runs_.joined ? 1 : g_.kernel_x); ++kx)
                taps_at_.push_back(ky * g_.dilation_y * row_bytes_ + kx * g_.dilation_x * canvas_.pixel_bytes());
        blocks_ = (g_.group_outputs() + kernels_.block() - 1) / kernels_.block();
        chunk_outputs_ = outputs_of_a_chunk();
    }

    bool direct() const { return direct_; }
    int64_t canvas_bytes() const { return canvas_.size_bytes(); }
    void pack(Builder &builder, const IntegerWeights &weights);
    void place_canvas(uint32_t value) { canvas_value_ = value; }

    bool run(Values values, StepState *) const noexcept override
    {
        for (int64_t image = 0; image < g_.batch; ++image) {
            const auto *x = values[x_] + image * g_.height * g_.width * g_.channels;
            if (!direct_) {
                canvas_.fill(values[canvas_value_], reinterpret_cast<const uint8_t *>(x), threads_);
                x = values[canvas_value_];
            }
            const int64_t at = image * g_.out_height * g_.out_width * g_.out_channels;
            convolve(x, reinterpret_cast<uint8_t *>(values[y_]) + at * finish_.result_bytes(), reinterpret_cast<const uint8_t *>(values[addend_]) + at);
        }
        return true;
    }

private:
    // A block of output channels of one group.
    struct Block {
        int64_t group, first, channels;  // first: channel of the result
        int vectors;
    };

    int64_t outputs_of_a_chunk() const;
    Block block(int64_t index) const;
    int64_t block_bytes() const { return static_cast<int64_t>(taps_at_.size()) * runs_.words * kernels_.block() * kWordBytes; }
    void convolve(const std::byte *x, uint8_t *y, const uint8_t *addend) const;
    void chunk(const std::byte *x, uint8_t *y, const uint8_t *addend, int64_t first, int64_t index) const;

    IntegerGeometry g_;
    Operands operands_;
    const ProductKernels &kernels_;
    Runs runs_;
    Canvas canvas_;
    SumsFinish finish_;
    int threads_;
    uint32_t x_, y_, addend_, canvas_value_ = 0;
    bool direct_ = false;
    int64_t row_bytes_ = 0, blocks_ = 0, chunk_outputs_ = 0;
    std::vector<int64_t> taps_at_;
    const std::byte *weights_ = nullptr;
    const int32_t *starts_ = nullptr;
};

// Chunks are about as long as each other, and several for each thread where there are tiles enough.
int64_t IntegerConvolutionStep::outputs_of_a_chunk() const
{
    constexpr int64_t kUnitsPerThread = 4, kTilesLeast = 4;
    const int64_t tiles = (g_.out_height * g_.out_width + kTileOutputs - 1) / kTileOutputs;
    const int64_t tiles_most = std::max(kChunkBytes / (g_.stride_y * g_.stride_x * canvas_.pixel_bytes() * kTileOutputs), kTilesLeast);
    const int64_t units = threads_ == 1 ? 1 : kUnitsPerThread * threads_, all = blocks_ * g_.groups;
    const int64_t wanted = std::min((units + all - 1) / all, std::max<int64_t>(tiles / kTilesLeast, 1));
    const int64_t chunks = std::max((tiles + tiles_most - 1) / tiles_most, wanted);
    return (tiles + chunks - 1) / chunks * kTileOutputs;
}

IntegerConvolutionStep::Block IntegerConvolutionStep::block(int64_t index) const
{
    const int64_t group = index / blocks_, within = index % blocks_ * kernels_.block();
    const int64_t channels = std::min(kernels_.block(), g_.group_outputs() - within);
    return {group, group * g_.group_outputs() + within, channels, static_cast<int>((channels + kernels_.lanes - 1) / kernels_.lanes)};
}

void IntegerConvolutionStep::pack(Builder &builder, const IntegerWeights &weights)
{
    const int64_t all = blocks_ * g_.groups, per_word = kernels_.word_operands();
    std::byte *packed = own_weights(builder, all * block_bytes());
    int32_t *starts = own_sums(builder, all * kernels_.block());
    for (int64_t index = 0; index < all; ++index) {
        const Block of = block(index);
        const int64_t width = of.vectors * kernels_.lanes;
        for (int64_t channel = 0; channel < of.channels; ++channel) {
            starts[index * kernels_.block() + channel] = weights.start(of.first + channel, operands_.excess);
            for (int64_t tap = 0; tap < g_.taps(); ++tap)
                for (int64_t input = 0; input < g_.group_inputs(); ++input) {
                    const int64_t run = runs_.joined ? tap / g_.kernel_x : tap;
                    const int64_t operand = runs_.joined ? tap % g_.kernel_x * g_.channels + input : input;
                    const int64_t word = run * runs_.words + operand / per_word;
                    put_weight(packed + index * block_bytes() + (word * width + channel) * kWordBytes + operand % per_word * kernels_.operand_bytes,
                               kernels_.operand_bytes, weights.at(of.first + channel, tap, input));
                }
        }
    }
    weights_ = packed;
    starts_ = starts;
}

void IntegerConvolutionStep::convolve(const std::byte *x, uint8_t *y, const uint8_t *addend) const
{
    const int64_t outputs = g_.out_height * g_.out_width, chunks = (outputs + chunk_outputs_ - 1) / chunk_outputs_, all = blocks_ * g_.groups;
    parallel_for(threads_, chunks * all, 1, [&](int64_t first, int64_t last) {
        for (int64_t unit = first; unit < last; ++unit)
            chunk(x, y, addend, unit / all * chunk_outputs_, unit % all);
    });
}

void IntegerConvolutionStep::chunk(const std::byte *x, uint8_t *y, const uint8_t *addend, int64_t first, int64_t index) const
{
    alignas(64) int32_t sums[kTileOutputs * kVectorsMost * kLanesMost];
    const Block of = block(index);
    int64_t outputs_at[kNarrowOutputs];
    ConvolutionTile tile;
    tile.x = x + of.group * runs_.group_step * kernels_.operand_bytes;
    tile.outputs_at = outputs_at;
    tile.taps_at = taps_at_.data();
    tile.taps = static_cast<int64_t>(taps_at_.size());
    tile.words = runs_.words;
    tile.weights = weights_ + index * block_bytes();
    tile.bias = starts_ + index * kernels_.block();
    tile.sums = sums;
    tile.vectors = of.vectors;
    tile.flip = operands_.flip;
    tile.channels = of.channels;
    const bool fills = of.channels == of.vectors * kernels_.lanes;
    const std::optional<HalfEven> rule =
        kernels_.finishes && (fills || !finish_.adds()) ? finish_.in_registers(of.first) : std::nullopt;
    const int64_t end = std::min(first + chunk_outputs_, g_.out_height * g_.out_width);
    const int64_t row_step = g_.stride_y * row_bytes_, output_step = g_.stride_x * canvas_.pixel_bytes();
    int64_t column = first % g_.out_width, row_at = first / g_.out_width * row_step;
    for (int64_t output = first; output < end; output += tile.outputs) {
        const bool narrow = kernels_.narrow(of.vectors) && end - output >= kNarrowOutputs;
        tile.outputs = narrow ? kNarrowOutputs : static_cast<int>(std::min<int64_t>(kTileOutputs, end - output));
        for (int o = 0; o < tile.outputs; ++o) {
            outputs_at[o] = row_at + column * output_step;
            if (++column == g_.out_width)
                column = 0, row_at += row_step;
        }
        const int64_t at = output * g_.out_channels + of.first;
        if (rule)
            tile.finish = {&*rule, y + at, g_.out_channels, finish_.addition(), addend + at};
        kernels_.convolve(tile);
        if (!rule)
            finish_.store({sums, of.vectors * kernels_.lanes, tile.outputs, of.channels, y + at * finish_.result_bytes(), addend + at, g_.out_channels}, of.first);
    }
}

}  // namespace

void add_integer_convolution(Builder &builder, const IntegerConvolution &convolution, const Operands &operands, const IntegerWeights &weights,
                             SumsFinish finish)
{
    add_integer_step<IntegerConvolutionStep>(builder, convolution, operands, weights, std::move(finish));
}

}  // namespace accel::cpu
