// SPDX-License-Identifier: MIT
// The kernels of kernels/floats.h on every instruction set that this processor has: errors, special values, equal bits.
#include "harness.h"

#include "kernels/floats.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <string>

using namespace accel::cpu;
using namespace accel::cpu::test;

namespace
{

std::vector<const FloatKernels *> all_kernels()
{
    std::vector<const FloatKernels *> all{&float_kernels_base()};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        all.push_back(&float_kernels_avx2());
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        all.push_back(&float_kernels_avx512());
#endif
    return all;
}

using Map = void (*)(const float *, int64_t, float *);

struct Function {
    const char *name;
    Map FloatKernels::*kernel;
    double (*exact)(double);
    double ulps; // as docs/numerics.md says
};

const Function kFunctions[] = {
    {"exp", &FloatKernels::exp, [](double x) { return std::exp(x); }, 1.05},
    {"tanh", &FloatKernels::tanh, [](double x) { return std::tanh(x); }, 1.5},
    {"sigmoid", &FloatKernels::sigmoid, [](double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }, 2.5},
};

// A unit in the last place of binary32 at that value.
double ulp_at(double exact)
{
    if (std::abs(exact) < 0x1p-126)
        return 0x1p-149;
    int exponent = 0;
    std::frexp(std::abs(exact), &exponent);
    return std::ldexp(1.0, exponent - 24);
}

// Bits, with one pattern for every NaN.
uint32_t bits(float value) { return value != value ? 0x7fc00000u : std::bit_cast<uint32_t>(value); }

// All values of binary32 whose bits are first, first + step, …: signs, subnormals, infinities and NaNs among them.
std::vector<float> every(uint32_t step)
{
    std::vector<float> values;
    for (uint64_t at = 0; at < uint64_t{1} << 32; at += step)
        values.push_back(std::bit_cast<float>(static_cast<uint32_t>(at)));
    return values;
}

// Polynomials are fused on all sets but the base of x86-64.
bool same_functions(const FloatKernels &a, const FloatKernels &b)
{
    return &a == &b || (&a != &float_kernels_base() && &b != &float_kernels_base());
}

void check_function(const Function &function, const std::vector<float> &x)
{
    std::vector<float> fused;
    for (const FloatKernels *kernels : all_kernels()) {
        std::vector<float> y(x.size());
        (kernels->*function.kernel)(x.data(), static_cast<int64_t>(x.size()), y.data());
        double worst = 0;
        float where = 0;
        for (size_t i = 0; i < x.size(); ++i) {
            const double exact = function.exact(static_cast<double>(x[i]));
            if (std::isnan(exact) || std::isinf(static_cast<float>(exact))) {
                if (bits(y[i]) != bits(static_cast<float>(exact)))
                    worst = INFINITY, where = x[i];
                continue;
            }
            const double error = std::abs(static_cast<double>(y[i]) - exact) / ulp_at(exact);
            if (!(error <= worst))
                worst = error, where = x[i];
        }
        INFO(function.name << " on " << kernels->name << ": " << worst << " ulp at " << where);
        CHECK(worst <= function.ulps);
        if (kernels == &float_kernels_base())
            continue;
        if (fused.empty())
            fused = y;
        size_t different = 0;
        for (size_t i = 0; i < y.size(); ++i)
            different += bits(y[i]) != bits(fused[i]);
        CHECK(different == 0);
    }
}

// What each kernel does with values of a length, in bits; the element after the end must stay.
std::vector<uint32_t> trace(const FloatKernels &kernels, const std::vector<float> &x, bool functions)
{
    const auto count = static_cast<int64_t>(x.size());
    std::vector<uint32_t> seen;
    std::vector<float> y(x.size() + 1);
    std::vector<uint8_t> stored(x.size() + 1);
    const auto note = [&] {
        for (size_t i = 0; i < x.size(); ++i)
            seen.push_back(bits(y[i]));
        REQUIRE(y[x.size()] == 99.0f);
        std::ranges::fill(y, 99.0f);
    };
    std::ranges::fill(y, 99.0f);
    if (functions) {
        for (const Map map : {kernels.exp, kernels.tanh, kernels.sigmoid, kernels.silu})
            map(x.data(), count, y.data()), note();
        if (count > 0)
            kernels.softmax(x.data(), count, y.data()), note();
        kernels.softmax_columns(x.data(), {count, 1, 0, 0}, y.data()), note();
        kernels.softmax_columns(x.data(), {count / 3, 3, count / 3, count / 3}, y.data()), note();
        return seen;
    }
    kernels.leaky(x.data(), count, 0.1f, y.data()), note();
    kernels.bound(x.data(), count, -1, 2.5f, y.data()), note();
    kernels.normalize(x.data(), count, {0.5f, 1.7f, -3}, y.data()), note();
    kernels.normalize_each(x.data(), count, {x.data(), x.data(), x.data()}, y.data()), note();
    const float *rows[] = {x.data(), x.data(), x.data() + x.size() / 4, x.data(), x.data(), x.data()};
    for (const int64_t number : {1, 2, 3, 4, 5, 6})
        for (const int64_t step : {1, 2})
            kernels.join_maximum(rows, number, count / (2 * step), step, y.data()), note();
    seen.push_back(bits(static_cast<float>(kernels.sum(x.data(), count))));
    for (const bool half_even : {true, false})
        for (const bool is_signed : {true, false}) {
            const Quantizing scaling{0.1f, 7, is_signed, half_even};
            stored.back() = 77;
            kernels.quantize(x.data(), count, scaling, stored.data());
            REQUIRE(stored.back() == 77);
            seen.insert(seen.end(), stored.begin(), stored.end());
            kernels.dequantize(stored.data(), count, scaling, y.data()), note();
        }
    return seen;
}

} // namespace

