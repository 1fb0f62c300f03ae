// SPDX-License-Identifier: MIT
// Depthwise convolutions. 8-bit operands are read where they lie: taps outside the image point to a row of zero points. 16-bit ones are laid
// out on a canvas first.
//
// Where a block holds the channels of several outputs and neighbouring outputs read neighbouring pixels, that many outputs are computed as one
// with so many times the channels: their operands and results lie side by side. Two outputs are also where they read pixels that lie apart.
#include "integer_convolution.h"

#include "../team.h"

#include <algorithm>
#include <cstring>

namespace accel::cpu {
namespace {

constexpr int64_t kPieceChannels = 512;  // whole blocks of every instruction set
constexpr int64_t kSums = 2048;          // on the stack: outputs times channels of a piece

class IntegerDepthwiseStep : public Step {
public:
    IntegerDepthwiseStep(Builder &builder, const IntegerConvolution &convolution, const Operands &operands, SumsFinish finish)
        : g_(convolution.geometry),
          operands_(operands),
          kernels_(*operands.kernels),
          bytes_(operands.bytes()),
          block_(bytes_ ? 4 * kernels_.lanes : kernels_.lanes),
          fold_(outputs_of_a_block()),
          padded_(static_cast<int64_t>(round_up(static_cast<uint64_t>(g_.channels), static_cast<uint64_t>(block_)))),
          canvas_(g_, operands, bytes_ ? g_.channels : padded_, bytes_ ? g_.channels : padded_),
          finish_(std::move(finish)),
          threads_(builder.threads_for(g_.multiply_adds())),
          x_(convolution.x.value),
          y_(convolution.y.value),
          addend_(convolution.addend.value)
    {
        if (bytes_) {
            std::byte *blank = builder.own(static_cast<uint64_t>(g_.width * g_.channels));
            std::memset(blank, operands.zero_byte(), static_cast<size_t>(g_.width * g_.channels));
            blank_ = blank;
        }
        in_registers_ = bytes_ && !finish_.adds() ? finish_.in_registers(0) : std::nullopt;
        // Windows of width 3 have a word per row, so that neighbouring outputs can share operands.
        by_rows_ = bytes_ && g_.kernel_x == 3;
        words_ = by_rows_ ? g_.kernel_y : (g_.taps() + 3) / 4;
        places_ = bytes_ ? 4 * words_ : g_.taps();
    }

    bool direct() const { return bytes_; }
    int64_t canvas_bytes() const { return canvas_.size_bytes(); }
    void place_canvas(uint32_t value) { canvas_value_ = value; }
    void pack(Builder &builder, const IntegerWeights &weights);

    // The pointers to a row's taps are kept per run, as their number is not bounded by anything but the model.
    std::unique_ptr<StepState> make_state() const override { return std::make_unique<TapPointers>(static_cast<size_t>(places_ * g_.out_height)); }

    bool run(Values values, StepState *state) const noexcept override
    {
        auto &pointers = *static_cast<TapPointers *>(state);
        for (int64_t image = 0; image < g_.batch; ++image) {
            const std::byte *x = values[x_] + image * g_.height * g_.width * g_.channels;
            if (!bytes_) {
                canvas_.fill(values[canvas_value_], reinterpret_cast<const uint8_t *>(x), threads_);
                x = values[canvas_value_];
            }
            const int64_t at = image * g_.out_height * g_.out_width * g_.out_channels;
            uint8_t *y = reinterpret_cast<uint8_t *>(values[y_]) + at * finish_.result_bytes();
            const uint8_t *addend = reinterpret_cast<const uint8_t *>(values[addend_]) + at;
            parallel_for(threads_, g_.out_height, 1, [&](int64_t first, int64_t last) {
                for (int64_t row = first; row < last; ++row)
                    whole_row(x, {y, addend, row, pointers.at.data() + row * places_});
            });
        }
        return true;
    }

private:
    struct TapPointers : StepState {
        explicit TapPointers(size_t count) : at(count) {}
        std::vector<const std::byte *> at;
    };
    struct Row {
        uint8_t *y;
        const uint8_t *addend;
        int64_t index;
        const std::byte **taps;
    };

