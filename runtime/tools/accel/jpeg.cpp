// SPDX-License-Identifier: MIT
// Pictures in JPEG files, read with libjpeg-turbo.
#include <cstdio>
// libjpeg's header wants FILE and size_t to be there.
#include <jpeglib.h>

#include <csetjmp>
#include <cstring>

#include "files.h"
#include "picture.h"

namespace accel::tool {
namespace {

/// libjpeg ends by a jump, over frames without destructors only: all that has one lives outside.
struct JpegErrors {
    jpeg_error_mgr manager;
    jmp_buf back;
    char message[JMSG_LENGTH_MAX];
};

void jump_back(j_common_ptr common)
{
    auto *errors = reinterpret_cast<JpegErrors *>(common->err);
    common->err->format_message(common, errors->message);
    longjmp(errors->back, 1);
}

/// Warnings are of data that is not there or not right: no picture to compute with.
void note_level(j_common_ptr common, int level)
{
    if (level < 0) jump_back(common);
}

[[noreturn]] void refuse_jpeg(const std::string &path, const char *message) { throw Failure(path + ": " + message + "; give the path of an intact JPEG file"); }

/// pixels: null to read the size alone. False: errors.message says why.
bool decode(const std::string &bytes, jpeg_decompress_struct &jpeg, JpegErrors &errors, Picture &picture, bool size_only)
{
    if (setjmp(errors.back)) return false;
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size());
    jpeg_read_header(&jpeg, TRUE);
    picture.width = jpeg.image_width;
    picture.height = jpeg.image_height;
    if (size_only || uint64_t{picture.width} * picture.height > kPixelsMax) return true;
    jpeg.out_color_space = picture.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&jpeg);
    picture.pixels.resize(size_t{picture.width} * picture.height * picture.channels);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = picture.pixels.data() + size_t{jpeg.output_scanline} * picture.width * picture.channels;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    return true;
}

Picture read(const std::string &path, uint32_t channels, bool size_only)
{
    const std::string bytes = read_file(path);
    JpegErrors errors{};
    jpeg_decompress_struct jpeg{};
    jpeg.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = jump_back;
    errors.manager.emit_message = note_level;
    Picture picture{0, 0, channels, {}};
    const bool good = decode(bytes, jpeg, errors, picture, size_only);
    jpeg_destroy_decompress(&jpeg);
    if (!good) refuse_jpeg(path, errors.message);
    refuse_large(path, picture.width, picture.height);
    return picture;
}

}  // namespace

PictureSize jpeg_size(const std::string &path)
{
    const Picture picture = read(path, 3, true);
    return {picture.width, picture.height};
}

Picture read_jpeg(const std::string &path, uint32_t channels) { return read(path, channels, false); }

}  // namespace accel::tool
