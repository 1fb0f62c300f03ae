// SPDX-License-Identifier: MIT
// Cutting a convolution into parts that threads execute side by side: by image and by rows, or by channels.
#pragma once

#include "../window.h"

#include <vector>

namespace accel::cpu {

struct ConvolutionShape {
    Dims x, y;  // N, C, spatial…
    Window window;
    int64_t groups = 1;

    bool single_pixel() const;  // one position in all, of the input and of the output
};

// What a part writes, and what it reads for that. Rows lie along the first spatial axis.
struct ConvolutionPart {
    int64_t image = 0, images = 0;
    int64_t y_row = 0, y_rows = 0;
    int64_t x_row = 0, x_rows = 0;
    int64_t pad_begin = 0, pad_end = 0;     // rows of padding in front of and behind what is read
    int64_t channel = 0, channels = 0;      // of the output
    int64_t x_channel = 0, x_channels = 0;  // of the input
    int64_t groups = 1;

    bool same_shape(const ConvolutionPart &other) const;
    Dims x_dims(const Dims &whole) const;
    Dims y_dims(const Dims &whole) const;
    Window window(const Window &whole) const;
};

// One part: all of it.
ConvolutionPart whole_part(const ConvolutionShape &shape);

using ConvolutionCut = std::vector<ConvolutionPart>;

// The ways to cut it into about that many parts, which have at most a few different shapes; the best for that many threads comes first. Each
// has two parts at least, and each part reads at least one row. Parts that are cut by channels own neighbouring ones, which lie apart
// where there are several positions.
std::vector<ConvolutionCut> cuts_of(const ConvolutionShape &shape, int threads, int64_t wanted);

// The same convolution with fewer axes, so that there is more to cut along the first: a window of one element makes no rows, and all
// positions become one long row; a first axis of one row that the window does not leave is no axis.
ConvolutionShape flattened(const ConvolutionShape &shape);

}  // namespace accel::cpu
