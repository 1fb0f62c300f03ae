// SPDX-License-Identifier: MIT
// Which elements a pool's window covers at each position.
#include "pool.h"

namespace accel::cpu {

Window global_window(const Dims &dims)
{
    const Dims spatial = spatial_of(dims);
    const Dims ones(spatial.size(), 1), zeros(spatial.size(), 0);
    return {spatial, ones, ones, zeros, zeros};
}

PoolTaps PoolWindows::taps(int64_t batch, int64_t position) const
{
    PoolTaps taps;
    taps.batch = batch;
    taps.count = 1;
    for (size_t axis = spatial_.size(); axis-- > 0;) {
        const int64_t at = position % outputs_[axis], dilation = window_.dilation[axis], size = spatial_[axis];
        position /= outputs_[axis];
        const int64_t origin = at * window_.stride[axis] - window_.pad_begin[axis];
        taps.origin[axis] = origin;
        taps.first[axis] = origin < 0 ? (-origin + dilation - 1) / dilation : 0;
        const int64_t fitting = origin < size ? (size - 1 - origin) / dilation + 1 : 0;
        taps.last[axis] = std::max(taps.first[axis], std::min(window_.kernel[axis], fitting));
        if (!count_padding_) {
            taps.count *= taps.last[axis] - taps.first[axis];
            continue;
        }
        // With the padding counted, a window is cut only where it leaves the padded input.
        const int64_t padded_end = size + window_.pad_end[axis];
        taps.count *= std::min(window_.kernel[axis], (padded_end - 1 - origin) / dilation + 1);
    }
    return taps;
}

}  // namespace accel::cpu
