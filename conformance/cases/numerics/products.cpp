// SPDX-License-Identifier: MIT
// F32 convolutions and matrix products: exact over small whole numbers, within the statistical bound over hard data.
#include <cmath>
#include <tuple>

#include "floats.h"
#include "reference/bound.h"

namespace accel::conformance {
namespace {

/// Shapes whose sizes are no multiple of anything that hardware likes.
std::vector<Window> odd_windows()
{
    std::vector<Window> windows;
    for (const auto &[in, out, kernel, stride, pad] : {std::tuple<int, int, int, int, int>{1, 1, 1, 1, 0}, {3, 7, 3, 1, 1}, {17, 5, 3, 2, 0}, {33, 19, 1, 1, 0}, {5, 16, 5, 2, 2}}) {
        Window window;
        window.channels_in = in;
        window.channels_out = out;
        window.height = 11;
        window.width = 13;
        window.kernel_height = window.kernel_width = kernel;
        window.stride_y = window.stride_x = stride;
        window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = pad;
        windows.push_back(window);
    }
    Window depthwise = windows[1];
    depthwise.channels_in = depthwise.channels_out = depthwise.groups = 9;
    windows.push_back(depthwise);
    Window lopsided = windows[1];
    lopsided.pad_top = 2;
    lopsided.pad_right = 0;
    lopsided.dilation_y = 2;
    lopsided.dilation_x = 3;
    lopsided.groups = 1;
    windows.push_back(lopsided);
    return windows;
}

void check_exact_conv(const Room &room, Several &several, const Window &window, uint64_t seed)
{
    Random random(seed);
    const auto x = whole_numbers<float>(random, window.x_count(), -8, 8);
    const auto w = whole_numbers<float>(random, window.w_count(), -8, 8);
    const auto bias = whole_numbers<float>(random, static_cast<size_t>(window.channels_out), -100, 100);
    auto graph = conv_graph(window, w, bias);
    const auto program = several.build(graph);
    if (!program) return;
    const auto sums = convolve<int64_t>(
        window, [&](size_t index) { return x[index]; }, [&](size_t index) { return w[index]; });
    const size_t plane = static_cast<size_t>(window.out_height() * window.out_width());
    std::vector<float> expected;
    for (size_t index = 0; index < sums.size(); ++index) expected.push_back(static_cast<float>(sums[index]) + bias[index / plane % static_cast<size_t>(window.channels_out)]);
    INFO(window.channels_in << "->" << window.channels_out << " kernel " << window.kernel_height);
    CHECK(same_values(run_floats(room, *program, {x}), expected));
}

/// Inputs that are hard on sums, in the spirit of the sets that specifications prescribe.
enum class Data { Even,
                  LargeFirst,
                  Cancelling,
                  ManyZeros };

std::vector<float> hard_data(Random &random, size_t count, int64_t products, Data kind)
{
    std::vector<float> values(count);
    for (size_t index = 0; index < count; ++index) {
        const double u = random.unit();
        const bool first = index % static_cast<size_t>(products) == 0;
        double value = u;
        if (kind == Data::LargeFirst) value = first ? 16 : u / std::sqrt(static_cast<double>(products));
        if (kind == Data::Cancelling) value = (index % 2 ? -1 : 1) * (4 + 0.01 * u);
        if (kind == Data::ManyZeros) value = random.next() % 4 ? 0 : std::exp(4 * u) * (random.next() % 2 ? 1 : -1);
        values[index] = static_cast<float>(value);
    }
    return values;
}

GraphBuilder matmul_graph(int64_t rows, int64_t inner, int64_t columns, const std::vector<float> &b)
{
    GraphBuilder graph;
    const uint32_t a = graph.input("a", ACCEL_TYPE_F32, {rows, inner});
    const uint32_t weights = graph.constant<float>("b", ACCEL_TYPE_F32, {inner, columns}, b);
    const uint32_t y = graph.tensor("y", ACCEL_TYPE_F32, {rows, columns});
    graph.node(ACCEL_OPERATION_MATMUL, {a, weights}, {y});
    graph.output(y);
    return graph;
}

template <class Function> std::vector<double> matmul(int64_t rows, int64_t inner, int64_t columns, const std::vector<float> &a, const std::vector<float> &b, const Function &map)
{
    std::vector<double> sums;
    for (int64_t row = 0; row < rows; ++row)
        for (int64_t column = 0; column < columns; ++column) {
            double sum = 0;
            for (int64_t k = 0; k < inner; ++k)
                sum += map(static_cast<double>(a[static_cast<size_t>(row * inner + k)])) * map(static_cast<double>(b[static_cast<size_t>(k * columns + column)]));
            sums.push_back(sum);
        }
    return sums;
}

constexpr auto kIdentity = [](double value) { return value; };
constexpr auto kMagnitude = [](double value) { return std::fabs(value); };

}  // namespace

ACCEL_CASE("numerics.exact.conv", "N-1", "convolutions of small whole numbers are exact in every shape and tail", 60)
{
    const Room room;
    Several several(room);
    uint64_t seed = 1;
    for (const Window &window : odd_windows()) check_exact_conv(room, several, window, seed++);
    several.skip_if_none();
}

ACCEL_CASE("numerics.exact.matmul", "N-1", "matrix products of small whole numbers are exact up to the last term")
{
    const Room room;
    Several several(room);
    for (const auto &[rows, inner, columns] : {std::tuple<int64_t, int64_t, int64_t>{1, 1, 1}, {3, 17, 5}, {7, 64, 33}, {1, 1001, 9}, {65, 31, 2}}) {
        Random random(static_cast<uint64_t>(inner));
        const auto a = whole_numbers<float>(random, static_cast<size_t>(rows * inner), -8, 8), b = whole_numbers<float>(random, static_cast<size_t>(inner * columns), -8, 8);
        auto graph = matmul_graph(rows, inner, columns, b);
        const auto program = several.build(graph);
        if (!program) continue;
        const auto exact = matmul(rows, inner, columns, a, b, kIdentity);
        INFO(rows << " x " << inner << " x " << columns);
        CHECK(compare(Expected::within_ulps({rows, columns}, exact, 0), to_bytes(run_floats(room, *program, {a}))));
    }
    several.skip_if_none();
}

ACCEL_CASE("numerics.exact.gemm", "N-1", "GEMM with transposed weights, factors and a bias row is exact over small whole numbers")
{
    const Room room;
    constexpr int64_t kRows = 5, kInner = 19, kColumns = 7;
    Random random(11);
    const auto a = whole_numbers<float>(random, kRows * kInner, -8, 8), b = whole_numbers<float>(random, kInner * kColumns, -8, 8), c = whole_numbers<float>(random, kColumns, -50, 50);
    GraphBuilder graph;
    const uint32_t input = graph.input("a", ACCEL_TYPE_F32, {kRows, kInner});
    const uint32_t weights = graph.constant<float>("b", ACCEL_TYPE_F32, {kColumns, kInner}, b), bias = graph.constant<float>("c", ACCEL_TYPE_F32, {kColumns}, c);
    const uint32_t y = graph.tensor("y", ACCEL_TYPE_F32, {kRows, kColumns});
    graph.node(ACCEL_OPERATION_GEMM, {input, weights, bias}, {y}, {{{ACCEL_ATTRIBUTE_TRANS_B, {1}}}, {{ACCEL_ATTRIBUTE_ALPHA, {2}}, {ACCEL_ATTRIBUTE_BETA, {0.5f}}}});
    graph.output(y);
    const auto results = run_floats(room, room.needs_program(graph), {a});
    std::vector<float> expected;
    for (size_t row = 0; row < kRows; ++row)
        for (size_t column = 0; column < kColumns; ++column) {
            float sum = 0;
            for (size_t k = 0; k < kInner; ++k) sum += a[row * kInner + k] * b[column * kInner + k];
            expected.push_back(2 * sum + 0.5f * c[column]);
        }
    CHECK(same_values(results, expected));
}

ACCEL_CASE("numerics.bound.matmul", "N-2", "matrix products of hard data stay within the limits for each output, for their squares and for their sum", 60)
{
    const Room room;
    constexpr int64_t kRows = 40, kColumns = 32;
    Several several(room);
    for (const auto kind : {Data::Even, Data::LargeFirst, Data::Cancelling, Data::ManyZeros})
        for (const int64_t inner : {int64_t{16}, int64_t{257}, int64_t{1024}}) {
            Random random(static_cast<uint64_t>(inner) * 8 + static_cast<uint64_t>(kind));
            const auto a = hard_data(random, static_cast<size_t>(kRows * inner), inner, kind);
            std::vector<float> b(static_cast<size_t>(inner * kColumns));
            for (auto &value : b) value = static_cast<float>(random.unit());
            auto graph = matmul_graph(kRows, inner, kColumns, b);
            const auto program = several.build(graph);
            if (!program) continue;
            const auto results = run_floats(room, *program, {a});
            const DotProducts reference{matmul(kRows, inner, kColumns, a, b, kIdentity), matmul(kRows, inner, kColumns, a, b, kMagnitude), inner, false};
            INFO("inner size " << inner << ", data " << static_cast<int>(kind));
            CHECK(Comparison(judge_dot_products(reference, results)));
        }
    several.skip_if_none();
}

ACCEL_CASE("numerics.bound.conv", "N-2", "convolutions of hard data stay within the limits", 60)
{
    const Room room;
    Several several(room);
    for (const auto kind : {Data::Even, Data::LargeFirst, Data::ManyZeros}) {
        Window window;
        window.channels_in = 24;
        window.channels_out = 20;
        window.height = window.width = 10;
        window.kernel_height = window.kernel_width = 3;
        window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = 1;
        Random random(90 + static_cast<uint64_t>(kind));
        const auto x = hard_data(random, window.x_count(), window.products(), kind);
        std::vector<float> w(window.w_count()), bias(20);
        for (auto &value : w) value = static_cast<float>(random.unit());
        for (auto &value : bias) value = static_cast<float>(random.unit());
        auto graph = conv_graph(window, w, bias);
        const auto program = several.build(graph);
        if (!program) continue;
        const auto results = run_floats(room, *program, {x});
        DotProducts reference{convolve<double>(
                                  window, [&](size_t index) { return x[index]; }, [&](size_t index) { return w[index]; }),
                              convolve<double>(
                                  window, [&](size_t index) { return std::fabs(x[index]); }, [&](size_t index) { return std::fabs(w[index]); }),
                              window.products(), true};
        for (size_t index = 0; index < reference.exact.size(); ++index) {
            const double b = static_cast<double>(bias[index / 100 % 20]);
            reference.exact[index] += b;
            reference.mass[index] += std::fabs(b);
        }
        INFO("data " << static_cast<int>(kind));
        CHECK(Comparison(judge_dot_products(reference, results)));
    }
    several.skip_if_none();
}

}  // namespace accel::conformance
