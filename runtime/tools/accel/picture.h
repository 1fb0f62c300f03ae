// SPDX-License-Identifier: MIT
// Pictures in PNG and JPEG files, and other sizes of them.
#pragma once

#include "common.h"

namespace accel::tool {

/// A few bytes of file can claim a picture of any size.
inline constexpr uint64_t kPixelsMax = uint64_t{1} << 28;

/// Interleaved 8-bit pixels, rows from top to bottom.
struct Picture {
    uint32_t width, height, channels;
    std::vector<uint8_t> pixels;
};

struct PictureSize {
    uint32_t width, height;
};

/// What becomes of a picture whose size is not the input's.
enum class Resize {
    None,     ///< it is refused
    Fit,      ///< the whole picture in the middle, black beside it
    Fill,     ///< the middle of the picture, nothing beside it
    Stretch,  ///< the whole picture, its sides in another ratio
};

/// By its ending: .png, .jpg, .jpeg.
bool is_picture(const std::string &path);

/// Of the file's head alone.
PictureSize picture_size(const std::string &path);

/// channels is 1 (grey) or 3 (RGB); the format's library converts.
Picture read_picture(const std::string &path, uint32_t channels);

/// Linear between pixels; where it becomes smaller, the mean of what falls together.
Picture resized(const Picture &picture, PictureSize size, Resize how);

/// Throws Failure above kPixelsMax.
void refuse_large(const std::string &path, uint32_t width, uint32_t height);

PictureSize png_size(const std::string &path);
Picture read_png(const std::string &path, uint32_t channels);
PictureSize jpeg_size(const std::string &path);
Picture read_jpeg(const std::string &path, uint32_t channels);

}  // namespace accel::tool
