// SPDX-License-Identifier: MIT
// Compares the vector forms of roundings with the scalar ones, at their corners and at random.
#include "fixed_check.h"

#include "quant/quant.h"

#include <algorithm>
#include <cstdio>
#include <random>
#include <utility>
#include <vector>

namespace accel::cpu::test {
namespace {

constexpr int32_t kLeast = INT32_MIN, kMost = INT32_MAX;
constexpr int kMantissaBits = 31, kRightMost = 31;
constexpr int64_t kOutputs = 400;

int32_t scaled(int64_t value, FixedScale by, bool away)
{
    const quant::Multiplier multiplier{static_cast<uint32_t>(by.scale), kMantissaBits + by.right};
    return away ? quant::requantise_double_rounding(value, multiplier) : quant::requantise_natural(value, multiplier);
}

// Mantissas and shifts at both ends and in between, each shift several times; and the multiplier 0, whose shift is the least.
FixedScale random_scale(std::mt19937 &random, int64_t index)
{
    constexpr int32_t kLow = 1 << 30;
    const int32_t mantissas[] = {kLow, kMost, kLow + 1, static_cast<int32_t>(kLow + random() % kLow)};
    return index % 37 == 36 ? FixedScale{0, 0} : FixedScale{mantissas[random() % 4], static_cast<int32_t>(index % (kRightMost + 1))};
}

// Ends of the range, small ones, any, and those whose product lies at half a unit of the result or beside it.
int32_t random_sum(std::mt19937 &random, FixedScale by)
{
    const int32_t ends[] = {kLeast, kLeast + 1, kMost, kMost - 1, 0, 1, -1};
    switch (random() % 4) {
    case 0: return ends[random() % 7];
    case 1: return static_cast<int32_t>(random() % 4096) - 2048;
    case 2: return static_cast<int32_t>(random());
    default: break;
    }
    const double half = (static_cast<double>(random() % 64) - 31.5) * static_cast<double>(int64_t{1} << (kMantissaBits + by.right));
    const double sum = half / std::max(by.scale, 1) + static_cast<double>(random() % 3) - 1;
    return static_cast<int32_t>(std::clamp(sum, static_cast<double>(kLeast), static_cast<double>(kMost)));
}

struct Case {
    int64_t channels, outputs, step;
    std::vector<FixedScale> by;
    std::vector<int32_t> scales, rights, sums;
    std::vector<uint8_t> addends;

