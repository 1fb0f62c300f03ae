// SPDX-License-Identifier: MIT
// What becomes one quantised operation, and what stays in real numbers.
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "canonicalise.h"
#include "constants.h"
#include "fold.h"
#include "graph/values.h"
#include "quantise.h"
#include "testing/builder.h"
#include "testing/labels.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::labels;
using accel::testing::Labels;
using accel::testing::require_valid;

namespace {

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

struct Product {
    uint32_t operation = ACCEL_OPERATION_MATMUL;
    std::vector<int64_t> x{2, 4}, w{4, 3}, y{2, 3};
    bool constant = true, transposed = false;
    std::vector<int32_t> bias{};
    std::vector<float> real_bias{};
    std::vector<int32_t> stored_bias{};  ///< what the product reads afterwards

    /// How many nodes are left of the conversions and the product between them.
    size_t nodes()
    {
        Builder b;
        const uint32_t in = b.quantised("x", ACCEL_TYPE_I8, x, 0.5f, 3), out = b.quantised("y", ACCEL_TYPE_I8, y, 0.5f, 0);
        size_t count = 1;
        for (const int64_t size : w) count *= static_cast<size_t>(size);
        const uint32_t weights = constant ? b.constant<int8_t>("w", ACCEL_TYPE_I8, w, std::vector<int8_t>(count, 1)) : b.input("w", ACCEL_TYPE_I8, w);
        b.graph.tensors[weights].quantization = Quantization{{0.25f}, {0}, 0};
        b.graph.inputs.push_back(in);
        const uint32_t x_real = b.tensor("xr", ACCEL_TYPE_F32, x), w_real = b.tensor("wr", ACCEL_TYPE_F32, w), made = b.tensor("made", ACCEL_TYPE_F32, y);
        b.node("dqx", ACCEL_OPERATION_DEQUANTIZE, {in}, {x_real});
        b.node("dqw", ACCEL_OPERATION_DEQUANTIZE, {weights}, {w_real});
        std::vector<uint32_t> operands{x_real, w_real};
        if (!bias.empty()) {
            const std::vector<int64_t> dims{static_cast<int64_t>(bias.size())};
            const uint32_t stored = b.constant<int32_t>("b", ACCEL_TYPE_I32, dims, bias);
            b.graph.tensors[stored].quantization = Quantization{{0.125f}, {0}, 0};
            operands.push_back(b.tensor("br", ACCEL_TYPE_F32, dims));
            b.node("dqb", ACCEL_OPERATION_DEQUANTIZE, {stored}, {operands.back()});
        }
        if (!real_bias.empty()) operands.push_back(b.constant<float>("br", ACCEL_TYPE_F32, {static_cast<int64_t>(real_bias.size())}, real_bias));
        Node &node = b.node("product", operation, operands, {made});
        if (transposed) node.set_ints(ACCEL_ATTRIBUTE_TRANS_A, {1});
        b.node("q", ACCEL_OPERATION_QUANTIZE, {made}, {out}).rounding = ACCEL_ROUNDING_HALF_EVEN;
        b.output(out);
        quantise(b.graph, 0);
        if (b.graph.nodes.size() == 1 && operands.size() > 2) stored_bias = values_of<int32_t>(b.graph.tensors[b.graph.nodes[0].inputs[2]]);
        return b.graph.nodes.size();
    }
};

}  // namespace

TEST_CASE("products without an integer form stay real", "[quantise]")
{
    CHECK(Product{}.nodes() == 1);
    CHECK(Product{.operation = ACCEL_OPERATION_GEMM}.nodes() == 1);
    CHECK(Product{.constant = false}.nodes() == 4);                               // of two variables, as attention has
    CHECK(Product{.x = {5, 2, 4}, .w = {5, 4, 3}, .y = {5, 2, 3}}.nodes() == 4);  // of stacks
    CHECK(Product{.w = {4}, .y = {2}}.nodes() == 4);                              // by a vector
    CHECK(Product{.operation = ACCEL_OPERATION_GEMM, .x = {4, 2}, .transposed = true}.nodes() == 4);
}

