// SPDX-License-Identifier: MIT
// Positions in binary64; weights of lines, cubics, and both of them widened where sizes shrink.
#include "resampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace accel::cpu {
namespace {

template <typename Value> struct Named {
    std::string_view name;
    Value value;
};

template <typename Value, size_t count> std::optional<Value> find_named(const Named<Value> (&rows)[count], std::string_view name)
{
    if (name.empty())
        return rows[0].value;
    const auto *row = std::ranges::find(rows, name, &Named<Value>::name);
    return row != std::end(rows) ? std::optional(row->value) : std::nullopt;
}

constexpr Named<Interpolation> kInterpolations[] = {{"nearest", Interpolation::kNearest}, {"linear", Interpolation::kLinear}, {"cubic", Interpolation::kCubic}};
constexpr Named<Coordinates> kCoordinates[] = {{"half_pixel", Coordinates::kHalfPixel},
                                               {"half_pixel_symmetric", Coordinates::kHalfPixelSymmetric},
                                               {"pytorch_half_pixel", Coordinates::kPytorchHalfPixel},
                                               {"align_corners", Coordinates::kAlignCorners},
                                               {"asymmetric", Coordinates::kAsymmetric},
                                               {"tf_crop_and_resize", Coordinates::kCropAndResize},
                                               {"tf_half_pixel_for_nn", Coordinates::kHalfPixelForNearest}};
constexpr Named<Nearest> kNearest[] = {{"round_prefer_floor", Nearest::kRoundPreferFloor}, {"round_prefer_ceil", Nearest::kRoundPreferCeil}, {"floor", Nearest::kFloor}, {"ceil", Nearest::kCeil}};

// Where position y of the result lies.
double source(const Resampling &how, const ResampledAxis &axis, int64_t y)
{
    const double from = static_cast<double>(axis.from), at = static_cast<double>(y);
    switch (how.coordinates) {
    case Coordinates::kAlignCorners:
        return axis.length == 1 ? 0 : at * (from - 1) / (axis.length - 1);
    case Coordinates::kAsymmetric:
        return at / axis.scale;
    case Coordinates::kCropAndResize: {
        const double reach = (axis.end - axis.begin) * (from - 1);
        return axis.begin * (from - 1) + (axis.length == 1 ? reach / 2 : at * reach / (axis.length - 1));
    }
    case Coordinates::kPytorchHalfPixel:
        return axis.length == 1 ? 0 : (at + 0.5) / axis.scale - 0.5;
    case Coordinates::kHalfPixelSymmetric:
        return from / 2 * (1 - static_cast<double>(axis.to) / axis.length) + (at + 0.5) / axis.scale - 0.5;
    case Coordinates::kHalfPixelForNearest:
        return (at + 0.5) / axis.scale;
    default:
        return (at + 0.5) / axis.scale - 0.5;
    }
}

double rounded(Nearest how, double x)
{
    switch (how) {
    case Nearest::kRoundPreferFloor:
        return std::ceil(x - 0.5);
    case Nearest::kRoundPreferCeil:
        return std::floor(x + 0.5);
    case Nearest::kFloor:
        return std::floor(x);
    default:
        return std::ceil(x);
    }
}

// Of a value at that distance from the position.
double weight_at(const Resampling &how, double distance)
{
    const double x = std::fabs(distance), a = how.cubic;
    if (how.interpolation == Interpolation::kLinear)
        return std::max(1 - x, 0.0);
    if (x <= 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

// How much the window is widened: a scale below 1.
double widening(const Resampling &how, const ResampledAxis &axis) { return how.antialias ? std::min(axis.scale, 1.0) : 1.0; }

int64_t place_within(double place, int64_t size) { return static_cast<int64_t>(std::clamp(place, 0.0, static_cast<double>(size - 1))); }

}  // namespace

std::optional<Interpolation> interpolation_named(std::string_view name) { return find_named(kInterpolations, name); }
std::optional<Coordinates> coordinates_named(std::string_view name) { return find_named(kCoordinates, name); }
std::optional<Nearest> nearest_named(std::string_view name) { return find_named(kNearest, name); }

int64_t tap_count(const Resampling &how, const ResampledAxis &axis)
{
    if (how.interpolation == Interpolation::kNearest)
        return 1;
    // From the first whole distance inside of the window up to its mirror image.
    const double reach = (how.interpolation == Interpolation::kLinear ? 1 : 2) / widening(how, axis);
    const double first = std::floor(-reach) + 1;
    return first > -1e15 ? static_cast<int64_t>(2 - 2 * first) : INT64_MAX;
}

Taps make_taps(const Resampling &how, const ResampledAxis &axis)
{
    Taps taps;
    taps.width = tap_count(how, axis);
    const double scale = widening(how, axis), first = static_cast<double>(1 - taps.width / 2);
    for (int64_t y = 0; y < axis.to; ++y) {
        const double x = source(how, axis, y);
        if (how.coordinates == Coordinates::kCropAndResize && (x < 0 || x > static_cast<double>(axis.from - 1)))
            taps.beyond.push_back(y);
        if (how.interpolation == Interpolation::kNearest) {
            taps.place.push_back(place_within(rounded(how.nearest, x), axis.from));
            continue;
        }
        const size_t begin = taps.weight.size();
        const double left = std::floor(x);
        for (int64_t tap = 0; tap < taps.width; ++tap) {
            const double place = left + first + static_cast<double>(tap);
            const bool outside = place < 0 || place > static_cast<double>(axis.from - 1);
            taps.place.push_back(place_within(place, axis.from));
            taps.weight.push_back(outside && how.excludes_outside ? 0 : weight_at(how, (place - x) * scale));
        }
        const double sum = std::accumulate(taps.weight.begin() + static_cast<std::ptrdiff_t>(begin), taps.weight.end(), 0.0);
        if (how.antialias || how.excludes_outside)
            for (size_t i = begin; i < taps.weight.size() && sum != 0; ++i)
                taps.weight[i] /= sum;
    }
    return taps;
}

}  // namespace accel::cpu
