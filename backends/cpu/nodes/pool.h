// SPDX-License-Identifier: MIT
// The windows of a pool over a channels-last tensor of up to three spatial axes.
#pragma once

#include "../window.h"
#include "walk.h"

#include <array>

namespace accel::cpu {

inline constexpr size_t kMaxSpatial = 6;  // global pools take every rank

// The part of one window that lies inside the input, per axis: taps first..last (exclusive) from origin.
struct PoolTaps {
    std::array<int64_t, kMaxSpatial> first{}, last{}, origin{};
    int64_t batch = 0;
    int64_t count = 0;  // what an average divides by
};

// One window over all spatial axes.
Window global_window(const Dims &dims);

class PoolWindows {
public:
    PoolWindows(const Dims &x, const Dims &y, Window window, bool count_padding)
        : window_(std::move(window)),
          spatial_(spatial_of(x)),
          outputs_(spatial_of(y)),
          batch_(x[0]),
          channels_(x[1]),
          count_padding_(count_padding)
    {
    }

    int64_t channels() const { return channels_; }

    // body(position, taps): positions count outputs in channels-last order.
    template <typename Body> void each_position(int threads, const Body &body) const
    {
        int64_t per_image = 1;
        for (const int64_t size : outputs_)
            per_image *= size;
        const int64_t total = per_image * batch_;
        const bool parallel = threads > 1 && total > 1 && total * channels_ * window_.kernel[0] >= kParallelElements;
        parallel_for(parallel ? threads : 1, total, 1, [&](int64_t first, int64_t last) {
            for (int64_t position = first; position < last; ++position)
                body(position, taps(position / per_image, position % per_image));
        });
    }

    // body(element): first channel of each input position under the window.
    template <typename Body> void each_tap(const PoolTaps &taps, const Body &body) const { tap(taps, 0, taps.batch, body); }

private:
    PoolTaps taps(int64_t batch, int64_t position) const;

    template <typename Body> void tap(const PoolTaps &taps, size_t axis, int64_t index, const Body &body) const
    {
        if (axis == spatial_.size())
            return body(index * channels_);
        for (int64_t k = taps.first[axis]; k < taps.last[axis]; ++k)
            tap(taps, axis + 1, index * spatial_[axis] + taps.origin[axis] + k * window_.dilation[axis], body);
    }

    Window window_;
    Dims spatial_, outputs_;
    int64_t batch_, channels_;
    bool count_padding_;
};

}  // namespace accel::cpu
