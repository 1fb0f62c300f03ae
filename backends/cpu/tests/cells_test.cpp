// SPDX-License-Identifier: MIT
// Recurrent cells and the loops that they stand on: products of few rows, functions by name, lengths, weights that come at run time, threads.
#include "all_float_kernels.h"
#include "harness.h"

#include "kernels/floats.h"
#include "nodes/panels.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>

using namespace accel::cpu;
using namespace accel::cpu::test;

namespace {

constexpr float kUntouched = 12345;

// y += x * w of these sizes, where rows lie apart; the largest error of any kernel, in units of 2^-24 of the terms' magnitudes. Infinite: something beside y was written.
double product_error(int64_t rows, int64_t depth, int64_t columns)
{
    const int64_t x_step = depth + 3, y_step = columns + 2;
    const auto x = random_floats(rows * x_step, 1), w = random_floats(columns * depth, 2), before = random_floats(rows * y_step, 3);
    std::vector<float> panels(static_cast<size_t>(panel_elements(depth, columns)));
    pack_panels(w.data(), depth, columns, panels.data());
    double worst = 0;
    for (const FloatKernels *kernels : all_float_kernels()) {
        std::vector<float> y = before;
        for (int64_t row = 0; row < rows; ++row)
            std::fill_n(y.begin() + row * y_step + columns, y_step - columns, kUntouched);
        kernels->cells.add_product({x.data(), x_step, rows, depth, columns, panels.data(), y.data(), y_step});
        for (int64_t row = 0; row < rows; ++row)
            for (int64_t column = 0; column < y_step; ++column) {
                const auto at = static_cast<size_t>(row * y_step + column);
                if (column >= columns) {
                    worst = y[at] == kUntouched ? worst : INFINITY;
                    continue;
                }
                double sum = static_cast<double>(before[at]), mass = std::abs(sum);
                for (int64_t k = 0; k < depth; ++k) {
                    const double term = static_cast<double>(x[static_cast<size_t>(row * x_step + k)]) * static_cast<double>(w[static_cast<size_t>(column * depth + k)]);
                    sum += term, mass += std::abs(term);
                }
                worst = std::max(worst, std::abs(static_cast<double>(y[at]) - sum) / mass * 0x1p24);
            }
    }
    return worst;
}

// The functions of a RNN without a state: y = function(x), for each value of x a step.
std::vector<float> function_of(const std::string &name, std::vector<float> alpha, std::vector<float> beta, const std::vector<float> &x)
{
    GraphMaker graph;
    const auto steps = static_cast<int64_t>(x.size());
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {steps, 1, 1}), out = graph.tensor(ACCEL_TYPE_F32, {steps, 1, 1, 1});
    const uint32_t w = graph.constant(ACCEL_TYPE_F32, {1, 1, 1}, std::vector<float>{1}), r = graph.constant(ACCEL_TYPE_F32, {1, 1, 1}, std::vector<float>{0});
    GraphMaker::Attributes attributes;
    attributes.text_lists = {{ACCEL_ATTRIBUTE_ACTIVATIONS, {name}}};
    if (!alpha.empty())
        attributes.floats.push_back({ACCEL_ATTRIBUTE_ACTIVATION_ALPHA, alpha});
    if (!beta.empty())
        attributes.floats.push_back({ACCEL_ATTRIBUTE_ACTIVATION_BETA, beta});
    graph.node(ACCEL_OPERATION_RNN, {in, w, r}, {out}, attributes);
    graph.output(out);
    return values_of<float>(execute(graph.desc(), {bytes_of(x)})[0]);
}

// A LSTM of 5 steps; every operand an input, or weights constants.
struct Lstm {
    int64_t batch, inputs, hidden;
    std::vector<Bytes> given = {};

