// SPDX-License-Identifier: MIT
// The step that takes maxima of windows row by row.
#include "maximum_rows.h"

#include "../kernels/floats.h"
#include "../team.h"
#include "walk.h"

#include <limits>

namespace accel::cpu {
namespace {

constexpr int64_t kMostElements = 4096;  // of a padded row
constexpr int64_t kMostTaps = 64;        // of a window, along one axis
constexpr float kLowest = -std::numeric_limits<float>::infinity();

struct Axis {
    int64_t size = 1, outputs = 1, kernel = 1, stride = 1, dilation = 1, pad = 0;

    int64_t padded() const { return (outputs - 1) * stride + (kernel - 1) * dilation + 1; }
};

Axis axis_of(const Dims &x, const Dims &y, const Window &window, size_t axis)
{
    return {x[axis + 2], y[axis + 2], window.kernel[axis], window.stride[axis], window.dilation[axis], window.pad_begin[axis]};
}

// A line is a row of the output. inner_: what lies together at each column, the channels or one element.
class MaximumRowsStep : public Step {
public:
    MaximumRowsStep(const View &x, const View &y, const Window &window, Clamp clamp, int threads, int64_t inner)
        : kernels_(float_kernels()),
          x_(x.value),
          y_(y.value),
          planes_(x.dims[0] * x.dims[1] / inner),
          inner_(inner),
          clamp_(clamp),
          threads_(threads)
    {
        const size_t axes = window.axes();
        columns_ = axis_of(x.dims, y.dims, window, axes - 1);
        if (axes == 2)
            rows_ = axis_of(x.dims, y.dims, window, 0);
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const float *>(values[x_]);
        auto *y = reinterpret_cast<float *>(values[y_]);
        const int64_t lines = planes_ * rows_.outputs, work = rows_.kernel * columns_.size * inner_;
        const int threads = lines * work < kParallelElements ? 1 : threads_;
        parallel_for(threads, lines, std::max<int64_t>(kParallelElements / 4 / work, 1),
                     [&](int64_t first, int64_t last) { some_lines(x, first, last, y); });
        return true;
    }

private:
    void some_lines(const float *x, int64_t first, int64_t last, float *y) const
    {
        float joined[kMostElements];
        std::fill_n(joined, columns_.padded() * inner_, kLowest);
        const int64_t elements = columns_.outputs * inner_, plane = rows_.size * columns_.size * inner_;
        for (int64_t line = first; line < last; ++line) {
            float *to = y + line * elements;
            join_rows(x + line / rows_.outputs * plane, line % rows_.outputs * rows_.stride - rows_.pad, joined);
            join_columns(joined, to);
            if (!clamp_.none())
                kernels_.bound(to, elements, clamp_.min, clamp_.max, to);
        }
    }

    // The maxima of the rows under a window that starts at `origin`; the padding at both ends stays as it is.
    void join_rows(const float *x, int64_t origin, float *joined) const
    {
        const int64_t inside = std::max<int64_t>(std::min(columns_.size, columns_.padded() - columns_.pad), 0) * inner_;
        float *to = joined + columns_.pad * inner_;
        const float *rows[kMostTaps];
        int64_t number = 0;
        for (int64_t k = 0; k < rows_.kernel; ++k) {
            const int64_t row = origin + k * rows_.dilation;
            if (row >= 0 && row < rows_.size)
                rows[number++] = x + row * columns_.size * inner_;
        }
        if (number == 0)
            std::fill_n(to, inside, kLowest);
        else
            kernels_.join_maximum(rows, number, inside, 1, to);
    }

    void join_columns(const float *joined, float *y) const
    {
        if (columns_.stride == 1)
            return join_shifted(joined, columns_.outputs * inner_, 1, y);
        if (inner_ == 1 && columns_.stride == 2)
            return join_shifted(joined, columns_.outputs, 2, y);
        for (int64_t column = 0; column < columns_.outputs; ++column) {
            const float *from = joined + column * columns_.stride * inner_;
            inner_ == 1 ? join_one(from, y + column) : join_shifted(from, inner_, 1, y + column * inner_);
        }
    }

    void join_shifted(const float *joined, int64_t count, int64_t step, float *y) const
    {
        const float *shifted[kMostTaps];
        for (int64_t k = 0; k < columns_.kernel; ++k)
            shifted[k] = joined + k * columns_.dilation * inner_;
        kernels_.join_maximum(shifted, columns_.kernel, count, step, y);
    }

    void join_one(const float *from, float *y) const
    {
        float most = from[0];
        for (int64_t k = 1; k < columns_.kernel; ++k) {
            const float next = from[k * columns_.dilation];
            most = next > most || next != next ? next : most;
        }
        *y = most;
    }

    const FloatKernels &kernels_;
    uint32_t x_, y_;
    int64_t planes_, inner_;
    Axis rows_, columns_;
    Clamp clamp_;
    int threads_;
};

}  // namespace

bool takes_rows(const Dims &x, const Dims &y, const Window &window, int64_t inner)
{
    const size_t axes = window.axes();
    if (axes != 1 && axes != 2)
        return false;
    const Axis columns = axis_of(x, y, window, axes - 1);
    const int64_t most = kMostElements / inner;
    return columns.padded() <= most && columns.pad <= most && std::ranges::max(window.kernel) <= kMostTaps;
}

std::unique_ptr<Step> make_maximum_rows_step(const View &x, const View &y, const Window &window, Clamp clamp, int threads, int64_t inner)
{
    return std::make_unique<MaximumRowsStep>(x, y, window, clamp, threads, inner);
}

}  // namespace accel::cpu
