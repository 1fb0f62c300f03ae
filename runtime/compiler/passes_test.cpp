// SPDX-License-Identifier: MIT
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>

#include "../graph_check.h"
#include "../graph_values.h"
#include "canonicalise.h"
#include "constants.h"
#include "fold.h"
#include "quantise.h"
#include "symbols.h"
#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

std::vector<std::string> labels(const Graph &graph)
{
    std::vector<std::string> out;
    for (const Node &node : graph.nodes) out.push_back(node.label());
    return out;
}
using Labels = std::vector<std::string>;

void require_valid(const Graph &graph)
{
    const accel_status status = check_rules(graph);
    INFO(accel_last_error()->message);
    REQUIRE(status == ACCEL_STATUS_OK);
}

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

/// dq(x), dq(w), dq(b) -> conv -> relu -> q
struct QuantisedConv : Builder {
    uint32_t y = 0;
    explicit QuantisedConv(float bias_scale = 0.5f * 0.25f, int32_t weight_zero = 0)
    {
        const uint32_t x = quantised("x", ACCEL_TYPE_I8, {1, 2, 4, 4}, 0.5f, 3);
        graph.inputs.push_back(x);
        const uint32_t w = constant<int8_t>("w", ACCEL_TYPE_I8, {2, 2, 1, 1}, {1, 2, 3, 4});
        graph.tensors[w].quantization = Quantization{{0.25f, 0.25f}, {weight_zero, weight_zero}, 0};
        const uint32_t bias = constant<int32_t>("b", ACCEL_TYPE_I32, {2}, {10, 20});
        graph.tensors[bias].quantization = Quantization{{bias_scale}, {0}, 0};
        const uint32_t xf = tensor("xf", ACCEL_TYPE_F32, {1, 2, 4, 4}), wf = tensor("wf", ACCEL_TYPE_F32, {2, 2, 1, 1});
        const uint32_t bf = tensor("bf", ACCEL_TYPE_F32, {2}), c = tensor("c", ACCEL_TYPE_F32, {1, 2, 4, 4});
        const uint32_t r = tensor("r", ACCEL_TYPE_F32, {1, 2, 4, 4});
        y = quantised("y", ACCEL_TYPE_I8, {1, 2, 4, 4}, 0.125f, -128);
        node("dqx", ACCEL_OPERATION_DEQUANTIZE, {x}, {xf});
        node("dqw", ACCEL_OPERATION_DEQUANTIZE, {w}, {wf});
        node("dqb", ACCEL_OPERATION_DEQUANTIZE, {bias}, {bf});
        node("conv", ACCEL_OPERATION_CONV, {xf, wf, bf}, {c});
        node("relu", ACCEL_OPERATION_RELU, {c}, {r});
        node("q", ACCEL_OPERATION_QUANTIZE, {r}, {y}).rounding = ACCEL_ROUNDING_HALF_EVEN;
        output(y);
    }
    void compile(uint32_t rounding = 0)
    {
        canonicalise(graph);
        fold(graph, FoldDequantize::Keep);
        quantise(graph, rounding);
        fold(graph, FoldDequantize::Expand);
        canonicalise(graph);
        compact(graph);
        require_valid(graph);
    }
};

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

TEST_CASE("constants are folded", "[fold]")
{
    Builder b;
    const uint32_t a = b.constant<int64_t>("a", ACCEL_TYPE_I64, {2, 3}, {1, 2, 3, 4, 5, 6});
    const uint32_t t = b.tensor("t", ACCEL_TYPE_I64, {3, 2}), s = b.tensor("s", ACCEL_TYPE_I64, {2, 2});
    const uint32_t f = b.tensor("f", ACCEL_TYPE_F32, {2, 2}), x = b.input("x", ACCEL_TYPE_F32, {2, 2}), y = b.tensor("y", ACCEL_TYPE_F32, {2, 2});
    b.node("t", ACCEL_OPERATION_TRANSPOSE, {a}, {t}).set_ints(ACCEL_ATTRIBUTE_PERM, {1, 0});
    b.node("s", ACCEL_OPERATION_SLICE, {t, b.list("starts", {2}), b.list("ends", {-4}), b.list("axes", {0}), b.list("steps", {-2})}, {s});
    b.node("f", ACCEL_OPERATION_CAST, {s}, {f}).set_ints(ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_F32});
    b.node("y", ACCEL_OPERATION_ADD, {x, f}, {y});
    b.output(y);
    require_valid(b.graph);
    fold(b.graph, FoldDequantize::Keep);
    REQUIRE(labels(b.graph) == Labels{"Add"});
    CHECK(values_of<float>(b.graph.tensors[f]) == std::vector<float>{3.0f, 6.0f, 1.0f, 4.0f});
}

