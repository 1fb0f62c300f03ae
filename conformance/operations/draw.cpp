// SPDX-License-Identifier: MIT
// Values by kind: plain, whole, zero, far ends, special.
#include "draw.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reference/small.h"

namespace accel::conformance {
namespace {

constexpr int64_t kPrimes[] = {2, 3, 5, 7, 11, 13, 17, 19};
constexpr int64_t kTails[] = {7, 9, 15, 17, 31, 33};

template <class T> int64_t end_of(uint32_t which)
{
    constexpr auto low = static_cast<int64_t>(std::numeric_limits<T>::min()), high = static_cast<int64_t>(std::numeric_limits<T>::max());
    const int64_t ends[] = {low, high, low, high, low + 1, high - 1, low < 0 ? -1 : 0, 1};
    return ends[which % std::size(ends)];
}

int64_t end_of_type(accel_type type, uint32_t which)
{
    switch (type) {
    case ACCEL_TYPE_I8: return end_of<int8_t>(which);
    case ACCEL_TYPE_U8: return end_of<uint8_t>(which);
    case ACCEL_TYPE_I16: return end_of<int16_t>(which);
    case ACCEL_TYPE_U16: return end_of<uint16_t>(which);
    case ACCEL_TYPE_I32: return end_of<int32_t>(which);
    case ACCEL_TYPE_U32: return end_of<uint32_t>(which);
    case ACCEL_TYPE_U64: return which % 8 == 5 ? -2 : end_of<uint8_t>(which) == UINT8_MAX ? -1
                                                                                          : end_of<uint8_t>(which) % 2;  // its largest is -1 when it wraps
    default: return end_of<int64_t>(which);
    }
}

}  // namespace

int64_t Draw::size(Sizes sizes)
{
    switch (sizes) {
    case kOneSizes: return 1;
    case kPrimeSizes: return kPrimes[random.next() % std::size(kPrimes)];
    case kTailSizes: return kTails[random.next() % std::size(kTails)];
    case kManyAxes: return size(1, 5);
    case kEvenSizes: return plain() ? 16 : 8;
    default: return size(1, 20);
    }
}

Dims Draw::dims(Sizes sizes, size_t least_rank, size_t most_rank)
{
    const bool images = least_rank <= 4 && most_rank >= 4;
    if (sizes == kEvenSizes && images) return plain() ? Dims{1, 16, 4, 8} : Dims{size(1, 2), 8 * size(1, 2), 2 * size(1, 4), 4 * size(1, 3)};
    const auto low = static_cast<int64_t>(least_rank), high = static_cast<int64_t>(most_rank);
    const int64_t few = std::max<int64_t>(low, 1);
    const int64_t rank = sizes == kManyAxes ? high : sizes == kFewAxes ? (low == 0 && coin() ? 0 : few)
                                                 : sizes == kTailSizes ? size(few, std::min<int64_t>(std::max<int64_t>(few, 2), high))
                                                                       : size(few, std::min<int64_t>(high, 4));
    Dims dims;
    for (int64_t axis = 0; axis < rank; ++axis) {
        const int64_t most = rank > 5 ? 3 : rank > 4 ? 4
                                        : rank > 2   ? 11
                                                     : 70;
        if (sizes == kOneSizes)
            dims.push_back(coin() ? 1 : size(1, most));
        else if (sizes == kTailSizes && axis + 1 < rank)
            dims.push_back(size(1, 7));
        else if (sizes == kPrimeSizes || sizes == kTailSizes)
            dims.push_back(size(sizes));
        else
            dims.push_back(size(1, most));
    }
    return dims;
}

Quantization Draw::quantization(accel_type type)
{
    const auto range = stored_range(type);
    return {{static_cast<float>(0.01 + 0.09 * (random.unit() + 1))}, {random.whole(range.low, range.high)}};
}

double Draw::real(Values values, const Reals &reals)
{
    switch (values) {
    case kWholeValues: return random.whole(-8, 8);
    case kZeroValues: return random.next() % 8 ? 0.0 : -0.0;
    case kExtremeValues: return std::ldexp(random.unit() + (coin() ? 1.25 : -1.25), random.whole(-reals.extreme, reals.extreme));
    default: break;
    }
    if (values == kSpecialValues && random.next() % (reals.sums ? 32 : 4) == 0) {
        const double infinity = std::numeric_limits<double>::infinity(), most = std::numeric_limits<float>::max();
        const double specials[] = {std::numeric_limits<double>::quiet_NaN(), infinity, -infinity, -0.0, 0.0, 1e-40, most, -most};
        return specials[random.next() % (reals.sums ? 5 : 8)];
    }
    if (reals.exponents) return std::ldexp(random.unit() + (coin() ? 1.25 : -1.25), random.whole(-reals.exponents, reals.exponents));
    return reals.low + (reals.high - reals.low) * (random.unit() + 1) / 2;
}

int64_t Draw::whole(accel_type type, Values values)
{
    if (values == kZeroValues) return 0;
    if (type == ACCEL_TYPE_BOOL) return values == kExtremeValues ? 1 : coin();
    if (values == kExtremeValues) return end_of_type(type, random.next());
    const auto any = static_cast<int64_t>(uint64_t{random.next()} << 32 | random.next());
    if (bytes_of(type) < 4 || values == kSpecialValues) return any;
    const int low = is_unsigned(type) ? 0 : -30000;
    // Of 64 bits, some that neither 32 bits nor binary32 hold.
    if (values == kWholeValues || bytes_of(type) == 4) return random.whole(low, 30000);
    return is_unsigned(type) ? static_cast<int64_t>(static_cast<uint64_t>(any) >> 24) : any % (int64_t{1} << 40);
}

std::vector<char> Draw::elements(accel_type type, size_t count, Values values, const Reals &reals)
{
    std::vector<char> bytes;
    bytes.reserve(count * bytes_of(type));
    for (size_t index = 0; index < count; ++index) {
        if (is_small(type))
            append_small(type, bytes, values == kPlainValues ? small_at(type, static_cast<uint8_t>(random.next())) : real(values, reals));
        else if (is_real(type))
            append_real(type, bytes, real(values, reals.within(real_format(type))));
        else
            append_whole(type, bytes, whole(type, values));
    }
    if (count > 1) place_ends(type, values, bytes);
    return bytes;
}

void Draw::place_ends(accel_type type, Values values, std::vector<char> &bytes)
{
    const size_t size = bytes_of(type), count = bytes.size() / size, first = random.next() % count, second = (first + 1 + random.next() % (count - 1)) % count;
    std::vector<char> ends;
    if (is_small(type)) return;
    if (is_real(type) && values == kSpecialValues) {
        append_real(type, ends, std::numeric_limits<double>::infinity());
        append_real(type, ends, std::numeric_limits<double>::quiet_NaN());
    } else if (!is_real(type) && type != ACCEL_TYPE_BOOL && values == kExtremeValues) {
        append_whole(type, ends, end_of_type(type, 1));
        append_whole(type, ends, end_of_type(type, 0));
    } else
        return;
    std::copy_n(ends.begin(), size, bytes.begin() + static_cast<std::ptrdiff_t>(first * size));
    std::copy_n(ends.begin() + static_cast<std::ptrdiff_t>(size), size, bytes.begin() + static_cast<std::ptrdiff_t>(second * size));
}

std::vector<float> Draw::reals(size_t count, double low, double high)
{
    std::vector<float> values(count);
    for (auto &value : values) value = static_cast<float>(low + (high - low) * (random.unit() + 1) / 2);
    return values;
}

}  // namespace accel::conformance
