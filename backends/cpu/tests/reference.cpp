// SPDX-License-Identifier: MIT
// The formulas that results are compared with.
#include "reference.h"

#include <accel/catalog.h>

#include <algorithm>
#include <cmath>

namespace accel::cpu::test {
namespace {

using Wide = __int128;

// Toward zero, as C divides.
Wide srdhm(Wide a, Wide b)
{
    const Wide product = a * b, nudge = product >= 0 ? Wide{1} << 30 : 1 - (Wide{1} << 30);
    return (product + nudge) / (Wide{1} << 31);
}

Wide rdpot(Wide x, int n)
{
    const Wide divisor = Wide{1} << n, half = n == 0 ? 0 : divisor / 2;
    return x >= 0 ? (x + half) / divisor : -((-x + half) / divisor);
}

Wide floor_shift(Wide x, int n) { return x >> n; }

}  // namespace

int64_t scaled(int64_t sum, double m, uint32_t rounding)
{
    int e = 0;
    const double mantissa = std::frexp(m, &e);
    auto q = static_cast<int64_t>(std::round(mantissa * 2147483648.0));
    if (q == int64_t{1} << 31) {
        q /= 2;
        ++e;
    }
    if (e < -31)
        return 0;
    if (rounding == ACCEL_ROUNDING_TFLITE)
        return static_cast<int64_t>(rdpot(srdhm(Wide{sum} << std::max(e, 0), q), std::max(-e, 0)));
    // floor(sum * q * 2^(e - 31) + 1/2)
    const int shift = 31 - e;
    return static_cast<int64_t>(floor_shift(Wide{sum} * q * 2 + (Wide{1} << shift), shift + 1));
}

int64_t reduced(int64_t sum, float x_scale, float y_scale, int64_t count)
{
    int e = 0;
    const double mantissa = std::frexp(static_cast<double>(x_scale) / static_cast<double>(y_scale), &e);
    auto q = static_cast<int64_t>(std::round(mantissa * 2147483648.0));
    if (q == int64_t{1} << 31) {
        q /= 2;
        ++e;
    }
    const int k = std::min(static_cast<int>(std::floor(std::log2(static_cast<double>(count)))), std::min(32, 31 + e));
    q = (q << k) / count;
    e -= k;
    return static_cast<int64_t>(rdpot(srdhm(Wide{sum} << std::max(e, 0), q), std::max(-e, 0)));
}

int32_t requantize(int64_t sum, double m, uint32_t rounding, int32_t zero_point, int32_t low, int32_t high)
{
    if (rounding != ACCEL_ROUNDING_HALF_EVEN)
        return static_cast<int32_t>(std::clamp<int64_t>(scaled(sum, m, rounding) + zero_point, low, high));
    const float real = static_cast<float>(static_cast<int32_t>(sum)) * static_cast<float>(m);
    return static_cast<int32_t>(std::clamp<double>(std::rint(static_cast<double>(real)) + zero_point, low, high));
}

int32_t stored_bound(double real, float scale, int32_t zero_point, uint32_t rounding)
{
    const float quotient = static_cast<float>(real) / scale;
    return static_cast<int32_t>(rounding == ACCEL_ROUNDING_HALF_EVEN ? std::rint(quotient) : std::round(quotient)) + zero_point;
}

}  // namespace accel::cpu::test
