// SPDX-License-Identifier: MIT
// F32: element operations, pools and bounds of results.
#include <algorithm>
#include <cmath>
#include <limits>

#include "floats.h"
#include "support/bytes.h"
#include "support/operation.h"

namespace accel::conformance {
namespace {

void check_arithmetic(accel_operation operation)
{
    const Room room;
    constexpr size_t kCount = 1003;
    Random random(21);
    std::vector<float> a(kCount), b(kCount);
    for (auto &value : a) value = static_cast<float>(std::ldexp(random.unit(), random.whole(-40, 40)));
    for (auto &value : b) value = static_cast<float>(std::ldexp(random.unit() + (random.next() % 2 ? 1.5 : -1.5), random.whole(-40, 40)));
    auto graph = binary_graph(operation, {static_cast<int64_t>(kCount)});
    const auto results = run_floats(room, room.needs_program(graph), {a, b});
    std::vector<double> exact;
    for (size_t index = 0; index < kCount; ++index) {
        const double x = static_cast<double>(a[index]), y = static_cast<double>(b[index]);
        exact.push_back(operation == ACCEL_OPERATION_ADD ? x + y : operation == ACCEL_OPERATION_SUB ? x - y
                                                               : operation == ACCEL_OPERATION_MUL   ? x * y
                                                                                                    : x / y);
    }
    CHECK(compare(Expected::within_ulps({static_cast<int64_t>(kCount)}, exact, 1), to_bytes(results)));
}

void check_function(accel_operation operation, double (*exact)(double), double (*factor)(double))
{
    const Room room;
    constexpr size_t kCount = 2001;
    std::vector<float> x(kCount);
    for (size_t index = 0; index < kCount; ++index) x[index] = static_cast<float>(static_cast<double>(index) * 0.02 - 20.0);
    auto graph = unary_graph(operation, {static_cast<int64_t>(kCount)}, {static_cast<int64_t>(kCount)});
    const auto results = run_floats(room, room.needs_program(graph), {x});
    std::vector<double> values, allowed;
    for (size_t index = 0; index < kCount; ++index) {
        const double argument = static_cast<double>(x[index]);
        // Near 0 tanh is bounded by an absolute error instead.
        const double floor = operation == ACCEL_OPERATION_TANH ? 0.5 : static_cast<double>(std::numeric_limits<float>::min());
        values.push_back(exact(argument));
        allowed.push_back(factor(argument) * std::ldexp(std::max(std::fabs(values.back()), floor), -23));
    }
    CHECK(compare(Expected::within({static_cast<int64_t>(kCount)}, values, allowed), to_bytes(results)));
}

void check_average(bool include)
{
    const Room room;
    Window window;
    window.channels_in = window.channels_out = 3;
    window.height = 5;
    window.width = 6;
    window.kernel_height = window.kernel_width = 3;
    window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = 1;
    Random random(41);
    const auto x = whole_numbers<float>(random, window.x_count(), -9, 9);
    GraphBuilder graph;
    const uint32_t in = graph.input("x", ACCEL_TYPE_F32, window.x_dims()), out = graph.tensor("y", ACCEL_TYPE_F32, window.y_dims());
    auto attributes = window_attributes(window, true, false);
    attributes.ints.push_back({ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, {include ? 1 : 0}});
    graph.node(ACCEL_OPERATION_AVERAGE_POOL, {in}, {out}, attributes);
    graph.output(out);
    const auto results = run_floats(room, room.needs_program(graph), {x});
    std::vector<double> means;
    for_each_pool(window, [&](const std::vector<size_t> &covered) {
        double sum = 0;
        for (const size_t element : covered) sum += static_cast<double>(x[element]);
        means.push_back(sum / (include ? 9.0 : static_cast<double>(covered.size())));
    });
    CHECK(compare(Expected::within(window.y_dims(), means, std::vector<double>(means.size(), 1e-5)), to_bytes(results)));
}

}  // namespace

ACCEL_CASE("numerics.element.add", "N-5", "ADD is within one unit in the last place") { check_arithmetic(ACCEL_OPERATION_ADD); }
ACCEL_CASE("numerics.element.sub", "N-5", "SUB is within one unit in the last place") { check_arithmetic(ACCEL_OPERATION_SUB); }
ACCEL_CASE("numerics.element.mul", "N-5", "MUL is within one unit in the last place") { check_arithmetic(ACCEL_OPERATION_MUL); }
ACCEL_CASE("numerics.element.div", "N-5", "DIV is within one unit in the last place") { check_arithmetic(ACCEL_OPERATION_DIV); }

ACCEL_CASE("numerics.element.sigmoid", "N-5", "SIGMOID is within a bound scaled by its argument")
{
    check_function(
        ACCEL_OPERATION_SIGMOID, [](double v) { return 1 / (1 + std::exp(-v)); }, [](double v) { return 2 * (1 + std::fabs(v)); });
}

ACCEL_CASE("numerics.element.tanh", "N-5", "TANH is within a bound scaled by its argument")
{
    check_function(
        ACCEL_OPERATION_TANH, [](double v) { return std::tanh(v); }, [](double v) { return 4 * (3 + 2 * std::fabs(v)); });
}

ACCEL_CASE("numerics.element.exp", "N-5", "EXP is within a bound scaled by its argument")
{
    check_function(
        ACCEL_OPERATION_EXP, [](double v) { return std::exp(v); }, [](double v) { return 3 + 2 * std::fabs(v); });
}

ACCEL_CASE("numerics.element.softmax", "N-5", "softmax rows sum to 1, do not depend on a shift and are within bounds")
{
    const Room room;
    constexpr int64_t kRows = 4, kColumns = 37;
    Random random(31);
    std::vector<float> x(kRows * kColumns);
    for (size_t index = 0; index < x.size(); ++index) x[index] = static_cast<float>(8 * random.unit() + (index >= 2 * kColumns ? 500 : 0));
    auto graph = unary_graph(ACCEL_OPERATION_SOFTMAX, {kRows, kColumns}, {kRows, kColumns}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}});
    const auto results = run_floats(room, room.needs_program(graph), {x});
    std::vector<double> values, allowed;
    for (size_t row = 0; row < kRows; ++row) {
        double highest = -1e30, sum = 0, total = 0;
        for (size_t column = 0; column < kColumns; ++column) highest = std::max(highest, static_cast<double>(x[row * kColumns + column]));
        for (size_t column = 0; column < kColumns; ++column) sum += std::exp(static_cast<double>(x[row * kColumns + column]) - highest);
        for (size_t column = 0; column < kColumns; ++column) {
            const double argument = static_cast<double>(x[row * kColumns + column]) - highest;
            total += static_cast<double>(results[row * kColumns + column]);
            values.push_back(std::exp(argument) / sum);
            allowed.push_back((8 + 2 * std::fabs(argument) + kColumns) * std::ldexp(values.back(), -23));
        }
        INFO("row " << row << " sums to " << total);
        CHECK(std::fabs(total - 1) < 1e-5);
    }
    CHECK(compare(Expected::within({kRows, kColumns}, values, allowed), to_bytes(results)));
}

