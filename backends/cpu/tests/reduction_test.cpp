// SPDX-License-Identifier: MIT
// Sums over long axes, maxima with NaN, and means of stored values.
#include "harness.h"
#include "reference.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace accel::cpu::test;

namespace {

using Attributes = GraphMaker::Attributes;

constexpr int64_t kLong = 250000;

// The values that conformance/peers/numerics/record.py gave to the peers, too.
std::vector<float> spread(float low, float high, int64_t count = kLong)
{
    std::vector<float> values;
    const auto step = static_cast<float>((static_cast<double>(high) - static_cast<double>(low)) / (1 << 24));
    for (uint64_t i = 0; i < static_cast<uint64_t>(count); ++i) {
        const uint64_t hash = i * 2654435761u % (uint64_t{1} << 32);
        values.push_back(low + static_cast<float>(hash >> 8) * step);
    }
    return values;
}

std::vector<float> run_one(uint32_t operation, const std::vector<float> &x, const Dims &x_dims, const Dims &y_dims,
                           const Attributes &attributes, const Dims &axes = {})
{
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, x_dims), out = graph.tensor(ACCEL_TYPE_F32, y_dims);
    std::vector<uint32_t> operands{in};
    if (!axes.empty())
        operands.push_back(graph.list(axes));
    graph.node(operation, operands, {out}, attributes);
    graph.output(out);
    return values_of<float>(execute(graph.desc(), {bytes_of(x)}, 2)[0]);
}

double relative_error(float got, double exact) { return std::abs(static_cast<double>(got) - exact) / std::abs(exact); }

double mean_of(const std::vector<float> &x, size_t first = 0, size_t step = 1)
{
    double sum = 0, count = 0;
    for (size_t i = first; i < x.size(); i += step, ++count)
        sum += static_cast<double>(x[i]);
    return sum / count;
}

// Four times what ONNX Runtime 1.32 was measured at, and never below the rounding of the result itself.
double allowed(double peer_error) { return std::max(4 * peer_error, 0x1p-24); }

struct Range {
    float low, high;
    double peer_error;
};

}  // namespace

TEST_CASE("softmax over a long axis keeps its precision", "[float][isa]")
{
    const auto [low, high, peer_error] = GENERATE(Range{-5, 5, 1.75e-6}, Range{0, 1, 2.80e-7});
    const auto x = spread(low, high);
    const double most = static_cast<double>(*std::ranges::max_element(x));
    std::vector<double> exact;
    for (const float value : x)
        exact.push_back(std::exp(static_cast<double>(value) - most));
    const double sum = std::accumulate(exact.begin(), exact.end(), 0.0);
    const bool inner = GENERATE(true, false);
    const Dims dims = inner ? Dims{1, kLong} : Dims{kLong, 1};
    const auto y = run_one(ACCEL_OPERATION_SOFTMAX, x, dims, dims, {{{ACCEL_ATTRIBUTE_AXIS, {inner ? 1 : 0}}}, {}, 0});
    double worst = 0;
    for (size_t i = 0; i < y.size(); ++i)
        worst = std::max(worst, relative_error(y[i], exact[i] / sum));
    INFO("worst relative error " << worst << ", the peer's " << peer_error);
    CHECK(worst <= allowed(peer_error));
}

TEST_CASE("averages of many elements keep their precision", "[float][isa]")
{
    const auto [low, high, peer_error] = GENERATE(Range{0, 1, 3.74e-8}, Range{1, 2, 1.25e-8});
    const auto x = spread(low, high);
    const double exact = mean_of(x);
    const auto check = [&](const char *what, float got) {
        INFO(what << ": relative error " << relative_error(got, exact) << ", the peer's " << peer_error);
        CHECK(relative_error(got, exact) <= allowed(peer_error));
    };
    check("a row", run_one(ACCEL_OPERATION_REDUCE_MEAN, x, {1, kLong}, {1, 1}, {}, {1})[0]);
    check("a column", run_one(ACCEL_OPERATION_REDUCE_MEAN, x, {kLong, 1}, {1, 1}, {}, {0})[0]);
    check("the whole plane", run_one(ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, x, {1, 1, 500, 500}, {1, 1, 1, 1}, {})[0]);
    check("one window", run_one(ACCEL_OPERATION_AVERAGE_POOL, x, {1, 1, 500, 500}, {1, 1, 1, 1},
                                {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {500, 500}}}, {}, 0})[0]);

    const auto wide = spread(low, high, 4 * kLong);
    const auto means = run_one(ACCEL_OPERATION_REDUCE_MEAN, wide, {kLong, 4}, {1, 4}, {}, {0});
    for (size_t column = 0; column < 4; ++column)
        CHECK(relative_error(means[column], mean_of(wide, column, 4)) <= allowed(peer_error));
}

