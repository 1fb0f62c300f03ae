// SPDX-License-Identifier: MIT
// Pictures in PNG files.
#pragma once

#include "common.h"

namespace accel::tool {

/// Interleaved 8-bit pixels, rows from top to bottom.
struct Picture {
    uint32_t width, height, channels;
    std::vector<uint8_t> pixels;
};

struct PictureSize {
    uint32_t width, height;
};

/// Of the file's head alone.
PictureSize png_size(const std::string &path);

/// channels is 1 (grey) or 3 (RGB); libpng converts.
Picture read_png(const std::string &path, uint32_t channels);

}  // namespace accel::tool
