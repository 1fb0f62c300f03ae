// SPDX-License-Identifier: MIT
// Blocks of output channels, and rows of positions along the last axis.
#include "transposed.h"

#include "../team.h"
#include "panels.h"

#include <array>

namespace accel::cpu {
namespace {

constexpr int64_t kPositions = 64;      // whose products are made at once
constexpr int64_t kBlockChannels = 32;  // of the output; twice a line of the cache

using Axes = std::array<int64_t, 3>;

// The axes behind N and C, ones in front.
Axes axes_of(const Dims &dims)
{
    Axes axes{1, 1, 1};
    std::copy(dims.begin() + 2, dims.end(), axes.end() - (std::ssize(dims) - 2));
    return axes;
}

bool is_depthwise(int64_t inputs, int64_t outputs) { return inputs == 1 && outputs == 1; }

// Channels of a block, and how many blocks there are of each image: of one group, or of all where each channel is one.
struct Blocks {
    int64_t channels, per_group, count;
};

Blocks blocks_of(int64_t groups, int64_t inputs, int64_t outputs)
{
    const int64_t all = is_depthwise(inputs, outputs) ? groups : outputs, per_group = (all + kBlockChannels - 1) / kBlockChannels, channels = (all + per_group - 1) / per_group;
    return {channels, per_group, is_depthwise(inputs, outputs) ? per_group : per_group * groups};
}

// A block: where its channels begin in x and in y, and how many it has.
struct Block {
    int64_t x_channel, channel, channels;
};

template <typename Real> class TransposedStep : public Step {
public:
    TransposedStep(Transposed transposed, uint32_t work, const std::byte *packed, int threads) : t_(std::move(transposed)),
                                                                                                 blocks_(blocks_of(t_.groups, t_.inputs(), t_.outputs())),
                                                                                                 size_(axes_of(t_.x.dims)),
                                                                                                 out_(axes_of(t_.y.dims)),
                                                                                                 work_(work),
                                                                                                 packed_(reinterpret_cast<const Real *>(packed)),
                                                                                                 threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        auto *work = reinterpret_cast<Real *>(values[work_]);
        const Real *weights = packed_;
        if (weights == nullptr) {
            pack(t_, reinterpret_cast<const Real *>(values[t_.w.value]), work);
            weights = work;
        }
        Real *products = work + (packed_ == nullptr ? weight_elements(t_) : 0);
        parallel_for(threads_, t_.images() * blocks_.count, 1, [&](int64_t first, int64_t last) {
            for (int64_t task = first; task < last; ++task)
                make(values, weights, products + task * product_elements(t_), task / blocks_.count, task % blocks_.count);
        });
        return true;
    }

    // Of one task: the products of its positions.
    static int64_t product_elements(const Transposed &t) { return is_depthwise(t.inputs(), t.outputs()) ? 0 : kPositions * blocks_of(t.groups, t.inputs(), t.outputs()).channels * t.taps(); }
    static int64_t weight_elements(const Transposed &t)
    {
        const Blocks blocks = blocks_of(t.groups, t.inputs(), t.outputs());
        return is_depthwise(t.inputs(), t.outputs()) ? t.groups * t.taps() : blocks.count * panel_elements(t.inputs(), blocks.channels * t.taps());
    }

    // In panels by block, whose columns are taps, each with its channels; of single channels by tap.
    static void pack(const Transposed &t, const Real *w, Real *packed)
    {
        const int64_t taps = t.taps(), inputs = t.inputs(), outputs = t.outputs();
        if (is_depthwise(inputs, outputs)) {
            for (int64_t i = 0; i < t.groups * taps; ++i)
                packed[i % taps * t.groups + i / taps] = w[i];
            return;
        }
        const Blocks blocks = blocks_of(t.groups, inputs, outputs);
        for (int64_t block = 0; block < blocks.count; ++block) {
            const int64_t group = block / blocks.per_group, first = block % blocks.per_group * blocks.channels;
            const auto at = [&](int64_t column, int64_t k) {
                const int64_t channel = first + column % blocks.channels;
                return channel < outputs ? w[((group * inputs + k) * outputs + channel) * taps + column / blocks.channels] : Real{0};
            };
            pack_panels_of(at, inputs, blocks.channels * taps, packed + block * panel_elements(inputs, blocks.channels * taps));
        }
    }

private:
    Block block(int64_t number) const
    {
        const int64_t all = is_depthwise(t_.inputs(), t_.outputs()) ? t_.groups : t_.outputs();
        const int64_t group = number / blocks_.per_group, first = number % blocks_.per_group * blocks_.channels;
        const int64_t channel = group * t_.outputs() + first;
        return {is_depthwise(t_.inputs(), t_.outputs()) ? channel : group * t_.inputs(), channel, std::min(blocks_.channels, all - first)};
    }

    // A block of channels of one image.
    void make(Values values, const Real *weights, Real *products, int64_t image, int64_t number) const
    {
        const Block block = this->block(number);
        const int64_t x_channels = t_.x.dims[1], y_channels = t_.y.dims[1], row = size_[2] * x_channels;
        const Real *x = reinterpret_cast<const Real *>(values[t_.x.value]) + image * size_[0] * size_[1] * row + block.x_channel;
        Real *y = reinterpret_cast<Real *>(values[t_.y.value]) + image * out_[0] * out_[1] * out_[2] * y_channels + block.channel;
        begin(values, block, y);
        for (int64_t a = 0; a < size_[0]; ++a)
            for (int64_t b = 0; b < size_[1]; ++b, x += row)
                is_depthwise(t_.inputs(), t_.outputs()) ? add_each(x, weights + block.x_channel, block, {a, b, 0}, y) : add_products(x, weights, products, number, block, {a, b, 0}, y);
        if (t_.clamp.none())
            return;
        for (int64_t place = 0; place < out_[0] * out_[1] * out_[2]; ++place)
            CellsOf<Real>::type::bound(y + place * y_channels, block.channels, t_.clamp.min, t_.clamp.max);
    }

