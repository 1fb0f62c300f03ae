// SPDX-License-Identifier: MIT
// Bit for bit against the formulas; run again by ctest with the instruction set capped.
#include "harness.h"
#include "reference.h"

#include "kernels/integer.h"
#include "plan.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

using namespace accel::cpu::test;

namespace
{

using Attributes = GraphMaker::Attributes;

constexpr uint32_t kRoundings[] = {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL};

struct Stored {
    uint32_t type;
    float scale;
    int32_t zero_point;

    Scales scales() const { return {{scale}, {zero_point}, 0}; }
    int32_t low() const { return type == ACCEL_TYPE_I8 ? -128 : 0; }
    int32_t high() const { return type == ACCEL_TYPE_I8 ? 127 : 255; }
    int32_t value(uint8_t byte) const { return type == ACCEL_TYPE_I8 ? static_cast<int8_t>(byte) : byte; }
};

Bytes raw(const std::vector<int8_t> &values) { return bytes_of(values); }

struct QuantizedConv {
    ConvCase shape;
    Stored x, y;
    bool extreme = false; // every product at the end of its range
    bool clamped = false;
    Stored w{ACCEL_TYPE_I8, 1, 0}; // type and zero point
};

void check_conv(const QuantizedConv &q, uint32_t rounding, uint32_t threads)
{
    const ConvCase &c = q.shape;
    Bytes x = raw(random_bytes(count(c.x_dims()), 1));
    std::vector<int8_t> w = q.w.type == ACCEL_TYPE_I8 && q.w.zero_point == 0 ? random_bytes(count(c.w_dims()), 2, -127, 127) : random_bytes(count(c.w_dims()), 2);
    if (q.extreme) {
        std::fill(x.begin(), x.end(), static_cast<uint8_t>(q.x.high()));
        for (size_t i = 0; i < w.size(); ++i)
            w[i] = static_cast<int8_t>(i / (w.size() / static_cast<size_t>(c.outputs)) % 2 ? q.w.low() : q.w.high());
    }
    const auto weight = [&](int64_t i) { return q.w.value(static_cast<uint8_t>(w[static_cast<size_t>(i)])) - q.w.zero_point; };
    std::vector<int32_t> bias(static_cast<size_t>(c.outputs));
    Scales weight_scales;
    for (size_t i = 0; i < bias.size(); ++i) {
        bias[i] = static_cast<int32_t>(i * 977 % 4001) - 2000;
        weight_scales.scales.push_back(q.extreme ? 1.0f : 0.003f + 0.0007f * static_cast<float>(i % 9));
        weight_scales.zero_points.push_back(q.w.zero_point);
    }
    if (q.extreme) { // The bias takes the sum of a full window away, so that one unit too much or too little shows.
        const auto value = static_cast<int32_t>(q.x.high() - q.x.zero_point), depth = static_cast<int32_t>(w.size() / bias.size());
        for (size_t i = 0; i < bias.size(); ++i)
            bias[i] = static_cast<int32_t>(i) - value * depth * weight(static_cast<int64_t>(i) * depth);
    }
    GraphMaker graph;
    const uint32_t in = graph.input(q.x.type, c.x_dims(), q.x.scales()),
                   weights = graph.constant(q.w.type, c.w_dims(), w, weight_scales);
    const uint32_t sums = graph.constant(ACCEL_TYPE_I32, {c.outputs}, bias), out = graph.tensor(q.y.type, c.y_dims(), q.y.scales());
    Attributes attributes{{{ACCEL_ATTRIBUTE_STRIDES, {c.stride_y, c.stride_x}},
                           {ACCEL_ATTRIBUTE_DILATIONS, {c.dilation_y, c.dilation_x}},
                           {ACCEL_ATTRIBUTE_PADS, {c.top, c.left, c.bottom, c.right}},
                           {ACCEL_ATTRIBUTE_GROUP, {c.groups}}},
                          {},
                          rounding};
    int32_t low = q.y.low(), high = q.y.high();
    if (q.clamped) {
        attributes.floats = {{ACCEL_ATTRIBUTE_CLAMP_MIN, {0.0f}}, {ACCEL_ATTRIBUTE_CLAMP_MAX, {6.0f}}};
        low = std::max(low, stored_bound(0, q.y.scale, q.y.zero_point, rounding));
        high = std::min(high, stored_bound(6, q.y.scale, q.y.zero_point, rounding));
    }
    graph.node(ACCEL_OPERATION_CONV, {in, weights, sums}, {out}, attributes);
    graph.output(out);
    const Bytes y = execute(graph.desc(), {x}, threads)[0];
    const auto exact = convolve<int64_t>(
        c, [&](int64_t i) { return q.x.value(x[static_cast<size_t>(i)]) - q.x.zero_point; },
        weight, [&](int64_t i) { return bias[static_cast<size_t>(i)]; });
    REQUIRE(y.size() == exact.size());
    const auto plane = static_cast<size_t>(c.out_height() * c.out_width()), outputs = static_cast<size_t>(c.outputs);
    for (size_t i = 0; i < y.size(); ++i) {
        const size_t channel = i / plane % outputs;
        const double m =
            static_cast<double>(q.x.scale) * static_cast<double>(weight_scales.scales[channel]) / static_cast<double>(q.y.scale);
        INFO("element " << i << ", sum " << exact[i]);
        REQUIRE(q.y.value(y[i]) == requantize(exact[i], m, rounding, q.y.zero_point, low, high));
    }
}

ConvCase conv(int64_t n, int64_t ic, int64_t h, int64_t w, int64_t oc, int64_t k, int64_t stride, int64_t pad, int64_t groups,
              int64_t dilation = 1)
{
    ConvCase c;
    c.batch = n, c.channels = ic, c.height = h, c.width = w, c.outputs = oc, c.kernel_y = c.kernel_x = k;
    c.stride_y = c.stride_x = stride, c.top = c.left = c.bottom = c.right = pad, c.groups = groups, c.dilation_y = c.dilation_x = dilation;
    return c;
}

const Stored kSigned{ACCEL_TYPE_I8, 0.05f, -3}, kUnsigned{ACCEL_TYPE_U8, 0.02f, 128}, kCoarse{ACCEL_TYPE_I8, 4.0f, 5};

} // namespace

