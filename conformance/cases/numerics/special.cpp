// SPDX-License-Identifier: MIT
// Where numbers end: NaN, infinity, what leaves a type. docs/numerics.md says what the answers are.
#include <cmath>
#include <limits>

#include "support/bytes.h"
#include "support/operation.h"
#include "support/room.h"

namespace accel::conformance {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInfinity = std::numeric_limits<float>::infinity();

/// Runs one operation of one operand; T is what it answers in.
template <class T> std::vector<T> answers(accel_operation operation, const std::vector<float> &x, accel_type type, const GraphBuilder::Attributes &attributes = {},
                                          const Quantization &quantization = {}, const std::vector<int64_t> &x_dims = {}, const std::vector<int64_t> &y_dims = {})
{
    const Room room;
    const std::vector<int64_t> flat{static_cast<int64_t>(x.size())};
    GraphBuilder graph;
    const uint32_t in = graph.input("x", ACCEL_TYPE_F32, x_dims.empty() ? flat : x_dims);
    const uint32_t out = graph.tensor("y", type, y_dims.empty() ? flat : y_dims, quantization);
    graph.node(operation, {in}, {out}, attributes, quantization.scales.empty() ? ACCEL_ROUNDING_NONE : ACCEL_ROUNDING_HALF_EVEN);
    graph.output(out);
    const auto program = room.needs_program(graph);
    return from_bytes<T>(run_dense(room, program, {to_bytes(x)})[0]);
}

template <class T> void check(const std::vector<T> &results, const std::vector<T> &expected)
{
    REQUIRE(results.size() == expected.size());
    for (size_t index = 0; index < results.size(); ++index) {
        const auto result = static_cast<double>(results[index]), wanted = static_cast<double>(expected[index]);
        const bool good = std::isnan(wanted) ? std::isnan(result) : result == wanted;
        CHECK(expect(good, "element " + std::to_string(index) + " is " + std::to_string(result) + ", expected " + std::to_string(wanted)));
    }
}

GraphBuilder::Attributes to(accel_type type) { return {{{ACCEL_ATTRIBUTE_TO, {type}}}, {}}; }

}  // namespace

ACCEL_CASE("numerics.special.cast-i32", "N-13", "a cast to I32 saturates, and NaN becomes 0")
{
    check<int32_t>(answers<int32_t>(ACCEL_OPERATION_CAST, {1e20f, -1e20f, kInfinity, -kInfinity, kNan, 2.9f, -2.9f}, ACCEL_TYPE_I32, to(ACCEL_TYPE_I32)),
                   {INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN, 0, 2, -2});
}

ACCEL_CASE("numerics.special.cast-i8", "N-13", "a cast to I8 saturates, and NaN becomes 0")
{
    check<int8_t>(answers<int8_t>(ACCEL_OPERATION_CAST, {300, -300, kInfinity, kNan}, ACCEL_TYPE_I8, to(ACCEL_TYPE_I8)), {127, -128, 127, 0});
}

ACCEL_CASE("numerics.special.max-pool", "N-13", "one NaN makes the maximum of a window NaN, wherever it lies")
{
    for (size_t place = 0; place < 4; ++place) {
        std::vector<float> x(8, -kInfinity);
        x[place] = kNan;
        const GraphBuilder::Attributes attributes{{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {2, 2}}}, {}};
        check<float>(answers<float>(ACCEL_OPERATION_MAX_POOL, x, ACCEL_TYPE_F32, attributes, {}, {1, 2, 2, 2}, {1, 2, 1, 1}), {kNan, -kInfinity});
    }
}

ACCEL_CASE("numerics.special.mean", "N-13", "a mean of infinity and finite values is infinite, one of both infinities or of NaN is NaN, however long the row is")
{
    for (const size_t count : {3, 42, 2000}) {
        std::vector<float> x(4 * count, 0.5f);
        x[count / 2] = kInfinity;
        x[count] = -kInfinity;
        x[2 * count] = kInfinity, x[3 * count - 1] = -kInfinity;
        x[4 * count - 1] = kNan;
        const GraphBuilder::Attributes attributes{{{ACCEL_ATTRIBUTE_KEEPDIMS, {0}}}, {}, {{ACCEL_OPERAND_REDUCE_MEAN_AXES, {1}}}};
        check<float>(answers<float>(ACCEL_OPERATION_REDUCE_MEAN, x, ACCEL_TYPE_F32, attributes, {}, {4, static_cast<int64_t>(count)}, {4}), {kInfinity, -kInfinity, kNan, kNan});
    }
}

