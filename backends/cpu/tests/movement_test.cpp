// SPDX-License-Identifier: MIT
// Tests of operations that move elements and compute nothing.
#include "harness.h"

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <numeric>
#include <stdexcept>

using namespace accel::cpu::test;

namespace {

// 0, 1, 2, … so that a wrong place shows its origin.
std::vector<float> counting(int64_t number)
{
    std::vector<float> values(static_cast<size_t>(number));
    std::iota(values.begin(), values.end(), 0.0f);
    return values;
}

std::vector<float> run_one(GraphMaker &graph, const std::vector<float> &x)
{
    return values_of<float>(execute(graph.desc(), {bytes_of(x)})[0]);
}

}  // namespace

TEST_CASE("transpose", "[move]")
{
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {2, 3, 4}), out = graph.tensor(ACCEL_TYPE_F32, {4, 2, 3});
    graph.node(ACCEL_OPERATION_TRANSPOSE, {in}, {out}, {{{ACCEL_ATTRIBUTE_PERM, {2, 0, 1}}}, {}, 0});
    graph.output(out);
    const auto y = run_one(graph, counting(24));
    for (int64_t i = 0; i < 24; ++i)
        REQUIRE(y[static_cast<size_t>(i)] == static_cast<float>((i / 3) % 2 * 12 + i % 3 * 4 + i / 6));
}

TEST_CASE("slice, forwards and backwards", "[move]")
{
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {4, 5}), out = graph.tensor(ACCEL_TYPE_F32, {2, 3}),
                   back = graph.tensor(ACCEL_TYPE_F32, {4, 5});
    graph.node(ACCEL_OPERATION_SLICE, {in, graph.list({1, 0}), graph.list({3, 5}), graph.list({0, 1}), graph.list({1, 2})}, {out});
    graph.node(ACCEL_OPERATION_SLICE, {in, graph.list({4}), graph.list({-6}), graph.list({1}), graph.list({-1})}, {back});
    graph.output(out);
    graph.output(back);
    const auto outputs = execute(graph.desc(), {bytes_of(counting(20))});
    CHECK(values_of<float>(outputs[0]) == std::vector<float>{5, 7, 9, 10, 12, 14});
    CHECK(values_of<float>(outputs[1])[0] == 4);
    CHECK(values_of<float>(outputs[1])[19] == 15);
}

TEST_CASE("concat undoes split", "[move]")
{
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {2, 5, 3}), a = graph.tensor(ACCEL_TYPE_F32, {2, 1, 3}),
                   b = graph.tensor(ACCEL_TYPE_F32, {2, 4, 3});
    const uint32_t out = graph.tensor(ACCEL_TYPE_F32, {2, 5, 3});
    graph.node(ACCEL_OPERATION_SPLIT, {in, graph.list({1, 4})}, {a, b}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}, 0});
    graph.node(ACCEL_OPERATION_CONCAT, {a, b}, {out}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}, 0});
    graph.output(out);
    graph.output(b);
    const auto outputs = execute(graph.desc(), {bytes_of(counting(30))});
    CHECK(values_of<float>(outputs[0]) == counting(30));
    CHECK(values_of<float>(outputs[1])[0] == 3);
    CHECK(values_of<float>(outputs[1])[12] == 18);
}

TEST_CASE("pad, stored and real", "[move]")
{
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {1, 2}), out = graph.tensor(ACCEL_TYPE_F32, {2, 4});
    graph.node(ACCEL_OPERATION_PAD, {in, graph.list({0, 1, 1, 1}), graph.real(9)}, {out});
    graph.output(out);
    CHECK(run_one(graph, {1, 2}) == std::vector<float>{9, 1, 2, 9, 9, 9, 9, 9});

    GraphMaker quantized;
    const Scales scales{{0.5f}, {3}, 0};
    const uint32_t q = quantized.input(ACCEL_TYPE_I8, {2}, scales), padded = quantized.tensor(ACCEL_TYPE_I8, {3}, scales);
    quantized.node(ACCEL_OPERATION_PAD, {q, quantized.list({0, 1})}, {padded});
    quantized.output(padded);
    CHECK(values_of<int8_t>(execute(quantized.desc(), {Bytes{7, 8}})[0]) == std::vector<int8_t>{7, 8, 3});
}

TEST_CASE("gather counts back from the end and refuses what is outside", "[move]")
{
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {2, 3}), at = graph.input(ACCEL_TYPE_I64, {2}),
                   out = graph.tensor(ACCEL_TYPE_F32, {2, 2});
    graph.node(ACCEL_OPERATION_GATHER, {in, at}, {out}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}, 0});
    graph.output(out);
    const auto y = values_of<float>(execute(graph.desc(), {bytes_of(counting(6)), bytes_of(std::vector<int64_t>{2, -3})})[0]);
    CHECK(y == std::vector<float>{2, 0, 5, 3});
    CHECK_THROWS_AS(execute(graph.desc(), {bytes_of(counting(6)), bytes_of(std::vector<int64_t>{3, 0})}), std::runtime_error);
}

TEST_CASE("cast truncates and saturates", "[move]")
{
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {5}), out = graph.tensor(ACCEL_TYPE_I32, {5}),
                   flags = graph.tensor(ACCEL_TYPE_BOOL, {5});
    graph.node(ACCEL_OPERATION_CAST, {in}, {out}, {{{ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_I32}}}, {}, 0});
    graph.node(ACCEL_OPERATION_CAST, {in}, {flags}, {{{ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_BOOL}}}, {}, 0});
    graph.output(out);
    graph.output(flags);
    const auto outputs = execute(graph.desc(), {bytes_of(std::vector<float>{-1.9f, 2.9f, 1e20f, NAN, 0})});
    CHECK(values_of<int32_t>(outputs[0]) == std::vector<int32_t>{-1, 2, INT32_MAX, 0, 0});
    CHECK(outputs[1] == Bytes{1, 1, 1, 1, 0});
}

