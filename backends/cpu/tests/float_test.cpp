// SPDX-License-Identifier: MIT
// Tests of f32 operations against binary64 mathematics.
#include "harness.h"
#include "reference.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <array>
#include <cmath>

using namespace accel::cpu::test;

namespace {

using Attributes = GraphMaker::Attributes;

// Error bound of a dot product: a few units in the last place of the sum of magnitudes.
void check_close(const std::vector<float> &got, const std::vector<double> &expected, double magnitude)
{
    REQUIRE(got.size() == expected.size());
    for (size_t i = 0; i < got.size(); ++i) {
        INFO("element " << i);
        REQUIRE(std::abs(static_cast<double>(got[i]) - expected[i]) <= 1e-6 * magnitude + 1e-6 * std::abs(expected[i]));
    }
}

Attributes conv_attributes(const ConvCase &c)
{
    return {{{ACCEL_ATTRIBUTE_STRIDES, {c.stride_y, c.stride_x}},
             {ACCEL_ATTRIBUTE_DILATIONS, {c.dilation_y, c.dilation_x}},
             {ACCEL_ATTRIBUTE_PADS, {c.top, c.left, c.bottom, c.right}},
             {ACCEL_ATTRIBUTE_GROUP, {c.groups}}},
            {},
            0};
}

std::vector<double> reference(const ConvCase &c, const std::vector<float> &x, const std::vector<float> &w, const std::vector<float> &b)
{
    return convolve<double>(
        c, [&](int64_t i) { return static_cast<double>(x[static_cast<size_t>(i)]); },
        [&](int64_t i) { return static_cast<double>(w[static_cast<size_t>(i)]); },
        [&](int64_t i) { return b.empty() ? 0.0 : static_cast<double>(b[static_cast<size_t>(i)]); });
}

ConvCase conv(int64_t n, int64_t ic, int64_t h, int64_t w, int64_t oc, int64_t k, int64_t stride = 1, int64_t pad = 0, int64_t groups = 1,
              int64_t dilation = 1)
{
    ConvCase c;
    c.batch = n, c.channels = ic, c.height = h, c.width = w, c.outputs = oc, c.kernel_y = c.kernel_x = k;
    c.stride_y = c.stride_x = stride, c.top = c.left = c.bottom = c.right = pad, c.groups = groups, c.dilation_y = c.dilation_x = dilation;
    return c;
}

std::vector<ConvCase> conv_cases()
{
    std::vector<ConvCase> cases{conv(1, 1, 8, 8, 32, 3, 1, 1), conv(2, 3, 13, 9, 16, 3, 2, 1),
                                conv(1, 32, 8, 8, 32, 3, 1, 1, 32), conv(1, 36, 3, 3, 64, 1),
                                conv(1, 12, 15, 17, 12, 3, 1, 3, 1, 3), conv(1, 6, 9, 9, 4, 3, 1, 1, 2),
                                conv(1, 5, 7, 7, 5, 3, 2, 1, 5), conv(3, 8, 5, 5, 7, 2)};
    ConvCase odd = conv(1, 4, 10, 11, 6, 3);
    odd.top = 2, odd.right = 1, odd.kernel_y = 5, odd.stride_x = 3, odd.dilation_y = 2;
    cases.push_back(odd);
    return cases;
}

}  // namespace

TEST_CASE("f32 convolution", "[float][isa]")
{
    const ConvCase c = GENERATE(from_range(conv_cases()));
    const uint32_t threads = GENERATE(1u, 2u);
    const bool biased = GENERATE(false, true);
    const auto x = random_floats(count(c.x_dims()), 1), w = random_floats(count(c.w_dims()), 2), b = random_floats(c.outputs, 3);
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, c.x_dims()), weights = graph.constant(ACCEL_TYPE_F32, c.w_dims(), w);
    const uint32_t out = graph.tensor(ACCEL_TYPE_F32, c.y_dims());
    std::vector<uint32_t> operands{in, weights};
    if (biased)
        operands.push_back(graph.constant(ACCEL_TYPE_F32, {c.outputs}, b));
    graph.node(ACCEL_OPERATION_CONV, operands, {out}, conv_attributes(c));
    graph.output(out);
    const auto y = values_of<float>(execute(graph.desc(), {bytes_of(x)}, threads)[0]);
    check_close(y, reference(c, x, w, biased ? b : std::vector<float>{}), static_cast<double>(c.channels * c.kernel_y * c.kernel_x));
}