TEST_CASE("quantised convolution is exact", "[quantized][isa]")
{
    const uint32_t rounding = GENERATE(from_range(kRoundings));
    const uint32_t threads = GENERATE(1u, 2u, 3u);
    const ConvCase shape = GENERATE(conv(1, 1, 8, 8, 32, 3, 1, 1, 1), conv(1, 32, 8, 8, 32, 3, 1, 1, 32), conv(1, 32, 8, 8, 32, 1, 1, 0, 1),
                                    conv(1, 32, 3, 3, 36, 3, 1, 1, 1), conv(2, 3, 11, 13, 17, 3, 2, 1, 1), conv(2, 6, 9, 9, 4, 3, 1, 1, 2),
                                    conv(1, 5, 9, 9, 5, 5, 2, 2, 5), conv(1, 7, 12, 12, 9, 3, 1, 2, 1, 2),
                                    conv(2, 600, 3, 3, 600, 3, 1, 1, 600), conv(1, 4, 7, 7, 8, 3, 1, 1, 4));
    check_conv({shape, kSigned, kUnsigned}, rounding, threads);
    check_conv({shape, kUnsigned, kSigned, false, true}, rounding, threads);
}

TEST_CASE("extreme sums do not saturate", "[quantized][isa]")
{
    const uint32_t rounding = GENERATE(from_range(kRoundings));
    const bool is_signed = GENERATE(false, true);
    // 255 * 127 * 576 leaves 16 bits at once, and 24 bits with the larger kernel.
    const ConvCase shape =
        GENERATE(conv(1, 64, 5, 5, 34, 3, 1, 1, 1), conv(1, 512, 3, 3, 16, 3, 1, 0, 1), conv(1, 40, 6, 6, 40, 5, 1, 2, 40));
    for (const float scale : {0.05f, 0.125f}) // multipliers of 1, and of less than one half
        check_conv({shape, {is_signed ? ACCEL_TYPE_I8 : ACCEL_TYPE_U8, 0.05f, is_signed ? -128 : 0}, {ACCEL_TYPE_I8, scale, 0}, true},
                   rounding, 1);
}