TEST_CASE("sums of many elements keep their precision", "[float][isa]")
{
    const auto [low, high, peer_error] = GENERATE(Range{0, 1, 3.74e-8}, Range{1, 2, 1.25e-8});
    const auto x = spread(low, high);
    const double exact = mean_of(x) * static_cast<double>(kLong);
    const auto check = [&](const char *what, float got) {
        INFO(what << ": relative error " << relative_error(got, exact) << ", the peer's " << peer_error);
        CHECK(relative_error(got, exact) <= allowed(peer_error));
    };
    check("a row", run_one(ACCEL_OPERATION_REDUCE_SUM, x, {1, kLong}, {1, 1}, {}, {1})[0]);
    check("a column", run_one(ACCEL_OPERATION_REDUCE_SUM, x, {kLong, 1}, {1, 1}, {}, {0})[0]);
    check("two axes", run_one(ACCEL_OPERATION_REDUCE_SUM, x, {500, 1, 500}, {1, 1, 1}, {})[0]);
    check("the end of a running sum", run_one(ACCEL_OPERATION_CUM_SUM, x, {1, kLong}, {1, kLong}, {}, {1}).back());
}

TEST_CASE("a NaN is the extreme of a row, and is found", "[float]")
{
    const float special = GENERATE(NAN, INFINITY, -INFINITY);
    const std::vector<float> x{1, special, -2, special, 3};
    const bool nan = std::isnan(special);
    for (const bool greatest : {true, false}) {
        const float y = run_one(greatest ? ACCEL_OPERATION_REDUCE_MAX : ACCEL_OPERATION_REDUCE_MIN, x, {1, 5}, {1, 1}, {}, {1})[0];
        const bool wins = nan || (special > 0) == greatest;
        CHECK((wins ? (nan ? std::isnan(y) : y == special) : y == (greatest ? 3 : -2)));
        for (const bool last : {true, false}) {
            GraphMaker graph;
            const uint32_t in = graph.input(ACCEL_TYPE_F32, {5}), out = graph.tensor(ACCEL_TYPE_I64, {1});
            graph.node(greatest ? ACCEL_OPERATION_ARG_MAX : ACCEL_OPERATION_ARG_MIN, {in}, {out}, {{{ACCEL_ATTRIBUTE_AXIS, {0}}, {ACCEL_ATTRIBUTE_SELECT_LAST, {last}}}, {}, 0});
            graph.output(out);
            CHECK(values_of<int64_t>(execute(graph.desc(), {bytes_of(x)})[0])[0] == (wins ? (last ? 3 : 1) : greatest ? 4
                                                                                                                      : 2));
        }
    }
}

TEST_CASE("sums and products of integers wrap, and means are cut toward zero")
{
    const auto run = [](uint32_t operation, const std::vector<int32_t> &x) {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_I32, {static_cast<int64_t>(x.size())}), out = graph.tensor(ACCEL_TYPE_I32, {1});
        graph.node(operation, {in}, {out}, {});
        graph.output(out);
        return values_of<int32_t>(execute(graph.desc(), {bytes_of(x)})[0])[0];
    };
    CHECK(run(ACCEL_OPERATION_REDUCE_SUM, {INT32_MAX, 1}) == INT32_MIN);
    CHECK(run(ACCEL_OPERATION_REDUCE_PROD, {65536, 65536, 3}) == 0);
    CHECK(run(ACCEL_OPERATION_REDUCE_PROD, {INT32_MAX, -2}) == 2);
    CHECK(run(ACCEL_OPERATION_REDUCE_MEAN, {INT32_MAX, INT32_MAX, INT32_MAX}) == INT32_MAX);
    CHECK(run(ACCEL_OPERATION_REDUCE_MEAN, {-3, -4}) == -3);
    CHECK(run(ACCEL_OPERATION_REDUCE_MEAN, {3, 4}) == 3);
}