TEST_CASE("concat, gather and broadcasting arithmetic fold; a division by zero does not", "[fold]")
{
    Builder b;
    const uint32_t a = b.constant<int64_t>("a", ACCEL_TYPE_I64, {2, 1}, {10, 20}), k = b.constant<int64_t>("k", ACCEL_TYPE_I64, {2}, {3, 0});
    const uint32_t sum = b.tensor("sum", ACCEL_TYPE_I64, {2, 2}), both = b.tensor("both", ACCEL_TYPE_I64, {2, 3});
    const uint32_t rows = b.constant<int64_t>("rows", ACCEL_TYPE_I64, {2}, {-1, 0}), got = b.tensor("got", ACCEL_TYPE_I64, {2, 2});
    const uint32_t div = b.tensor("div", ACCEL_TYPE_I64, {2, 2}), y = b.tensor("y", ACCEL_TYPE_I64, {2, 2});
    b.node("sum", ACCEL_OPERATION_ADD, {a, k}, {sum});
    b.node("both", ACCEL_OPERATION_CONCAT, {a, sum}, {both}).set_ints(ACCEL_ATTRIBUTE_AXIS, {1});
    b.node("got", ACCEL_OPERATION_GATHER, {both, rows}, {got}).set_ints(ACCEL_ATTRIBUTE_AXIS, {1});
    b.node("div", ACCEL_OPERATION_DIV, {got, k}, {div});
    b.node("y", ACCEL_OPERATION_SUB, {div, got}, {y});
    // Values that only folded nodes read are not kept.
    const uint32_t kept = b.tensor("kept", ACCEL_TYPE_I64, {1});
    b.node("keep", ACCEL_OPERATION_CUSTOM, {sum, both}, {kept}).custom_name = "Keep";
    b.output(y);
    b.output(kept);
    require_valid(b.graph);
    fold(b.graph, FoldDequantize::Keep);
    CHECK(labels(b.graph) == Labels{"Div", "Sub", "Keep"});
    CHECK(values_of<int64_t>(b.graph.tensors[sum]) == std::vector<int64_t>{13, 10, 23, 20});
    CHECK(values_of<int64_t>(b.graph.tensors[both]) == std::vector<int64_t>{10, 13, 10, 20, 23, 20});
    CHECK(values_of<int64_t>(b.graph.tensors[got]) == std::vector<int64_t>{10, 10, 20, 20});
}

TEST_CASE("misaligned constants are copied once, aligned ones stay in the model", "[fold]")
{
    Builder b;
    alignas(8) static const uint8_t bytes[16] = {};
    Tensor off, on;
    off.type = on.type = ACCEL_TYPE_F32;
    off.shape = on.shape = {Dim{2}};
    off.data = bytes + 1;
    on.data = bytes;
    off.data_bytes = on.data_bytes = 8;
    b.graph.tensors = {off, on};
    align_constants(b.graph);
    CHECK(reinterpret_cast<uintptr_t>(b.graph.tensors[0].data) % 4 == 0);
    CHECK(b.graph.tensors[1].data == bytes);
}

TEST_CASE("a convolution between DEQUANTIZE and QUANTIZE becomes one quantised operation", "[quantise]")
{
    QuantisedConv b;
    b.compile();
    REQUIRE(labels(b.graph) == Labels{"Conv+Relu"});
    const Node &conv = b.graph.nodes[0];
    CHECK(conv.rounding == ACCEL_ROUNDING_HALF_EVEN);
    CHECK(b.graph.tensors[conv.inputs[0]].name == "x");
    CHECK(b.graph.tensors[conv.inputs[1]].type == ACCEL_TYPE_I8);
    CHECK(b.graph.tensors[conv.inputs[2]].type == ACCEL_TYPE_I32);
    CHECK(b.graph.tensors[conv.outputs[0]].name == "y");
    QuantisedConv forced;
    forced.compile(ACCEL_ROUNDING_TFLITE);
    CHECK(forced.graph.nodes[0].rounding == ACCEL_ROUNDING_TFLITE);
}