TEST_CASE("weights of every type and zero point are exact", "[quantized][isa]")
{
    const uint32_t rounding = GENERATE(from_range(kRoundings));
    const bool extreme = GENERATE(false, true);
    const Stored w = GENERATE(Stored{ACCEL_TYPE_U8, 1, 128}, Stored{ACCEL_TYPE_U8, 1, 0}, Stored{ACCEL_TYPE_U8, 1, 255}, Stored{ACCEL_TYPE_I8, 1, 127},
                              Stored{ACCEL_TYPE_I8, 1, -128});
    const Stored x = GENERATE(Stored{ACCEL_TYPE_U8, 0.02f, 0}, Stored{ACCEL_TYPE_U8, 0.02f, 255}, Stored{ACCEL_TYPE_I8, 0.02f, -128}, Stored{ACCEL_TYPE_I8, 0.02f, 127});
    const ConvCase shape = GENERATE(conv(1, 12, 5, 7, 19, 3, 1, 1, 1), conv(1, 19, 7, 5, 19, 3, 2, 1, 19), conv(1, 20, 4, 4, 5, 1, 1, 0, 1));
    check_conv({shape, x, kCoarse, extreme, false, w}, rounding, 1);
}

TEST_CASE("tails of channels, outputs and runs are exact", "[quantized][isa]")
{
    const uint32_t rounding = ACCEL_ROUNDING_HALF_EVEN;
    const int64_t channels = GENERATE(3, 4, 6, 16, 33, 64, 130), outputs = GENERATE(1, 8, 15, 17, 48, 65, 129);
    const ConvCase shape = GENERATE_COPY(conv(1, channels, 5, 7, outputs, 1, 1, 0, 1), conv(1, channels, 5, 7, outputs, 1, 2, 0, 1),
                                         conv(1, channels, 5, 4, outputs, 3, 1, 1, 1), conv(1, channels, 9, 6, outputs, 3, 2, 0, 1, 2));
    check_conv({shape, kUnsigned, kSigned}, rounding, 2);
    check_conv({shape, kSigned, kUnsigned}, rounding, 1);
}

TEST_CASE("depthwise windows that leave the image are exact", "[quantized][isa]")
{
    const int64_t channels = GENERATE(2, 16, 31, 64, 144), width = GENERATE(1, 2, 5, 14), kernel = GENERATE(1, 2, 3, 5, 7);
    const int64_t stride = GENERATE(1, 2, 3), dilation = GENERATE(1, 2);
    const int64_t pad = kernel / 2 * dilation;
    if (width + 2 * pad < (kernel - 1) * dilation + 1)
        return; // no window fits
    check_conv({conv(1, channels, 6, width, channels, kernel, stride, pad, channels, dilation), kUnsigned, kSigned}, ACCEL_ROUNDING_HALF_EVEN, 2);
    check_conv({conv(2, channels, width, 6, channels, kernel, stride, pad, channels, dilation), kSigned, kUnsigned}, ACCEL_ROUNDING_HALF_EVEN, 1);
}

TEST_CASE("quantised GEMM and MATMUL are exact", "[quantized][isa]")
{
    const uint32_t rounding = GENERATE(from_range(kRoundings));
    const int form = GENERATE(0, 1, 2); // GEMM with rows as outputs, GEMM, MATMUL
    const auto [m, k, n] = GENERATE(std::array<int64_t, 3>{1, 64, 10}, std::array<int64_t, 3>{13, 37, 41});
    const Bytes a = raw(random_bytes(m * k, 1));
    const auto b = random_bytes(k * n, 2, -127, 127);
    Scales scales;
    scales.axis = form == 0 ? 0 : 1;
    for (int64_t i = 0; i < n; ++i) {
        scales.scales.push_back(0.01f + 0.001f * static_cast<float>(i % 5));
        scales.zero_points.push_back(0);
    }
    GraphMaker graph;
    const uint32_t left = graph.input(ACCEL_TYPE_I8, {m, k}, kSigned.scales());
    const uint32_t right = graph.constant(ACCEL_TYPE_I8, form == 0 ? Dims{n, k} : Dims{k, n}, b, scales),
                   out = graph.tensor(ACCEL_TYPE_I8, {m, n}, kCoarse.scales());
    std::vector<uint32_t> operands{left, right};
    std::vector<int32_t> bias(static_cast<size_t>(n), 0);
    if (form != 2) {
        for (size_t i = 0; i < bias.size(); ++i)
            bias[i] = static_cast<int32_t>(i * 100) - 300;
        operands.push_back(graph.constant(ACCEL_TYPE_I32, {n}, bias));
    }
    Attributes attributes{{}, {}, rounding};
    if (form == 0)
        attributes.ints = {{ACCEL_ATTRIBUTE_TRANS_B, {1}}};
    graph.node(form == 2 ? ACCEL_OPERATION_MATMUL : ACCEL_OPERATION_GEMM, operands, {out}, attributes);
    graph.output(out);
    const auto y = values_of<int8_t>(execute(graph.desc(), {a})[0]);
    for (int64_t row = 0; row < m; ++row)
        for (int64_t column = 0; column < n; ++column) {
            int64_t sum = bias[static_cast<size_t>(column)];
            for (int64_t i = 0; i < k; ++i)
                sum += (kSigned.value(a[static_cast<size_t>(row * k + i)]) - kSigned.zero_point) *
                       b[static_cast<size_t>(form == 0 ? column * k + i : i * n + column)];
            const double multiplier = static_cast<double>(kSigned.scale) * static_cast<double>(scales.scales[static_cast<size_t>(column)]) /
                                      static_cast<double>(kCoarse.scale);
            REQUIRE(y[static_cast<size_t>(row * n + column)] == requantize(sum, multiplier, rounding, kCoarse.zero_point, -128, 127));
        }
}

