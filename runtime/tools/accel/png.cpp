// SPDX-License-Identifier: MIT
// Pictures in PNG files, read with libpng's simplified interface.
#include <png.h>

#include <cstring>

#include "picture.h"

namespace accel::tool {
namespace {

[[noreturn]] void refuse(const std::string &path, const char *message) { throw Failure(path + ": " + message + "; give the path of an intact PNG file"); }

}  // namespace

PictureSize png_size(const std::string &path)
{
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_file(&image, path.c_str())) refuse(path, image.message);
    const PictureSize size{image.width, image.height};
    png_image_free(&image);
    return size;
}

Picture read_png(const std::string &path, uint32_t channels)
{
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_file(&image, path.c_str())) refuse(path, image.message);
    if (uint64_t{image.width} * image.height > kPixelsMax) {
        png_image_free(&image);
        refuse_large(path, image.width, image.height);
    }
    image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    Picture picture{image.width, image.height, channels, std::vector<uint8_t>(PNG_IMAGE_SIZE(image))};
    if (!png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr)) refuse(path, image.message);
    return picture;
}

}  // namespace accel::tool
