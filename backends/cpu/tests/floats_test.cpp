// SPDX-License-Identifier: MIT
// The kernels of kernels/floats.h on every instruction set that this processor has: errors, special values, equal bits.
#include "all_float_kernels.h"
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

namespace {

using Map = FloatKernels::Map;

struct Function {
    const char *name;
    Map FloatKernels::*kernel;
    double (*exact)(double);
    double ulps;       // as docs/numerics.md says
    double least = 0;  // results below it have the units of it
};

const Function kFunctions[] = {
    {"exp", &FloatKernels::exp, [](double x) { return std::exp(x); }, 1.1},
    {"tanh", &FloatKernels::tanh, [](double x) { return std::tanh(x); }, 2.6},
    {"sigmoid", &FloatKernels::sigmoid, [](double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }, 2.5},
    {"erf", &FloatKernels::erf, [](double x) { return std::erf(x); }, 1.4},
    {"log", &FloatKernels::log, [](double x) { return std::log(x); }, 1.0},
    {"sin", &FloatKernels::sin, [](double x) { return std::sin(x); }, 1.7, 0.5},
    {"cos", &FloatKernels::cos, [](double x) { return std::cos(x); }, 1.7, 0.5},
    {"sqrt", &FloatKernels::sqrt, [](double x) { return std::sqrt(x); }, 0.5},
    {"floor", &FloatKernels::floor, [](double x) { return std::floor(x); }, 0},
    {"ceil", &FloatKernels::ceil, [](double x) { return std::ceil(x); }, 0},
    {"round", &FloatKernels::round, [](double x) { return std::nearbyint(x); }, 0},
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
    for (const FloatKernels *kernels : all_float_kernels()) {
        std::vector<float> y(x.size());
        (kernels->*function.kernel)(x.data(), static_cast<int64_t>(x.size()), y.data());
        double worst = 0;
        float where = 0;
        for (size_t i = 0; i < x.size(); ++i) {
            const double exact = function.exact(static_cast<double>(x[i]));
            if (std::isnan(exact) || std::isinf(static_cast<float>(exact)) || exact == 0) {
                if (bits(y[i]) != bits(static_cast<float>(exact)))
                    worst = INFINITY, where = x[i];
                continue;
            }
            const double error = std::abs(static_cast<double>(y[i]) - exact) / ulp_at(std::max(std::abs(exact), function.least));
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
        kernels.silu(x.data(), count, y.data()), note();
        for (const Function &function : kFunctions)
            (kernels.*function.kernel)(x.data(), count, y.data()), note();
        for (const int64_t rows : {1, 3, 5})
            if (const int64_t size = count / rows; size > 0)
                kernels.softmax(x.data(), {rows, size, size, size}, y.data()), note();
        kernels.softmax_columns(x.data(), {count, 1, 0, 0}, y.data()), note();
        kernels.softmax_columns(x.data(), {count / 3, 3, count / 3, count / 3}, y.data()), note();
        return seen;
    }
    kernels.leaky(x.data(), count, 0.1f, y.data()), note();
    kernels.bound(x.data(), count, -1, 2.5f, y.data()), note();
    kernels.normalize(x.data(), count, {0.5f, 1.7f, -3}, y.data()), note();
    kernels.normalize_each(x.data(), count, {x.data(), x.data(), x.data()}, y.data()), note();
    for (const float *bias : {static_cast<const float *>(nullptr), x.data()})
        for (const bool centred : {true, false})
            if (count > 0) {
                const RowStatistics of = kernels.normalize_row(x.data(), count, {x.data(), bias, 1e-3f, centred}, y.data());
                note(), seen.push_back(bits(of.mean)), seen.push_back(bits(of.inverse));
            }
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

}  // namespace

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

TEST_CASE("what a function answers does not depend on the values beside it", "[floats]")
{
    constexpr size_t kCount = 203;
    const float strange[] = {NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 1e-40f, -1e-40f, 3.4e38f, -3.4e38f, 88, -95, 1e5f};
    for (const FloatKernels *kernels : all_float_kernels()) {
        std::vector<Map> maps{kernels->silu};
        for (const Function &function : kFunctions)
            maps.push_back(kernels->*function.kernel);
        for (const bool positive : {false, true})
            for (const Map &map : maps) {
                const auto x = random_floats(kCount, 31, positive ? 0.001f : -86.9f, 86.9f);
                std::vector<float> alone(kCount), y(kCount);
                map(x.data(), kCount, alone.data());
                for (size_t first = 0; first < 16; ++first) {
                    auto beside = x;
                    for (size_t i = first; i < kCount; i += 16)
                        beside[i] = strange[i / 16 % std::size(strange)];
                    map(beside.data(), kCount, y.data());
                    size_t different = 0;
                    for (size_t i = 0; i < kCount; ++i)
                        different += i % 16 != first && bits(y[i]) != bits(alone[i]);
                    INFO(kernels->name << ", function " << (&map - maps.data()));
                    REQUIRE(different == 0);
                }
            }
    }
}

TEST_CASE("softmax of a row does not depend on the rows beside it", "[floats]")
{
    const int64_t size = GENERATE(1, 3, 7, 8, 33, 98);
    constexpr int64_t kRows = 9;
    auto x = random_floats(kRows * (size + 2), 17, -9, 9);
    for (int64_t row = 0; row < kRows; row += 2)
        x[static_cast<size_t>(row * (size + 2) + size / 2)] = row % 4 == 0 ? -300.0f : row == 2 ? -INFINITY
                                                                                                : NAN;
    for (const FloatKernels *kernels : all_float_kernels()) {
        std::vector<float> y(static_cast<size_t>(kRows * (size + 1)), 99.0f), alone(static_cast<size_t>(size));
        kernels->softmax(x.data(), {kRows, size, size + 2, size + 1}, y.data());
        for (int64_t row = 0; row < kRows; ++row) {
            kernels->softmax(x.data() + row * (size + 2), {1, size, size, size}, alone.data());
            double sum = 0;
            for (int64_t i = 0; i < size; ++i) {
                const float value = y[static_cast<size_t>(row * (size + 1) + i)];
                REQUIRE(bits(value) == bits(alone[static_cast<size_t>(i)]));
                sum += static_cast<double>(value);
            }
            INFO(kernels->name << ", row " << row << " of " << size);
            const bool nothing = row == 6 || (row == 2 && size == 1);  // NaN, and no weight at all
            CHECK((nothing ? std::isnan(sum) : std::abs(sum - 1) < 1e-6));
            CHECK(y[static_cast<size_t>(row * (size + 1) + size)] == 99.0f);
        }
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
            const FloatKernels &widest = *all_float_kernels().back();
            const auto exact = trace(widest, x, false), functions = trace(widest, x, true);
            for (const FloatKernels *kernels : all_float_kernels()) {
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
    const FloatKernels &widest = *all_float_kernels().back();
    std::vector<float> expected(x.size()), y(x.size());
    widest.softmax(x.data(), {1, count, count, count}, expected.data());
    for (const FloatKernels *kernels : all_float_kernels()) {
        INFO(kernels->name);
        CHECK(kernels->sum(x.data(), count) == widest.sum(x.data(), count));
        kernels->softmax(x.data(), {1, count, count, count}, y.data());
        CHECK((y == expected || !same_functions(*kernels, widest)));
    }
}

TEST_CASE("real values become stored ones by the literal formula", "[floats]")
{
    const bool half_even = GENERATE(true, false), is_signed = GENERATE(true, false);
    const float scale = GENERATE(0.25f, 0.0137f, 3.0f);
    const int32_t zero = is_signed ? -5 : 113, low = is_signed ? -128 : 0;
    std::vector<float> x{NAN, INFINITY, -INFINITY, 1e30f, -1e30f};
    for (int i = -2400; i <= 2400; ++i)  // ties and their neighbours among them
        for (const float value : {static_cast<float>(i) * 0.125f * scale})
            x.insert(x.end(), {value, std::nextafter(value, INFINITY), std::nextafter(value, -INFINITY)});
    for (const FloatKernels *kernels : all_float_kernels()) {
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
        CHECK(name == all_float_kernels().back()->name);
}
