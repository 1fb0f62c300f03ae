// SPDX-License-Identifier: MIT
// Tests of the sentences of refusals.
#include "reasons.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

std::string refusal(const char *tensor_name, accel_bk_support answer)
{
    Builder b;
    const uint32_t x = b.input(tensor_name, ACCEL_TYPE_F32, {4}), y = b.tensor("y", ACCEL_TYPE_F32, {4});
    b.node("relu", ACCEL_OPERATION_RELU, {x}, {y});
    b.output(y);
    return refusal_text(b.graph, b.graph.nodes[0], answer);
}

}  // namespace

TEST_CASE("C-3 a refused attribute is named", "[compiler]")
{
    CHECK(refusal("x", {0, ACCEL_REASON_ATTRIBUTE, ACCEL_TENSOR_NONE, ACCEL_ATTRIBUTE_GROUP, 3, 1}) == "attribute 'group' (given 3, admitted 1)");
    CHECK(refusal("x", {0, ACCEL_REASON_ATTRIBUTE, 0, ACCEL_ATTRIBUTE_PADS, 300, 128}) == "attribute 'pads' of tensor 'x' (given 300, admitted 128)");
    // Modules from before there was a place for it, and ones that name what is no attribute.
    CHECK(refusal("x", {0, ACCEL_REASON_ATTRIBUTE, ACCEL_TENSOR_NONE, 0, 3, 1}) == "an attribute of Relu (given 3, admitted 1)");
    CHECK(refusal("x", {0, ACCEL_REASON_ATTRIBUTE, ACCEL_TENSOR_NONE, 9999, 0, 0}) == "an attribute of Relu");
}

TEST_CASE("A-21 a refusal names tensors in one line", "[compiler]")
{
    CHECK(refusal("a\x1b[1m\n", {0, ACCEL_REASON_SIZE, 0, 0, 5, 4}) == "size of tensor 'a\\x1b[1m\\n' (given 5, admitted 4)");
}

TEST_CASE("C-3 a refused open size is told with the symbols that give it", "[compiler]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4}), y = b.tensor("y", ACCEL_TYPE_F32, {4});
    b.node("relu", ACCEL_OPERATION_RELU, {x}, {y});
    b.output(y);
    b.graph.symbols.resize(4);
    for (uint32_t i = 0; i < 4; ++i) b.graph.symbols[i].name = std::string(1, static_cast<char>('k' + i)), b.graph.symbols[i].kind = ACCEL_SYMBOL_KIND_FREE;
    b.graph.symbols[2].kind = ACCEL_SYMBOL_KIND_DERIVED;
    b.graph.symbols[2].expression = 3;  // 2 * (l + l)
    b.graph.symbols[3].kind = ACCEL_SYMBOL_KIND_DATA;
    b.graph.expressions = {{ACCEL_EXPRESSION_SYMBOL, 1, 0, 0, 0}, {ACCEL_EXPRESSION_CONSTANT, 0, 0, 0, 2}, {ACCEL_EXPRESSION_ADD, 0, 0, 0, 0}, {ACCEL_EXPRESSION_MUL, 1, 2, 0, 0}};
    const auto text = [&](uint32_t symbol) {
        b.graph.tensors[y].shape = {Dim{-1, symbol}};
        return refusal_text(b.graph, b.graph.nodes[0], {0, ACCEL_REASON_SYMBOL, y, 0, 0, 0});
    };
    CHECK(text(0) == "a dimension without a value of tensor 'y'; sizes follow from 'k': --dim, or symbols in accel_program_desc, give them");
    CHECK(text(2) == "a dimension without a value of tensor 'y'; sizes follow from 'l': --dim, or symbols in accel_program_desc, give them");
    CHECK(text(3) == "a dimension without a value of tensor 'y'");
}