TEST_CASE("scales of other types are floats where that says the same", "[quantise]")
{
    Builder b;
    const uint32_t t = b.tensor("t", ACCEL_TYPE_I8, {2, 4});
    const uint16_t halves[4] = {0x3c00, 0x3800, 0x4000, 0x3400};
    const int64_t columns[2] = {0, 1}, pairs[2] = {0, 2}, sizes[2] = {2, 4};
    const accel_quantization given{sizeof given, ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F16, 0, 2, columns, halves, nullptr, 4};
    b.graph.tensors[t].quantization = accel::graph::copy(given, sizes);
    settle_scales(b.graph);
    CHECK(*b.graph.tensors[t].quantization == Quantization{{1, 0.5f, 2, 0.25f}, {0, 0, 0, 0}, 1});
    accel_quantization in_blocks = given;
    in_blocks.block_dims = pairs, in_blocks.count = 2;
    const Quantization blocks = accel::graph::copy(in_blocks, sizes);
    b.graph.tensors[t].quantization = blocks;
    settle_scales(b.graph);
    CHECK(*b.graph.tensors[t].quantization == blocks);
}

TEST_CASE("sums that may leave 32 bits stay real", "[quantise]")
{
    CHECK(Product{.x = {1, 33025}, .w = {33025, 1}, .y = {1, 1}}.nodes() == 1);
    CHECK(Product{.x = {1, 33026}, .w = {33026, 1}, .y = {1, 1}}.nodes() == 4);
    CHECK(Product{.operation = ACCEL_OPERATION_GEMM, .bias = {5, -5, 0}}.nodes() == 1);
    CHECK(Product{.operation = ACCEL_OPERATION_GEMM, .bias = {5, INT32_MIN, 0}}.nodes() == 5);
}

TEST_CASE("a constant bias of reals is stored at the scale of the sums, halves to even", "[quantise]")
{
    Product gemm{.operation = ACCEL_OPERATION_GEMM, .real_bias = {0.3125f, -0.1875f, 100}};  // steps of 0.5 * 0.25
    CHECK(gemm.nodes() == 1);
    CHECK(gemm.stored_bias == std::vector<int32_t>{2, -2, 800});
    CHECK(Product{.operation = ACCEL_OPERATION_GEMM, .real_bias = {0, 3e8f, 0}}.nodes() == 4);
    CHECK(Product{.operation = ACCEL_OPERATION_GEMM, .real_bias = {0, NAN, 0}}.nodes() == 4);
    CHECK(Product{.operation = ACCEL_OPERATION_GEMM, .real_bias = {1}}.nodes() == 4);  // of one for all channels
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

TEST_CASE("what is put in the place of others is fused, what is added to them is not", "[quantise]")
{
    for (const char *reduction : {"none", "add"}) {
        Builder b;
        const uint32_t x = b.quantised("x", ACCEL_TYPE_I8, {4}, 0.5f, 3), u = b.quantised("u", ACCEL_TYPE_I8, {2}, 0.5f, 3), y = b.quantised("y", ACCEL_TYPE_I8, {4}, 0.5f, 3);
        const uint32_t xf = b.tensor("xf", ACCEL_TYPE_F32, {4}), uf = b.tensor("uf", ACCEL_TYPE_F32, {2}), put = b.tensor("put", ACCEL_TYPE_F32, {4}), at = b.list("at", {2, -4});
        b.graph.inputs = {x, u};
        b.node("dqx", ACCEL_OPERATION_DEQUANTIZE, {x}, {xf});
        b.node("dqu", ACCEL_OPERATION_DEQUANTIZE, {u}, {uf});
        b.node("put", ACCEL_OPERATION_SCATTER_ELEMENTS, {xf, at, uf}, {put}).attributes.push_back({ACCEL_ATTRIBUTE_REDUCTION, ACCEL_ATTRIBUTE_KIND_STRING, "", std::vector<std::string>{reduction}});
        b.node("q", ACCEL_OPERATION_QUANTIZE, {put}, {y}).rounding = ACCEL_ROUNDING_HALF_EVEN;
        b.output(y);
        quantise(b.graph, 0);
        require_valid(b.graph);
        const bool fused = std::string_view(reduction) == "none";
        REQUIRE(b.graph.nodes.size() == (fused ? 1u : 4u));
        if (fused) CHECK(b.graph.nodes[0].inputs == std::vector<uint32_t>{x, at, u});
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
