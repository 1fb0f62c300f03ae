// SPDX-License-Identifier: MIT
// Sliding windows over N, C, H, W: the suite's own convolution and pooling, in any arithmetic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace accel::conformance {

struct Window {
    int64_t images = 1, channels_in = 1, height = 1, width = 1;
    int64_t channels_out = 1, kernel_height = 1, kernel_width = 1;
    int64_t stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1;
    int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
    int64_t groups = 1;

    int64_t out_height() const { return (height + pad_top + pad_bottom - (kernel_height - 1) * dilation_y - 1) / stride_y + 1; }
    int64_t out_width() const { return (width + pad_left + pad_right - (kernel_width - 1) * dilation_x - 1) / stride_x + 1; }
    int64_t channels_per_group() const { return channels_in / groups; }
    int64_t products() const { return channels_per_group() * kernel_height * kernel_width; }
    std::vector<int64_t> x_dims() const { return {images, channels_in, height, width}; }
    std::vector<int64_t> w_dims() const { return {channels_out, channels_per_group(), kernel_height, kernel_width}; }
    std::vector<int64_t> y_dims() const { return {images, channels_out, out_height(), out_width()}; }
    size_t x_count() const { return static_cast<size_t>(images * channels_in * height * width); }
    size_t w_count() const { return static_cast<size_t>(channels_out * products()); }
    size_t y_count() const { return static_cast<size_t>(images * channels_out * out_height() * out_width()); }
};

/// Calls visit(x index, kernel position y, kernel position x) for each element of channel `channel` under the window at (y, x); padding is not visited.
template <class Visit> void under_window(const Window &window, int64_t image, int64_t channel, int64_t y, int64_t x, const Visit &visit)
{
    for (int64_t ky = 0; ky < window.kernel_height; ++ky) {
        for (int64_t kx = 0; kx < window.kernel_width; ++kx) {
            const int64_t in_y = y * window.stride_y + ky * window.dilation_y - window.pad_top;
            const int64_t in_x = x * window.stride_x + kx * window.dilation_x - window.pad_left;
            if (in_y < 0 || in_x < 0 || in_y >= window.height || in_x >= window.width) continue;
            visit(static_cast<size_t>(((image * window.channels_in + channel) * window.height + in_y) * window.width + in_x), ky, kx);
        }
    }
}

/// Sum of products per output, without bias: x and w answer an element by its dense index.
template <class Number, class X, class W> std::vector<Number> convolve(const Window &window, const X &x, const W &w)
{
    std::vector<Number> sums;
    sums.reserve(window.y_count());
    const int64_t out_per_group = window.channels_out / window.groups;
    for (int64_t image = 0; image < window.images; ++image)
        for (int64_t out = 0; out < window.channels_out; ++out)
            for (int64_t y = 0; y < window.out_height(); ++y)
                for (int64_t col = 0; col < window.out_width(); ++col) {
                    Number sum = 0;
                    for (int64_t in = 0; in < window.channels_per_group(); ++in) {
                        const int64_t channel = out / out_per_group * window.channels_per_group() + in;
                        under_window(window, image, channel, y, col, [&](size_t index, int64_t ky, int64_t kx) {
                            const auto weight = static_cast<size_t>(((out * window.channels_per_group() + in) * window.kernel_height + ky) * window.kernel_width + kx);
                            sum += static_cast<Number>(x(index)) * static_cast<Number>(w(weight));
                        });
                    }
                    sums.push_back(sum);
                }
    return sums;
}

/// Calls give(indices of the elements that count) for each output of a pool, in order.
template <class Give> void for_each_pool(const Window &window, const Give &give)
{
    std::vector<size_t> indices;
    for (int64_t image = 0; image < window.images; ++image)
        for (int64_t channel = 0; channel < window.channels_in; ++channel)
            for (int64_t y = 0; y < window.out_height(); ++y)
                for (int64_t x = 0; x < window.out_width(); ++x) {
                    indices.clear();
                    under_window(window, image, channel, y, x, [&](size_t index, int64_t, int64_t) { indices.push_back(index); });
                    give(indices);
                }
}

}  // namespace accel::conformance
