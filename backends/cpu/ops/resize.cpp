// SPDX-License-Identifier: MIT
// RESIZE: places and weights of each axis are made when the plan is; a run only moves or adds up.
//
// Nearest values are looked up row by row, and a row that has the sources of the one before it is copied from there. Lines and cubics are added up axis by axis: those that shrink first,
// of those that grow the innermost one first, because the others have rows to add up side by side. Both see axes in the order in which they lie in memory.
#include "../builder.h"
#include "../checker.h"
#include "../nodes/nodes.h"
#include "ops.h"

#include "../nodes/folded.h"
#include "../nodes/resampling.h"
#include "../nodes/walk.h"
#include "../nodes/weighted.h"

#include <accel/graph/description.h>
#include <accel/graph/reals.h>

#include <functional>
#include <numeric>

namespace accel::cpu {
namespace {

Resampling read_resampling(const graph::Applied &node)
{
    Resampling how;
    how.interpolation = interpolation_named(node.string(ACCEL_ATTRIBUTE_MODE)).value();
    how.coordinates = coordinates_named(node.string(ACCEL_ATTRIBUTE_COORDINATES)).value();
    how.nearest = nearest_named(node.string(ACCEL_ATTRIBUTE_NEAREST)).value();
    how.cubic = static_cast<double>(graph::real(*node.node, ACCEL_ATTRIBUTE_CUBIC_COEFFICIENT).value_or(-0.75f));
    how.excludes_outside = node.integer(ACCEL_ATTRIBUTE_EXCLUDE_OUTSIDE, 0) != 0;
    how.antialias = node.integer(ACCEL_ATTRIBUTE_ANTIALIAS, 0) != 0;
    return how;
}

// With both scales and sizes, sizes say how many positions there are, and scales where they lie.
std::vector<ResampledAxis> read_axes(const graph::Applied &node)
{
    const auto scales = graph::reals_at(node, ACCEL_OPERAND_RESIZE_SCALES), roi = graph::reals_at(node, ACCEL_OPERAND_RESIZE_ROI);
    const size_t rank = node.operands[0]->rank;
    std::vector<ResampledAxis> axes(rank);
    for (size_t i = 0; i < rank; ++i) {
        ResampledAxis &axis = axes[i];
        axis.from = node.operands[0]->dims[i].size, axis.to = node.results[0]->dims[i].size;
        axis.scale = scales ? static_cast<double>((*scales)[i]) : static_cast<double>(axis.to) / static_cast<double>(axis.from);
        axis.length = scales ? axis.scale * static_cast<double>(axis.from) : static_cast<double>(axis.to);
        if (roi && roi->size() == 2 * rank)
            axis.begin = static_cast<double>((*roi)[i]), axis.end = static_cast<double>((*roi)[rank + i]);
    }
    return axes;
}

// One axis among those in front of it and those behind it, as they lie.
struct Around {
    int64_t outer = 1, inner = 1;
};

Around around(const Dims &dims, size_t axis)
{
    const auto at = dims.begin() + static_cast<std::ptrdiff_t>(axis);
    return {std::accumulate(dims.begin(), at, int64_t{1}, std::multiplies<>()), std::accumulate(at + 1, dims.end(), int64_t{1}, std::multiplies<>())};
}

// Axes in the order in which they lie.
std::vector<size_t> order_of(size_t rank, Layout layout)
{
    std::vector<size_t> order(rank);
    std::iota(order.begin(), order.end(), size_t{0});
    if (layout == Layout::kChannelsLast && rank > 2)
        std::rotate(order.begin() + 1, order.begin() + 2, order.end());
    return order;
}

template <typename Word> class NearestStep : public Step {
public:
    NearestStep(const View &x, const View &y, const Resampling &how, const std::vector<ResampledAxis> &axes, int threads) : x_(x.value),
                                                                                                                            y_(y.value),
                                                                                                                            threads_(threads)
    {
        size_t line = axes.size();
        while (line > 0 && axes[line - 1].is_kept(how))
            block_ *= axes[--line].from;
        int64_t stride = block_;
        for (size_t axis = line; axis-- > 0;) {
            std::vector<int64_t> places;
            if (axes[axis].is_kept(how)) {
                places.resize(static_cast<size_t>(axes[axis].to));
                std::iota(places.begin(), places.end(), int64_t{0});
            } else {
                places = make_taps(how, axes[axis]).place;
            }
            if (axis + 1 == line)
                line_ = places, factor_ = axes[axis].to / axes[axis].from;
            for (int64_t &place : places)
                place *= stride;
            stride *= axes[axis].from;
            if (axis + 1 < line)
                fronts_.insert(fronts_.begin(), std::move(places)), rows_ *= axes[axis].to;
        }
        for (size_t i = 0; i < line_.size(); ++i)
            factor_ = factor_ > 0 && line_[i] == static_cast<int64_t>(i) / factor_ ? factor_ : 0;
        width_ = static_cast<int64_t>(line_.size()) * block_;
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const Word *>(values[x_]);
        auto *y = reinterpret_cast<Word *>(values[y_]);
        parallel_for(threads_, rows_, std::max<int64_t>(kParallelElements / 4 / width_, 1), [&](int64_t first, int64_t last) {
            int64_t before = -1;
            for (int64_t row = first; row < last; ++row) {
                const int64_t from = source(row);
                Word *to = y + row * width_;
                if (from == before)
                    std::memcpy(to, to - width_, static_cast<size_t>(width_) * sizeof(Word));
                else
                    expand(x + from, to);
                before = from;
            }
        });
        return true;
    }

private:
    int64_t source(int64_t row) const
    {
        int64_t from = 0;
        for (size_t axis = fronts_.size(); axis-- > 0;) {
            const auto size = static_cast<int64_t>(fronts_[axis].size());
            from += fronts_[axis][static_cast<size_t>(row % size)];
            row /= size;
        }
        return from;
    }

    void expand(const Word *x, Word *y) const
    {
        const auto count = static_cast<int64_t>(line_.size());
        if (block_ > 1) {
            for (int64_t i = 0; i < count; ++i)
                std::memcpy(y + i * block_, x + line_[static_cast<size_t>(i)] * block_, static_cast<size_t>(block_) * sizeof(Word));
        } else if (factor_ == 2) {
            for (int64_t i = 0; i < count / 2; ++i)
                y[2 * i] = y[2 * i + 1] = x[i];
        } else {
            for (int64_t i = 0; i < count; ++i)
                y[i] = x[line_[static_cast<size_t>(i)]];
        }
    }

    std::vector<std::vector<int64_t>> fronts_;  // offsets, of the axes in front of the line
    std::vector<int64_t> line_;                 // places along the last axis that is resized
    int64_t factor_ = 0;                        // how often each value of the line is there, if that is all; else 0
    int64_t block_ = 1, rows_ = 1, width_ = 1;  // elements behind the line's axis; rows; elements of one
    uint32_t x_, y_;
    int threads_;
};

// The axes that are resized, in the order in which little is done.
std::vector<size_t> turns(const Resampling &how, const std::vector<ResampledAxis> &axes)
{
    std::vector<size_t> turns;
    for (size_t axis = 0; axis < axes.size(); ++axis)
        if (!axes[axis].is_kept(how))
            turns.push_back(axis);
    const auto grows = [&](size_t axis) { return axes[axis].to > axes[axis].from; };
    std::ranges::stable_sort(turns, [&](size_t a, size_t b) { return grows(a) != grows(b) ? grows(b) : grows(a) ? a > b
                                                                                                                : a < b; });
    return turns;
}

template <typename T, typename Real> class InterpolateStep : public Step {
public:
    InterpolateStep(Builder &builder, const View &x, const View &y, const Resampling &how, const std::vector<ResampledAxis> &axes) : x_(x.value),
                                                                                                                                     y_(y.value),
                                                                                                                                     threads_(builder.threads())
    {
        Dims dims;
        for (const ResampledAxis &axis : axes)
            dims.push_back(axis.from);
        for (const size_t axis : turns(how, axes)) {
            Taps taps = make_taps(how, axes[axis]);
            const Around place = around(dims, axis);
            passes_.push_back({place.outer, axes[axis].from, axes[axis].to, place.inner, taps.width, std::move(taps.place), std::vector<Real>(taps.weight.begin(), taps.weight.end())});
            dims[axis] = axes[axis].to;
        }
        for (size_t i = 0; i + 1 < passes_.size() && i < 2; ++i) {
            int64_t most = 0;
            for (size_t pass = i; pass + 1 < passes_.size(); pass += 2)
                most = std::max(most, passes_[pass].elements());
            between_[i] = builder.scratch(static_cast<uint64_t>(most) * sizeof(Real));
        }
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const T *>(values[x_]);
        auto *y = reinterpret_cast<T *>(values[y_]);
        const Real *before = nullptr;
        for (size_t i = 0; i < passes_.size(); ++i) {
            const bool last = i + 1 == passes_.size();
            Real *after = last ? nullptr : reinterpret_cast<Real *>(values[between_[i % 2]]);
            if (before == nullptr && last)
                PassRun<Real, T, T>(passes_[i], x, y).run(threads_);
            else if (before == nullptr)
                PassRun<Real, T, Real>(passes_[i], x, after).run(threads_);
            else if (last)
                PassRun<Real, Real, T>(passes_[i], before, y).run(threads_);
            else
                PassRun<Real, Real, Real>(passes_[i], before, after).run(threads_);
            before = after;
        }
        return true;
    }

    std::vector<uint32_t> values() const
    {
        std::vector<uint32_t> all{x_, y_};
        for (size_t i = 0; i + 1 < passes_.size() && i < 2; ++i)
            all.push_back(between_[i]);
        return all;
    }

private:
    std::vector<Pass<Real>> passes_;
    std::array<uint32_t, 2> between_{};
    uint32_t x_, y_;
    int threads_;
};

// What lies outside of the part that is taken.
template <typename T> class BeyondStep : public Step {
public:
    BeyondStep(const View &y, const Resampling &how, const std::vector<ResampledAxis> &axes, T value) : value_(value),
                                                                                                        y_(y.value)
    {
        Dims dims;
        for (const ResampledAxis &axis : axes)
            dims.push_back(axis.to);
        for (size_t axis = 0; axis < axes.size(); ++axis)
            if (!axes[axis].is_kept(how))
                parts_.push_back({around(dims, axis), dims[axis], make_taps(how, axes[axis]).beyond});
    }

    bool any() const
    {
        return std::ranges::any_of(parts_, [](const Part &part) { return !part.places.empty(); });
    }

    bool run(Values values, StepState *) const noexcept override
    {
        auto *y = reinterpret_cast<T *>(values[y_]);
        for (const Part &part : parts_)
            for (int64_t outer = 0; outer < part.around.outer; ++outer)
                for (const int64_t place : part.places)
                    std::fill_n(y + (outer * part.size + place) * part.around.inner, part.around.inner, value_);
        return true;
    }

private:
    struct Part {
        Around around;
        int64_t size;
        std::vector<int64_t> places;
    };

    std::vector<Part> parts_;
    T value_;
    uint32_t y_;
};

// Weights of all positions of all axes; more are no table any more.
constexpr int64_t kMostTaps = int64_t{1} << 26;

void check_resize(const Checker &c)
{
    check_types(c, Numbers{});
    c.kept();
    const graph::Applied &node = c.applied();
    const auto interpolation = interpolation_named(node.string(ACCEL_ATTRIBUTE_MODE));
    if (!interpolation)
        refuse_attribute(ACCEL_ATTRIBUTE_MODE);
    if (!coordinates_named(node.string(ACCEL_ATTRIBUTE_COORDINATES)))
        refuse_attribute(ACCEL_ATTRIBUTE_COORDINATES);
    if (!nearest_named(node.string(ACCEL_ATTRIBUTE_NEAREST)))
        refuse_attribute(ACCEL_ATTRIBUTE_NEAREST);
    const Resampling how = read_resampling(node);
    if (how.interpolation == Interpolation::kNearest && how.antialias)
        refuse_attribute(ACCEL_ATTRIBUTE_ANTIALIAS, 1, 0);
    // Stored values are looked up, and nothing else.
    if (how.interpolation != Interpolation::kNearest || how.coordinates == Coordinates::kCropAndResize)
        c.unscaled(c.operand(0));
    int64_t taps = 0;
    for (const ResampledAxis &axis : read_axes(node))
        if (__builtin_mul_overflow(axis.to, axis.is_kept(how) ? 0 : tap_count(how, axis), &taps) || taps > kMostTaps)
            refuse(ACCEL_REASON_SIZE, c.operand(0), axis.from, kMostTaps / 4);
}

template <typename T> void add_resize(Builder &builder, const graph::Applied &node, const View &x, const View &y, const Resampling &how, const std::vector<ResampledAxis> &axes)
{
    using Real = std::conditional_t<(sizeof(T) > 2 && !std::is_same_v<T, float>), double, float>;
    using Word = std::conditional_t<sizeof(T) == 1, uint8_t, std::conditional_t<sizeof(T) == 2, uint16_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>>;
    if (how.interpolation == Interpolation::kNearest) {
        builder.add(std::make_unique<NearestStep<Word>>(x, y, how, axes, builder.threads()), {x.value, y.value});
    } else {
        auto step = std::make_unique<InterpolateStep<T, Real>>(builder, x, y, how, axes);
        const std::vector<uint32_t> values = step->values();
        builder.add(std::move(step), values);
    }
    const float outside = graph::real(*node.node, ACCEL_ATTRIBUTE_EXTRAPOLATION).value_or(0);
    auto beyond = std::make_unique<BeyondStep<T>>(y, how, axes, stored<T>(static_cast<Real>(outside)));
    if (beyond->any())
        builder.add(std::move(beyond), {y.value});
}

void prepare_resize(Builder &builder, const Node &node)
{
    const Layout layout = builder.layout_of(node.inputs[0]);
    const View x = builder.in_layout(node.inputs[0], layout), y = builder.define(node.outputs[0], layout);
    const graph::NodeDesc described(builder.graph(), node);
    const graph::Applied applied = described.get();
    const Resampling how = read_resampling(applied);
    const std::vector<ResampledAxis> given = read_axes(applied);
    std::vector<ResampledAxis> axes;
    for (const size_t axis : order_of(given.size(), layout))
        axes.push_back(given[axis]);
    if (std::ranges::all_of(axes, [&](const ResampledAxis &axis) { return axis.is_kept(how); }))
        return builder.add(make_copy_step(x, y, builder.threads()), {x.value, y.value});
    with_type(Numbers{}, x.type, [&]<typename T>(T) { add_resize<T>(builder, applied, x, y, how, axes); });
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_RESIZE, 1, check_resize, prepare_resize},
};

}  // namespace

const std::span<const CpuOp> kResizeOps = kRows;

}  // namespace accel::cpu
