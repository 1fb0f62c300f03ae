// SPDX-License-Identifier: MIT
// Elementwise operations, windows and quantisation of stored values, bit for bit against the formulas; run again by ctest with the instruction set capped.
#include "harness.h"
#include "reference.h"
#include "stored.h"

#include "kernels/integer.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>

using namespace accel::cpu::test;

TEST_CASE("quantised arithmetic is exact for every pair of values", "[quantized][isa]")
{
    const uint32_t rounding = GENERATE(from_range(kRoundings));
    const uint32_t operation = GENERATE(ACCEL_OPERATION_ADD, ACCEL_OPERATION_SUB, ACCEL_OPERATION_MUL);
    const Stored a{ACCEL_TYPE_I8, 0.0371f, 11}, b{ACCEL_TYPE_U8, 0.0213f, 120}, y{ACCEL_TYPE_I8, 0.061f, -7};
    Bytes left, right;
    for (int i = 0; i < 65536; ++i) {
        left.push_back(static_cast<uint8_t>(i >> 8));
        right.push_back(static_cast<uint8_t>(i));
    }
    GraphMaker graph;
    const uint32_t p = graph.input(a.type, {256, 256}, a.scales()), q = graph.input(b.type, {256, 256}, b.scales()),
                   out = graph.tensor(y.type, {256, 256}, y.scales());
    graph.node(operation, {p, q}, {out}, {{}, {{ACCEL_ATTRIBUTE_CLAMP_MIN, {-5.0f}}}, rounding});
    graph.output(out);
    const Bytes got = execute(graph.desc(), {left, right}, 2)[0];
    const int32_t low = std::max(-128, stored_bound(-5.0, y.scale, y.zero_point, rounding));
    const double sa = static_cast<double>(a.scale), sb = static_cast<double>(b.scale), sy = static_cast<double>(y.scale);
    for (size_t i = 0; i < got.size(); ++i) {
        const int64_t va = a.value(left[i]) - a.zero_point, vb = b.value(right[i]) - b.zero_point;
        int32_t expected;
        if (rounding == ACCEL_ROUNDING_HALF_EVEN) {
            const float ra = static_cast<float>(va) * a.scale, rb = static_cast<float>(vb) * b.scale;
            const float real = operation == ACCEL_OPERATION_ADD ? ra + rb : operation == ACCEL_OPERATION_SUB ? ra - rb
                                                                                                             : ra * rb;
            expected = static_cast<int32_t>(
                std::clamp<float>(std::rint(real / y.scale) + static_cast<float>(y.zero_point), static_cast<float>(low), 127));
        } else if (operation == ACCEL_OPERATION_MUL) {
            expected = requantize(va * vb, sa * sb / sy, rounding, y.zero_point, low, 127);
        } else {
            const double t = 2 * std::max(sa, sb);
            const int64_t ta = scaled(va << 20, sa / t, rounding), tb = scaled(vb << 20, sb / t, rounding);
            expected =
                requantize(operation == ACCEL_OPERATION_ADD ? ta + tb : ta - tb, t / (1048576 * sy), rounding, y.zero_point, low, 127);
        }
        INFO("values " << va << " and " << vb);
        REQUIRE(y.value(got[i]) == expected);
    }
}

