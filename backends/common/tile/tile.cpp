// SPDX-License-Identifier: MIT
// Output lengths, paddings and halos of windows along one axis.
#include "tile/tile.h"

#include <algorithm>

namespace accel::tile {

std::optional<int64_t> output_length(int64_t input_length, Window window, Padding padding)
{
    if (input_length <= 0 || window.kernel <= 0 || window.stride <= 0 || window.dilation <= 0 || padding.before < 0 || padding.after < 0)
        return std::nullopt;
    const int64_t free = input_length + padding.before + padding.after - window.extent();
    if (free < 0)
        return std::nullopt;
    return free / window.stride + 1;
}

Padding same_padding(int64_t input_length, Window window)
{
    const int64_t outputs = (input_length + window.stride - 1) / window.stride;
    const int64_t needed = (outputs - 1) * window.stride + window.extent() - input_length;
    const int64_t total = std::max<int64_t>(needed, 0);
    return {total / 2, total - total / 2};
}

Padding touched_padding(int64_t input_length, int64_t output_length, Window window, int64_t before)
{
    return halo(input_length, {0, output_length}, window, before).padding;
}

Halo halo(int64_t input_length, Interval output, Window window, int64_t before)
{
    const int64_t first = output.begin * window.stride - before;
    const int64_t last = (output.end - 1) * window.stride - before + window.extent();
    Halo result;
    result.padding.before = std::max<int64_t>(-first, 0);
    result.padding.after = std::max<int64_t>(last - input_length, 0);
    result.input.begin = std::clamp<int64_t>(first, 0, input_length);
    result.input.end = std::clamp<int64_t>(last, result.input.begin, input_length);
    return result;
}

}  // namespace accel::tile