    std::vector<Bytes> run(bool constant, uint32_t threads = 1, std::vector<int32_t> lengths = {}, float clip = -1)
    {
        given.clear();
        GraphMaker graph;
        const auto operand = [&](Dims dims, uint32_t seed, bool is_constant) {
            const auto values = random_floats(count(dims), seed, -0.2f, 0.2f);
            if (is_constant)
                return graph.constant(ACCEL_TYPE_F32, dims, values);
            given.push_back(bytes_of(values));
            return graph.input(ACCEL_TYPE_F32, dims);
        };
        std::vector<uint32_t> operands{operand({5, batch, inputs}, 1, false), operand({1, 4 * hidden, inputs}, 2, constant), operand({1, 4 * hidden, hidden}, 3, constant), operand({1, 8 * hidden}, 4, constant)};
        if (!lengths.empty()) {
            operands.push_back(graph.input(ACCEL_TYPE_I32, {batch}));
            given.push_back(bytes_of(lengths));
        }
        const std::vector<uint32_t> results{graph.tensor(ACCEL_TYPE_F32, {5, 1, batch, hidden}), graph.tensor(ACCEL_TYPE_F32, {1, batch, hidden}), graph.tensor(ACCEL_TYPE_F32, {1, batch, hidden})};
        GraphMaker::Attributes attributes;
        if (clip >= 0)
            attributes.floats = {{ACCEL_ATTRIBUTE_CELL_CLIP, {clip}}};
        graph.node(ACCEL_OPERATION_LSTM, operands, results, attributes);
        for (const uint32_t result : results)
            graph.output(result);
        return execute(graph.desc(), given, threads);
    }
};

double furthest(const std::vector<float> &a, const std::vector<float> &b)
{
    double most = 0;
    for (size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    return most;
}

}  // namespace

TEST_CASE("a product of rows by panels adds to all that is there and to nothing beside it", "[cells][isa]")
{
    for (int64_t rows = 1; rows <= 9; ++rows)
        for (const int64_t depth : {1, 3, 4, 7, 64})
            for (const int64_t columns : {1, 5, 16, 31, 32, 33, 70}) {
                INFO(rows << " rows, depth " << depth << ", " << columns << " columns");
                CHECK(product_error(rows, depth, columns) < 2 + static_cast<double>(depth) / 4);
            }
}

TEST_CASE("the loops of cells are exact on every instruction set", "[cells]")
{
    for (const FloatKernels *kernels : all_float_kernels())
        for (int64_t number = 0; number < 40; ++number) {
            const auto a = random_floats(40, 1), b = random_floats(40, 2), c = random_floats(40, 3), d = random_floats(40, 4);
            std::vector<float> sum(41, kUntouched), product = sum, products = sum, mixed = sum, rows = sum;
            kernels->cells.add(a.data(), b.data(), number, sum.data());
            kernels->cells.multiply(a.data(), b.data(), number, product.data());
            kernels->cells.add_products(a.data(), b.data(), c.data(), d.data(), number, products.data());
            kernels->cells.mix(a.data(), b.data(), c.data(), number, mixed.data());
            kernels->cells.add_rows(a.data(), 1, 2, number == 0 ? 0 : 1, rows.data(), 2);
            for (size_t i = 0; i < static_cast<size_t>(number); ++i) {
                CHECK(sum[i] == a[i] + b[i]);
                CHECK(product[i] == a[i] * b[i]);
                CHECK(products[i] == a[i] * b[i] + c[i] * d[i]);
                CHECK(mixed[i] == (1.0f - a[i]) * b[i] + a[i] * c[i]);
            }
            for (const auto *made : {&sum, &product, &products, &mixed})
                CHECK((*made)[static_cast<size_t>(number)] == kUntouched);
            CHECK(rows[0] == (number == 0 ? kUntouched : kUntouched + a[0]));
            CHECK(rows[1] == kUntouched);
            CHECK(rows[2] == (number == 0 ? kUntouched : kUntouched + a[1]));
        }
}

