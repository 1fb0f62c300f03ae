// SPDX-License-Identifier: MIT
// GRID_SAMPLE: for each position the places that count and their weights are found once, and are the same for every channel.
#include "../builder.h"
#include "../checker.h"
#include "ops.h"

#include "../nodes/folded.h"

#include <accel/graph/description.h>

#include <array>
#include <cmath>

namespace accel::cpu {
namespace {

constexpr size_t kMostSpatial = 3, kMostTaps = 64;  // four along each axis

enum class Between { kNearest,
                     kLinear,
                     kCubic };
enum class Beyond { kZeros,
                    kBorder,
                    kReflection };

struct Sampling {
    Between between = Between::kLinear;
    Beyond beyond = Beyond::kZeros;
    bool align_corners = false;
};

// One spatial axis of x.
struct SampledAxis {
    int64_t size, stride;
    double low, high;  // where values begin to be mirrored

    double at(double coordinate, bool align_corners) const
    {
        const auto length = static_cast<double>(size);
        return align_corners ? (coordinate + 1) / 2 * (length - 1) : ((coordinate + 1) * length - 1) / 2;
    }

    double mirrored(double x) const
    {
        const double width = high - low;
        if (!(width > 0))
            return low;
        const double along = std::fmod(std::fabs(x - low), 2 * width);
        return low + (along > width ? 2 * width - along : along);
    }

    // What is beyond the borders moves as far as its kind says; what no number says lies in front of them.
    double settled(double x, Beyond beyond) const
    {
        constexpr double kFar = 8;  // no window reaches so far back
        const auto last = static_cast<double>(size - 1);
        if (!(x > -kFar * 1e15 && x < kFar * 1e15))
            x = x > 0 ? last + kFar : -kFar;
        if (beyond == Beyond::kZeros)
            return std::clamp(x, -kFar, last + kFar);
        if (x >= low && x <= high)
            return x;
        return beyond == Beyond::kBorder ? std::clamp(x, 0.0, last) : mirrored(x);
    }

    // Nothing: there is a zero.
    int64_t place(double x, Beyond beyond) const
    {
        const auto last = static_cast<double>(size - 1);
        if (x >= 0 && x <= last)
            return static_cast<int64_t>(x);
        if (beyond == Beyond::kZeros)
            return -1;
        return static_cast<int64_t>(std::clamp(beyond == Beyond::kBorder ? x : std::floor(mirrored(x)), 0.0, last));
    }
};

double cubic_weight(double distance)
{
    constexpr double kA = -0.75;
    const double d = std::fabs(distance);
    return d <= 1 ? ((kA + 2) * d - (kA + 3)) * d * d + 1 : ((kA * d - 5 * kA) * d + 8 * kA) * d - 4 * kA;
}

struct Taps {
    size_t count = 1;
    std::array<int64_t, kMostTaps> offset{};
    std::array<double, kMostTaps> weight{1};