TEST_CASE("quantised averages are exact", "[quantized]")
{
    const uint32_t rounding = GENERATE(from_range(kRoundings));
    const bool equal = GENERATE(false, true), global = GENERATE(false, true), with_padding = GENERATE(false, true);
    const Stored x = kSigned, y = equal ? kSigned : Stored{ACCEL_TYPE_U8, 0.031f, 100};
    const int64_t channels = 300, size = 5, out = global ? 1 : 3;
    const Bytes data = raw(random_bytes(channels * size * size, 4));
    GraphMaker graph;
    const uint32_t in = graph.input(x.type, {1, channels, size, size}, x.scales()),
                   result = graph.tensor(y.type, {1, channels, out, out}, y.scales());
    GraphMaker::Attributes attributes{{}, {}, rounding};
    if (!global)
        attributes.ints = {{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {3, 3}},
                           {ACCEL_ATTRIBUTE_STRIDES, {2, 2}},
                           {ACCEL_ATTRIBUTE_PADS, {1, 1, 1, 1}},
                           {ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, {with_padding}}};
    graph.node(global ? ACCEL_OPERATION_GLOBAL_AVERAGE_POOL : ACCEL_OPERATION_AVERAGE_POOL, {in}, {result}, attributes);
    graph.output(result);
    const Bytes got = execute(graph.desc(), {data})[0];
    for (int64_t c = 0; c < channels; ++c)
        for (int64_t oy = 0; oy < out; ++oy)
            for (int64_t ox = 0; ox < out; ++ox) {
                const int64_t kernel = global ? size : 3, origin_y = global ? 0 : oy * 2 - 1, origin_x = global ? 0 : ox * 2 - 1;
                int64_t sum = 0, number = 0;
                for (int64_t ky = 0; ky < kernel; ++ky)
                    for (int64_t kx = 0; kx < kernel; ++kx) {
                        const int64_t iy = origin_y + ky, ix = origin_x + kx;
                        const bool inside = iy >= 0 && iy < size && ix >= 0 && ix < size;
                        if (!inside && (!with_padding || global))
                            continue;
                        ++number;
                        sum += inside ? x.value(data[static_cast<size_t>((c * size + iy) * size + ix)]) : x.zero_point;
                    }
                int32_t expected;
                if (equal && rounding == ACCEL_ROUNDING_TFLITE)
                    expected = static_cast<int32_t>(
                        std::clamp<double>(std::round(static_cast<double>(sum) / static_cast<double>(number)), y.low(), y.high()));
                else
                    expected = requantize(sum - number * x.zero_point,
                                          static_cast<double>(x.scale) / (static_cast<double>(number) * static_cast<double>(y.scale)),
                                          rounding, y.zero_point, y.low(), y.high());
                REQUIRE(y.value(got[static_cast<size_t>((c * out + oy) * out + ox)]) == expected);
            }
}

TEST_CASE("maxima of stored values, with windows of more taps than are joined at once", "[quantized][isa]")
{
    const Stored stored = GENERATE(kSigned, kUnsigned);
    const int64_t channels = GENERATE(3, 64, 70), kernel = GENERATE(2, 3, 9), size = 11, out = (size + 2 - kernel) / 2 + 1;
    const Bytes data = raw(random_bytes(channels * size * size, 5));
    GraphMaker graph;
    const uint32_t in = graph.input(stored.type, {1, channels, size, size}, stored.scales());
    const uint32_t most = graph.tensor(stored.type, {1, channels, out, out}, stored.scales());
    graph.node(ACCEL_OPERATION_MAX_POOL, {in}, {most},
               {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {kernel, kernel}}, {ACCEL_ATTRIBUTE_STRIDES, {2, 2}}, {ACCEL_ATTRIBUTE_PADS, {1, 1, 1, 1}}},
                {{ACCEL_ATTRIBUTE_CLAMP_MAX, {1.0f}}},
                ACCEL_ROUNDING_HALF_EVEN});
    graph.output(most);
    const Bytes got = execute(graph.desc(), {data}, 2)[0];
    const int32_t high = stored_bound(1, stored.scale, stored.zero_point, ACCEL_ROUNDING_HALF_EVEN);
    for (int64_t i = 0; i < channels * out * out; ++i) {
        int32_t expected = stored.low();
        for (int64_t k = 0; k < kernel * kernel; ++k) {
            const int64_t y = i / out % out * 2 - 1 + k / kernel, x = i % out * 2 - 1 + k % kernel;
            if (y >= 0 && y < size && x >= 0 && x < size)
                expected = std::max(expected, stored.value(data[static_cast<size_t>((i / out / out * size + y) * size + x)]));
        }
        REQUIRE(stored.value(got[static_cast<size_t>(i)]) == std::min(expected, high));
    }
}

