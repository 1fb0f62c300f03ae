// SPDX-License-Identifier: MIT
// Decides along which axis a convolution is cut, and what each part reads and writes.
#include "convolution_parts.h"

#include <algorithm>

namespace accel::cpu {
namespace {

int64_t product(Dims::const_iterator begin, Dims::const_iterator end)
{
    int64_t count = 1;
    for (; begin != end; ++begin)
        count *= *begin;
    return count;
}

// The rows that output rows first..last (exclusive) read. False: nothing but padding, which oneDNN has no form for.
bool cut_rows(const ConvolutionShape &shape, int64_t first, int64_t last, ConvolutionPart &part)
{
    const Window &window = shape.window;
    const int64_t begin = first * window.stride[0] - window.pad_begin[0];
    const int64_t end = (last - 1) * window.stride[0] - window.pad_begin[0] + window.reach(0);
    part.y_row = first, part.y_rows = last - first;
    part.x_row = std::max<int64_t>(begin, 0);
    part.x_rows = std::min(end, shape.x[2]) - part.x_row;
    part.pad_begin = part.x_row - begin;
    part.pad_end = std::max<int64_t>(end - shape.x[2], 0);
    return part.x_rows > 0;
}

ConvolutionCut cut_positions(const ConvolutionShape &shape, int64_t wanted)
{
    const int64_t images = shape.x[0], rows = shape.y[2];
    const int64_t image_parts = std::min(images, wanted), row_parts = std::min(rows, (wanted + images - 1) / images);
    ConvolutionCut parts;
    for (int64_t i = 0; i < image_parts; ++i)
        for (int64_t row = 0; row < row_parts; ++row) {
            ConvolutionPart part = whole_part(shape);
            part.image = images * i / image_parts;
            part.images = images * (i + 1) / image_parts - part.image;
            if (row_parts > 1 && !cut_rows(shape, rows * row / row_parts, rows * (row + 1) / row_parts, part))
                return {whole_part(shape)};
            parts.push_back(part);
        }
    return parts;
}

// By group, or by output channel where there is one group. A part has lanes of channels at least, where it can.
ConvolutionCut cut_channels(const ConvolutionShape &shape, int64_t wanted, int64_t lanes)
{
    const int64_t units = shape.groups > 1 ? shape.groups : shape.y[1];
    const int64_t per_unit = shape.y[1] / units, block = std::max<int64_t>(lanes / per_unit, 1), blocks = units / block;
    const int64_t parts = std::clamp<int64_t>(blocks, 1, wanted), x_per_group = shape.x[1] / shape.groups;
    ConvolutionCut result;
    for (int64_t i = 0; i < parts; ++i) {
        const int64_t first = blocks * i / parts * block, last = i + 1 == parts ? units : blocks * (i + 1) / parts * block;
        ConvolutionPart part = whole_part(shape);
        part.channel = first * per_unit, part.channels = (last - first) * per_unit;
        if (shape.groups > 1) {
            part.groups = last - first;
            part.x_channel = first * x_per_group, part.x_channels = part.groups * x_per_group;
        }
        result.push_back(part);
    }
    return result;
}

// Parts of several positions copy what they write, and what they read of a group: that takes about as long as kCopied multiply-adds.
bool channels_pay(const ConvolutionShape &shape)
{
    constexpr int64_t kCopied = 8;
    const int64_t depth = shape.x[1] / shape.groups * product(shape.window.kernel.begin(), shape.window.kernel.end());
    return depth >= kCopied;
}

}  // namespace

bool ConvolutionShape::single_pixel() const
{
    return y[0] * product(y.begin() + 2, y.end()) == 1 && x[0] * product(x.begin() + 2, x.end()) == 1;
}

bool ConvolutionPart::same_shape(const ConvolutionPart &other) const
{
    return images == other.images && y_rows == other.y_rows && x_rows == other.x_rows && pad_begin == other.pad_begin &&
           pad_end == other.pad_end && channels == other.channels && x_channels == other.x_channels && groups == other.groups;
}

Dims ConvolutionPart::x_dims(const Dims &all) const
{
    Dims dims = all;
    dims[0] = images, dims[1] = x_channels, dims[2] = x_rows;
    return dims;
}

Dims ConvolutionPart::y_dims(const Dims &all) const
{
    Dims dims = all;
    dims[0] = images, dims[1] = channels, dims[2] = y_rows;
    return dims;
}

Window ConvolutionPart::window(const Window &all) const
{
    Window cut = all;
    cut.pad_begin[0] = pad_begin, cut.pad_end[0] = pad_end;
    return cut;
}

ConvolutionPart whole_part(const ConvolutionShape &shape)
{
    ConvolutionPart part;
    part.images = shape.x[0];
    part.y_rows = shape.y[2], part.x_rows = shape.x[2];
    part.pad_begin = shape.window.pad_begin[0], part.pad_end = shape.window.pad_end[0];
    part.channels = shape.y[1], part.x_channels = shape.x[1];
    part.groups = shape.groups;
    return part;
}

std::vector<ConvolutionCut> cuts_of(const ConvolutionShape &shape, int threads, int64_t wanted)
{
    constexpr int64_t kVector = 16, kHalfVector = 8;  // floats that the widest instructions take
    std::vector<ConvolutionCut> cuts;
    if (shape.single_pixel()) {
        cuts.push_back(cut_channels(shape, wanted, 1));
    } else {
        cuts.push_back(cut_positions(shape, wanted));
        ConvolutionCut by_channels = cut_channels(shape, wanted, kVector);
        if (std::ssize(by_channels) < threads)
            by_channels = cut_channels(shape, wanted, kHalfVector);
        const bool more = std::ssize(cuts[0]) < threads && by_channels.size() > cuts[0].size();
        if (channels_pay(shape))
            cuts.insert(more ? cuts.begin() : cuts.end(), std::move(by_channels));
    }
    std::erase_if(cuts, [](const ConvolutionCut &cut) { return cut.size() < 2; });
    return cuts;
}

ConvolutionShape flattened(const ConvolutionShape &shape)
{
    ConvolutionShape flat = shape;
    const auto row_alone = [&] {
        const Window &window = flat.window;
        const bool inside = window.kernel[0] == 1 && window.pad_begin[0] == 0 && window.pad_end[0] == 0;
        return flat.x.size() > 3 && flat.x[2] == 1 && flat.y[2] == 1 && inside;
    };
    while (row_alone()) {
        flat.x.erase(flat.x.begin() + 2), flat.y.erase(flat.y.begin() + 2);
        for (Dims *values : {&flat.window.kernel, &flat.window.stride, &flat.window.dilation, &flat.window.pad_begin, &flat.window.pad_end})
            values->erase(values->begin());
    }
    if (!flat.window.covers_all() || flat.groups != 1)
        return flat;
    flat.x = {1, shape.x[1], shape.x[0] * product(shape.x.begin() + 2, shape.x.end())};
    flat.y = {1, shape.y[1], flat.x[2]};
    flat.window = {{1}, {1}, {1}, {0}, {0}};
    return flat;
}

}  // namespace accel::cpu
