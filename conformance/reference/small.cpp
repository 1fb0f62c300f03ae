// SPDX-License-Identifier: MIT
// Looks at every number that a type of few bits has.
#include "small.h"

#include <cmath>
#include <limits>
#include <stdexcept>

namespace accel::conformance {
namespace {

/// How many numbers there are without a sign, and the exponent of the first of the powers of two between which `steps` numbers lie. Behind them are infinity and NaN, if any.
struct Small {
    int steps, least, count;
    int nan;  ///< its bits; -1: there is none
    bool negative_zero;
};

Small form_of(accel_type type)
{
    switch (type) {
    case ACCEL_TYPE_F8E4M3FN: return {8, -6, 127, 0x7f, true};
    case ACCEL_TYPE_F8E4M3FNUZ: return {8, -7, 128, 0x80, false};
    case ACCEL_TYPE_F8E5M2: return {4, -14, 124, 0x7e, true};
    case ACCEL_TYPE_F8E5M2FNUZ: return {4, -15, 128, 0x80, false};
    case ACCEL_TYPE_F4E2M1: return {2, 0, 8, -1, true};
    default: throw std::logic_error("no small type of real numbers");
    }
}

int sign_of(accel_type type) { return type == ACCEL_TYPE_F4E2M1 ? 8 : 128; }

/// The number of this place, without a sign: those below the first power are as far apart as those behind it.
double size_at(const Small &form, int place)
{
    const int octave = place / form.steps, step = place % form.steps;
    const double first = octave == 0 ? 0 : std::ldexp(1.0, form.least + octave - 1);
    return first + step * std::ldexp(1.0, form.least + (octave == 0 ? 0 : octave - 1)) / form.steps;
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

uint8_t power(double value)
{
    if (!std::isfinite(value)) return 0xff;
    int place = 0;
    while (place < 254 && std::ldexp(1.0, place - 127) < std::fabs(value)) ++place;
    return static_cast<uint8_t>(place);
}

}  // namespace

bool is_small(accel_type type) { return (type >= ACCEL_TYPE_F8E4M3FN && type <= ACCEL_TYPE_F8E8M0) || type == ACCEL_TYPE_F4E2M1; }

double small_at(accel_type type, uint8_t bits)
{
    if (type == ACCEL_TYPE_F8E8M0) return bits == 0xff ? kNan : std::ldexp(1.0, bits - 127);
    const Small form = form_of(type);
    const int place = bits & (sign_of(type) - 1), sign = bits & sign_of(type);
    if (sign && place == 0 && !form.negative_zero) return kNan;
    if (place >= form.count) return type == ACCEL_TYPE_F8E5M2 && place == form.count ? std::copysign(std::numeric_limits<double>::infinity(), sign ? -1 : 1) : kNan;
    return sign ? -size_at(form, place) : size_at(form, place);
}

void append_small(accel_type type, std::vector<char> &bytes, double value)
{
    if (type == ACCEL_TYPE_F8E8M0) return bytes.push_back(static_cast<char>(power(value)));
    const Small form = form_of(type);
    if (std::isnan(value)) return bytes.push_back(static_cast<char>(form.nan < 0 ? 0 : form.nan));
    const double size = std::fabs(value);
    int place = 0;
    // Each number is nearer than the one before it, until one is not.
    while (place + 1 < form.count) {
        const double below = size - size_at(form, place), above = size_at(form, place + 1) - size;
        if (below < above || (below == above && place % 2 == 0)) break;
        ++place;
    }
    const bool sign = std::signbit(value) && (place != 0 || form.negative_zero);
    bytes.push_back(static_cast<char>(place | (sign ? sign_of(type) : 0)));
}

std::vector<char> packed(accel_type type, const std::vector<char> &bytes)
{
    const uint32_t bits = accel_type_bits(type);
    if (bits >= 8) return bytes;
    std::vector<char> result((bytes.size() * bits + 7) / 8);
    for (size_t index = 0; index < bytes.size(); ++index) result[index * bits / 8] = static_cast<char>(result[index * bits / 8] | bytes[index] << index * bits % 8);
    return result;
}

}  // namespace accel::conformance