    Case(std::vector<FixedScale> multipliers, int64_t output_count)
        : channels(static_cast<int64_t>(multipliers.size())),
          outputs(output_count),
          step((channels + kLanesMost - 1) / kLanesMost * kLanesMost),
          by(std::move(multipliers)),
          scales(static_cast<size_t>(step)),
          rights(scales),
          sums(static_cast<size_t>(outputs * step)),
          addends(static_cast<size_t>(outputs * channels))
    {
        for (size_t channel = 0; channel < by.size(); ++channel)
            scales[channel] = by[channel].scale, rights[channel] = by[channel].right;
    }
    size_t sum_at(size_t i) const { return i / by.size() * static_cast<size_t>(step) + i % by.size(); }
    int32_t sum(size_t i) const { return sums[sum_at(i)]; }
};

Case random_case(std::mt19937 &random, int64_t channels)
{
    std::vector<FixedScale> by;
    for (int64_t channel = 0; channel < channels; ++channel)
        by.push_back(random_scale(random, static_cast<int64_t>(random() % 128)));
    Case of(std::move(by), kOutputs);
    for (size_t i = 0; i < of.addends.size(); ++i) {
        of.sums[of.sum_at(i)] = random_sum(random, of.by[i % of.by.size()]);
        of.addends[i] = static_cast<uint8_t>(random());
    }
    return of;
}

// Every shift with every mantissa that is special, each with the powers of two and what lies beside them, of both signs.
Case corner_case()
{
    std::vector<FixedScale> by{{0, 0}};
    for (const int32_t mantissa : {1 << 30, (1 << 30) + 1, 3 << 29, kMost - 1, kMost})
        for (int32_t right = 0; right <= kRightMost; ++right)
            by.push_back({mantissa, right});
    std::vector<int32_t> sums{kLeast, kLeast + 1, kMost, 0};
    for (int bit = 0; bit < kMantissaBits; ++bit)
        for (int32_t beside = -2; beside <= 2; ++beside)
            for (const int32_t sign : {1, -1})
                sums.push_back(sign * (static_cast<int32_t>((1u << bit) - (bit == kMantissaBits - 1 ? 2u : 0u)) + beside));
    Case of(std::move(by), static_cast<int64_t>(sums.size()));
    for (size_t i = 0; i < of.addends.size(); ++i)
        of.sums[of.sum_at(i)] = sums[i / of.by.size()];
    return of;
}

// What the tile should hold at place i.
uint8_t expected(const Case &of, size_t i, const FixedPoint &rule, const FixedAddition *addition)
{
    const int32_t made = std::clamp(scaled(of.sum(i), of.by[i % of.by.size()], rule.away), rule.low, rule.high);
    if (addition == nullptr)
        return static_cast<uint8_t>(made + rule.zero_point);
    const int32_t stored = addition->is_signed ? static_cast<int8_t>(of.addends[i]) : of.addends[i];
    const auto widened = [](int32_t value) { return int64_t{value} * (1 << kAdditionShift); };
    const int64_t sum = int64_t{scaled(widened(made), addition->made, rule.away)} +
                        scaled(widened(stored - addition->zero_point), addition->addend, rule.away);
    return static_cast<uint8_t>(std::clamp(scaled(sum, addition->sum, rule.away), addition->low, addition->high) + addition->result_zero_point);
}

int check(const IntegerKernels &kernels, const Case &of, const FixedPoint &rule, const FixedAddition *addition)
{
    std::vector<uint8_t> got(of.addends.size());
    const SumsTile tile{of.sums.data(), of.step, of.outputs, of.channels, got.data(), of.addends.data(), of.channels};
    addition == nullptr ? kernels.finish_fixed(tile, rule) : kernels.finish_fixed_added(tile, rule, *addition);
    for (size_t i = 0; i < got.size(); ++i)
        if (const uint8_t wanted = expected(of, i, rule, addition); got[i] != wanted) {
            const FixedScale by = of.by[i % of.by.size()];
            std::printf("%s %s%s: sum %d, scale %d, right %d: %d, expected %d\n", kernels.name, rule.away ? "away" : "natural",
                        addition == nullptr ? "" : " added", of.sum(i), by.scale, by.right, got[i], wanted);
            return 1;
        }
    return 0;
}

}  // namespace

int check_fixed(const IntegerKernels &kernels)
{
    std::mt19937 random(11);
    int failures = 0;
    const Case corners = corner_case();
    for (const bool away : {false, true})  // without bounds: the low byte of the result as it is
        failures += check(kernels, corners, {corners.scales.data(), corners.rights.data(), kLeast, kMost, 0, away}, nullptr);
    for (const int64_t channels : {1, 5, 16, 31, 64, 90, 130, 256})
        for (const bool away : {false, true})
            for (const bool is_signed : {false, true}) {
                const Case of = random_case(random, channels);
                const FixedPoint rule{of.scales.data(), of.rights.data(), is_signed ? -110 : 0, is_signed ? 120 : 255, is_signed ? -9 : 0, away};
                FixedAddition addition{random_scale(random, 0), random_scale(random, static_cast<int64_t>(random() % 8)), {1 << 30, 18}, -128, 127, 3, 0, is_signed};
                failures += check(kernels, of, rule, nullptr) + check(kernels, of, rule, &addition);
            }
    return failures;
}

}  // namespace accel::cpu::test
