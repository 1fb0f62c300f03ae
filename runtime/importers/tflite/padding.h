// SPDX-License-Identifier: MIT
// Windows that slide over two axes, with the format's words for padding written out.
#pragma once

#include "file.h"

#include <cstdint>
#include <vector>

namespace accel::tflite {

/// Along one axis.
struct Window {
    int64_t kernel = 1, stride = 1, dilation = 1;
    int64_t extent() const { return dilation * (kernel - 1) + 1; }
};

/// Where it stands over an axis: how often, and how far it begins before and ends behind.
struct Positions {
    int64_t count = 0, before = 0, behind = 0;
};

/// SAME gives a position for each stride begun, the odd pad behind; VALID none outside. count is below 1 where the window does not fit.
Positions slide(const Window &window, schema::Padding padding, int64_t size);
/// The same of a transposed convolution, whose result has `size`: before and behind are what its result is cut by; behind below 0 is what it lacks.
Positions slide_back(const Window &window, schema::Padding padding, int64_t positions, int64_t size);

/// The attribute: begins of both axes, then ends.
std::vector<int64_t> pads_of(const Positions &height, const Positions &width);

}  // namespace accel::tflite