TEST_CASE("what the formulas do not cover stays in real numbers", "[quantise]")
{
    QuantisedConv odd_bias(0.3f);
    odd_bias.compile();
    CHECK(labels(odd_bias.graph) == Labels{"DequantizeLinear", "Conv+Relu", "QuantizeLinear"});
    QuantisedConv odd_weights(0.125f, 1);
    odd_weights.compile();
    CHECK(labels(odd_weights.graph) == Labels{"DequantizeLinear", "Conv+Relu", "QuantizeLinear"});
    const Node &conv = odd_weights.graph.nodes[1];
    CHECK(values_of<float>(odd_weights.graph.tensors[conv.inputs[1]])[0] == 0.0f);
}

TEST_CASE("a bias of one value per row is no bias per channel", "[quantise]")
{
    for (const bool per_row : {false, true}) {
        Builder b;
        const uint32_t x = b.quantised("x", ACCEL_TYPE_I8, {2, 2}, 0.5f, 0), y = b.quantised("y", ACCEL_TYPE_I8, {2, 2}, 0.5f, 0);
        const uint32_t w = b.constant<int8_t>("w", ACCEL_TYPE_I8, {2, 2}, {1, 2, 3, 4});
        const uint32_t c = b.constant<int32_t>("c", ACCEL_TYPE_I32, per_row ? std::vector<int64_t>{2, 1} : std::vector<int64_t>{1, 2}, {10, 20});
        b.graph.tensors[w].quantization = Quantization{{0.25f}, {0}, 0};
        b.graph.tensors[c].quantization = Quantization{{0.125f}, {0}, 0};
        const uint32_t xf = b.tensor("xf", ACCEL_TYPE_F32, {2, 2}), wf = b.tensor("wf", ACCEL_TYPE_F32, {2, 2}), sum = b.tensor("sum", ACCEL_TYPE_F32, {2, 2});
        const uint32_t cf = b.tensor("cf", ACCEL_TYPE_F32, per_row ? std::vector<int64_t>{2, 1} : std::vector<int64_t>{1, 2});
        b.graph.inputs.push_back(x);
        b.node("dqx", ACCEL_OPERATION_DEQUANTIZE, {x}, {xf});
        b.node("dqw", ACCEL_OPERATION_DEQUANTIZE, {w}, {wf});
        b.node("dqc", ACCEL_OPERATION_DEQUANTIZE, {c}, {cf});
        b.node("gemm", ACCEL_OPERATION_GEMM, {xf, wf, cf}, {sum});
        b.node("q", ACCEL_OPERATION_QUANTIZE, {sum}, {y}).rounding = ACCEL_ROUNDING_HALF_EVEN;
        b.output(y);
        quantise(b.graph, 0);
        require_valid(b.graph);
        CHECK((b.graph.nodes.size() == 1) == !per_row);
    }
}

TEST_CASE("unsigned weights around 128 become signed ones", "[quantise]")
{
    QuantisedConv b(0.125f, 128);
    for (Tensor &tensor : b.graph.tensors) {
        if (tensor.name != "w") continue;
        tensor.type = ACCEL_TYPE_U8;
        own_values<uint8_t>(tensor, {129, 130, 131, 132});
    }
    b.compile();
    REQUIRE(labels(b.graph) == Labels{"Conv+Relu"});
    const Tensor &w = b.graph.tensors[b.graph.nodes[0].inputs[1]];
    CHECK(w.type == ACCEL_TYPE_I8);
    CHECK(values_of<int8_t>(w) == std::vector<int8_t>{1, 2, 3, 4});
    CHECK(w.quantization->zero_points == std::vector<int32_t>{0, 0});
}

TEST_CASE("moves are fused at equal quantisation only", "[quantise]")
{
    for (const bool equal : {true, false}) {
        Builder b;
        const uint32_t x = b.quantised("x", ACCEL_TYPE_I8, {1, 2, 4, 4}, 0.5f, 3);
        b.graph.inputs.push_back(x);
        const uint32_t xf = b.tensor("xf", ACCEL_TYPE_F32, {1, 2, 4, 4}), p = b.tensor("p", ACCEL_TYPE_F32, {1, 2, 2, 2});
        const uint32_t y = b.quantised("y", ACCEL_TYPE_I8, {1, 2, 2, 2}, equal ? 0.5f : 0.25f, 3);
        b.node("dq", ACCEL_OPERATION_DEQUANTIZE, {x}, {xf});
        Node &pool = b.node("pool", ACCEL_OPERATION_MAX_POOL, {xf}, {p});
        pool.set_ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {2, 2});
        pool.set_ints(ACCEL_ATTRIBUTE_STRIDES, {2, 2});
        b.node("q", ACCEL_OPERATION_QUANTIZE, {p}, {y}).rounding = ACCEL_ROUNDING_HALF_EVEN;
        b.output(y);
        quantise(b.graph, 0);
        require_valid(b.graph);
        CHECK(b.graph.nodes.size() == (equal ? 1u : 3u));
        if (equal) CHECK(b.graph.nodes[0].rounding == ACCEL_ROUNDING_NONE);
    }
}