TEST_CASE("f32 convolution with weights that arrive at run time", "[float]")
{
    const ConvCase c = conv(1, 4, 6, 6, 5, 3, 1, 1);
    const auto x = random_floats(count(c.x_dims()), 1), w = random_floats(count(c.w_dims()), 2);
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, c.x_dims()), weights = graph.input(ACCEL_TYPE_F32, c.w_dims());
    const uint32_t out = graph.tensor(ACCEL_TYPE_F32, c.y_dims());
    graph.node(ACCEL_OPERATION_CONV, {in, weights}, {out}, conv_attributes(c));
    graph.output(out);
    const auto y = values_of<float>(execute(graph.desc(), {bytes_of(x), bytes_of(w)})[0]);
    check_close(y, reference(c, x, w, {}), 36);
}

TEST_CASE("a convolution takes bias, residual and activation along", "[float][fuse][isa]")
{
    const ConvCase c = conv(1, 8, 9, 7, 16, 3, 1, 1);
    const auto x = random_floats(count(c.x_dims()), 1), w = random_floats(count(c.w_dims()), 2), b = random_floats(c.outputs, 3),
               r = random_floats(count(c.y_dims()), 4);
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, c.x_dims()), other = graph.input(ACCEL_TYPE_F32, c.y_dims());
    const uint32_t weights = graph.constant(ACCEL_TYPE_F32, c.w_dims(), w), bias = graph.constant(ACCEL_TYPE_F32, {c.outputs, 1, 1}, b);
    const uint32_t sums = graph.tensor(ACCEL_TYPE_F32, c.y_dims()), biased = graph.tensor(ACCEL_TYPE_F32, c.y_dims());
    const uint32_t added = graph.tensor(ACCEL_TYPE_F32, c.y_dims()), out = graph.tensor(ACCEL_TYPE_F32, c.y_dims());
    graph.node(ACCEL_OPERATION_CONV, {in, weights}, {sums}, conv_attributes(c));
    graph.node(ACCEL_OPERATION_ADD, {sums, bias}, {biased});
    graph.node(ACCEL_OPERATION_ADD, {other, biased}, {added});
    graph.node(ACCEL_OPERATION_RELU, {added}, {out});
    graph.output(out);
    const auto y = values_of<float>(execute(graph.desc(), {bytes_of(x), bytes_of(r)})[0]);
    auto expected = reference(c, x, w, b);
    for (size_t i = 0; i < expected.size(); ++i)
        expected[i] = std::max(0.0, expected[i] + static_cast<double>(r[i]));
    check_close(y, expected, 72);
}

TEST_CASE("f32 GEMM and MATMUL", "[float][isa]")
{
    const auto [m, k, n] =
        GENERATE(std::array<int64_t, 3>{1, 64, 10}, std::array<int64_t, 3>{7, 33, 50}, std::array<int64_t, 3>{64, 128, 96});
    const bool trans_a = GENERATE(false, true), trans_b = GENERATE(false, true), constant = GENERATE(false, true);
    const int addend = GENERATE(0, 1, 2);
    const auto a = random_floats(m * k, 1), b = random_floats(k * n, 2), c = random_floats(addend == 2 ? m : n, 3);
    const float alpha = addend == 2 ? 0.5f : 1.0f, beta = 2.0f;
    GraphMaker graph;
    std::vector<Bytes> inputs{bytes_of(a)};
    const uint32_t left = graph.input(ACCEL_TYPE_F32, trans_a ? Dims{k, m} : Dims{m, k});
    const Dims b_dims = trans_b ? Dims{n, k} : Dims{k, n};
    const uint32_t right = constant ? graph.constant(ACCEL_TYPE_F32, b_dims, b) : graph.input(ACCEL_TYPE_F32, b_dims);
    if (!constant)
        inputs.push_back(bytes_of(b));
    std::vector<uint32_t> operands{left, right};
    if (addend != 0)
        operands.push_back(graph.constant(ACCEL_TYPE_F32, addend == 2 ? Dims{m, 1} : Dims{n}, c));
    const uint32_t out = graph.tensor(ACCEL_TYPE_F32, {m, n});
    graph.node(ACCEL_OPERATION_GEMM, operands, {out},
               {{{ACCEL_ATTRIBUTE_TRANS_A, {trans_a}}, {ACCEL_ATTRIBUTE_TRANS_B, {trans_b}}},
                {{ACCEL_ATTRIBUTE_ALPHA, {alpha}}, {ACCEL_ATTRIBUTE_BETA, {beta}}, {ACCEL_ATTRIBUTE_CLAMP_MIN, {-0.5f}}},
                0});
    graph.output(out);
    const auto y = values_of<float>(execute(graph.desc(), inputs)[0]);
    std::vector<double> expected;
    for (int64_t row = 0; row < m; ++row)
        for (int64_t column = 0; column < n; ++column) {
            double sum = 0;
            for (int64_t i = 0; i < k; ++i)
                sum += static_cast<double>(a[static_cast<size_t>(trans_a ? i * m + row : row * k + i)]) *
                       static_cast<double>(b[static_cast<size_t>(trans_b ? column * k + i : i * n + column)]);
            sum *= static_cast<double>(alpha);
            if (addend != 0)
                sum += static_cast<double>(beta * c[static_cast<size_t>(addend == 2 ? row : column)]);
            expected.push_back(std::max(sum, -0.5));
        }
    check_close(y, expected, static_cast<double>(k));
}

