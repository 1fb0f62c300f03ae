// SPDX-License-Identifier: MIT
// Where each position of a resized axis lies in the operand, and which values there it is made of, by what weights.
#pragma once

#include "../graph.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace accel::cpu {

enum class Interpolation { kNearest,
                           kLinear,
                           kCubic };
enum class Coordinates { kHalfPixel,
                         kHalfPixelSymmetric,
                         kPytorchHalfPixel,
                         kAlignCorners,
                         kAsymmetric,
                         kCropAndResize,
                         kHalfPixelForNearest };
enum class Nearest { kRoundPreferFloor,
                     kRoundPreferCeil,
                     kFloor,
                     kCeil };

// By the names that attributes have for them; nothing: no such name. "" is the default.
std::optional<Interpolation> interpolation_named(std::string_view name);
std::optional<Coordinates> coordinates_named(std::string_view name);
std::optional<Nearest> nearest_named(std::string_view name);

struct Resampling {
    Interpolation interpolation = Interpolation::kNearest;
    Coordinates coordinates = Coordinates::kHalfPixel;
    Nearest nearest = Nearest::kRoundPreferFloor;
    double cubic = -0.75;
    bool excludes_outside = false, antialias = false;
};

// One axis.
struct ResampledAxis {
    int64_t from = 1, to = 1;  // sizes
    double scale = 1;
    double length = 1;  // of the result, as the scale has it: it need not be whole
    double begin = 0, end = 1;

    bool is_kept(const Resampling &how) const { return from == to && scale == 1 && (how.coordinates != Coordinates::kCropAndResize || (begin == 0 && end == 1)); }
};

// Values that one position is made of: `width` for each, one behind the other.
struct Taps {
    int64_t width = 1;
    std::vector<int64_t> place;   // within the axis
    std::vector<double> weight;   // they come to 1; none where each position is one value
    std::vector<int64_t> beyond;  // positions outside of the part that is taken, ascending
};

// How many values a position is made of.
int64_t tap_count(const Resampling &how, const ResampledAxis &axis);
Taps make_taps(const Resampling &how, const ResampledAxis &axis);

}  // namespace accel::cpu
