// SPDX-License-Identifier: MIT
// Products that have no integer form, beside one that has.
#include <catch2/catch_test_macros.hpp>

#include "quantise.h"
#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

struct Product {
    uint32_t operation = ACCEL_OPERATION_MATMUL;
    std::vector<int64_t> x{2, 4}, w{4, 3}, y{2, 3};
    bool constant = true, transposed = false;
    std::vector<int32_t> bias{};

    /// How many nodes are left of the conversions and the product between them.
    size_t nodes() const
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
        Node &node = b.node("product", operation, operands, {made});
        if (transposed) node.set_ints(ACCEL_ATTRIBUTE_TRANS_A, {1});
        b.node("q", ACCEL_OPERATION_QUANTIZE, {made}, {out}).rounding = ACCEL_ROUNDING_HALF_EVEN;
        b.output(out);
        quantise(b.graph, 0);
        return b.graph.nodes.size();
    }
};

}  // namespace

TEST_CASE("products without an integer form stay real", "[quantise]")
{
    CHECK(Product{}.nodes() == 1);
    CHECK(Product{.operation = ACCEL_OPERATION_GEMM}.nodes() == 1);
    CHECK(Product{.constant = false}.nodes() == 4);                                        // of two variables, as attention has
    CHECK(Product{.x = {5, 2, 4}, .w = {5, 4, 3}, .y = {5, 2, 3}}.nodes() == 4);           // of stacks
    CHECK(Product{.w = {4}, .y = {2}}.nodes() == 4);                                       // by a vector
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