TEST_CASE("f32 MATMUL stretches batches", "[float]")
{
    GraphMaker graph;
    const auto a = random_floats(2 * 3 * 4, 1), b = random_floats(5 * 4 * 6, 2);
    const uint32_t left = graph.input(ACCEL_TYPE_F32, {2, 1, 3, 4}), right = graph.input(ACCEL_TYPE_F32, {5, 4, 6});
    const uint32_t out = graph.tensor(ACCEL_TYPE_F32, {2, 5, 3, 6});
    graph.node(ACCEL_OPERATION_MATMUL, {left, right}, {out});
    graph.output(out);
    const auto y = values_of<float>(execute(graph.desc(), {bytes_of(a), bytes_of(b)})[0]);
    std::vector<double> expected;
    for (size_t i = 0; i < 2; ++i)
        for (size_t j = 0; j < 5; ++j)
            for (size_t row = 0; row < 3; ++row)
                for (size_t column = 0; column < 6; ++column) {
                    double sum = 0;
                    for (size_t k = 0; k < 4; ++k)
                        sum += static_cast<double>(a[(i * 3 + row) * 4 + k]) * static_cast<double>(b[(j * 4 + k) * 6 + column]);
                    expected.push_back(sum);
                }
    check_close(y, expected, 4);
}

TEST_CASE("f32 pools", "[float]")
{
    const uint32_t operation = GENERATE(ACCEL_OPERATION_MAX_POOL, ACCEL_OPERATION_AVERAGE_POOL);
    const bool with_padding = GENERATE(false, true), round_up = GENERATE(false, true);
    const int64_t channels = 5, height = 9, width = 8, kernel = 3, stride = 2, pad = 1;
    const auto outputs = [&](int64_t size) { return (size + 2 * pad - kernel + (round_up ? stride - 1 : 0)) / stride + 1; };
    const Dims y_dims{2, channels, outputs(height), outputs(width)};
    const auto x = random_floats(2 * channels * height * width, 1);
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {2, channels, height, width}), out = graph.tensor(ACCEL_TYPE_F32, y_dims);
    Attributes attributes{{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {kernel, kernel}},
                           {ACCEL_ATTRIBUTE_STRIDES, {stride, stride}},
                           {ACCEL_ATTRIBUTE_PADS, {pad, pad, pad, pad}},
                           {ACCEL_ATTRIBUTE_CEIL_MODE, {round_up}}},
                          {},
                          0};
    if (operation == ACCEL_OPERATION_AVERAGE_POOL)
        attributes.ints.push_back({ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, {with_padding}});
    graph.node(operation, {in}, {out}, attributes);
    graph.output(out);
    const auto y = values_of<float>(execute(graph.desc(), {bytes_of(x)})[0]);
    std::vector<double> expected;
    for (int64_t plane = 0; plane < 2 * channels; ++plane)
        for (int64_t oy = 0; oy < y_dims[2]; ++oy)
            for (int64_t ox = 0; ox < y_dims[3]; ++ox) {
                double most = -INFINITY, sum = 0;
                int64_t inside = 0, padded = 0;
                for (int64_t ky = 0; ky < kernel; ++ky)
                    for (int64_t kx = 0; kx < kernel; ++kx) {
                        const int64_t iy = oy * stride + ky - pad, ix = ox * stride + kx - pad;
                        padded += iy < height + pad && ix < width + pad;
                        if (iy < 0 || iy >= height || ix < 0 || ix >= width)
                            continue;
                        const auto value = static_cast<double>(x[static_cast<size_t>((plane * height + iy) * width + ix)]);
                        most = std::max(most, value);
                        sum += value;
                        ++inside;
                    }
                const int64_t divisor = with_padding ? padded : inside;
                expected.push_back(operation == ACCEL_OPERATION_MAX_POOL ? most : sum / static_cast<double>(divisor));
            }
    check_close(y, expected, 9);
}

