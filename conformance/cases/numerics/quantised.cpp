// SPDX-License-Identifier: MIT
// Quantised operations to the bit, in every rounding that the device offers.
#include <algorithm>

#include "reference/requantise.h"
#include "support/bytes.h"
#include "support/operation.h"
#include "support/room.h"

namespace accel::conformance {
namespace {

constexpr accel_rounding kRoundings[] = {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL};
constexpr const char *kRoundingNames[] = {"none", "half_even", "tflite", "natural"};

StoredType stored(const Quantization &quantization, size_t index = 0) { return {static_cast<double>(quantization.scales[index]), quantization.zero_points[index]}; }

std::vector<int8_t> reference_conv(const QuantisedConv &conv, const std::vector<int8_t> &x, accel_rounding rounding)
{
    const Window &window = conv.window;
    const auto sums = convolve<int64_t>(
        window, [&](size_t index) { return x[index] - conv.x.zero_points[0]; }, [&](size_t index) { return conv.weights[index]; });
    const size_t plane = static_cast<size_t>(window.out_height() * window.out_width());
    const StoredType y = stored(conv.y);
    StoredRange range;
    if (!conv.clamp.empty()) range = clamp_range(static_cast<double>(conv.clamp[0]), static_cast<double>(conv.clamp[1]), y, rounding, range);
    std::vector<int8_t> results;
    for (size_t index = 0; index < sums.size(); ++index) {
        const size_t channel = index / plane % static_cast<size_t>(window.channels_out);
        const auto weight_scale = static_cast<double>(conv.w.scales[conv.w.scales.size() == 1 ? 0 : channel]);
        const double multiplier = static_cast<double>(conv.x.scales[0]) * weight_scale / y.scale;
        const int64_t bias = conv.bias.empty() ? 0 : conv.bias[channel];
        results.push_back(static_cast<int8_t>(requantise(sums[index] + bias, multiplier, rounding, y.zero_point, range)));
    }
    return results;
}

/// Runs the convolution in every rounding that the device offers and takes it in; at least one must be there.
void check_conv(const Room &room, const QuantisedConv &conv, uint64_t seed, int x_low = -128, int x_high = 127)
{
    Random random(seed);
    const auto x = whole_numbers<int8_t>(random, conv.window.x_count(), x_low, x_high);
    Several several(room);
    for (const auto rounding : kRoundings) {
        auto graph = quantised_conv_graph(conv, rounding);
        const auto program = several.build(graph);
        if (!program) continue;
        const auto results = from_bytes<int8_t>(run_dense(room, *program, {to_bytes(x)})[0]);
        const auto expected = reference_conv(conv, x, rounding);
        INFO(kRoundingNames[rounding]);
        CHECK(same(results, expected));
    }
    several.skip_if_none();
}

QuantisedConv base_conv(int64_t channels_in, int64_t channels_out, int64_t kernel, uint64_t seed)
{
    Random random(seed);
    QuantisedConv conv;
    conv.window.channels_in = channels_in;
    conv.window.channels_out = channels_out;
    conv.window.height = 9;
    conv.window.width = 7;
    conv.window.kernel_height = conv.window.kernel_width = kernel;
    conv.x = {{0.043f}, {0}};
    conv.y = {{1.1f}, {0}};
    for (int64_t channel = 0; channel < channels_out; ++channel) {
        conv.w.scales.push_back(0.012f);
        conv.w.zero_points.push_back(0);
    }
    conv.weights = whole_numbers<int8_t>(random, conv.window.w_count(), -127, 127);
    conv.bias = whole_numbers<int32_t>(random, static_cast<size_t>(channels_out), -2000, 2000);
    return conv;
}

/// A quantised operation of two operands of different scales.
void check_binary(const Room &room, accel_operation operation)
{
    const Quantization qa{{0.05f}, {-7}}, qb{{0.031f}, {12}}, qy{{0.07f}, {3}};
    Random random(operation);
    const std::vector<int64_t> dims{1, 11, 5, 6};
    const auto a = whole_numbers<int8_t>(random, 330, -128, 127), b = whole_numbers<int8_t>(random, 330, -128, 127);
    Several several(room);
    for (const auto rounding : kRoundings) {
        if (rounding == ACCEL_ROUNDING_NATURAL && operation != ACCEL_OPERATION_MUL) continue;
        GraphBuilder graph;
        const uint32_t left = graph.input("a", ACCEL_TYPE_I8, dims, qa), right = graph.input("b", ACCEL_TYPE_I8, dims, qb), y = graph.tensor("y", ACCEL_TYPE_I8, dims, qy);
        graph.node(operation, {left, right}, {y}, {}, rounding);
        graph.output(y);
        const auto program = several.build(graph);
        if (!program) continue;
        const auto results = from_bytes<int8_t>(run_dense(room, *program, {to_bytes(a), to_bytes(b)})[0]);
        std::vector<int8_t> expected;
        for (size_t index = 0; index < a.size(); ++index)
            expected.push_back(static_cast<int8_t>(operation == ACCEL_OPERATION_MUL ? multiply_stored(a[index], stored(qa), b[index], stored(qb), stored(qy), rounding, {})
                                                                                    : add_stored(a[index], stored(qa), b[index], stored(qb), operation == ACCEL_OPERATION_ADD ? 1 : -1, stored(qy), rounding, {})));
        INFO(kRoundingNames[rounding]);
        CHECK(same(results, expected));
    }
    several.skip_if_none();
}

}  // namespace

ACCEL_CASE("numerics.quantised.conv", "N-3", "quantised convolutions give the bits of their rounding in odd shapes", 60)
{
    const Room room;
    check_conv(room, base_conv(3, 8, 3, 1), 101);
    check_conv(room, base_conv(17, 5, 1, 2), 102);
    QuantisedConv strided = base_conv(8, 16, 3, 3);
    strided.window.stride_y = strided.window.stride_x = 2;
    strided.window.pad_top = strided.window.pad_left = 1;
    check_conv(room, strided, 103);
}

ACCEL_CASE("numerics.quantised.depthwise", "N-3", "depthwise convolutions give the bits of their rounding")
{
    const Room room;
    QuantisedConv conv = base_conv(1, 10, 3, 4);
    conv.window.channels_in = conv.window.groups = 10;
    conv.window.pad_top = conv.window.pad_left = conv.window.pad_bottom = conv.window.pad_right = 1;
    check_conv(room, conv, 104);
}

ACCEL_CASE("numerics.quantised.per-channel", "N-10", "each output channel uses its own scale")
{
    const Room room;
    QuantisedConv conv = base_conv(4, 12, 3, 5);
    for (size_t channel = 0; channel < 12; ++channel) conv.w.scales[channel] = 0.003f * static_cast<float>(channel + 1);
    check_conv(room, conv, 105);
}

ACCEL_CASE("numerics.quantised.zero-points", "N-11", "zero points of input and output take part, and padding counts as the input's zero")
{
    const Room room;
    QuantisedConv conv = base_conv(5, 6, 3, 6);
    conv.x.zero_points[0] = -37;
    conv.y.zero_points[0] = 21;
    conv.window.pad_top = conv.window.pad_left = conv.window.pad_bottom = conv.window.pad_right = 1;
    check_conv(room, conv, 106);
}

ACCEL_CASE("numerics.quantised.saturation", "N-7", "results beyond the stored range become its ends")
{
    const Room room;
    QuantisedConv conv = base_conv(6, 7, 3, 7);
    conv.y.scales[0] = 0.02f;
    check_conv(room, conv, 107);
}

ACCEL_CASE("numerics.quantised.ties", "N-3", "halves are rounded as the rounding says")
{
    const Room room;
    QuantisedConv conv = base_conv(1, 1, 1, 8);
    conv.x.scales[0] = 0.5f;
    conv.w.scales[0] = 1;
    conv.y.scales[0] = 1;
    conv.weights = {1};
    conv.bias = {0};
    check_conv(room, conv, 108);
    conv.x.scales[0] = 0.25f;
    conv.weights = {2};
    check_conv(room, conv, 109);
}

ACCEL_CASE("numerics.quantised.clamp", "N-8", "an activation's bounds hold in stored numbers")
{
    const Room room;
    QuantisedConv conv = base_conv(6, 7, 3, 9);
    conv.y = {{0.3f}, {-10}};
    conv.clamp = {0, 6};
    check_conv(room, conv, 110);
    // 7.5 in binary32, below it in binary64: the bound is rounded as a quantisation rounds.
    conv.y = {{0.8f}, {-10}};
    check_conv(room, conv, 113);
}

ACCEL_CASE("numerics.quantised.long-sum", "N-1", "sums of 8-bit products are exact to the last of thousands of terms")
{
    const Room room;
    QuantisedConv conv = base_conv(256, 3, 3, 10);
    conv.window.height = conv.window.width = 4;
    conv.y.scales[0] = 20;
    check_conv(room, conv, 111);
    std::fill(conv.weights.begin(), conv.weights.end(), int8_t{127});
    conv.y.scales[0] = 160;
    conv.x.zero_points[0] = 0;
    check_conv(room, conv, 112, 127, 127);
}

ACCEL_CASE("numerics.quantised.add", "N-3", "quantised addition of different scales gives the bits of its rounding")
{
    const Room room;
    check_binary(room, ACCEL_OPERATION_ADD);
}

ACCEL_CASE("numerics.quantised.multiply", "N-3", "quantised multiplication gives the bits of its rounding")
{
    const Room room;
    check_binary(room, ACCEL_OPERATION_MUL);
}

ACCEL_CASE("numerics.quantised.gemm", "N-3", "quantised GEMM gives the bits of its rounding")
{
    const Room room;
    constexpr int64_t kInner = 37, kColumns = 11;
    const Quantization qx{{0.05f}, {-4}}, qw{std::vector<float>(kColumns, 0.02f), std::vector<int32_t>(kColumns, 0), 0}, qb{std::vector<float>(kColumns, 0.05f * 0.02f), std::vector<int32_t>(kColumns, 0), 0},
        qy{{0.3f}, {2}};
    Random random(13);
    const auto x = whole_numbers<int8_t>(random, kInner, -128, 127), w = whole_numbers<int8_t>(random, kInner * kColumns, -127, 127);
    const auto bias = whole_numbers<int32_t>(random, kColumns, -3000, 3000);
    Several several(room);
    for (const auto rounding : kRoundings) {
        GraphBuilder graph;
        const uint32_t in = graph.input("x", ACCEL_TYPE_I8, {1, kInner}, qx), weights = graph.constant<int8_t>("w", ACCEL_TYPE_I8, {kColumns, kInner}, w, qw);
        const uint32_t c = graph.constant<int32_t>("c", ACCEL_TYPE_I32, {kColumns}, bias, qb), y = graph.tensor("y", ACCEL_TYPE_I8, {1, kColumns}, qy);
        graph.node(ACCEL_OPERATION_GEMM, {in, weights, c}, {y}, {{{ACCEL_ATTRIBUTE_TRANS_B, {1}}}, {}}, rounding);
        graph.output(y);
        const auto program = several.build(graph);
        if (!program) continue;
        const auto results = from_bytes<int8_t>(run_dense(room, *program, {to_bytes(x)})[0]);
        std::vector<int8_t> expected;
        for (size_t column = 0; column < kColumns; ++column) {
            int64_t sum = bias[column];
            for (size_t k = 0; k < kInner; ++k) sum += (x[k] + 4) * w[column * kInner + k];
            const double multiplier = static_cast<double>(qx.scales[0]) * static_cast<double>(qw.scales[column]) / static_cast<double>(qy.scales[0]);
            expected.push_back(static_cast<int8_t>(requantise(sum, multiplier, rounding, 2, {})));
        }
        INFO(kRoundingNames[rounding]);
        CHECK(same(results, expected));
    }
    several.skip_if_none();
}

ACCEL_CASE("numerics.quantised.average-pool", "N-3", "quantised averages give the bits of their rounding, padding excluded")
{
    const Room room;
    Window window;
    window.channels_in = window.channels_out = 6;
    window.height = 8;
    window.width = 9;
    window.kernel_height = window.kernel_width = 3;
    window.stride_y = window.stride_x = 2;
    Window padded = window;
    padded.pad_top = padded.pad_left = padded.pad_bottom = padded.pad_right = 1;
    Random random(14);
    const auto x = whole_numbers<int8_t>(random, window.x_count(), -128, 127);
    const StoredType type{0.5, 3};
    Several several(room);
    for (const Window &shape : {window, padded})
        for (const auto rounding : kRoundings) {
            auto graph = pool_graph(ACCEL_OPERATION_AVERAGE_POOL, shape, ACCEL_TYPE_I8, rounding);
            const auto program = several.build(graph);
            if (!program) continue;
            const auto results = from_bytes<int8_t>(run_dense(room, *program, {to_bytes(x)})[0]);
            std::vector<int8_t> expected;
            for_each_pool(shape, [&](const std::vector<size_t> &covered) {
                int64_t sum = 0;
                for (const size_t element : covered) sum += x[element];
                expected.push_back(static_cast<int8_t>(average_stored(sum, static_cast<int64_t>(covered.size()), type, type, rounding, {})));
            });
            INFO(kRoundingNames[rounding] << ", padding " << shape.pad_top);
            CHECK(same(results, expected));
        }
    several.skip_if_none();
}

ACCEL_CASE("numerics.quantised.max-pool", "N-4", "quantised maximum pooling chooses stored values")
{
    const Room room;
    Window window;
    window.channels_in = window.channels_out = 6;
    window.height = 8;
    window.width = 9;
    window.kernel_height = window.kernel_width = 2;
    window.stride_y = window.stride_x = 2;
    Random random(15);
    const auto x = whole_numbers<int8_t>(random, window.x_count(), -128, 127);
    auto graph = pool_graph(ACCEL_OPERATION_MAX_POOL, window, ACCEL_TYPE_I8);
    const auto results = from_bytes<int8_t>(run_dense(room, room.needs_program(graph), {to_bytes(x)})[0]);
    std::vector<int8_t> expected;
    for_each_pool(window, [&](const std::vector<size_t> &covered) {
        expected.push_back(-128);
        for (const size_t element : covered) expected.back() = std::max(expected.back(), x[element]);
    });
    CHECK(same(results, expected));
}

ACCEL_CASE("numerics.quantised.quantise", "N-3", "QUANTIZE rounds halves to even and saturates; DEQUANTIZE is exact")
{
    const Room room;
    const Quantization quantization{{0.25f}, {-5}};
    GraphBuilder graph;
    const uint32_t x = graph.input("x", ACCEL_TYPE_F32, {400}), q = graph.tensor("q", ACCEL_TYPE_I8, {400}, quantization), y = graph.tensor("y", ACCEL_TYPE_F32, {400});
    graph.node(ACCEL_OPERATION_QUANTIZE, {x}, {q}, {}, ACCEL_ROUNDING_HALF_EVEN);
    graph.node(ACCEL_OPERATION_DEQUANTIZE, {q}, {y});
    graph.output(q);
    graph.output(y);
    const Program program = room.needs_program(graph);
    std::vector<float> values(400);
    for (size_t index = 0; index < 400; ++index) values[index] = static_cast<float>(index) * 0.125f - 25;
    const auto outputs = run_dense(room, program, {to_bytes(values)});
    std::vector<int8_t> stored_values;
    std::vector<float> reals;
    for (size_t index = 0; index < 400; ++index) {
        const int expected = quantise_real(values[index], 0.25f, -5, {});
        stored_values.push_back(static_cast<int8_t>(expected));
        reals.push_back(static_cast<float>(expected + 5) * 0.25f);
    }
    CHECK(same(from_bytes<int8_t>(outputs[0]), stored_values));
    CHECK(same(from_bytes<float>(outputs[1]), reals));
}

}  // namespace accel::conformance