TEST_CASE("arithmetic is fused where operands and result have one type", "[quantise]")
{
    for (const uint32_t type : {ACCEL_TYPE_I8, ACCEL_TYPE_U8}) {
        Builder b;
        const uint32_t x = b.quantised("x", ACCEL_TYPE_I8, {2}, 0.5f, 3), y = b.quantised("y", type, {2}, 0.25f, 3);
        const uint32_t real = b.tensor("real", ACCEL_TYPE_F32, {2}), sum = b.tensor("sum", ACCEL_TYPE_F32, {2});
        b.graph.inputs.push_back(x);
        b.node("dq", ACCEL_OPERATION_DEQUANTIZE, {x}, {real});
        b.node("add", ACCEL_OPERATION_ADD, {real, real}, {sum});
        b.node("q", ACCEL_OPERATION_QUANTIZE, {sum}, {y}).rounding = ACCEL_ROUNDING_HALF_EVEN;
        b.output(y);
        quantise(b.graph, 0);
        require_valid(b.graph);
        CHECK(b.graph.nodes.size() == (type == ACCEL_TYPE_I8 ? 1u : 3u));
    }
}

TEST_CASE("a mean of stored values obeys the rounding that is forced", "[quantise]")
{
    for (const uint32_t forced : {uint32_t{0}, uint32_t{ACCEL_ROUNDING_TFLITE}}) {
        Builder b;
        const uint32_t x = b.quantised("x", ACCEL_TYPE_I8, {2, 4}, 0.5f, 3), y = b.quantised("y", ACCEL_TYPE_I8, {2, 1}, 0.25f, 3);
        const uint32_t real = b.tensor("real", ACCEL_TYPE_F32, {2, 4}), mean = b.tensor("mean", ACCEL_TYPE_F32, {2, 1});
        b.graph.inputs.push_back(x);
        b.node("dq", ACCEL_OPERATION_DEQUANTIZE, {x}, {real});
        b.node("mean", ACCEL_OPERATION_REDUCE_MEAN, {real, b.list("axes", {1})}, {mean});
        b.node("q", ACCEL_OPERATION_QUANTIZE, {mean}, {y}).rounding = ACCEL_ROUNDING_HALF_EVEN;
        b.output(y);
        quantise(b.graph, forced);
        require_valid(b.graph);
        REQUIRE(b.graph.nodes.size() == 1);
        CHECK(b.graph.nodes[0].rounding == (forced == 0 ? uint32_t{ACCEL_ROUNDING_HALF_EVEN} : forced));
    }
}

TEST_CASE("symbols get values and everything after them follows", "[symbols]")
{
    Builder b;
    b.graph.symbols = {{"batch", 1, 16}, {"rest", 0, 1 << 20}};
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1, 3, 4}), s = b.tensor("s", ACCEL_TYPE_F32, {1, 1}), y = b.tensor("y", ACCEL_TYPE_F32, {1, 1});
    b.graph.tensors[x].shape[0] = Dim{-1, 0};
    b.graph.tensors[s].shape = {Dim{-1, 0}, Dim{12}};
    b.graph.tensors[y].shape = {Dim{-1, 1}};
    b.node("r", ACCEL_OPERATION_RESHAPE, {x, b.list("s shape", {0, -1})}, {s});
    b.node("f", ACCEL_OPERATION_RESHAPE, {s, b.list("y shape", {-1})}, {y});
    b.output(y);
    require_valid(b.graph);

    Graph untouched = b.graph;
    CHECK(specialise(untouched, nullptr, 0) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->message).find("'batch'") != std::string::npos);
    const accel_symbol_value big{"batch", nullptr, 17}, unknown{"size", nullptr, 1}, good{"batch", nullptr, 5};
    CHECK(specialise(untouched, &big, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(specialise(untouched, &unknown, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "P-7");

    REQUIRE(specialise(b.graph, &good, 1) == ACCEL_STATUS_OK);
    CHECK(b.graph.tensors[y].shape == Shape{Dim{60}});
    CHECK(integers_at(b.graph, b.graph.nodes[0], ACCEL_OPERAND_RESHAPE_SHAPE) == std::vector<int64_t>{5, 12});
    require_valid(b.graph);
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