ACCEL_CASE("numerics.pool.average", "N-9", "padding adds nothing to averages") { check_average(false); }
ACCEL_CASE("numerics.pool.average-with-padding", "N-9", "padding counts in averages when count_include_pad says so") { check_average(true); }

ACCEL_CASE("numerics.pool.max", "N-4", "maximum pooling chooses a stored value, and padding is never chosen")
{
    const Room room;
    Window window;
    window.channels_in = window.channels_out = 5;
    window.height = 7;
    window.width = 9;
    window.kernel_height = window.kernel_width = 3;
    window.stride_y = window.stride_x = 2;
    window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = 1;
    Random random(51);
    std::vector<float> x(window.x_count());
    for (auto &value : x) value = static_cast<float>(random.unit() - 2);  // below 0, where padding with 0 would win
    auto graph = pool_graph(ACCEL_OPERATION_MAX_POOL, window, ACCEL_TYPE_F32);
    const auto results = run_floats(room, room.needs_program(graph), {x});
    std::vector<float> expected;
    for_each_pool(window, [&](const std::vector<size_t> &covered) {
        expected.push_back(-1e30f);
        for (const size_t element : covered) expected.back() = std::max(expected.back(), x[element]);
    });
    CHECK(same_values(results, expected));
}

ACCEL_CASE("numerics.clamp.activation", "N-8", "CLAMP_MIN and CLAMP_MAX bound the result of the operation that carries them")
{
    const Room room;
    GraphBuilder graph;
    const uint32_t a = graph.input("a", ACCEL_TYPE_F32, {1, 5, 3, 3}), b = graph.input("b", ACCEL_TYPE_F32, {1, 5, 3, 3}), y = graph.tensor("y", ACCEL_TYPE_F32, {1, 5, 3, 3});
    graph.node(ACCEL_OPERATION_ADD, {a, b}, {y}, {{}, {{ACCEL_ATTRIBUTE_CLAMP_MIN, {0}}, {ACCEL_ATTRIBUTE_CLAMP_MAX, {6}}}});
    graph.output(y);
    Random random(61);
    const auto left = whole_numbers<float>(random, 45, -9, 9), right = whole_numbers<float>(random, 45, -9, 9);
    const auto results = run_floats(room, room.needs_program(graph), {left, right});
    std::vector<float> expected;
    for (size_t index = 0; index < 45; ++index) expected.push_back(std::clamp(left[index] + right[index], 0.0f, 6.0f));
    CHECK(same_values(results, expected));
}

ACCEL_CASE("numerics.repeat.same-bits", "N-6", "the same program and inputs give the same bits every time")
{
    const Room room;
    const Adder probe = room.adder({1, 7, 5, 3});
    Random random(71);
    std::vector<std::vector<char>> inputs;
    for (uint32_t port = 0; port < 2; ++port) {
        std::vector<char> bytes(dense_bytes(probe.program().port(port)));
        if (probe.type() == ACCEL_TYPE_I8)
            for (auto &byte : bytes) byte = static_cast<char>(random.next());
        else
            bytes = to_bytes(whole_numbers<float>(random, probe.element_count(), -1000, 1000));
        inputs.push_back(bytes);
    }
    const auto first = Expected::exactly(probe.type(), {1, 7, 5, 3}, run_dense(room, probe.program(), inputs)[0]);
    for (int round = 0; round < 10; ++round) REQUIRE(compare(first, run_dense(room, probe.program(), inputs)[0]));
    const Adder again = room.adder({1, 7, 5, 3});
    CHECK(compare(first, run_dense(room, again.program(), inputs)[0]));
}

}  // namespace accel::conformance