TEST_CASE("a cell has every function that ONNX names", "[cells]")
{
    struct Function {
        const char *name;
        std::vector<float> alpha, beta;
        double (*exact)(double x);
    };
    const Function functions[] = {
        {"Affine", {3}, {-1}, [](double x) { return 3 * x - 1; }},
        {"Elu", {0.5f}, {}, [](double x) { return x < 0 ? 0.5 * std::expm1(x) : x; }},
        {"HardSigmoid", {}, {}, [](double x) { return std::clamp(static_cast<double>(0.2f) * x + 0.5, 0.0, 1.0); }},
        {"LeakyRelu", {0.25f}, {}, [](double x) { return x < 0 ? 0.25 * x : x; }},
        {"Relu", {}, {}, [](double x) { return std::max(x, 0.0); }},
        {"ScaledTanh", {2}, {0.5f}, [](double x) { return 2 * std::tanh(0.5 * x); }},
        {"Sigmoid", {}, {}, [](double x) { return 1 / (1 + std::exp(-x)); }},
        {"Softplus", {}, {}, [](double x) { return std::log1p(std::exp(x)); }},
        {"Softsign", {}, {}, [](double x) { return x / (1 + std::abs(x)); }},
        {"Tanh", {}, {}, [](double x) { return std::tanh(x); }},
        {"ThresholdedRelu", {1}, {}, [](double x) { return x > 1 ? x : 0; }},
    };
    std::vector<float> x = random_floats(60, 5, -8, 8);
    x.insert(x.end(), {0.0f, 1.0f, -1.0f});
    for (const Function &function : functions) {
        INFO(function.name);
        const auto y = function_of(function.name, function.alpha, function.beta, x);
        for (size_t i = 0; i < x.size(); ++i)
            CHECK(std::abs(static_cast<double>(y[i]) - function.exact(static_cast<double>(x[i]))) < 4e-7 * (1 + std::abs(static_cast<double>(y[i]))));
        CHECK(std::isnan(function_of(function.name, function.alpha, function.beta, {NAN})[0]));
    }
}

TEST_CASE("weights of a cell may come at run time", "[cells]")
{
    Lstm lstm{3, 5, 37};
    CHECK(lstm.run(true) == lstm.run(false));
}

TEST_CASE("a cell on several threads does what it does on one", "[cells]")
{
    for (Lstm lstm : {Lstm{7, 64, 200}, Lstm{1, 64, 400}}) {
        const auto one = lstm.run(true, 1), two = lstm.run(true, 2), three = lstm.run(true, 3);
        for (size_t i = 0; i < one.size(); ++i) {
            CHECK(furthest(values_of<float>(one[i]), values_of<float>(two[i])) < 1e-6);
            CHECK(furthest(values_of<float>(one[i]), values_of<float>(three[i])) < 1e-6);
        }
    }
}

TEST_CASE("a sequence ends at its length, and one that is outside is refused", "[cells]")
{
    Lstm lstm{2, 3, 4};
    const auto whole = lstm.run(true), some = lstm.run(true, 1, {5, 2});
    const auto all = values_of<float>(whole[0]), cut = values_of<float>(some[0]), last = values_of<float>(some[1]);
    for (size_t i = 0; i < all.size(); ++i) {
        const size_t step = i / 8, row = i / 4 % 2;
        CHECK(cut[i] == (row == 1 && step >= 2 ? 0 : all[i]));
    }
    for (size_t unit = 0; unit < 4; ++unit)
        CHECK(last[4 + unit] == all[8 + 4 + unit]);
    for (const std::vector<int32_t> &lengths : {std::vector<int32_t>{5, 6}, {-1, 5}})
        CHECK_THROWS_AS(lstm.run(true, 1, lengths), std::runtime_error);
}

TEST_CASE("what goes into the gates is bounded, and the state is not", "[cells]")
{
    Lstm lstm{1, 3, 4};
    const auto still = lstm.run(true, 1, {}, 0);
    for (const float value : values_of<float>(still[0]))
        CHECK(value == 0);
    CHECK(lstm.run(true, 1, {}, 1e9f) == lstm.run(true));
    CHECK(lstm.run(true, 1, {}, 0.05f) != lstm.run(true));
}
