// SPDX-License-Identifier: MIT
// Convolutions and products of stored values, bit for bit against the formulas; run again by ctest with the instruction set capped.
#include "harness.h"
#include "reference.h"
#include "stored.h"

#include "plan.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <array>

using namespace accel::cpu::test;

namespace {

using Attributes = GraphMaker::Attributes;

struct QuantizedConv {
    ConvCase shape;
    Stored x, y;
    bool extreme = false;  // every product at the end of its range
    bool clamped = false;
    Stored w{ACCEL_TYPE_I8, 1, 0};  // type and zero point
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
    if (q.extreme) {  // The bias takes the sum of a full window away, so that one unit too much or too little shows.
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

}  // namespace

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
    for (const float scale : {0.05f, 0.125f})  // multipliers of 1, and of less than one half
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
        return;  // no window fits
    check_conv({conv(1, channels, 6, width, channels, kernel, stride, pad, channels, dilation), kUnsigned, kSigned}, ACCEL_ROUNDING_HALF_EVEN, 2);
    check_conv({conv(2, channels, width, 6, channels, kernel, stride, pad, channels, dilation), kSigned, kUnsigned}, ACCEL_ROUNDING_HALF_EVEN, 1);
}

TEST_CASE("quantised GEMM and MATMUL are exact", "[quantized][isa]")
{
    const uint32_t rounding = GENERATE(from_range(kRoundings));
    const int form = GENERATE(0, 1, 2);  // GEMM with rows as outputs, GEMM, MATMUL
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
    for (const bool alone : {true, false}) {  // what else reads the convolution's result keeps the two apart
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
        CHECK((steps == 4) == alone);  // three that convert inputs and output
        results.push_back(execute(graph.desc(), {raw(random_bytes(count(c.x_dims()), 1)), raw(random_bytes(count(c.y_dims()), 3))}, 2)[0]);
    }
    REQUIRE(results[0] == results[1]);
}
