// SPDX-License-Identifier: MIT
// Comparisons, logic and bits of two elements, and the choice between them.
#include "element_loops.h"

namespace accel::cpu {
namespace {

struct Equal {
    template <typename W> static bool of(W a, W b, const ElementFactors &) { return a == b; }
};
struct Less {
    template <typename W> static bool of(W a, W b, const ElementFactors &) { return a < b; }
};
struct Greater {
    template <typename W> static bool of(W a, W b, const ElementFactors &) { return a > b; }
};
struct LessOrEqual {
    template <typename W> static bool of(W a, W b, const ElementFactors &) { return a <= b; }
};
struct GreaterOrEqual {
    template <typename W> static bool of(W a, W b, const ElementFactors &) { return a >= b; }
};
struct And {
    template <typename W> static W of(W a, W b, const ElementFactors &) { return static_cast<W>(a & b); }
};
struct Or {
    template <typename W> static W of(W a, W b, const ElementFactors &) { return static_cast<W>(a | b); }
};
struct Xor {
    template <typename W> static W of(W a, W b, const ElementFactors &) { return static_cast<W>(a ^ b); }
};
// To the left zeros come in, to the right the sign. A distance of the type's bits or more, or below 0, leaves nothing but those.
struct Shift {
    template <typename W> static W of(W a, W b, const ElementFactors &factors)
    {
        constexpr uint32_t kBits = 8 * sizeof(W);
        const auto distance = static_cast<std::make_unsigned_t<W>>(b);
        if (factors.mode == 1)
            return static_cast<W>(distance < kBits ? a >> distance : a < W{} ? -1
                                                                             : 0);
        return distance < kBits ? static_cast<W>(static_cast<Wrapping<W>>(a) << distance) : W{};
    }
};

// Steps that are constants make loops for vectors.
template <typename Word, int64_t kFirst, int64_t kSecond> void choose_along(const ElementRun &run)
{
    const auto *which = reinterpret_cast<const Truth *>(run.x[0]);
    const auto *a = reinterpret_cast<const Word *>(run.x[1]), *b = reinterpret_cast<const Word *>(run.x[2]);
    auto *y = reinterpret_cast<Word *>(run.y);
    for (int64_t i = 0; i < run.count; ++i) {
        const Word first = a[i * kFirst], second = b[i * kSecond];
        y[i] = which[i] ? first : second;
    }
}

template <typename Word> void choose(const ElementRun &run)
{
    constexpr ElementKernel kAlong[2][2] = {{choose_along<Word, 0, 0>, choose_along<Word, 0, 1>}, {choose_along<Word, 1, 0>, choose_along<Word, 1, 1>}};
    const auto [which_step, a_step, b_step] = run.x_step;
    if (run.y_step == 1 && which_step == 1 && (a_step | 1) == 1 && (b_step | 1) == 1)
        return kAlong[a_step][b_step](run);
    const auto *which = reinterpret_cast<const Truth *>(run.x[0]);
    const auto *a = reinterpret_cast<const Word *>(run.x[1]), *b = reinterpret_cast<const Word *>(run.x[2]);
    auto *y = reinterpret_cast<Word *>(run.y);
    for (int64_t i = 0; i < run.count; ++i)
        y[i * run.y_step] = which[i * run.x_step[0]] ? a[i * run.x_step[1]] : b[i * run.x_step[2]];
}

template <typename... T> constexpr ElementKernels choices(Types<T...>)
{
    ElementKernels kernels{};
    ((kernels[kTypeNumber<T>] = sizeof(T) == 1 ? choose<uint8_t> : sizeof(T) == 2 ? choose<uint16_t>
                                                               : sizeof(T) == 4   ? choose<uint32_t>
                                                                                  : choose<uint64_t>),
     ...);
    return kernels;
}

constexpr ElementRow kRows[] = {
    {ACCEL_OPERATION_EQUAL, 2, binary<Equal, Truth>(Elements{}), ACCEL_TYPE_BOOL},
    {ACCEL_OPERATION_LESS, 2, binary<Less, Truth>(Numbers{}), ACCEL_TYPE_BOOL},
    {ACCEL_OPERATION_GREATER, 2, binary<Greater, Truth>(Numbers{}), ACCEL_TYPE_BOOL},
    {ACCEL_OPERATION_LESS_OR_EQUAL, 2, binary<LessOrEqual, Truth>(Numbers{}), ACCEL_TYPE_BOOL},
    {ACCEL_OPERATION_GREATER_OR_EQUAL, 2, binary<GreaterOrEqual, Truth>(Numbers{}), ACCEL_TYPE_BOOL},
    {ACCEL_OPERATION_AND, 2, binary<And>(Types<Truth>{})},
    {ACCEL_OPERATION_OR, 2, binary<Or>(Types<Truth>{})},
    {ACCEL_OPERATION_XOR, 2, binary<Xor>(Types<Truth>{})},
    {ACCEL_OPERATION_BITWISE_AND, 2, binary<And>(Integers{})},
    {ACCEL_OPERATION_BITWISE_OR, 2, binary<Or>(Integers{})},
    {ACCEL_OPERATION_BITWISE_XOR, 2, binary<Xor>(Integers{})},
    {ACCEL_OPERATION_BIT_SHIFT, 2, binary<Shift>(Integers{})},
    {ACCEL_OPERATION_WHERE, 3, choices(Elements{})},
};

}  // namespace

std::span<const ElementRow> choice_rows() { return kRows; }

}  // namespace accel::cpu
