// SPDX-License-Identifier: MIT
// Chooses the reader by the ending of a name, and computes other sizes.
#include "picture.h"

#include <algorithm>
#include <cmath>

#include "standard_input.h"

namespace accel::tool {
namespace {

bool is_jpeg(const std::string &path)
{
    const std::string ending = ending_of(path);
    return ending == ".jpg" || ending == ".jpeg";
}

/// What one new place takes of the old ones.
struct Taken {
    size_t first;
    std::vector<double> weights;  ///< sum 1
};

/// A tent over each new place, as wide as the distance of places on the coarser side.
std::vector<Taken> tents(uint32_t from, uint32_t to)
{
    const double step = static_cast<double>(from) / to, reach = std::max(step, 1.0);
    std::vector<Taken> all;
    for (uint32_t place = 0; place < to; ++place) {
        const double centre = (place + 0.5) * step - 0.5;
        const double low = std::max(0.0, std::ceil(centre - reach)), high = std::min(from - 1.0, std::floor(centre + reach));
        Taken taken{static_cast<size_t>(low), {}};
        double sum = 0;
        for (double old = low; old <= high; ++old) {
            taken.weights.push_back(std::max(0.0, 1 - std::fabs(old - centre) / reach));
            sum += taken.weights.back();
        }
        for (double &weight : taken.weights) weight /= sum;
        all.push_back(std::move(taken));
    }
    return all;
}

Picture stretched(const Picture &picture, PictureSize size)
{
    const auto columns = tents(picture.width, size.width), rows = tents(picture.height, size.height);
    const size_t channels = picture.channels;
    std::vector<float> wide(size_t{picture.height} * size.width * channels);
    for (size_t y = 0; y < picture.height; ++y)
        for (size_t x = 0; x < size.width; ++x)
            for (size_t channel = 0; channel < channels; ++channel) {
                double sum = 0;
                for (size_t at = 0; at < columns[x].weights.size(); ++at) sum += columns[x].weights[at] * picture.pixels[(y * picture.width + columns[x].first + at) * channels + channel];
                wide[(y * size.width + x) * channels + channel] = static_cast<float>(sum);
            }
    Picture result{size.width, size.height, picture.channels, std::vector<uint8_t>(size_t{size.width} * size.height * channels)};
    for (size_t y = 0; y < size.height; ++y)
        for (size_t place = 0; place < size.width * channels; ++place) {
            double sum = 0;
            for (size_t at = 0; at < rows[y].weights.size(); ++at) sum += rows[y].weights[at] * static_cast<double>(wide[(rows[y].first + at) * size.width * channels + place]);
            result.pixels[y * size.width * channels + place] = static_cast<uint8_t>(std::lround(std::clamp(sum, 0.0, 255.0)));
        }
    return result;
}

/// The middle of the one goes to the middle of the other; what lies beside it is cut, or black.
Picture centred(const Picture &picture, PictureSize size)
{
    Picture result{size.width, size.height, picture.channels, std::vector<uint8_t>(size_t{size.width} * size.height * picture.channels)};
    const auto left = (static_cast<int64_t>(size.width) - picture.width) / 2, top = (static_cast<int64_t>(size.height) - picture.height) / 2;
    for (int64_t y = std::max<int64_t>(0, top); y < std::min<int64_t>(size.height, top + picture.height); ++y)
        for (int64_t x = std::max<int64_t>(0, left); x < std::min<int64_t>(size.width, left + picture.width); ++x) {
            const uint8_t *from = &picture.pixels[static_cast<size_t>((y - top) * picture.width + x - left) * picture.channels];
            std::copy(from, from + picture.channels, &result.pixels[static_cast<size_t>(y * size.width + x) * picture.channels]);
        }
    return result;
}

uint32_t scaled(uint32_t size, double ratio) { return std::max<uint32_t>(1, static_cast<uint32_t>(std::lround(size * ratio))); }

}  // namespace

void refuse_large(const std::string &path, uint32_t width, uint32_t height)
{
    if (uint64_t{width} * height > kPixelsMax) throw Failure(path + ": " + std::to_string(width) + " x " + std::to_string(height) + " pixels are more than this tool reads (2^28); scale the picture down");
}

bool is_picture(const std::string &path) { return ending_of(path) == ".png" || is_jpeg(path); }

PictureSize picture_size(const std::string &path) { return is_jpeg(path) ? jpeg_size(path) : png_size(path); }

Picture read_picture(const std::string &path, uint32_t channels) { return is_jpeg(path) ? read_jpeg(path, channels) : read_png(path, channels); }

Picture resized(const Picture &picture, PictureSize size, Resize how)
{
    if (how == Resize::Stretch) return stretched(picture, size);
    const double across = static_cast<double>(size.width) / picture.width, down = static_cast<double>(size.height) / picture.height;
    const double ratio = how == Resize::Fit ? std::min(across, down) : std::max(across, down);
    return centred(stretched(picture, {scaled(picture.width, ratio), scaled(picture.height, ratio)}), size);
}

}  // namespace accel::tool