TEST_CASE("cast to types of a byte and less, and back, of constants that share bytes too", "[move]")
{
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {6}), nibbles = graph.constant(ACCEL_TYPE_I4, {3}, std::vector<uint8_t>{0xf7, 0x08}), wide = graph.tensor(ACCEL_TYPE_F32, {3});
    const uint32_t types[] = {ACCEL_TYPE_F8E4M3FN, ACCEL_TYPE_F8E5M2FNUZ, ACCEL_TYPE_F8E8M0, ACCEL_TYPE_F4E2M1, ACCEL_TYPE_I4, ACCEL_TYPE_U2};
    for (const uint32_t type : types) {
        const uint32_t narrow = graph.tensor(type, {6}), back = graph.tensor(ACCEL_TYPE_F32, {6});
        graph.node(ACCEL_OPERATION_CAST, {in}, {narrow}, {{{ACCEL_ATTRIBUTE_TO, {type}}}, {}, 0});
        graph.node(ACCEL_OPERATION_CAST, {narrow}, {back}, {{{ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_F32}}}, {}, 0});
        graph.output(back);
    }
    graph.node(ACCEL_OPERATION_CAST, {nibbles}, {wide}, {{{ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_F32}}}, {}, 0});
    graph.output(wide);
    const auto outputs = execute(graph.desc(), {bytes_of(std::vector<float>{0.3f, -1.3f, 9.7f, 1e6f, -INFINITY, 0})});
    const std::vector<float> expected[] = {{0.3125f, -1.25f, 10, 448, -448, 0}, {0.3125f, -1.25f, 10, 57344, -57344, 0}, {0.5f, 2, 16, 1048576, NAN, 0x1p-127f}, {0.5f, -1.5f, 6, 6, -6, 0}, {0, -1, -7, 0, 0, 0}, {0, 3, 1, 0, 0, 0}, {7, -1, -8}};
    for (size_t i = 0; i < std::size(expected); ++i) {
        const auto got = values_of<float>(outputs[i]);
        for (size_t place = 0; place < expected[i].size(); ++place)
            CHECK(((std::isnan(got[place]) && std::isnan(expected[i][place])) || got[place] == expected[i][place]));
    }
}

TEST_CASE("an input can be an output, several times, and a constant too", "[move]")
{
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {3}), shaped = graph.tensor(ACCEL_TYPE_F32, {3, 1}),
                   same = graph.tensor(ACCEL_TYPE_F32, {3, 1});
    const uint32_t fixed = graph.constant(ACCEL_TYPE_F32, {2}, std::vector<float>{5, 6});
    graph.node(ACCEL_OPERATION_RESHAPE, {in, graph.list({3, 1})}, {shaped});
    graph.node(ACCEL_OPERATION_IDENTITY, {shaped}, {same});
    for (const uint32_t tensor : {in, same, same, fixed})
        graph.output(tensor);
    const auto outputs = execute(graph.desc(), {bytes_of(counting(3))});
    for (size_t i = 0; i < 3; ++i)
        CHECK(values_of<float>(outputs[i]) == counting(3));
    CHECK(values_of<float>(outputs[3]) == std::vector<float>{5, 6});
}

TEST_CASE("value operands that cannot be read are refused with the reason", "[move]")
{
    // Of a SLICE of 4 values, its starts.
    const auto refused = [](const auto &make, uint32_t reason) {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, {4}), out = graph.tensor(ACCEL_TYPE_F32, {2}), starts = make(graph);
        graph.node(ACCEL_OPERATION_SLICE, {in, starts, graph.list({3})}, {out});
        graph.output(out);
        const accel_bk_support answer = query(graph.desc());
        CHECK(answer.reason == reason);
        CHECK((answer.reason == ACCEL_REASON_OK || answer.tensor == starts));
    };
    refused([](GraphMaker &graph) { return graph.list({1}); }, ACCEL_REASON_OK);
    refused([](GraphMaker &graph) { return graph.constant(ACCEL_TYPE_I32, {1}, std::vector<int32_t>{1}); }, ACCEL_REASON_OK);
    refused([](GraphMaker &graph) { return graph.input(ACCEL_TYPE_I64, {1}); }, ACCEL_REASON_CONSTANT);
    refused([](GraphMaker &graph) { return graph.real(1); }, ACCEL_REASON_TYPE);
    refused([](GraphMaker &graph) { return graph.constant(ACCEL_TYPE_I64, {1, 1}, std::vector<int64_t>{1}); }, ACCEL_REASON_RANK);
    refused([](GraphMaker &graph) { return graph.list({1, 0}); }, ACCEL_REASON_SIZE);

    GraphMaker clip;
    const uint32_t x = clip.input(ACCEL_TYPE_F32, {4}), bound = clip.input(ACCEL_TYPE_F32, {}), y = clip.tensor(ACCEL_TYPE_F32, {4});
    clip.node(ACCEL_OPERATION_CLIP, {x, ACCEL_TENSOR_NONE, bound}, {y});
    clip.output(y);
    CHECK(query(clip.desc()).reason == ACCEL_REASON_CONSTANT);
    CHECK(query(clip.desc()).tensor == bound);
}
