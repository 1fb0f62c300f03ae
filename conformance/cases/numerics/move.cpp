// SPDX-License-Identifier: MIT
// Operations that move or choose values.
#include "operations/subject.h"
#include "support/bytes.h"
#include "support/operation.h"
#include "support/room.h"

namespace accel::conformance {
namespace {

/// Runs y = operation(x) in every type that the device takes; indices[i] is the element of x that output i must hold. At least one type must be taken.
void check_moves(const Room &room, accel_operation operation, const std::vector<int64_t> &x_dims, const std::vector<int64_t> &y_dims, const GraphBuilder::Attributes &attributes,
                 const std::vector<size_t> &indices)
{
    size_t count = 1;
    for (const int64_t size : x_dims) count *= static_cast<size_t>(size);
    Several several(room);
    for (const auto type : {ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8, ACCEL_TYPE_I32}) {
        const bool quantised = type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_U8;
        auto graph = unary_graph(operation, x_dims, y_dims, attributes, type, quantised ? Quantization{{0.5f}, {3}} : Quantization{});
        const auto program = several.build(graph);
        if (!program) continue;
        const size_t bytes = element_bytes(type);
        Random random(type);
        std::vector<char> x(count * bytes);
        for (size_t index = 0; index < count; ++index) {
            const auto value = static_cast<float>(random.whole(-100000, 100000));
            const uint32_t word = random.next();
            std::memcpy(&x[index * bytes], type == ACCEL_TYPE_F32 ? static_cast<const void *>(&value) : &word, bytes);
        }
        std::vector<char> expected;
        for (const size_t index : indices) expected.insert(expected.end(), x.begin() + static_cast<std::ptrdiff_t>(index * bytes), x.begin() + static_cast<std::ptrdiff_t>((index + 1) * bytes));
        INFO("type " << type_name(type));
        CHECK(compare(Expected::exactly(type, y_dims, expected), run_dense(room, *program, {x})[0]));
    }
    several.skip_if_none();
}

}  // namespace

ACCEL_CASE("numerics.move.reshape", "N-4", "RESHAPE keeps every value in row-major order")
{
    const Room room;
    std::vector<size_t> indices(3 * 5 * 7);
    for (size_t index = 0; index < indices.size(); ++index) indices[index] = index;
    check_moves(room, ACCEL_OPERATION_RESHAPE, {1, 3, 5, 7}, {1, 105}, {{}, {}, {{ACCEL_OPERAND_RESHAPE_SHAPE, {1, 105}}}}, indices);
}

ACCEL_CASE("numerics.move.transpose", "N-4", "TRANSPOSE moves every value to its place")
{
    const Room room;
    std::vector<size_t> indices;
    for (size_t h = 0; h < 5; ++h)
        for (size_t w = 0; w < 7; ++w)
            for (size_t c = 0; c < 3; ++c) indices.push_back((c * 5 + h) * 7 + w);
    check_moves(room, ACCEL_OPERATION_TRANSPOSE, {1, 3, 5, 7}, {1, 5, 7, 3}, {{{ACCEL_ATTRIBUTE_PERM, {0, 2, 3, 1}}}, {}}, indices);
}

ACCEL_CASE("numerics.move.slice", "N-4", "SLICE takes exactly the values from start to end")
{
    const Room room;
    std::vector<size_t> indices;
    for (size_t c = 1; c < 4; ++c)
        for (size_t h = 0; h < 5; ++h)
            for (size_t w = 2; w < 7; w += 2) indices.push_back((c * 5 + h) * 7 + w);
    const GraphBuilder::Attributes attributes{
        {}, {}, {{ACCEL_OPERAND_SLICE_STARTS, {1, 2}}, {ACCEL_OPERAND_SLICE_ENDS, {4, 7}}, {ACCEL_OPERAND_SLICE_AXES, {1, 3}}, {ACCEL_OPERAND_SLICE_STEPS, {1, 2}}}};
    check_moves(room, ACCEL_OPERATION_SLICE, {1, 4, 5, 7}, {1, 3, 5, 3}, attributes, indices);
}

ACCEL_CASE("numerics.move.concat", "N-4", "CONCAT puts operands beside each other along its axis")
{
    const Room room;
    Several several(room);
    for (const auto type : {ACCEL_TYPE_F32, ACCEL_TYPE_I8}) {
        const Quantization quantization = type == ACCEL_TYPE_I8 ? Quantization{{0.5f}, {3}} : Quantization{};
        GraphBuilder graph;
        const uint32_t a = graph.input("a", type, {1, 3, 5, 4}, quantization), b = graph.input("b", type, {1, 2, 5, 4}, quantization);
        const uint32_t y = graph.tensor("y", type, {1, 5, 5, 4}, quantization);
        graph.node(ACCEL_OPERATION_CONCAT, {a, b}, {y}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}});
        graph.output(y);
        const auto program = several.build(graph);
        if (!program) continue;
        Random random(5);
        const size_t bytes = element_bytes(type);
        auto left = to_bytes(whole_numbers<int8_t>(random, 60 * bytes, -60, 60)), right = to_bytes(whole_numbers<int8_t>(random, 40 * bytes, -60, 60));
        auto expected = left;
        expected.insert(expected.end(), right.begin(), right.end());
        INFO("type " << type_name(type));
        CHECK(compare(Expected::exactly(type, {1, 5, 5, 4}, expected), run_dense(room, *program, {left, right})[0]));
    }
    several.skip_if_none();
}

ACCEL_CASE("numerics.move.relu", "N-4", "RELU keeps what is above zero, and the stored zero for the rest")
{
    const Room room;
    Random random(6);
    Several several(room);
    auto floats = unary_graph(ACCEL_OPERATION_RELU, {1, 3, 5, 7}, {1, 3, 5, 7});
    if (const auto program = several.build(floats)) {
        const auto x = whole_numbers<float>(random, 105, -9, 9);
        const auto y = from_bytes<float>(run_dense(room, *program, {to_bytes(x)})[0]);
        std::vector<float> expected;
        for (const float value : x) expected.push_back(std::max(value, 0.0f));
        CHECK(same(y, expected));
    }
    auto bytes = unary_graph(ACCEL_OPERATION_RELU, {1, 3, 5, 7}, {1, 3, 5, 7}, {}, ACCEL_TYPE_I8, {{0.5f}, {-20}});
    if (const auto program = several.build(bytes)) {
        const auto x = whole_numbers<int8_t>(random, 105, -128, 127);
        const auto y = from_bytes<int8_t>(run_dense(room, *program, {to_bytes(x)})[0]);
        std::vector<int8_t> expected;
        for (const int8_t value : x) expected.push_back(std::max<int8_t>(value, -20));
        CHECK(same(y, expected));
    }
    several.skip_if_none();
}

}  // namespace accel::conformance