TEST_CASE("an addition in the convolution's pass changes no bit", "[quantized][isa]")
{
    const bool depthwise = GENERATE(false, true), swapped = GENERATE(false, true), clamped = GENERATE(false, true), tail = GENERATE(false, true);
    const uint32_t rounding = GENERATE(ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL);
    const Stored addend = GENERATE(Stored{ACCEL_TYPE_U8, 0.0213f, 120}, Stored{ACCEL_TYPE_I8, 0.061f, -7}), made = GENERATE(kSigned, kUnsigned);
    const Stored y{ACCEL_TYPE_U8, 0.0471f, 60};
    const int64_t channels = tail ? 70 : 64;
    const ConvCase c = conv(2, channels, 5, 7, channels, 3, 1, 1, depthwise ? channels : 1);
    std::vector<Bytes> results;
    for (const bool alone : {true, false}) { // what else reads the convolution's result keeps the two apart
        GraphMaker graph;
        Scales scales{std::vector<float>(static_cast<size_t>(channels), 0.004f), std::vector<int32_t>(static_cast<size_t>(channels), 0), 0};
        const uint32_t in = graph.input(kUnsigned.type, c.x_dims(), kUnsigned.scales()), other = graph.input(addend.type, c.y_dims(), addend.scales());
        const uint32_t weights = graph.constant(ACCEL_TYPE_I8, c.w_dims(), random_bytes(count(c.w_dims()), 2, -127, 127), scales);
        const uint32_t sums = graph.tensor(made.type, c.y_dims(), made.scales()), out = graph.tensor(y.type, c.y_dims(), y.scales());
        Attributes attributes{{{ACCEL_ATTRIBUTE_PADS, {1, 1, 1, 1}}, {ACCEL_ATTRIBUTE_GROUP, {c.groups}}}, {}, rounding};
        if (clamped)
            attributes.floats = {{ACCEL_ATTRIBUTE_CLAMP_MIN, {-1.0f}}};
        graph.node(ACCEL_OPERATION_CONV, {in, weights}, {sums}, attributes);
        const std::vector<uint32_t> operands = swapped ? std::vector{other, sums} : std::vector{sums, other};
        graph.node(ACCEL_OPERATION_ADD, operands, {out}, {{}, {{ACCEL_ATTRIBUTE_CLAMP_MIN, {0.0f}}}, rounding});
        graph.output(out);
        if (!alone)
            graph.output(sums);
        const size_t steps = accel::cpu::make_plan(accel::cpu::read_graph(graph.desc()), 1)->steps.size();
        CHECK((steps == 4) == alone); // three that convert inputs and output
        results.push_back(execute(graph.desc(), {raw(random_bytes(count(c.x_dims()), 1)), raw(random_bytes(count(c.y_dims()), 3))}, 2)[0]);
    }
    REQUIRE(results[0] == results[1]);
}

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
            const float real = operation == ACCEL_OPERATION_ADD ? ra + rb : operation == ACCEL_OPERATION_SUB ? ra - rb : ra * rb;
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
    Attributes attributes{{}, {}, rounding};
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
    CHECK((kernels.bytes != nullptr) == (name.ends_with("vnni") || name == "dotprod"));
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