    // Every tap so far at every place along one more axis.
    void spread(const SampledAxis &axis, double x, const Sampling &how)
    {
        if (how.between == Between::kNearest)
            x = std::rint(x);
        x = axis.settled(x, how.beyond);
        const int first = how.between == Between::kCubic ? -1 : 0, last = how.between == Between::kCubic ? 2 : how.between == Between::kLinear ? 1
                                                                                                                                               : 0;
        const double left = std::floor(x);
        const Taps before = *this;
        count = 0;
        for (int step = first; step <= last; ++step) {
            const int64_t place = axis.place(left + step, how.beyond);
            if (place < 0)
                continue;
            const double distance = x - left - step;
            const double part = how.between == Between::kCubic ? cubic_weight(distance) : how.between == Between::kLinear ? 1 - std::fabs(distance)
                                                                                                                          : 1;
            for (size_t tap = 0; tap < before.count; ++tap, ++count) {
                offset[count] = before.offset[tap] + place * axis.stride;
                weight[count] = before.weight[tap] * part;
            }
        }
    }
};

template <typename T, typename G> class SampleStep : public Step {
public:
    SampleStep(const View &x, const View &grid, const View &y, std::vector<SampledAxis> axes, Sampling how, int threads) : axes_(std::move(axes)),
                                                                                                                           how_(how),
                                                                                                                           batches_(x.dims[0]),
                                                                                                                           channels_(x.dims[1]),
                                                                                                                           plane_(x.strides[1]),
                                                                                                                           positions_(y.strides[1]),
                                                                                                                           x_(x.value),
                                                                                                                           grid_(grid.value),
                                                                                                                           y_(y.value),
                                                                                                                           threads_(threads) {}

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const T *>(values[x_]);
        const auto *grid = reinterpret_cast<const G *>(values[grid_]);
        auto *y = reinterpret_cast<T *>(values[y_]);
        const int64_t grain = std::max<int64_t>(kParallelElements / 32 / std::max<int64_t>(channels_, 1), 1);
        parallel_for(threads_, batches_ * positions_, grain, [&](int64_t first, int64_t last) {
            for (int64_t i = first; i < last; ++i) {
                const int64_t batch = i / positions_;
                sample(x + batch * channels_ * plane_, grid + i * static_cast<int64_t>(axes_.size()), y + batch * channels_ * positions_ + i % positions_);
            }
        });
        return true;
    }

private:
    void sample(const T *x, const G *coordinates, T *y) const
    {
        Taps taps;
        for (size_t axis = 0; axis < axes_.size(); ++axis)  // the last axis has the first coordinate
            taps.spread(axes_[axis], axes_[axis].at(static_cast<double>(coordinates[axes_.size() - 1 - axis]), how_.align_corners), how_);
        for (int64_t channel = 0; channel < channels_; ++channel) {
            const T *plane = x + channel * plane_;
            double sum = 0;
            for (size_t tap = 0; tap < taps.count; ++tap)
                sum += taps.weight[tap] * static_cast<double>(plane[taps.offset[tap]]);
            y[channel * positions_] = static_cast<T>(static_cast<Wide<T>>(sum));
        }
    }

    std::vector<SampledAxis> axes_;
    Sampling how_;
    int64_t batches_, channels_, plane_, positions_;
    uint32_t x_, grid_, y_;
    int threads_;
};

void check_sample(const Checker &c)
{
    check_plain(c, Reals{});
    c.rank(kMostSpatial + 2);
    c.same_type(c.result(), c.input(0).type);
}

void prepare_sample(Builder &builder, const Node &node)
{
    const View x = builder.in_layout(node.inputs[0], Layout::kRowMajor), grid = builder.in_layout(node.inputs[1], Layout::kRowMajor), y = builder.define(node.outputs[0], Layout::kRowMajor);
    const graph::NodeDesc desc(builder.graph(), node);
    const std::string_view mode = desc.get().string(ACCEL_ATTRIBUTE_MODE), padding = desc.get().string(ACCEL_ATTRIBUTE_PADDING_MODE);
    const Sampling how{mode == "nearest" ? Between::kNearest : mode == "cubic" ? Between::kCubic
                                                                               : Between::kLinear,
                       padding == "border" ? Beyond::kBorder : padding == "reflection" ? Beyond::kReflection
                                                                                       : Beyond::kZeros,
                       node.integer(ACCEL_ATTRIBUTE_ALIGN_CORNERS, 0) != 0};
    std::vector<SampledAxis> axes;
    for (size_t axis = 2; axis < x.dims.size(); ++axis) {
        const auto size = static_cast<double>(x.dims[axis]);
        axes.push_back({x.dims[axis], x.strides[axis], how.align_corners ? 0 : -0.5, how.align_corners ? size - 1 : size - 0.5});
    }
    with_type(Reals{}, x.type, [&]<typename T>(T) {
        with_type(Reals{}, grid.type, [&]<typename G>(G) {
            builder.add(std::make_unique<SampleStep<T, G>>(x, grid, y, axes, how, builder.threads()), {x.value, grid.value, y.value});
        });
    });
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_GRID_SAMPLE, 1, check_sample, prepare_sample},
};

}  // namespace

const std::span<const CpuOp> kSampleOps = kRows;

}  // namespace accel::cpu