TEST_CASE("one NaN in a window makes its maximum NaN", "[float][isa]")
{
    const int64_t channels = GENERATE(1, 3, 20), at = GENERATE(range(0, 9));
    std::vector<float> x(static_cast<size_t>(channels) * 9, -INFINITY);
    for (int64_t c = 0; c < channels; c += 2)
        x[static_cast<size_t>(c * 9 + at)] = NAN;
    const auto y = run_one(ACCEL_OPERATION_MAX_POOL, x, {1, channels, 3, 3}, {1, channels, 1, 1},
                           {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {3, 3}}}, {}, 0});
    for (int64_t c = 0; c < channels; ++c) {
        INFO("channel " << c);
        if (c % 2 == 0)
            CHECK(std::isnan(y[static_cast<size_t>(c)]));
        else
            CHECK(y[static_cast<size_t>(c)] == -INFINITY);
    }
}

TEST_CASE("maxima of rows and of channels agree with the literal formula", "[float][isa]")
{
    struct Shape {
        int64_t height, width, kernel_y, kernel_x, stride_y, stride_x, dilation_y, dilation_x, top, left, bottom, right;
    };
    const auto [height, width, kernel_y, kernel_x, stride_y, stride_x, dilation_y, dilation_x, top, left, bottom, right] =
        GENERATE(Shape{9, 70, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1}, Shape{7, 33, 3, 5, 1, 1, 1, 1, 1, 2, 1, 2}, Shape{8, 21, 2, 2, 2, 2, 1, 1, 0, 0, 0, 0},
                 Shape{12, 40, 3, 2, 1, 3, 2, 4, 0, 1, 2, 0}, Shape{10, 45, 2, 3, 3, 2, 3, 3, 2, 3, 0, 4}, Shape{6, 5, 2, 9, 1, 1, 1, 1, 0, 4, 0, 4},
                 Shape{4, 3, 3, 3, 1, 2, 1, 1, 2, 2, 2, 2});
    const int64_t out_height = (height + top + bottom - (kernel_y - 1) * dilation_y - 1) / stride_y + 1,
                  out_width = (width + left + right - (kernel_x - 1) * dilation_x - 1) / stride_x + 1,
                  channels = GENERATE(3, 20, 300);                             // of 300 a row does not fit on the stack
    const bool clamped = GENERATE(false, true), last = GENERATE(false, true);  // last: a convolution in front leaves channels last
    auto x = random_floats(channels * height * width, 3);
    x[5] = NAN;
    GraphMaker graph;
    const Dims x_dims{1, channels, height, width}, y_dims{1, channels, out_height, out_width};
    uint32_t in = graph.input(ACCEL_TYPE_F32, x_dims);
    if (last) {
        std::vector<float> ones(static_cast<size_t>(channels * channels));
        for (int64_t c = 0; c < channels; ++c)
            ones[static_cast<size_t>(c * (channels + 1))] = 1;
        const uint32_t same = graph.tensor(ACCEL_TYPE_F32, x_dims);
        graph.node(ACCEL_OPERATION_CONV, {in, graph.constant(ACCEL_TYPE_F32, {channels, channels, 1, 1}, ones)}, {same});
        in = same;
        x[5] = 0.5f;  // it would reach other channels
    }
    const uint32_t out = graph.tensor(ACCEL_TYPE_F32, y_dims);
    Attributes attributes{{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {kernel_y, kernel_x}},
                           {ACCEL_ATTRIBUTE_STRIDES, {stride_y, stride_x}},
                           {ACCEL_ATTRIBUTE_DILATIONS, {dilation_y, dilation_x}},
                           {ACCEL_ATTRIBUTE_PADS, {top, left, bottom, right}}},
                          {},
                          0};
    if (clamped)
        attributes.floats = {{ACCEL_ATTRIBUTE_CLAMP_MIN, {-0.25f}}, {ACCEL_ATTRIBUTE_CLAMP_MAX, {0.75f}}};
    graph.node(ACCEL_OPERATION_MAX_POOL, {in}, {out}, attributes);
    graph.output(out);
    const auto y = values_of<float>(execute(graph.desc(), {bytes_of(x)}, 2)[0]);
    for (int64_t i = 0; i < count(y_dims); ++i) {
        const int64_t ox = i % out_width, oy = i / out_width % out_height, c = i / out_width / out_height;
        float most = -INFINITY;
        for (int64_t ky = 0; ky < kernel_y; ++ky)
            for (int64_t kx = 0; kx < kernel_x; ++kx) {
                const int64_t iy = oy * stride_y + ky * dilation_y - top, ix = ox * stride_x + kx * dilation_x - left;
                if (iy < 0 || ix < 0 || iy >= height || ix >= width)
                    continue;
                const float value = x[static_cast<size_t>((c * height + iy) * width + ix)];
                most = std::isnan(value) || value > most ? value : most;
            }
        if (clamped && !std::isnan(most))
            most = std::min(std::max(most, -0.25f), 0.75f);
        INFO("output " << i);
        REQUIRE((std::isnan(most) ? std::isnan(y[static_cast<size_t>(i)]) : y[static_cast<size_t>(i)] == most));
    }
}