TEST_CASE("f32 functions", "[float]")
{
    struct Function {
        uint32_t operation;
        double (*of)(double);
    };
    const Function function = GENERATE(Function{ACCEL_OPERATION_RELU, [](double x) { return std::max(x, 0.0); }},
                                       Function{ACCEL_OPERATION_CLIP, [](double x) { return std::min(std::max(x, -1.0), 2.0); }},
                                       Function{ACCEL_OPERATION_SIGMOID, [](double x) { return 1 / (1 + std::exp(-x)); }},
                                       Function{ACCEL_OPERATION_TANH, [](double x) { return std::tanh(x); }},
                                       Function{ACCEL_OPERATION_EXP, [](double x) { return std::exp(x); }},
                                       Function{ACCEL_OPERATION_LEAKY_RELU, [](double x) { return x < 0 ? 0.25 * x : x; }});
    const auto x = random_floats(300, 1, -5, 5);
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {3, 100}), out = graph.tensor(ACCEL_TYPE_F32, {3, 100});
    Attributes attributes;
    std::vector<uint32_t> operands{in};
    if (function.operation == ACCEL_OPERATION_CLIP)
        operands = {in, graph.real(-1), graph.real(2)};
    if (function.operation == ACCEL_OPERATION_LEAKY_RELU)
        attributes.floats = {{ACCEL_ATTRIBUTE_ALPHA, {0.25f}}};
    graph.node(function.operation, operands, {out}, attributes);
    graph.output(out);
    const auto y = values_of<float>(execute(graph.desc(), {bytes_of(x)})[0]);
    std::vector<double> expected;
    for (const float value : x)
        expected.push_back(function.of(static_cast<double>(value)));
    check_close(y, expected, 1);
}

TEST_CASE("f32 arithmetic stretches operands", "[float]")
{
    const uint32_t operation = GENERATE(ACCEL_OPERATION_ADD, ACCEL_OPERATION_SUB, ACCEL_OPERATION_MUL, ACCEL_OPERATION_DIV);
    struct Shapes {
        Dims a, b, y;
    };
    const Shapes shapes =
        GENERATE(Shapes{{2, 3, 4}, {2, 3, 4}, {2, 3, 4}}, Shapes{{2, 3, 4}, {3, 1}, {2, 3, 4}}, Shapes{{4}, {2, 3, 1}, {2, 3, 4}},
                 Shapes{{2, 3}, {}, {2, 3}}, Shapes{{1, 300, 300}, {1, 300, 300}, {1, 300, 300}});
    const auto a = random_floats(count(shapes.a), 1, 0.5f, 2), b = random_floats(count(shapes.b), 2, 0.5f, 2);
    GraphMaker graph;
    const uint32_t left = graph.input(ACCEL_TYPE_F32, shapes.a), right = graph.input(ACCEL_TYPE_F32, shapes.b),
                   out = graph.tensor(ACCEL_TYPE_F32, shapes.y);
    graph.node(operation, {left, right}, {out});
    graph.output(out);
    const auto y = values_of<float>(execute(graph.desc(), {bytes_of(a), bytes_of(b)}, 2)[0]);
    const auto pick = [&](const std::vector<float> &values, const Dims &dims, int64_t index) {
        int64_t at = 0, step = 1;
        for (size_t back = 0; back < shapes.y.size(); ++back) {
            const int64_t coordinate = index % shapes.y[shapes.y.size() - 1 - back];
            index /= shapes.y[shapes.y.size() - 1 - back];
            if (back >= dims.size())
                continue;
            const int64_t size = dims[dims.size() - 1 - back];
            at += size == 1 ? 0 : coordinate * step;
            step *= size;
        }
        return values[static_cast<size_t>(at)];
    };
    for (int64_t i = 0; i < count(shapes.y); ++i) {
        const float p = pick(a, shapes.a, i), q = pick(b, shapes.b, i);
        const float expected = operation == ACCEL_OPERATION_ADD   ? p + q
                               : operation == ACCEL_OPERATION_SUB ? p - q
                               : operation == ACCEL_OPERATION_MUL ? p * q
                                                                  : p / q;
        REQUIRE(y[static_cast<size_t>(i)] == expected);
    }
}

