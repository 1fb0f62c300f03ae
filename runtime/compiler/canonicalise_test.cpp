// SPDX-License-Identifier: MIT
// Tests of what disappears into a convolution, of moves that cancel, and of outputs that get a maker.
#include "canonicalise.h"

#include <catch2/catch_test_macros.hpp>

#include "constants.h"
#include "graph/values.h"
#include "testing/builder.h"
#include "testing/labels.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::labels;
using accel::testing::Labels;
using accel::testing::require_valid;

namespace {

/// conv -> batch normalisation -> relu -> clip
Builder normalised_conv()
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1, 1, 2, 2});
    const uint32_t w = b.constant<float>("w", ACCEL_TYPE_F32, {2, 1, 1, 1}, {3.0f, 5.0f});
    const uint32_t c = b.tensor("c", ACCEL_TYPE_F32, {1, 2, 2, 2});
    const uint32_t n = b.tensor("n", ACCEL_TYPE_F32, {1, 2, 2, 2});
    const uint32_t r = b.tensor("r", ACCEL_TYPE_F32, {1, 2, 2, 2});
    const uint32_t y = b.tensor("y", ACCEL_TYPE_F32, {1, 2, 2, 2});
    const uint32_t scale = b.constant<float>("scale", ACCEL_TYPE_F32, {2}, {2.0f, 1.0f});
    const uint32_t bias = b.constant<float>("bias", ACCEL_TYPE_F32, {2}, {1.0f, -1.0f});
    const uint32_t mean = b.constant<float>("mean", ACCEL_TYPE_F32, {2}, {0.5f, 0.25f});
    const uint32_t variance = b.constant<float>("variance", ACCEL_TYPE_F32, {2}, {4.0f, 1.0f});
    b.node("conv", ACCEL_OPERATION_CONV, {x, w}, {c});
    b.node("bn", ACCEL_OPERATION_BATCH_NORMALIZATION, {c, scale, bias, mean, variance}, {n}).set_real(ACCEL_ATTRIBUTE_EPSILON, 0.0f);
    b.node("relu", ACCEL_OPERATION_RELU, {n}, {r});
    b.node("clip", ACCEL_OPERATION_CLIP, {r, b.real("low", -1.0f), b.real("high", 6.0f)}, {y});
    b.output(y);
    return b;
}

}  // namespace

TEST_CASE("batch normalisation and activations disappear into the convolution", "[canonicalise]")
{
    Builder b = normalised_conv();
    require_valid(b.graph);
    canonicalise(b.graph);
    compact(b.graph);
    require_valid(b.graph);
    REQUIRE(labels(b.graph) == Labels{"Conv+BatchNormalization+Relu+Clip"});
    const Node &conv = b.graph.nodes[0];
    CHECK(conv.real(ACCEL_ATTRIBUTE_CLAMP_MIN, -9.0f) == 0.0f);
    CHECK(conv.real(ACCEL_ATTRIBUTE_CLAMP_MAX, -9.0f) == 6.0f);
    CHECK(values_of<float>(b.graph.tensors[conv.inputs[1]]) == std::vector<float>{3.0f, 5.0f});
    CHECK(values_of<float>(b.graph.tensors[conv.inputs[2]]) == std::vector<float>{0.5f, -1.25f});
}

