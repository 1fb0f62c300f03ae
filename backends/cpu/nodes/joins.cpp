// SPDX-License-Identifier: MIT
// Sums, products and extremes of two values, once over types. Whole numbers wrap, 16-bit reals are rounded each time, and a NaN stays.
#include "joins.h"

#include "folded.h"

namespace accel::cpu {
namespace {

template <typename T> struct Sum2 {
    static T of(T a, T b)
    {
        if constexpr (kIsReal<T> || std::is_same_v<T, Truth>)
            return static_cast<T>(static_cast<Wide<T>>(static_cast<Wide<T>>(a) + static_cast<Wide<T>>(b)));
        else
            return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
    }
};

template <typename T> struct Product2 {
    static T of(T a, T b)
    {
        if constexpr (kIsReal<T> || std::is_same_v<T, Truth>)
            return static_cast<T>(static_cast<Wide<T>>(static_cast<Wide<T>>(a) * static_cast<Wide<T>>(b)));
        else
            return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
    }
};

template <typename T> struct Greatest2 {
    static T of(T a, T b) { return static_cast<T>(Extreme<T, true>::join(static_cast<Wide<T>>(a), static_cast<Wide<T>>(b))); }
};

template <typename T> struct Least2 {
    static T of(T a, T b) { return static_cast<T>(Extreme<T, false>::join(static_cast<Wide<T>>(a), static_cast<Wide<T>>(b))); }
};

template <typename T> void replace(std::byte *to, const std::byte *from, int64_t count) { std::memcpy(to, from, static_cast<size_t>(count) * sizeof(T)); }

template <typename T, template <typename> class Function> void join(std::byte *to, const std::byte *from, int64_t count)
{
    auto *there = reinterpret_cast<T *>(to);
    const auto *put = reinterpret_cast<const T *>(from);
    for (int64_t i = 0; i < count; ++i)
        there[i] = Function<T>::of(there[i], put[i]);
}

template <typename T> Join join_named(std::string_view reduction)
{
    if (reduction.empty() || reduction == "none")
        return replace<T>;
    if (reduction == "add")
        return join<T, Sum2>;
    if (reduction == "mul")
        return join<T, Product2>;
    if (reduction == "max")
        return join<T, Greatest2>;
    return reduction == "min" ? join<T, Least2> : Join{nullptr};
}

}  // namespace

Join find_join(std::string_view reduction, uint32_t type)
{
    Join found = nullptr;
    with_type(Elements{}, type, [&]<typename T>(T) { found = join_named<T>(reduction); });
    return found;
}

}  // namespace accel::cpu