TEST_CASE("integer arithmetic wraps and survives division by zero", "[float]")
{
    GraphMaker graph;
    const std::vector<int32_t> a{INT32_MAX, INT32_MIN, 7, -7}, b{1, -1, 0, 2};
    const uint32_t left = graph.input(ACCEL_TYPE_I32, {4}), right = graph.input(ACCEL_TYPE_I32, {4});
    const uint32_t sum = graph.tensor(ACCEL_TYPE_I32, {4}), quotient = graph.tensor(ACCEL_TYPE_I32, {4});
    graph.node(ACCEL_OPERATION_ADD, {left, right}, {sum});
    graph.node(ACCEL_OPERATION_DIV, {left, right}, {quotient});
    graph.output(sum);
    graph.output(quotient);
    const auto outputs = execute(graph.desc(), {bytes_of(a), bytes_of(b)});
    CHECK(values_of<int32_t>(outputs[0]) == std::vector<int32_t>{INT32_MIN, INT32_MAX, 7, -5});
    CHECK(values_of<int32_t>(outputs[1]) == std::vector<int32_t>{INT32_MAX, INT32_MIN, 0, -3});
}

TEST_CASE("softmax, mean and normalisation", "[float]")
{
    const auto x = random_floats(2 * 3 * 4, 1, -20, 20);
    const auto at = [&](int64_t i, int64_t j, int64_t k) { return static_cast<double>(x[static_cast<size_t>((i * 3 + j) * 4 + k)]); };
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {2, 3, 4});
    const uint32_t soft = graph.tensor(ACCEL_TYPE_F32, {2, 3, 4}), mean = graph.tensor(ACCEL_TYPE_F32, {2, 4}),
                   normal = graph.tensor(ACCEL_TYPE_F32, {2, 3, 4});
    const std::vector<float> scale{1, 2, 3}, bias{0.5f, 0, -1}, average{1, -1, 0}, variance{1, 4, 0.25f};
    graph.node(ACCEL_OPERATION_SOFTMAX, {in}, {soft}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}, 0});
    graph.node(ACCEL_OPERATION_REDUCE_MEAN, {in, graph.list({1})}, {mean}, {{{ACCEL_ATTRIBUTE_KEEPDIMS, {0}}}, {}, 0});
    graph.node(ACCEL_OPERATION_BATCH_NORMALIZATION,
               {in, graph.constant(ACCEL_TYPE_F32, {3}, scale), graph.constant(ACCEL_TYPE_F32, {3}, bias),
                graph.constant(ACCEL_TYPE_F32, {3}, average), graph.constant(ACCEL_TYPE_F32, {3}, variance)},
               {normal}, {{}, {{ACCEL_ATTRIBUTE_EPSILON, {0.0f}}}, 0});
    for (const uint32_t tensor : {soft, mean, normal})
        graph.output(tensor);
    const auto outputs = execute(graph.desc(), {bytes_of(x)});
    std::vector<double> softmax, means, normals;
    for (int64_t i = 0; i < 2; ++i) {
        for (int64_t j = 0; j < 3; ++j)
            for (int64_t k = 0; k < 4; ++k) {
                softmax.push_back(std::exp(at(i, j, k)) / (std::exp(at(i, 0, k)) + std::exp(at(i, 1, k)) + std::exp(at(i, 2, k))));
                const auto c = static_cast<size_t>(j);
                normals.push_back((at(i, j, k) - static_cast<double>(average[c])) / std::sqrt(static_cast<double>(variance[c])) *
                                      static_cast<double>(scale[c]) +
                                  static_cast<double>(bias[c]));
            }
        for (int64_t k = 0; k < 4; ++k)
            means.push_back((at(i, 0, k) + at(i, 1, k) + at(i, 2, k)) / 3);
    }
    check_close(values_of<float>(outputs[0]), softmax, 1);
    check_close(values_of<float>(outputs[1]), means, 20);
    check_close(values_of<float>(outputs[2]), normals, 120);
}