TEST_CASE("values that are only chosen", "[quantized]")
{
    const Bytes data = raw(random_bytes(2 * 6 * 6, 5));
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_I8, {1, 2, 6, 6}, kSigned.scales()),
                   most = graph.tensor(ACCEL_TYPE_I8, {1, 2, 3, 3}, kSigned.scales());
    const uint32_t rectified = graph.tensor(ACCEL_TYPE_I8, {1, 2, 6, 6}, kSigned.scales());
    graph.node(ACCEL_OPERATION_MAX_POOL, {in}, {most},
               {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {2, 2}}, {ACCEL_ATTRIBUTE_STRIDES, {2, 2}}},
                {{ACCEL_ATTRIBUTE_CLAMP_MAX, {4.0f}}},
                ACCEL_ROUNDING_HALF_EVEN});
    graph.node(ACCEL_OPERATION_RELU, {in}, {rectified});
    graph.output(most);
    graph.output(rectified);
    const auto outputs = execute(graph.desc(), {data});
    const int32_t high = stored_bound(4, kSigned.scale, kSigned.zero_point, ACCEL_ROUNDING_HALF_EVEN);
    for (size_t c = 0; c < 2; ++c)
        for (size_t y = 0; y < 3; ++y)
            for (size_t x = 0; x < 3; ++x) {
                int32_t expected = -128;
                for (size_t k = 0; k < 4; ++k)
                    expected = std::max(expected, kSigned.value(data[c * 36 + (2 * y + k / 2) * 6 + 2 * x + k % 2]));
                REQUIRE(kSigned.value(outputs[0][c * 9 + y * 3 + x]) == std::min(expected, high));
            }
    for (size_t i = 0; i < data.size(); ++i)
        REQUIRE(kSigned.value(outputs[1][i]) == std::max(kSigned.value(data[i]), kSigned.zero_point));
}

TEST_CASE("quantise, requantise and dequantise", "[quantized]")
{
    const Scales per_channel{{0.5f, 0.25f}, {1, -2}, 1}, single{{0.1f}, {7}, 0};
    const std::vector<float> x{0.25f, 0.75f, -0.25f, 100, NAN, -100, 0.6f, 0.375f};
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {4, 2}), stored = graph.tensor(ACCEL_TYPE_I8, {4, 2}, per_channel),
                   real = graph.tensor(ACCEL_TYPE_F32, {4, 2});
    graph.node(ACCEL_OPERATION_QUANTIZE, {in}, {stored}, {{}, {}, ACCEL_ROUNDING_HALF_EVEN});
    graph.node(ACCEL_OPERATION_DEQUANTIZE, {stored}, {real});
    graph.output(stored);
    graph.output(real);
    const auto outputs = execute(graph.desc(), {bytes_of(x)});
    const auto got = values_of<int8_t>(outputs[0]);
    CHECK(got == std::vector<int8_t>{1, 1, 1, 127, -128, -128, 2, 0});
    for (size_t i = 0; i < got.size(); ++i)
        CHECK(values_of<float>(outputs[1])[i] == static_cast<float>(got[i] - per_channel.zero_points[i % 2]) * per_channel.scales[i % 2]);

    const uint32_t rounding = GENERATE(from_range(kRoundings));
    GraphMaker again;
    Bytes all;
    for (int i = 0; i < 256; ++i)
        all.push_back(static_cast<uint8_t>(i));
    const uint32_t from = again.input(ACCEL_TYPE_U8, {256}, kUnsigned.scales()), to = again.tensor(ACCEL_TYPE_I8, {256}, single);
    again.node(ACCEL_OPERATION_QUANTIZE, {from}, {to}, {{}, {}, rounding});
    again.output(to);
    const auto moved = values_of<int8_t>(execute(again.desc(), {all})[0]);
    for (size_t i = 0; i < 256; ++i)
        REQUIRE(moved[i] == requantize(static_cast<int64_t>(i) - kUnsigned.zero_point,
                                       static_cast<double>(kUnsigned.scale) / static_cast<double>(0.1f), rounding, 7, -128, 127));
}

TEST_CASE("the instruction set follows the cap", "[quantized][isa]")
{
    const char *cap = std::getenv("DNNL_MAX_CPU_ISA");
    const accel::cpu::IntegerKernels &kernels = accel::cpu::integer_kernels();
    const std::string name = kernels.name, capped = cap == nullptr ? "" : cap;
    INFO("kernels " << name << " under cap '" << capped << "'");
    CHECK((kernels.bytes != nullptr) == (name.ends_with("vnni") || name == "dotprod" || name == "avx2"));
    if (capped == "SSE41")
        CHECK(name == "base");
    if (capped == "AVX2")
        CHECK((name == "avx2" || name == "base"));
    if (capped == "AVX2_VNNI")
        CHECK(!name.starts_with("avx512"));
    if (capped == "AVX512_CORE")
        CHECK(!name.ends_with("vnni"));
#if defined(__x86_64__)
    if (capped == "AVX512_CORE_VNNI" && __builtin_cpu_supports("avx512vnni"))
        CHECK(name == "avx512_vnni");
#endif
}
