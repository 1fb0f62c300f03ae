// SPDX-License-Identifier: MIT
#include "maximum_rows.h"

#include "../kernels/floats.h"
#include "../team.h"
#include "walk.h"

#include <limits>

namespace accel::cpu
{
namespace
{

constexpr int64_t kMostColumns = 4096; // of a padded row
constexpr int64_t kMostTaps = 64;      // of a window, along one axis
constexpr float kLowest = -std::numeric_limits<float>::infinity();

struct Axis {
    int64_t size = 1, outputs = 1, kernel = 1, stride = 1, dilation = 1, pad = 0;

    int64_t padded() const { return (outputs - 1) * stride + (kernel - 1) * dilation + 1; }
};

Axis axis_of(const Dims &x, const Dims &y, const Window &window, size_t axis)
{
    return {x[axis + 2], y[axis + 2], window.kernel[axis], window.stride[axis], window.dilation[axis], window.pad_begin[axis]};
}

class MaximumRowsStep : public Step
{
public:
    MaximumRowsStep(const View &x, const View &y, const Window &window, Clamp clamp, int threads)
        : kernels_(float_kernels()), x_(x.value), y_(y.value), planes_(x.dims[0] * x.dims[1]), clamp_(clamp), threads_(threads)
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
        const int64_t work = rows_.outputs * rows_.kernel * columns_.size;
        const int threads = planes_ * work < kParallelElements ? 1 : threads_;
        parallel_for(threads, planes_, std::max<int64_t>(kParallelElements / 4 / work, 1), [&](int64_t first, int64_t last) {
            for (int64_t plane = first; plane < last; ++plane)
                one_plane(x + plane * rows_.size * columns_.size, y + plane * rows_.outputs * columns_.outputs);
        });
        return true;
    }

private:
    void one_plane(const float *x, float *y) const
    {
        float joined[kMostColumns];
        std::fill_n(joined, columns_.padded(), kLowest);
        for (int64_t row = 0; row < rows_.outputs; ++row, y += columns_.outputs) {
            join_rows(x, row * rows_.stride - rows_.pad, joined);
            join_columns(joined, y);
            if (!clamp_.none())
                kernels_.bound(y, columns_.outputs, clamp_.min, clamp_.max, y);
        }
    }

    // The maxima of the rows under a window that starts at `origin`; the padding at both ends stays as it is.
    void join_rows(const float *x, int64_t origin, float *joined) const
    {
        const int64_t inside = std::max<int64_t>(std::min(columns_.size, columns_.padded() - columns_.pad), 0);
        const float *rows[kMostTaps];
        int64_t number = 0;
        for (int64_t k = 0; k < rows_.kernel; ++k) {
            const int64_t row = origin + k * rows_.dilation;
            if (row >= 0 && row < rows_.size)
                rows[number++] = x + row * columns_.size;
        }
        if (number == 0)
            std::fill_n(joined + columns_.pad, inside, kLowest);
        else
            kernels_.join_maximum(rows, number, inside, 1, joined + columns_.pad);
    }

    void join_columns(const float *joined, float *y) const
    {
        const int64_t outputs = columns_.outputs, stride = columns_.stride;
        if (stride > 2)
            return join_strided(joined, y);
        const float *shifted[kMostTaps];
        for (int64_t k = 0; k < columns_.kernel; ++k)
            shifted[k] = joined + k * columns_.dilation;
        kernels_.join_maximum(shifted, columns_.kernel, outputs, stride, y);
    }

    void join_strided(const float *joined, float *y) const
    {
        for (int64_t column = 0; column < columns_.outputs; ++column) {
            const float *from = joined + column * columns_.stride;
            float most = from[0];
            for (int64_t k = 1; k < columns_.kernel; ++k) {
                const float next = from[k * columns_.dilation];
                most = next > most || next != next ? next : most;
            }
            y[column] = most;
        }
    }

    const FloatKernels &kernels_;
    uint32_t x_, y_;
    int64_t planes_;
    Axis rows_, columns_;
    Clamp clamp_;
    int threads_;
};

} // namespace

bool takes_rows(const Dims &x, const Dims &y, const Window &window)
{
    const size_t axes = window.axes();
    if (axes != 1 && axes != 2)
        return false;
    const Axis columns = axis_of(x, y, window, axes - 1);
    return columns.padded() <= kMostColumns && columns.pad <= kMostColumns && std::ranges::max(window.kernel) <= kMostTaps;
}

std::unique_ptr<Step> make_maximum_rows_step(const View &x, const View &y, const Window &window, Clamp clamp, int threads)
{
    return std::make_unique<MaximumRowsStep>(x, y, window, clamp, threads);
}

} // namespace accel::cpu