TEST_CASE("a scale and an addition behind a batch normalisation disappear into the convolution, too", "[canonicalise]")
{
    for (const bool per_channel : {true, false}) {
        Builder b;
        const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1, 1, 2, 2});
        const uint32_t w = b.constant<float>("w", ACCEL_TYPE_F32, {2, 1, 1, 1}, {3.0f, 5.0f});
        const uint32_t c = b.tensor("c", ACCEL_TYPE_F32, {1, 2, 2, 2}), n = b.tensor("n", ACCEL_TYPE_F32, {1, 2, 2, 2}), m = b.tensor("m", ACCEL_TYPE_F32, {1, 2, 2, 2});
        const uint32_t a = b.tensor("a", ACCEL_TYPE_F32, {1, 2, 2, 2}), y = b.tensor("y", ACCEL_TYPE_F32, {1, 2, 2, 2});
        const uint32_t scale = b.constant<float>("scale", ACCEL_TYPE_F32, {2}, {2.0f, 1.0f}), bias = b.constant<float>("bias", ACCEL_TYPE_F32, {2}, {1.0f, -1.0f});
        const uint32_t mean = b.constant<float>("mean", ACCEL_TYPE_F32, {2}, {0.5f, 0.25f}), variance = b.constant<float>("variance", ACCEL_TYPE_F32, {2}, {4.0f, 1.0f});
        const uint32_t factor = per_channel ? b.constant<float>("factor", ACCEL_TYPE_F32, {2, 1, 1}, {10.0f, -2.0f})
                                            : b.constant<float>("factor", ACCEL_TYPE_F32, {1, 1, 2}, {10.0f, -2.0f});
        const uint32_t addend = b.constant<float>("addend", ACCEL_TYPE_F32, {1, 2, 1, 1}, {0.5f, 8.0f});
        b.node("conv", ACCEL_OPERATION_CONV, {x, w}, {c});
        b.node("bn", ACCEL_OPERATION_BATCH_NORMALIZATION, {c, scale, bias, mean, variance}, {n}).set_real(ACCEL_ATTRIBUTE_EPSILON, 0.0f);
        b.node("mul", ACCEL_OPERATION_MUL, {factor, n}, {m});
        b.node("add", ACCEL_OPERATION_ADD, {m, addend}, {a});
        b.node("relu", ACCEL_OPERATION_RELU, {a}, {y});
        b.output(y);
        canonicalise(b.graph);
        require_valid(b.graph);
        if (!per_channel) {  // the factors lie along the width
            CHECK(labels(b.graph).size() == 3);
            continue;
        }
        REQUIRE(b.graph.nodes.size() == 1);
        const Node &conv = b.graph.nodes[0];
        // bn: factors 1 and 1, offsets 1 - 0.5 and -1 - 0.25; mul: 10 and -2; add: 0.5 and 8
        CHECK(values_of<float>(b.graph.tensors[conv.inputs[1]]) == std::vector<float>{30.0f, -10.0f});
        CHECK(values_of<float>(b.graph.tensors[conv.inputs[2]]) == std::vector<float>{5.5f, 10.5f});
        CHECK(conv.real(ACCEL_ATTRIBUTE_CLAMP_MIN, -1.0f) == 0.0f);
    }
}

TEST_CASE("an added constant per channel becomes a bias, any other stays", "[canonicalise]")
{
    for (const bool per_channel : {true, false}) {
        Builder b;
        const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1, 1, 2, 2});
        const uint32_t w = b.constant<float>("w", ACCEL_TYPE_F32, {2, 1, 1, 1}, {3.0f, 5.0f});
        const uint32_t c = b.tensor("c", ACCEL_TYPE_F32, {1, 2, 2, 2}), s = b.tensor("s", ACCEL_TYPE_F32, {1, 2, 2, 2}), y = b.tensor("y", ACCEL_TYPE_F32, {1, 2, 2, 2});
        const uint32_t k = b.constant<float>("k", ACCEL_TYPE_F32, per_channel ? std::vector<int64_t>{2, 1, 1} : std::vector<int64_t>{1, 1, 2}, {7.0f, 9.0f});
        b.node("conv", ACCEL_OPERATION_CONV, {x, w}, {c});
        b.node("add", ACCEL_OPERATION_ADD, {k, c}, {s});
        b.node("relu", ACCEL_OPERATION_RELU, {s}, {y});
        b.output(y);
        canonicalise(b.graph);
        require_valid(b.graph);
        CHECK(labels(b.graph) == (per_channel ? Labels{"Conv+Add+Relu"} : Labels{"Conv", "Add+Relu"}));
        if (per_channel) CHECK(values_of<float>(b.graph.tensors[b.graph.nodes[0].inputs[2]]) == std::vector<float>{7.0f, 9.0f});
    }
}

TEST_CASE("an activation stays when somebody else reads its operand", "[canonicalise]")
{
    Builder b = normalised_conv();
    b.output(b.graph.nodes[1].outputs[0]);
    canonicalise(b.graph);
    CHECK(labels(b.graph) == Labels{"Conv+BatchNormalization", "Relu", "Clip"});
}