    // That many are computed as one.
    int64_t outputs_of_a_block() const
    {
        if (!bytes_)
            return 1;
        if (g_.stride_x == 1 && block_ % g_.channels == 0)
            return block_ / g_.channels;
        return block_ == 2 * g_.channels ? 2 : 1;
    }
    int64_t pixel_bytes() const { return canvas_.pixel_bytes(); }
    void whole_row(const std::byte *x, const Row &row) const;
    void point(const std::byte *x, const Row &row, int64_t column) const;
    // Outputs first..last (exclusive) of a row, fold of them as one; the row's pointers are those of output `pointed`.
    struct Span {
        int64_t pointed, first, last, fold;
    };

    void outputs(const Row &row, int64_t first, int64_t last) const;
    void pieces(const Row &row, const Span &span) const;
    void compute(const Row &row, DepthwiseRun &run, int64_t output, int64_t channel, int64_t fold) const;

    IntegerGeometry g_;
    Operands operands_;
    const ProductKernels &kernels_;
    bool bytes_;
    int64_t block_, fold_, padded_;
    Canvas canvas_;
    SumsFinish finish_;
    int threads_;
    uint32_t x_, y_, addend_, canvas_value_ = 0;
    bool by_rows_ = false;
    int64_t words_ = 0, places_ = 0;  // places: of taps, in words those of weight 0 as well
    std::optional<HalfEven> in_registers_;
    std::vector<float> multipliers_;  // as the starts lie
    const std::byte *blank_ = nullptr, *weights_ = nullptr;
    const int32_t *starts_ = nullptr;
};

void IntegerDepthwiseStep::pack(Builder &builder, const IntegerWeights &weights)
{
    std::byte *packed = own_weights(builder, places_ * padded_ * (bytes_ ? 1 : kWordBytes));
    int32_t *starts = own_sums(builder, padded_);
    multipliers_.resize(static_cast<size_t>(padded_), 0.0f);
    for (int64_t position = 0; position < fold_ * g_.channels; ++position) {
        const int64_t channel = position % g_.channels, block = position / block_;
        const int64_t lane = bytes_ ? depthwise_lane(kernels_.lanes, position) : position % block_;
        starts[block * block_ + lane] = weights.start(channel, operands_.excess);
        if (in_registers_)
            multipliers_[static_cast<size_t>(block * block_ + lane)] = in_registers_->multipliers[channel];
        for (int64_t tap = 0; tap < g_.taps(); ++tap) {
            const int64_t place = by_rows_ ? tap / 3 * 4 + tap % 3 : tap;
            const int64_t at = bytes_ ? ((block * words_ + place / 4) * block_ + lane) * kWordBytes + place % 4
                                      : (tap * padded_ + channel) * kWordBytes;
            put_weight(packed + at, kernels_.operand_bytes, weights.at(channel, tap, 0));
        }
    }
    weights_ = packed;
    starts_ = starts;
}

// Outputs whose windows leave the image at the sides are computed one by one.
void IntegerDepthwiseStep::whole_row(const std::byte *x, const Row &row) const
{
    int64_t inside = 0, outside = g_.out_width;
    if (bytes_) {
        const int64_t last_origin = g_.width - g_.dilation_x * (g_.kernel_x - 1) - 1 + g_.left;  // of a window that stays inside
        inside = std::min((g_.left + g_.stride_x - 1) / g_.stride_x, g_.out_width);
        outside = last_origin < 0 ? inside : std::clamp(last_origin / g_.stride_x + 1, inside, g_.out_width);
    }
    for (int64_t column = 0; column < g_.out_width;) {
        const int64_t next = column == inside && inside < outside ? outside : column + 1;
        point(x, row, column);
        outputs(row, column, next);
        column = next;
    }
}

void IntegerDepthwiseStep::point(const std::byte *x, const Row &row, int64_t column) const
{
    const std::byte **to = row.taps;
    for (int64_t ky = 0; ky < g_.kernel_y; ++ky) {
        const int64_t iy = row.index * g_.stride_y + ky * g_.dilation_y, first = column * g_.stride_x - (bytes_ ? g_.left : 0);
        const bool inside = iy >= g_.top && iy < g_.top + g_.height;
        const std::byte *from = !bytes_ ? x + iy * canvas_.row_bytes() : inside ? x + (iy - g_.top) * g_.width * g_.channels
                                                                                : blank_;
        for (int64_t kx = 0; kx < g_.kernel_x; ++kx) {
            const int64_t ix = first + kx * g_.dilation_x;
            *to++ = !bytes_ || (ix >= 0 && ix < g_.width) ? from + ix * pixel_bytes() : blank_;
        }
        if (by_rows_)
            *to++ = blank_;
    }
    std::fill(to, row.taps + places_, row.taps[0]);
}

void IntegerDepthwiseStep::outputs(const Row &row, int64_t first, int64_t last) const
{
    const int64_t folded = first + (last - first) / fold_ * fold_;
    if (folded > first)
        pieces(row, {first, first, folded, fold_});
    if (folded < last)
        pieces(row, {first, folded, last, last - folded});
}

void IntegerDepthwiseStep::pieces(const Row &row, const Span &span) const
{
    alignas(64) int32_t sums[kSums + kLanesMost];
    const int64_t all = span.fold * g_.channels;  // of what is computed as one output
    const auto padded = static_cast<int64_t>(round_up(static_cast<uint64_t>(all), static_cast<uint64_t>(block_)));
    for (int64_t channel = 0; channel < all; channel += kPieceChannels) {
        const int64_t channels = std::min(kPieceChannels, padded - channel), most = kSums / channels * span.fold;
        for (int64_t output = span.first; output < span.last; output += most) {
            DepthwiseRun run;
            run.taps_at = row.taps;
            run.taps = g_.taps();
            run.words = words_;
            run.rows_of_three = by_rows_;
            run.shares_taps = by_rows_ && g_.stride_x == 1 && g_.dilation_x == 1 && span.fold == 1;
            run.halves_step_bytes = g_.stride_x != 1 && span.fold != 1 ? g_.stride_x * pixel_bytes() : 0;
            run.output_step_bytes = span.fold * g_.stride_x * pixel_bytes();
            run.outputs = std::min(most, span.last - output) / span.fold;
            run.first_byte = (output - span.pointed) * g_.stride_x * pixel_bytes() + channel * kernels_.operand_bytes;
            run.channels = bytes_ ? std::min(kPieceChannels, all - channel) : channels;
            run.weights = weights_ + (bytes_ ? channel * places_ : channel * kWordBytes);
            run.tap_step_bytes = padded_ * kWordBytes;
            run.bias = starts_ + channel;
            run.sums = sums;
            run.sums_step = channels;
            run.flip = operands_.flip;
            compute(row, run, output, channel, span.fold);
        }
    }
}

void IntegerDepthwiseStep::compute(const Row &row, DepthwiseRun &run, int64_t output, int64_t channel, int64_t fold) const
{
    const int64_t at = (row.index * g_.out_width + output) * g_.out_channels + channel;
    HalfEven rule;
    if (in_registers_) {
        rule = *in_registers_;
        rule.multipliers = multipliers_.data() + channel;
        run.finish = {&rule, row.y + at, fold * g_.out_channels, nullptr, nullptr};
        return kernels_.depthwise(run);
    }
    kernels_.depthwise(run);
    const int64_t step = fold == 1 ? run.sums_step : g_.out_channels;  // folded ones fill their block, or are alone
    finish_.store({run.sums, step, run.outputs * fold, std::min(kPieceChannels, g_.out_channels - channel), row.y + at * finish_.result_bytes(), row.addend + at, g_.out_channels},
                  channel);
}

}  // namespace

void add_integer_depthwise(Builder &builder, const IntegerConvolution &convolution, const Operands &operands, const IntegerWeights &weights,
                           SumsFinish finish)
{
    add_integer_step<IntegerDepthwiseStep>(builder, convolution, operands, weights, std::move(finish));
}

}  // namespace accel::cpu
