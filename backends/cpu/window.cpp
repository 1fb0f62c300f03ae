// SPDX-License-Identifier: MIT
// Reads the attributes of windows, and counts their positions.
#include "window.h"

#include <algorithm>

namespace accel::cpu {
namespace {

constexpr int64_t kMaxStep = 1 << 20;

bool within(const Dims &values, int64_t low)
{
    return std::ranges::all_of(values, [low](int64_t value) { return value >= low && value <= kMaxStep; });
}

Dims values_or(const graph::Applied &node, uint32_t key, size_t count, int64_t otherwise)
{
    const auto values = node.ints(key);
    return values.empty() ? Dims(count, otherwise) : Dims(values.begin(), values.end());
}

}  // namespace

bool Window::covers_all() const
{
    const auto all = [](const Dims &values, int64_t wanted) {
        return std::ranges::all_of(values, [wanted](int64_t value) { return value == wanted; });
    };
    return all(kernel, 1) && all(stride, 1) && all(pad_begin, 0) && all(pad_end, 0);
}

std::optional<Window> read_window(const graph::Applied &node, const Dims &kernel)
{
    Window window;
    const size_t axes = kernel.size();
    window.kernel = kernel;
    window.stride = values_or(node, ACCEL_ATTRIBUTE_STRIDES, axes, 1);
    window.dilation = values_or(node, ACCEL_ATTRIBUTE_DILATIONS, axes, 1);
    const Dims pads = values_or(node, ACCEL_ATTRIBUTE_PADS, 2 * axes, 0);
    window.pad_begin.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(axes));
    window.pad_end.assign(pads.begin() + static_cast<std::ptrdiff_t>(axes), pads.end());
    if (!within(window.kernel, 1) || !within(window.stride, 1) || !within(window.dilation, 1) || !within(pads, 0))
        return std::nullopt;
    return window;
}

Dims spatial_of(const Dims &dims) { return dims.size() < 2 ? Dims{} : Dims(dims.begin() + 2, dims.end()); }

}  // namespace accel::cpu