    // The bias everywhere, or 0.
    void begin(Values values, const Block &block, Real *y) const
    {
        const Real *bias = t_.bias.dims.empty() ? nullptr : reinterpret_cast<const Real *>(values[t_.bias.value]) + block.channel;
        for (int64_t place = 0; place < out_[0] * out_[1] * out_[2]; ++place, y += t_.y.dims[1])
            bias == nullptr ? std::fill_n(y, block.channels, Real{0}) : std::copy_n(bias, block.channels, y);
    }

    // Where along an axis a tap of the window at a position lies.
    int64_t place(size_t axis, int64_t position, int64_t tap) const
    {
        return position * t_.window.stride[axis] + tap * t_.window.dilation[axis] - t_.window.pad_begin[axis];
    }

    // Calls body(tap, first position, last position (exclusive), offset of the first one's place in y) for each tap and the positions of a row that reach the result.
    template <typename Body> void each_tap(const Axes &at, int64_t first, int64_t last, const Body &body) const
    {
        const Dims &kernel = t_.window.kernel;
        const int64_t stride = t_.window.stride[2];
        for (int64_t tap = 0; tap < t_.taps(); ++tap) {
            const int64_t a = place(0, at[0], tap / (kernel[1] * kernel[2])), b = place(1, at[1], tap / kernel[2] % kernel[1]), shift = place(2, 0, tap % kernel[2]);
            if (a < 0 || a >= out_[0] || b < 0 || b >= out_[1] || shift >= out_[2])
                continue;
            const int64_t from = std::max(first, shift < 0 ? (-shift + stride - 1) / stride : 0), to = std::min(last, (out_[2] - 1 - shift) / stride + 1);
            if (from < to)
                body(tap, from, to, ((a * out_[1] + b) * out_[2] + from * stride + shift) * t_.y.dims[1]);
        }
    }

    void add_products(const Real *x, const Real *weights, Real *products, int64_t number, const Block &block, const Axes &at, Real *y) const
    {
        const int64_t columns = blocks_.channels * t_.taps(), x_step = t_.x.dims[1], y_step = t_.window.stride[2] * t_.y.dims[1];
        for (int64_t first = 0; first < size_[2]; first += kPositions) {
            const int64_t count = std::min(kPositions, size_[2] - first);
            std::fill_n(products, count * columns, Real{0});
            add_product(RowProduct<Real>{x + first * x_step, x_step, count, t_.inputs(), columns, weights + number * panel_elements(t_.inputs(), columns), products, columns});
            each_tap(at, first, first + count, [&](int64_t tap, int64_t from, int64_t to, int64_t offset) {
                CellsOf<Real>::type::add_rows(products + (from - first) * columns + tap * blocks_.channels, columns, to - from, block.channels, y + offset, y_step);
            });
        }
    }

    void add_each(const Real *x, const Real *weights, const Block &block, const Axes &at, Real *y) const
    {
        const int64_t x_step = t_.x.dims[1], y_step = t_.window.stride[2] * t_.y.dims[1];
        each_tap(at, 0, size_[2], [&](int64_t tap, int64_t from, int64_t to, int64_t offset) {
            const Real *factors = weights + tap * t_.groups;
            for (int64_t position = from; position < to; ++position) {
                const Real *values = x + position * x_step;
                Real *sums = y + offset + (position - from) * y_step;
                for (int64_t channel = 0; channel < block.channels; ++channel)
                    sums[channel] += values[channel] * factors[channel];
            }
        });
    }

    Transposed t_;
    Blocks blocks_;
    Axes size_, out_;
    uint32_t work_;
    const Real *packed_;  // null: the weights are no constants
    int threads_;
};

}  // namespace

std::optional<int64_t> transposed_work(const Dims &x, const Dims &y, const Dims &w, int64_t groups)
{
    const Blocks blocks = blocks_of(groups, x[1] / groups, y[1] / groups);
    Dims sizes(w.begin() + 2, w.end());
    sizes.insert(sizes.end(), {x[0], blocks.count, std::max<int64_t>(kPositions, x[1] / groups), blocks.channels + kPanelColumns});
    return element_count(sizes);
}

template <typename Real> void add_transposed(Builder &builder, Transposed t)
{
    using Made = TransposedStep<Real>;
    const std::byte *constant = builder.constant_data(t.w);
    std::byte *packed = nullptr;
    if (constant != nullptr) {
        packed = builder.own(static_cast<uint64_t>(Made::weight_elements(t)) * sizeof(Real));
        Made::pack(t, reinterpret_cast<const Real *>(constant), reinterpret_cast<Real *>(packed));
    }
    const Blocks blocks = blocks_of(t.groups, t.inputs(), t.outputs());
    const int64_t elements = t.images() * blocks.count * Made::product_elements(t) + (packed == nullptr ? Made::weight_elements(t) : 0);
    const uint32_t work = builder.scratch(static_cast<uint64_t>(std::max<int64_t>(elements, 1)) * sizeof(Real));
    const int threads = builder.threads_for(t.multiply_adds());
    std::vector<uint32_t> used{t.x.value, t.w.value, t.y.value, work};
    if (!t.bias.dims.empty())
        used.push_back(t.bias.value);
    builder.add(std::make_unique<Made>(std::move(t), work, packed, threads), used);
}

template void add_transposed<float>(Builder &, Transposed);
template void add_transposed<double>(Builder &, Transposed);

}  // namespace accel::cpu
