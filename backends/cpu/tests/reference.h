// SPDX-License-Identifier: MIT
// Plain mathematics to compare with: binary64 for real operations, the literal formulas of api/catalog/semantics.md for quantised ones.
// Shares no code with what is tested.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace accel::cpu::test {

// Two spatial axes.
struct ConvCase {
    int64_t batch = 1, channels = 1, height = 1, width = 1, outputs = 1, kernel_y = 1, kernel_x = 1;
    int64_t stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1, top = 0, left = 0, bottom = 0, right = 0, groups = 1;

    int64_t out_height() const { return (height + top + bottom - dilation_y * (kernel_y - 1) - 1) / stride_y + 1; }
    int64_t out_width() const { return (width + left + right - dilation_x * (kernel_x - 1) - 1) / stride_x + 1; }
    std::vector<int64_t> x_dims() const { return {batch, channels, height, width}; }
    std::vector<int64_t> w_dims() const { return {outputs, channels / groups, kernel_y, kernel_x}; }
    std::vector<int64_t> y_dims() const { return {batch, outputs, out_height(), out_width()}; }
};

// Sums of products for every output, NCHW; operands by index.
template <typename Sum>
std::vector<Sum> convolve(const ConvCase &c, const std::function<Sum(int64_t)> &x, const std::function<Sum(int64_t)> &w,
                          const std::function<Sum(int64_t)> &bias)
{
    std::vector<Sum> sums;
    const int64_t inputs = c.channels / c.groups, per_group = c.outputs / c.groups;
    for (int64_t n = 0; n < c.batch; ++n)
        for (int64_t o = 0; o < c.outputs; ++o)
            for (int64_t oy = 0; oy < c.out_height(); ++oy)
                for (int64_t ox = 0; ox < c.out_width(); ++ox) {
                    Sum sum = bias(o);
                    for (int64_t i = 0; i < inputs; ++i)
                        for (int64_t ky = 0; ky < c.kernel_y; ++ky)
                            for (int64_t kx = 0; kx < c.kernel_x; ++kx) {
                                const int64_t iy = oy * c.stride_y + ky * c.dilation_y - c.top,
                                              ix = ox * c.stride_x + kx * c.dilation_x - c.left;
                                if (iy < 0 || iy >= c.height || ix < 0 || ix >= c.width)
                                    continue;
                                const int64_t channel = o / per_group * inputs + i;
                                sum += x(((n * c.channels + channel) * c.height + iy) * c.width + ix) *
                                       w(((o * inputs + i) * c.kernel_y + ky) * c.kernel_x + kx);
                            }
                    sums.push_back(sum);
                }
    return sums;
}

// Stored result of an exact sum with multiplier m.
int32_t requantize(int64_t sum, double m, uint32_t rounding, int32_t zero_point, int32_t low, int32_t high);
// The integer scaling of TFLITE and NATURAL alone.
int64_t scaled(int64_t sum, double m, uint32_t rounding);
// The same over `count`, as REDUCE_MEAN scales under TFLITE.
int64_t reduced(int64_t sum, float x_scale, float y_scale, int64_t count);
int32_t stored_bound(double real, float scale, int32_t zero_point, uint32_t rounding);

}  // namespace accel::cpu::test