TEST_CASE("reshapes merge and transposes cancel", "[canonicalise]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {2, 3, 4});
    const uint32_t t = b.tensor("t", ACCEL_TYPE_F32, {4, 2, 3}), u = b.tensor("u", ACCEL_TYPE_F32, {2, 3, 4});
    const uint32_t v = b.tensor("v", ACCEL_TYPE_F32, {6, 4}), y = b.tensor("y", ACCEL_TYPE_F32, {24});
    b.node("t1", ACCEL_OPERATION_TRANSPOSE, {x}, {t}).set_ints(ACCEL_ATTRIBUTE_PERM, {2, 0, 1});
    b.node("t2", ACCEL_OPERATION_TRANSPOSE, {t}, {u}).set_ints(ACCEL_ATTRIBUTE_PERM, {1, 2, 0});
    b.node("r1", ACCEL_OPERATION_RESHAPE, {u, b.list("v shape", {6, 4})}, {v});
    b.node("r2", ACCEL_OPERATION_RESHAPE, {v, b.list("y shape", {24})}, {y});
    b.output(y);
    require_valid(b.graph);
    canonicalise(b.graph);
    require_valid(b.graph);
    REQUIRE(labels(b.graph) == Labels{"Reshape"});
    CHECK(b.graph.nodes[0].inputs[0] == x);
}

TEST_CASE("transposes that do not cancel compose", "[canonicalise]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {2, 3, 4});
    const uint32_t t = b.tensor("t", ACCEL_TYPE_F32, {4, 2, 3}), y = b.tensor("y", ACCEL_TYPE_F32, {3, 2, 4});
    b.node("t1", ACCEL_OPERATION_TRANSPOSE, {x}, {t}).set_ints(ACCEL_ATTRIBUTE_PERM, {2, 0, 1});
    b.node("t2", ACCEL_OPERATION_TRANSPOSE, {t}, {y}).set_ints(ACCEL_ATTRIBUTE_PERM, {2, 1, 0});
    b.output(y);
    require_valid(b.graph);
    canonicalise(b.graph);
    require_valid(b.graph);
    REQUIRE(b.graph.nodes.size() == 1);
    CHECK(b.graph.nodes[0].ints(ACCEL_ATTRIBUTE_PERM, {}) == std::vector<int64_t>{1, 0, 2});
}

TEST_CASE("outputs that are inputs or constants get a copy", "[canonicalise]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {2});
    const uint32_t k = b.constant<float>("k", ACCEL_TYPE_F32, {2}, {1.0f, 2.0f});
    b.output(x);
    b.output(k);
    REQUIRE(give_outputs_makers(b.graph) == ACCEL_STATUS_OK);
    REQUIRE(labels(b.graph) == Labels{"Identity", "Identity"});
    CHECK(b.graph.outputs[0] != x);
    CHECK_FALSE(b.graph.tensors[b.graph.outputs[1]].constant());
    CHECK(b.graph.tensors[b.graph.outputs[1]].name == "k");
}

TEST_CASE("an output that is an input of unknown type or rank is refused by name", "[canonicalise]")
{
    for (const bool ranked : {true, false}) {
        Builder b;
        const uint32_t x = b.input("x", ranked ? 0 : ACCEL_TYPE_F32, {});
        b.graph.tensors[x].ranked = ranked;
        b.output(x);
        REQUIRE(give_outputs_makers(b.graph) == ACCEL_STATUS_UNSUPPORTED);
        CHECK(accel_last_error()->message == std::string("output 'x' is an input or a constant of ") + (ranked ? "type unknown" : "unknown rank") + ", which no operation copies");
    }
}

TEST_CASE("work follows the catalog's formulas", "[work]")
{
    Builder b = normalised_conv();
    CHECK(work_macs(b.graph, b.graph.nodes[0]) == 8);
    CHECK(work_macs(b.graph, b.graph.nodes[2]) == 8);
    Builder g;
    const uint32_t x = g.input("x", ACCEL_TYPE_F32, {7, 3}), w = g.constant<float>("w", ACCEL_TYPE_F32, {7, 5}, std::vector<float>(35));
    const uint32_t y = g.tensor("y", ACCEL_TYPE_F32, {3, 5});
    Node &gemm = g.node("g", ACCEL_OPERATION_GEMM, {x, w}, {y});
    gemm.set_ints(ACCEL_ATTRIBUTE_TRANS_A, {1});
    CHECK(work_macs(g.graph, gemm) == 105);
}