TEST_CASE("functions keep their error bounds, with the same bits wherever polynomials are fused", "[floats]")
{
    check_function(GENERATE(from_range(kFunctions)), every(4093));
}

TEST_CASE("functions keep their error bounds for every value", "[.exhaustive]")
{
    const Function function = GENERATE(from_range(kFunctions));
    std::vector<float> x(1 << 24);
    for (uint32_t block = 0; block < 256; ++block) {
        for (uint32_t i = 0; i < x.size(); ++i)
            x[i] = std::bit_cast<float>(block << 24 | i);
        check_function(function, x);
    }
}

TEST_CASE("kernels give the same bits on every instruction set and stay inside their rows", "[floats]")
{
    const float special[] = {NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 1e-40f, -1e-40f, 3.4e38f, -3.4e38f, 0.05f, 0.15f, -0.25f};
    for (size_t length = 0; length < 150; ++length)
        for (const bool with_special : {false, true}) {
            auto x = random_floats(static_cast<int64_t>(length), static_cast<uint32_t>(length), -9, 9);
            for (size_t i = 0; with_special && i < length; i += 5)
                x[i] = special[(i / 5 + length) % std::size(special)];
            const FloatKernels &widest = *all_kernels().back();
            const auto exact = trace(widest, x, false), functions = trace(widest, x, true);
            for (const FloatKernels *kernels : all_kernels()) {
                INFO(kernels->name << ", " << length << " elements");
                REQUIRE(trace(*kernels, x, false) == exact);
                const auto own = trace(*kernels, x, true);
                REQUIRE((own == functions || !same_functions(*kernels, widest)));
            }
        }
}

TEST_CASE("long sums and softmax give the same bits", "[floats]")
{
    const auto x = random_floats(100003, 5, -9, 9);
    const auto count = static_cast<int64_t>(x.size());
    const FloatKernels &widest = *all_kernels().back();
    std::vector<float> expected(x.size()), y(x.size());
    widest.softmax(x.data(), count, expected.data());
    for (const FloatKernels *kernels : all_kernels()) {
        INFO(kernels->name);
        CHECK(kernels->sum(x.data(), count) == widest.sum(x.data(), count));
        kernels->softmax(x.data(), count, y.data());
        CHECK((y == expected || !same_functions(*kernels, widest)));
    }
}

TEST_CASE("real values become stored ones by the literal formula", "[floats]")
{
    const bool half_even = GENERATE(true, false), is_signed = GENERATE(true, false);
    const float scale = GENERATE(0.25f, 0.0137f, 3.0f);
    const int32_t zero = is_signed ? -5 : 113, low = is_signed ? -128 : 0;
    std::vector<float> x{NAN, INFINITY, -INFINITY, 1e30f, -1e30f};
    for (int i = -2400; i <= 2400; ++i) // ties and their neighbours among them
        for (const float value : {static_cast<float>(i) * 0.125f * scale})
            x.insert(x.end(), {value, std::nextafter(value, INFINITY), std::nextafter(value, -INFINITY)});
    for (const FloatKernels *kernels : all_kernels()) {
        std::vector<uint8_t> stored(x.size());
        kernels->quantize(x.data(), static_cast<int64_t>(x.size()), {scale, zero, is_signed, half_even}, stored.data());
        for (size_t i = 0; i < x.size(); ++i) {
            const auto quotient = static_cast<double>(x[i] / scale);
            const double rounded = half_even ? std::nearbyint(quotient) : std::round(quotient);
            const int32_t expected = std::isnan(quotient) ? low : static_cast<int32_t>(std::clamp<double>(rounded + zero, low, low + 255));
            INFO(kernels->name << ": " << x[i] << " by " << scale);
            REQUIRE((is_signed ? static_cast<int8_t>(stored[i]) : stored[i]) == expected);
        }
    }
}

TEST_CASE("the float kernels follow the cap", "[floats][isa]")
{
    const char *cap = std::getenv("DNNL_MAX_CPU_ISA");
    const std::string name = float_kernels().name;
    if (cap != nullptr && std::string(cap) == "SSE41")
        CHECK(name == "base");
    if (cap != nullptr && std::string(cap) == "AVX2")
        CHECK(name != "avx512");
    if (cap == nullptr)
        CHECK(name == all_kernels().back()->name);
}
