// SPDX-License-Identifier: MIT
// SAME and VALID as numbers of elements.
#include "padding.h"

#include <algorithm>

namespace accel::tflite {

Positions slide(const Window &window, schema::Padding padding, int64_t size)
{
    if (padding == schema::Padding::VALID) {
        return {size < window.extent() ? 0 : (size - window.extent()) / window.stride + 1, 0, 0};
    }
    const int64_t count = (size + window.stride - 1) / window.stride;
    const int64_t total = std::max<int64_t>((count - 1) * window.stride + window.extent() - size, 0);
    return {count, total / 2, total - total / 2};
}

Positions slide_back(const Window &window, schema::Padding padding, int64_t positions, int64_t size)
{
    const int64_t reached = (positions - 1) * window.stride + window.extent();
    const int64_t total = padding == schema::Padding::VALID ? 0 : std::max<int64_t>(reached - size, 0);
    return {positions, total / 2, reached - total / 2 - size};
}

std::vector<int64_t> pads_of(const Positions &height, const Positions &width)
{
    return {height.before, width.before, height.behind, width.behind};
}

}  // namespace accel::tflite
