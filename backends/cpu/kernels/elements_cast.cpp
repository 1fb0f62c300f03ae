// SPDX-License-Identifier: MIT
// From each element type to each other.
#include "../held.h"
#include "element_loops.h"
#include "narrow.h"

namespace accel::cpu {
namespace {

// To the nearest binary32 number but for an inexact one's last bit, which is 1: what rounds it again to fewer digits sees that something is missing.
float to_odd(double value)
{
    const auto near = static_cast<float>(value);
    if (static_cast<double>(near) == value || value != value)
        return near;
    const uint32_t bits = bits_of_float(near);
    const bool away = static_cast<double>(near) > value ? value > 0 : value < 0;
    return float_of_bits((away ? bits - 1 : bits) | 1);
}

template <typename T> inline constexpr bool kFewBits = false;
template <uint32_t Type> inline constexpr bool kFewBits<FewBits<Type>> = true;

// Types that a binary32 number is rounded to.
template <typename T> inline constexpr bool kRounded = std::is_class_v<T> &&std::is_same_v<Wide<T>, float>;

// Reals become whole by truncation; beyond the range they saturate and NaN becomes 0, so that no input is undefined. Whole numbers wrap.
template <typename From, typename To> To converted(From x)
{
    const auto wide = static_cast<Wide<From>>(x);
    if constexpr (std::is_same_v<To, Truth>) {
        return Truth(wide != 0);
    } else if constexpr (kFewBits<To>) {
        if constexpr (std::is_floating_point_v<Wide<From>>)
            return To(converted<From, int32_t>(x));
        else
            return To(static_cast<int32_t>(wide));
    } else if constexpr (kRounded<To>) {
        if constexpr (sizeof(From) < 4 || std::is_same_v<From, float>)
            return To(static_cast<float>(wide));
        else
            return To(to_odd(static_cast<double>(wide)));
    } else if constexpr (std::is_floating_point_v<Wide<From>> && std::is_integral_v<To>) {
        using Limits = std::numeric_limits<To>;
        if (!(wide > static_cast<Wide<From>>(Limits::min())))
            return wide == wide ? Limits::min() : To{};
        return wide >= static_cast<Wide<From>>(Limits::max()) ? Limits::max() : static_cast<To>(wide);
    } else {
        return static_cast<To>(wide);
    }
}

template <typename From, typename To> void cast(const ElementRun &run)
{
    const auto *x = reinterpret_cast<const From *>(run.x[0]);
    auto *y = reinterpret_cast<To *>(run.y);
    if (run.y_step == 1 && run.x_step[0] == 1)
        for (int64_t i = 0; i < run.count; ++i)
            y[i] = converted<From, To>(x[i]);
    else
        for (int64_t i = 0; i < run.count; ++i)
            y[i * run.y_step] = converted<From, To>(x[i * run.x_step[0]]);
}

constexpr uint32_t kCastTypes = ACCEL_TYPE_F4E2M1 + 1;
using CastKernels = std::array<ElementKernel, kCastTypes>;

using Sources = Types<float, double, Half, Brain, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t, Truth, SmallFloat<ACCEL_TYPE_F8E4M3FN>, SmallFloat<ACCEL_TYPE_F8E4M3FNUZ>, SmallFloat<ACCEL_TYPE_F8E5M2>,
                      SmallFloat<ACCEL_TYPE_F8E5M2FNUZ>, SmallFloat<ACCEL_TYPE_F4E2M1>, PowerOfTwo>;

template <typename From, typename... To> constexpr void add_casts(CastKernels &kernels, Types<To...>) { ((kernels[kTypeNumber<To>] = cast<From, To>), ...); }

template <typename... From> constexpr auto casts(Types<From...>)
{
    std::array<CastKernels, kCastTypes> kernels{};
    (add_casts<From>(kernels[kTypeNumber<From>], Sources{}), ...);
    (add_casts<From>(kernels[kTypeNumber<From>], Types<FewBits<ACCEL_TYPE_I4>, FewBits<ACCEL_TYPE_U4>, FewBits<ACCEL_TYPE_I2>, FewBits<ACCEL_TYPE_U2>>{}), ...);
    return kernels;
}

constexpr auto kCasts = casts(Sources{});

}  // namespace

ElementKernel find_cast_kernel(uint32_t from, uint32_t to) { return from < kCastTypes && to < kCastTypes ? kCasts[from == ACCEL_TYPE_F4E2M1 ? from : held_type(from)][to] : nullptr; }

}  // namespace accel::cpu
