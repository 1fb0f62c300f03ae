// SPDX-License-Identifier: MIT
// Checks windows, pads and lengths against what the registers take.
#include "window.h"

#include "bounds.h"
#include "tile/tile.h"

#include <algorithm>

namespace accel::ethosu {
namespace {

Verdict read_pair(const accel_node_desc &node, accel_attribute_key key, int64_t limit, uint32_t tensor, int64_t &y, int64_t &x)
{
    const auto values = graph::ints(node, key);
    if (values.empty())
        return std::nullopt;
    if (values.size() != 2)
        return refuse_attribute(key, tensor, static_cast<int64_t>(values.size()), 2);
    for (const int64_t value : values)
        if (value < 1 || value > limit)
            return refuse_attribute(key, tensor, value, limit);
    y = values[0];
    x = values[1];
    return std::nullopt;
}

Verdict read_pads(const accel_node_desc &node, uint32_t tensor, Kernel &kernel)
{
    const auto pads = graph::ints(node, ACCEL_ATTRIBUTE_PADS);
    if (pads.empty())
        return std::nullopt;
    if (pads.size() != 4)
        return refuse_attribute(ACCEL_ATTRIBUTE_PADS, tensor, static_cast<int64_t>(pads.size()), 4);
    for (const int64_t pad : pads)
        if (pad < 0 || pad > kMaxExtent)
            return refuse_attribute(ACCEL_ATTRIBUTE_PADS, tensor, pad, kMaxPadBefore);
    kernel.pad_top = pads[0];
    kernel.pad_left = pads[1];
    kernel.pad_bottom = pads[2];
    kernel.pad_right = pads[3];
    return std::nullopt;
}

// Does `output` follow from floor, or, for CEIL_MODE, from one more window that
// starts inside input or leading padding?
bool length_follows(int64_t input, int64_t output, tile::Window window, tile::Padding padding, bool ceil)
{
    const auto floor_length = tile::output_length(input, window, padding);
    if (!floor_length)
        return false;
    if (output == *floor_length)
        return true;
    return ceil && output == *floor_length + 1 && *floor_length * window.stride < input + padding.before;
}

Verdict fit_axis(int64_t input, int64_t output, bool ceil, tile::Window window, int64_t &before, int64_t &after, uint32_t tensor)
{
    if (!length_follows(input, output, window, {before, after}, ceil))
        return refuse(ACCEL_REASON_SIZE, tensor, output, tile::output_length(input, window, {before, after}).value_or(0));
    const tile::Padding touched = tile::touched_padding(input, output, window, before);
    before = touched.before;
    after = touched.after;
    if (before > kMaxPadBefore)
        return refuse_attribute(ACCEL_ATTRIBUTE_PADS, tensor, before, kMaxPadBefore);
    if (after > kMaxPadAfter)
        return refuse_attribute(ACCEL_ATTRIBUTE_PADS, tensor, after, kMaxPadAfter);
    // Windows that see nothing but padding: the driver's validator refuses them.
    const int64_t read = (output - 1) * window.stride + window.extent() - before - after;
    if (read < 1)
        return refuse_attribute(ACCEL_ATTRIBUTE_PADS, tensor, before + after, window.extent() - 1);
    return std::nullopt;
}

// A stride that no second output takes is as good as 1.
int64_t attribute_stride_limit(const Operand &y)
{
    const layout::Extent &extent = y.shape.extent;
    return extent.height == 1 && extent.width == 1 ? kMaxExtent : kMaxStride;
}

}  // namespace

Verdict fit_window(const accel_node_desc &node, const Operand &x, const Operand &y, int64_t max_length, Kernel &kernel)
{
    if (const Verdict refusal =
            read_pair(node, ACCEL_ATTRIBUTE_STRIDES, attribute_stride_limit(y), x.tensor, kernel.stride_y, kernel.stride_x))
        return refusal;
    if (const Verdict refusal = read_pair(node, ACCEL_ATTRIBUTE_DILATIONS, kMaxDilation, x.tensor, kernel.dilation_y, kernel.dilation_x))
        return refusal;
    if (const Verdict refusal = read_pads(node, x.tensor, kernel))
        return refusal;
    for (const int64_t length : {kernel.dilated_height(), kernel.dilated_width()})
        if (length > max_length)
            return refuse(ACCEL_REASON_SIZE, x.tensor, length, max_length);

    const layout::Extent &in = x.shape.extent;
    const layout::Extent &out = y.shape.extent;
    const bool ceil = graph::integer(node, ACCEL_ATTRIBUTE_CEIL_MODE, 0) != 0;
    if (const Verdict refusal = fit_axis(in.height, out.height, ceil, {kernel.height, kernel.stride_y, kernel.dilation_y}, kernel.pad_top,
                                         kernel.pad_bottom, y.tensor))
        return refusal;
    if (const Verdict refusal = fit_axis(in.width, out.width, ceil, {kernel.width, kernel.stride_x, kernel.dilation_x}, kernel.pad_left,
                                         kernel.pad_right, y.tensor))
        return refusal;
    if (out.height == 1)
        kernel.stride_y = 1;
    if (out.width == 1)
        kernel.stride_x = 1;
    return std::nullopt;
}

}  // namespace accel::ethosu
