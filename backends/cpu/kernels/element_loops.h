// SPDX-License-Identifier: MIT
// From a function of single elements to loops over each type. Included where tables of elements.h are made.
#pragma once

#include "elements.h"

namespace accel::cpu {

// NaN stays NaN: both comparisons are false for it.
template <typename T> T bounded(T value, T low, T high)
{
    value = value < low ? low : value;
    return value > high ? high : value;
}

// Function: static value of(Wide<T> x, const ElementFactors &).
template <typename Function, typename T, typename Y> void along_one(const ElementRun &run)
{
    const auto *x = reinterpret_cast<const T *>(run.x[0]);
    auto *y = reinterpret_cast<Y *>(run.y);
    const ElementFactors factors = run.factors;
    const auto one = [&factors](T a) { return static_cast<Y>(Function::of(static_cast<Wide<T>>(a), factors)); };
    if (run.y_step == 1 && run.x_step[0] == 1)
        for (int64_t i = 0; i < run.count; ++i)
            y[i] = one(x[i]);
    else
        for (int64_t i = 0; i < run.count; ++i)
            y[i * run.y_step] = one(x[i * run.x_step[0]]);
}

// Function: static value of(Wide<T> a, Wide<T> b, const ElementFactors &).
template <typename Function, typename T, typename Y> void along_two(const ElementRun &run)
{
    const auto *a = reinterpret_cast<const T *>(run.x[0]), *b = reinterpret_cast<const T *>(run.x[1]);
    auto *y = reinterpret_cast<Y *>(run.y);
    const ElementFactors factors = run.factors;
    const auto one = [&factors](T left, T right) { return static_cast<Y>(Function::of(static_cast<Wide<T>>(left), static_cast<Wide<T>>(right), factors)); };
    const int64_t y_step = run.y_step, a_step = run.x_step[0], b_step = run.x_step[1];
    if (y_step == 1 && a_step == 1 && b_step == 1)
        for (int64_t i = 0; i < run.count; ++i)
            y[i] = one(a[i], b[i]);
    else if (y_step == 1 && a_step == 1 && b_step == 0)
        for (int64_t i = 0; i < run.count; ++i)
            y[i] = one(a[i], *b);
    else
        for (int64_t i = 0; i < run.count; ++i)
            y[i * y_step] = one(a[i * a_step], b[i * b_step]);
}

// y has x's type, or Y.
template <typename Function, typename Y = void, typename... T> constexpr ElementKernels unary(Types<T...>)
{
    ElementKernels kernels{};
    ((kernels[kTypeNumber<T>] = along_one<Function, T, std::conditional_t<std::is_void_v<Y>, T, Y>>), ...);
    return kernels;
}

template <typename Function, typename Y = void, typename... T> constexpr ElementKernels binary(Types<T...>)
{
    ElementKernels kernels{};
    ((kernels[kTypeNumber<T>] = along_two<Function, T, std::conditional_t<std::is_void_v<Y>, T, Y>>), ...);
    return kernels;
}

}  // namespace accel::cpu
