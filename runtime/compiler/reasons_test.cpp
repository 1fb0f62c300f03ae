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