ACCEL_CASE("numerics.special.quantise", "N-13", "QUANTIZE saturates, and NaN becomes the lowest stored value")
{
    check<int8_t>(answers<int8_t>(ACCEL_OPERATION_QUANTIZE, {kNan, kInfinity, -kInfinity, 1e30f}, ACCEL_TYPE_I8, {}, {{0.5f}, {3}}), {-128, 127, -128, 127});
}

ACCEL_CASE("numerics.special.softmax", "N-13", "softmax of a row with an infinity above, or NaN, is NaN; -infinity has no weight")
{
    const GraphBuilder::Attributes attributes{{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}};
    check<float>(answers<float>(ACCEL_OPERATION_SOFTMAX, {kInfinity, 1, kNan, 1, -kInfinity, -kInfinity, -kInfinity, 0}, ACCEL_TYPE_F32, attributes, {}, {4, 2}, {4, 2}),
                 {kNan, kNan, kNan, kNan, kNan, kNan, 0, 1});
}

ACCEL_CASE("numerics.special.exp", "N-13", "EXP keeps NaN, overflows to infinity and vanishes to 0")
{
    check<float>(answers<float>(ACCEL_OPERATION_EXP, {kNan, kInfinity, -kInfinity, 89, -104}, ACCEL_TYPE_F32), {kNan, kInfinity, 0, kInfinity, 0});
}

ACCEL_CASE("numerics.special.tanh", "N-13", "TANH keeps NaN and ends at 1 and -1")
{
    check<float>(answers<float>(ACCEL_OPERATION_TANH, {kNan, kInfinity, -kInfinity}, ACCEL_TYPE_F32), {kNan, 1, -1});
}

ACCEL_CASE("numerics.special.sigmoid", "N-13", "SIGMOID keeps NaN and ends at 1 and 0")
{
    check<float>(answers<float>(ACCEL_OPERATION_SIGMOID, {kNan, kInfinity, -kInfinity}, ACCEL_TYPE_F32), {kNan, 1, 0});
}

ACCEL_CASE("numerics.special.relu", "N-13", "RELU keeps NaN")
{
    check<float>(answers<float>(ACCEL_OPERATION_RELU, {kNan, kInfinity, -kInfinity}, ACCEL_TYPE_F32), {kNan, kInfinity, 0});
}

ACCEL_CASE("numerics.special.activation", "N-13", "an activation behind a convolution keeps NaN, and infinity where it has no bound")
{
    constexpr int64_t kPoints = 16;
    const Room room;
    GraphBuilder graph;
    std::vector<float> x(kPoints, 0.0f);
    const std::vector<int64_t> dims{kPoints, 1, 1, 1};
    const uint32_t in = graph.input("x", ACCEL_TYPE_F32, dims), w = graph.constant<float>("w", ACCEL_TYPE_F32, {2, 1, 1, 1}, std::vector<float>{1, 2});
    const std::vector<int64_t> made{kPoints, 2, 1, 1};
    const uint32_t sums = graph.tensor("sums", ACCEL_TYPE_F32, made), y = graph.tensor("y", ACCEL_TYPE_F32, made);
    graph.node(ACCEL_OPERATION_CONV, {in, w}, {sums}, {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {1, 1}}}, {}});
    graph.node(ACCEL_OPERATION_CLIP, {sums}, {y}, {{}, {}, {}, {{ACCEL_OPERAND_CLIP_MIN, -1.0f}}});
    graph.output(y);
    std::vector<float> expected(2 * kPoints, 0.0f);
    x[1] = expected[2] = expected[3] = kNan;
    x[2] = expected[4] = expected[5] = kInfinity;
    x[3] = -kInfinity, expected[6] = expected[7] = -1;
    check<float>(from_bytes<float>(run_dense(room, room.needs_program(graph), {to_bytes(x)})[0]), expected);
}

}  // namespace accel::conformance