TEST_CASE("quantised means are exact", "[quantized][isa]")
{
    const uint32_t rounding = GENERATE(ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL);
    const bool equal = GENERATE(false, true), keep = GENERATE(false, true), is_signed = GENERATE(false, true);
    const Dims axes = GENERATE(Dims{2, 3}, Dims{1}, Dims{3}, Dims{0, 2}, Dims{});
    const Dims dims{2, 70, 6, 7};
    const auto type = is_signed ? ACCEL_TYPE_I8 : ACCEL_TYPE_U8;
    const int32_t low = is_signed ? -128 : 0, x_zero = low + 33, y_zero = equal ? x_zero : low + 120;
    const float x_scale = 0.043f, y_scale = equal ? x_scale : 0.019f;
    const auto reduces = [&](size_t axis) { return axes.empty() || std::ranges::count(axes, static_cast<int64_t>(axis)) > 0; };
    Dims kept, squeezed;
    int64_t number = 1;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
        kept.push_back(reduces(axis) ? 1 : dims[axis]);
        if (reduces(axis))
            number *= dims[axis];
        else
            squeezed.push_back(dims[axis]);
    }
    const auto bytes = random_bytes(count(dims), 9);
    GraphMaker graph;
    const uint32_t in = graph.input(type, dims, Scales{{x_scale}, {x_zero}, 0}),
                   out = graph.tensor(type, keep ? kept : squeezed, Scales{{y_scale}, {y_zero}, 0});
    std::vector<uint32_t> operands{in};
    if (!axes.empty())
        operands.push_back(graph.list(axes));
    graph.node(ACCEL_OPERATION_REDUCE_MEAN, operands, {out}, {{{ACCEL_ATTRIBUTE_KEEPDIMS, {keep}}}, {}, rounding});
    graph.output(out);
    const Bytes got = execute(graph.desc(), {bytes_of(bytes)})[0];

    std::vector<int64_t> sums(static_cast<size_t>(count(kept)));
    for (int64_t i = 0; i < count(dims); ++i) {
        int64_t rest = i, at = 0, step = 1;
        for (size_t axis = dims.size(); axis-- > 0; rest /= dims[axis]) {
            at += reduces(axis) ? 0 : rest % dims[axis] * step;
            step *= kept[axis];
        }
        const int8_t byte = bytes[static_cast<size_t>(i)];
        sums[static_cast<size_t>(at)] += is_signed ? byte : static_cast<uint8_t>(byte);
    }
    REQUIRE(got.size() == sums.size());
    const double m = static_cast<double>(x_scale) / (static_cast<double>(number) * static_cast<double>(y_scale));
    for (size_t i = 0; i < sums.size(); ++i) {
        const int64_t centred = sums[i] - number * x_zero;
        const int32_t expected = rounding == ACCEL_ROUNDING_TFLITE
                                     ? static_cast<int32_t>(std::clamp<int64_t>(reduced(centred, x_scale, y_scale, number) + y_zero, low, low + 255))
                                     : requantize(centred, m, rounding, y_zero, low, low + 255);
        REQUIRE((is_signed ? static_cast<int8_t>(got[i]) : got[i]) == expected);
    }
}

TEST_CASE("a mean whose sum might not fit is refused", "[quantized]")
{
    const int64_t most = ((INT64_C(1) << 31) - 1) / 255, extra = GENERATE(0, 1);
    GraphMaker graph;
    const Scales scales{{0.5f}, {0}, 0};
    const uint32_t in = graph.input(ACCEL_TYPE_I8, {1, most + extra}, scales), out = graph.tensor(ACCEL_TYPE_I8, {1, 1}, scales);
    graph.node(ACCEL_OPERATION_REDUCE_MEAN, {in, graph.list({1})}, {out}, {{}, {}, ACCEL_ROUNDING_HALF_EVEN});
    graph.output(out);
    CHECK(query(graph.desc()).reason == (extra == 0 ? ACCEL_REASON_OK : ACCEL_REASON_SIZE));
}
