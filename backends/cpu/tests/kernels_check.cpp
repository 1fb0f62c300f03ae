// SPDX-License-Identifier: MIT
// The integer kernels of every instruction set that this processor has, bit for bit against loops that say what they mean.
//
// A program of its own, without a test library, so that it can be compiled for another processor and executed by an emulator:
// kernels_on_arm64. Exit code 0: every bit is right, and the names given as arguments are the sets that were tried.
#include "fixed_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

using namespace accel::cpu;

namespace {

int failures = 0;

template <typename T> void expect_equal(const std::vector<T> &got, const std::vector<T> &wanted, const std::string &what)
{
    for (size_t i = 0; i < wanted.size(); ++i)
        if (got[i] != wanted[i]) {
            std::printf("%s: value %zu is %lld, expected %lld\n", what.c_str(), i, static_cast<long long>(got[i]), static_cast<long long>(wanted[i]));
            ++failures;
            return;
        }
}

// Operands as the instruction reads them: of bytes both ends of the range are frequent, of halves those that 8 bits less a zero point give.
struct Operands {
    std::mt19937 random{1};

    int32_t within(int32_t low, int32_t high)
    {
        const auto which = random() % 4;
        return which == 0 ? low : which == 1 ? high
                                             : std::uniform_int_distribution<int32_t>(low, high)(random);
    }
    int32_t weight(const ProductKernels &kernels) { return kernels.operand_bytes == 1 ? within(-128, 127) : within(-255, 255); }
    int32_t operand(const ProductKernels &kernels)
    {
        return kernels.operand_bytes == 2 ? within(-255, 255) : kernels.operands_signed ? within(-128, 127)
                                                                                        : within(0, 255);
    }
};

void put(std::byte *to, int operand_bytes, int32_t value)
{
    const auto wide = static_cast<int16_t>(value);
    if (operand_bytes == 1)
        *to = static_cast<std::byte>(value);
    else
        std::memcpy(to, &wide, sizeof wide);
}

// Turning the sign bit moves a byte by 128.
int32_t flipped(const ProductKernels &kernels, int32_t value) { return static_cast<int32_t>(kernels.operands_signed ? value + 128 : value - 128); }

// What sums begin with. Sums are modulo 2^32: every third begins so close to either end that it wraps, which saturating instructions would stop.
int32_t start_of(int64_t channel)
{
    constexpr int32_t kNear = 300;
    return channel % 3 == 1 ? INT32_MAX - kNear : channel % 3 == 2 ? INT32_MIN + kNear
                                                                   : static_cast<int32_t>(channel) * 1000 - 7000;
}

void check_convolve(const ProductKernels &kernels, int vectors, int outputs, bool flip, const std::string &name)
{
    constexpr int64_t kTaps = 3, kWords = 5, kOutputStep = 12;
    const int64_t per_word = kernels.word_operands(), width = vectors * kernels.lanes;
    const int64_t taps_at[kTaps] = {64, 0, 160};
    Operands make;
    std::vector<int32_t> x(512 / static_cast<size_t>(kernels.operand_bytes)), weights(static_cast<size_t>(kTaps * kWords * width * per_word));
    std::vector<std::byte> x_bytes(512), weight_bytes(static_cast<size_t>(kTaps * kWords * width * kWordBytes));
    for (size_t i = 0; i < x.size(); ++i)
        put(&x_bytes[i * static_cast<size_t>(kernels.operand_bytes)], kernels.operand_bytes, x[i] = make.operand(kernels));
    for (size_t i = 0; i < weights.size(); ++i)
        put(&weight_bytes[i * static_cast<size_t>(kernels.operand_bytes)], kernels.operand_bytes, weights[i] = make.weight(kernels));
    // What is stored has the other sign bit; the kernel turns it back.
    if (flip)
        for (std::byte &byte : x_bytes)
            byte ^= std::byte{0x80};
    std::vector<int32_t> bias(static_cast<size_t>(width)), got(static_cast<size_t>(outputs * width)), wanted;
    for (size_t i = 0; i < bias.size(); ++i)
        bias[i] = start_of(static_cast<int64_t>(i));
    int64_t outputs_at[kNarrowOutputs];
    for (int o = 0; o < outputs; ++o)
        outputs_at[o] = o * kOutputStep;
    kernels.convolve({x_bytes.data(), outputs_at, taps_at, kTaps, kWords, weight_bytes.data(), bias.data(), got.data(), outputs, vectors, flip});
    for (int o = 0; o < outputs; ++o)
        for (int64_t channel = 0; channel < width; ++channel) {
            int64_t sum = bias[static_cast<size_t>(channel)];
            for (int64_t tap = 0; tap < kTaps; ++tap)
                for (int64_t i = 0; i < kWords * per_word; ++i) {
                    const int64_t at = (outputs_at[o] + taps_at[tap]) / kernels.operand_bytes + i;
                    const int64_t weight = ((tap * kWords + i / per_word) * width + channel) * per_word + i % per_word;
                    sum += x[static_cast<size_t>(at)] * weights[static_cast<size_t>(weight)];
                }
            wanted.push_back(static_cast<int32_t>(sum));
        }
    expect_equal(got, wanted, name + " convolve, vectors " + std::to_string(vectors) + ", outputs " + std::to_string(outputs));
}

// Operands and weights at the ends of their ranges, where sums of two products do not fit 16 bits.
void check_ends(const ProductKernels &kernels, const std::string &name)
{
    constexpr int64_t kWords = 100;
    const int32_t weight_pairs[][2] = {{127, 127}, {-128, -128}, {127, -128}, {64, 65}, {-64, -65}}, low = kernels.operands_signed ? -128 : 0;
    const int64_t zero = 0;
    std::vector<int32_t> bias(static_cast<size_t>(kernels.lanes)), got(bias.size());
    for (const auto &pair : weight_pairs)
        for (const int32_t x : {low, low + 255}) {
            std::vector<std::byte> operands(kWords * kWordBytes, static_cast<std::byte>(x)), weights(static_cast<size_t>(kWords * kernels.lanes * kWordBytes));
            for (size_t i = 0; i < weights.size(); ++i)
                weights[i] = static_cast<std::byte>(pair[i % 2]);
            kernels.convolve({operands.data(), &zero, &zero, 1, kWords, weights.data(), bias.data(), got.data(), 1, 1, false});
            expect_equal(got, std::vector<int32_t>(got.size(), x * (pair[0] + pair[1]) * 2 * static_cast<int32_t>(kWords)),
                         name + " of all " + std::to_string(x) + " by " + std::to_string(pair[0]) + " and " + std::to_string(pair[1]));
        }
}

// Bytes: three taps and an empty place in each word, for outputs alone and in pairs; halves: as many taps as there are.
void check_depthwise(const ProductKernels &kernels, int64_t channels, bool flip, const std::string &name)
{
    constexpr int64_t kRows = 3, kOutputs = 5, kWidth = kOutputs + 2;
    const bool bytes = kernels.operand_bytes == 1;
    const int64_t block = bytes ? 4 * kernels.lanes : kernels.lanes, padded = (channels + block - 1) / block * block, step = bytes ? channels : padded;
    Operands make;
    std::vector<int32_t> x(static_cast<size_t>(kRows * kWidth * step)), weights(static_cast<size_t>(9 * channels));
    std::vector<std::byte> x_bytes(x.size() * static_cast<size_t>(kernels.operand_bytes)), weight_bytes(static_cast<size_t>((bytes ? 12 : 9 * kWordBytes) * padded));
    for (size_t i = 0; i < x.size(); ++i) {
        x[i] = make.operand(kernels);
        put(&x_bytes[i * static_cast<size_t>(kernels.operand_bytes)], kernels.operand_bytes, flip ? flipped(kernels, x[i]) : x[i]);
    }
    std::vector<int32_t> bias(static_cast<size_t>(padded)), got(static_cast<size_t>(kOutputs * padded)), kept, wanted;
    for (int64_t channel = 0; channel < channels; ++channel)
        for (int64_t tap = 0; tap < 9; ++tap) {
            const int32_t weight = weights[static_cast<size_t>(tap * channels + channel)] = make.weight(kernels);
            const int64_t lane = bytes ? depthwise_lane(kernels.lanes, channel) : channel % block;
            bias[static_cast<size_t>(channel / block * block + lane)] = start_of(channel);
            const int64_t at = bytes ? ((channel / block * 3 + tap / 3) * block + lane) * kWordBytes + tap % 3 : (tap * padded + channel) * kWordBytes;
            put(&weight_bytes[static_cast<size_t>(at)], kernels.operand_bytes, weight);
        }
    const std::byte *taps_at[12];
    for (int64_t place = 0; place < 12; ++place)
        taps_at[place] = x_bytes.data() + (place / (bytes ? 4 : 3) % 3 * kWidth + std::min<int64_t>(place % (bytes ? 4 : 3), 2)) * step * kernels.operand_bytes;
    for (int form = 0; form < 3; ++form) {  // of any kind, alone, in pairs
        const bool shares = form == 2;
        kernels.depthwise({taps_at, 9, 3, form > 0, shares, 0, 0, step * kernels.operand_bytes, kOutputs, bytes ? channels : padded,
                           weight_bytes.data(), padded * kWordBytes, bias.data(), got.data(), padded, flip});
        kept.clear(), wanted.clear();
        for (int64_t o = 0; o < kOutputs; ++o)
            for (int64_t channel = 0; channel < channels; ++channel) {
                int64_t sum = start_of(channel);
                for (int64_t tap = 0; tap < 9; ++tap)
                    sum += int64_t{1} * x[static_cast<size_t>((tap / 3 * kWidth + o + tap % 3) * step + channel)] * weights[static_cast<size_t>(tap * channels + channel)];
                kept.push_back(got[static_cast<size_t>(o * padded + channel)]);
                wanted.push_back(static_cast<int32_t>(sum));
            }
        expect_equal(kept, wanted, name + " depthwise, channels " + std::to_string(channels) + (shares ? ", in pairs" : form == 1 ? ", alone"
                                                                                                                                  : ""));
    }
}

int32_t whole(float value, float low, float high) { return static_cast<int32_t>(std::nearbyint(std::clamp(value, low, high))); }

// Ties, both ends, sums that leave the range of 16 bits; every pair of stored values for the addition.
void check_finish(const IntegerKernels &kernels, int64_t channels)
{
    constexpr int64_t kOutputs = 256;
    const int64_t step = (channels + kLanesMost - 1) / kLanesMost * kLanesMost;
    std::mt19937 random(3);
    std::vector<int32_t> sums(static_cast<size_t>(kOutputs * step));
    std::vector<float> multipliers(static_cast<size_t>(step));
    for (int32_t &sum : sums)
        sum = static_cast<int32_t>(random() % 3 == 0 ? random() : random() % 2048 - 1024);
    for (size_t i = 0; i < multipliers.size(); ++i)
        multipliers[i] = i % 3 == 0 ? 0.25f : 0.01f * static_cast<float>(i + 1);
    const HalfEven rule{multipliers.data(), -100, 90, 7};
    std::vector<uint8_t> got(static_cast<size_t>(kOutputs * channels)), wanted(got.size()), addends(got.size());
    for (uint8_t &addend : addends)
        addend = static_cast<uint8_t>(random());
    Addition addition{0.037f, 0.0213f, 0.061f, 0, -128, 127, 3, 5, false, true};
    const auto expected = [&](size_t i, bool adds, bool is_signed) {
        const size_t channel = i % static_cast<size_t>(channels), output = i / static_cast<size_t>(channels);
        const int32_t made = whole(static_cast<float>(sums[output * static_cast<size_t>(step) + channel]) * multipliers[channel], rule.low, rule.high);
        if (!adds)
            return static_cast<uint8_t>(made + rule.zero_point);
        const int32_t stored = is_signed ? static_cast<int8_t>(addends[i]) : addends[i];
        const float left = static_cast<float>(made) * addition.scale, right = static_cast<float>(stored - addition.zero_point) * addition.addend_scale;
        return static_cast<uint8_t>(whole((left + right) / addition.result_scale, addition.low, addition.high) + addition.result_zero_point);
    };
    const SumsTile tile{sums.data(), step, kOutputs, channels, got.data(), addends.data(), channels};
    for (size_t i = 0; i < wanted.size(); ++i)
        wanted[i] = expected(i, false, false);
    kernels.finish_half_even(tile, rule);
    expect_equal(got, wanted, std::string(kernels.name) + " half even, channels " + std::to_string(channels));
    for (const bool is_signed : {false, true}) {
        addition.is_signed = is_signed;
        for (size_t i = 0; i < wanted.size(); ++i)
            wanted[i] = expected(i, true, is_signed);
        kernels.finish_added(tile, rule, addition);
        expect_equal(got, wanted, std::string(kernels.name) + " added, channels " + std::to_string(channels));
    }
}

// The same in registers: convolutions and depthwise ones whose rule is narrow, beside their own sums.
void check_registers(const IntegerKernels &kernels, const ProductKernels &products, int64_t channels, bool is_signed)
{
    constexpr int64_t kWords = 3;
    const int vectors = static_cast<int>((channels + products.lanes - 1) / products.lanes);
    const int outputs = products.narrow(vectors) ? kNarrowOutputs : kTileOutputs;
    const int64_t width = vectors * products.lanes, block = 4 * products.lanes, padded = (channels + block - 1) / block * block;
    std::mt19937 random(4);
    std::vector<std::byte> x(4096), weights(static_cast<size_t>(padded * kWords * kWordBytes));
    for (auto *bytes : {&x, &weights})
        for (std::byte &byte : *bytes)
            byte = static_cast<std::byte>(random());
    std::vector<int32_t> bias(static_cast<size_t>(padded), 3), sums(static_cast<size_t>(outputs * padded));
    std::vector<float> multipliers(static_cast<size_t>(padded));
    for (size_t i = 0; i < multipliers.size(); ++i)
        multipliers[i] = i % 3 == 0 ? 0.4999f : 0.0001f * static_cast<float>(i + 1);
    const HalfEven rule{multipliers.data(), is_signed ? -90.0f : 0.0f, 100, is_signed ? -9 : 9, is_signed, true};
    std::vector<uint8_t> got(static_cast<size_t>(outputs * channels)), wanted(got.size());
    const Finish finish{&rule, got.data(), channels, nullptr, nullptr};
    const int64_t outputs_at[kNarrowOutputs] = {0, 12, 8, 20, 4, 16, 28, 24}, tap_at = 0;
    if (vectors <= products.vectors) {
        ConvolutionTile tile{x.data(), outputs_at, &tap_at, 1, kWords, weights.data(), bias.data(), sums.data(), outputs, vectors, false, {}, channels};
        products.convolve(tile);
        kernels.finish_half_even({sums.data(), width, outputs, channels, wanted.data(), nullptr, channels}, rule);
        tile.finish = finish;
        products.convolve(tile);
        expect_equal(got, wanted, std::string(kernels.name) + " convolve in registers, channels " + std::to_string(channels));
        std::vector<uint8_t> addends(got.size());
        for (uint8_t &addend : addends)
            addend = static_cast<uint8_t>(random());
        const int32_t zero_point = is_signed ? -9 : 9;
        const Addition addition{0.037f, 0.0213f, 0.061f, 1 / 0.061f, is_signed ? -110.0f : 0.0f, 100, 3, zero_point, !is_signed, is_signed};
        if (channels == width) {
            tile.finish = {};
            products.convolve(tile);
            kernels.finish_added({sums.data(), width, outputs, channels, wanted.data(), addends.data(), channels}, rule, addition);
            tile.finish = {&rule, got.data(), channels, &addition, addends.data()};
            products.convolve(tile);
            expect_equal(got, wanted, std::string(kernels.name) + " convolve and add in registers, channels " + std::to_string(channels));
        }
    }
    if (products.operand_bytes == 2)
        return;
    std::vector<float> in_lanes(multipliers.size());
    for (int64_t channel = 0; channel < padded; ++channel)
        in_lanes[static_cast<size_t>(channel / block * block + depthwise_lane(products.lanes, channel))] = multipliers[static_cast<size_t>(channel)];
    HalfEven lane_rule = rule;
    lane_rule.multipliers = in_lanes.data();
    const std::byte *taps_at[4 * kWords];
    for (size_t i = 0; i < 4 * kWords; ++i)
        taps_at[i] = x.data() + i * 100;
    DepthwiseRun run{taps_at, 12, kWords, false, false, 0, 0, channels, outputs, channels, weights.data(), 0, bias.data(), sums.data(), padded, false, {}};
    products.depthwise(run);
    kernels.finish_half_even({sums.data(), padded, outputs, channels, wanted.data(), nullptr, channels}, rule);
    run.finish = {&lane_rule, got.data(), channels, nullptr, nullptr};
    products.depthwise(run);
    expect_equal(got, wanted, std::string(kernels.name) + " depthwise in registers, channels " + std::to_string(channels));
}

// Two outputs as one, which read every second pixel of rows of three taps.
void check_halves(const ProductKernels &kernels, bool flip, const std::string &name)
{
    constexpr int64_t kRows = 3, kPairs = 3, kWidth = 4 * kPairs + 1;
    const int64_t block = 4 * kernels.lanes, channels = block / 2;
    Operands make;
    std::vector<int32_t> x(static_cast<size_t>(kRows * kWidth * channels)), weights(static_cast<size_t>(9 * channels));
    std::vector<std::byte> x_bytes(x.size()), weight_bytes(static_cast<size_t>(12 * block));
    for (size_t i = 0; i < x.size(); ++i)
        x[i] = make.operand(kernels), put(&x_bytes[i], 1, flip ? flipped(kernels, x[i]) : x[i]);
    for (int32_t &weight : weights)
        weight = make.weight(kernels);
    std::vector<int32_t> bias(static_cast<size_t>(block)), got(static_cast<size_t>(kPairs * block)), wanted;
    for (int64_t position = 0; position < block; ++position) {
        const int64_t lane = depthwise_lane(kernels.lanes, position), channel = position % channels;
        bias[static_cast<size_t>(lane)] = start_of(channel);
        for (int64_t tap = 0; tap < 9; ++tap)
            put(&weight_bytes[static_cast<size_t>((tap / 3 * block + lane) * kWordBytes + tap % 3)], 1, weights[static_cast<size_t>(tap * channels + channel)]);
    }
    const std::byte *taps_at[12];
    for (int64_t place = 0; place < 12; ++place)
        taps_at[place] = x_bytes.data() + (place / 4 * kWidth + std::min<int64_t>(place % 4, 2)) * channels;
    for (int64_t o = 0; o < 2 * kPairs; ++o)
        for (int64_t channel = 0; channel < channels; ++channel) {
            int64_t sum = start_of(channel);
            for (int64_t tap = 0; tap < 9; ++tap)
                sum += int64_t{1} * x[static_cast<size_t>((tap / 3 * kWidth + 2 * o + tap % 3) * channels + channel)] *
                       weights[static_cast<size_t>(tap * channels + channel)];
            wanted.push_back(static_cast<int32_t>(sum));
        }
    for (const bool rows : {false, true}) {
        kernels.depthwise({taps_at, 9, 3, rows, false, 2 * channels, 0, 4 * channels, kPairs, block, weight_bytes.data(), 0, bias.data(), got.data(),
                           block, flip});
        expect_equal(got, wanted, name + " depthwise, halves of blocks");
    }
}

void check_products(const ProductKernels &kernels, const std::string &name)
{
    for (const bool flip : {false, true}) {
        if (flip && kernels.operand_bytes == 2)
            continue;
        for (int vectors = 1; vectors <= kernels.vectors; ++vectors)
            for (int outputs = 1; outputs <= kNarrowOutputs; ++outputs)
                if (outputs <= kTileOutputs || (kernels.narrow(vectors) && outputs == kNarrowOutputs))
                    check_convolve(kernels, vectors, outputs, flip, name);
        for (const int64_t channels : {1, 3, 16, 31, 64, 100, 130})
            check_depthwise(kernels, channels, flip, name);
        if (kernels.operand_bytes == 1)
            check_halves(kernels, flip, name), check_ends(kernels, name);
    }
}

void check_maximum(const IntegerKernels &kernels, int64_t count, bool is_signed)
{
    std::mt19937 random(5);
    std::vector<uint8_t> values(static_cast<size_t>(5 * count)), got(static_cast<size_t>(count)), wanted;
    for (uint8_t &value : values)
        value = static_cast<uint8_t>(random());
    const auto real = [&](uint8_t byte) { return is_signed ? static_cast<int8_t>(byte) : static_cast<int>(byte); };
    const StoredBounds bounds{static_cast<uint8_t>(is_signed ? -20 : 20), static_cast<uint8_t>(is_signed ? 100 : 240)};
    for (int64_t taps = 1; taps <= 5; ++taps) {
        const uint8_t *taps_at[5];
        for (int64_t tap = 0; tap < taps; ++tap)
            taps_at[tap] = values.data() + tap * count;
        kernels.maximum(taps_at, taps, count, is_signed, bounds, got.data());
        wanted.clear();
        for (int64_t i = 0; i < count; ++i) {
            int most = real(taps_at[0][i]);
            for (int64_t tap = 1; tap < taps; ++tap)
                most = std::max(most, real(taps_at[tap][i]));
            wanted.push_back(static_cast<uint8_t>(std::clamp(most, real(bounds.low), real(bounds.high))));
        }
        expect_equal(got, wanted, std::string(kernels.name) + " maximum of " + std::to_string(count) + (is_signed ? " signed" : ""));
    }
}

void check(const IntegerKernels &kernels)
{
    for (const int64_t count : {1, 16, 63, 64, 200})
        for (const bool is_signed : {false, true})
            check_maximum(kernels, count, is_signed);
    if (kernels.bytes != nullptr)
        check_products(*kernels.bytes, std::string(kernels.name) + " bytes");
    for (const ProductKernels *products : {kernels.bytes, kernels.halves})
        for (const int64_t channels : {1, 7, 8, 16, 31, 48, 64, 90})
            for (const bool is_signed : {false, true})
                if (products != nullptr && products->finishes)
                    check_registers(kernels, *products, channels, is_signed);
    check_products(*kernels.halves, std::string(kernels.name) + " halves");
    for (const int64_t channels : {1, 7, 16, 63, 64, 90})
        check_finish(kernels, channels);
    failures += test::check_fixed(kernels);
}

std::vector<const IntegerKernels *> sets_of_this_processor()
{
    std::vector<const IntegerKernels *> sets{&integer_kernels_base()};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        sets.push_back(&integer_kernels_avx2());
    if (__builtin_cpu_supports("avxvnni"))
        sets.push_back(&integer_kernels_avx2_vnni());
    if (__builtin_cpu_supports("avx512bw"))
        sets.push_back(&integer_kernels_avx512());
    if (__builtin_cpu_supports("avx512vnni"))
        sets.push_back(&integer_kernels_avx512_vnni());
#endif
    const auto found = std::find(sets.begin(), sets.end(), &integer_kernels());
    if (found == sets.end())
        sets.push_back(&integer_kernels());
    return sets;
}

}  // namespace

int main(int count, char **arguments)
{
    std::string tried;
    for (const IntegerKernels *kernels : sets_of_this_processor()) {
        check(*kernels);
        tried += std::string(tried.empty() ? "" : " ") + kernels->name;
    }
    std::string wanted;
    for (int i = 1; i < count; ++i)
        wanted += std::string(wanted.empty() ? "" : " ") + arguments[i];
    std::printf("tried: %s; failures: %d\n", tried.c_str(), failures);
    if (!wanted.empty() && wanted != tried)
        std::printf("expected: %s\n", wanted.c_str());
    return failures == 0 && (wanted.empty() || wanted == tried) ? 0 : 1;
}
