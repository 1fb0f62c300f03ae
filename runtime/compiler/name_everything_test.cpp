// SPDX-License-Identifier: MIT
// Tests that names become unique, and of what that costs.
#include <catch2/catch_test_macros.hpp>

#include <set>

#include "name_everything.h"
#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

TEST_CASE("every tensor has a name of its own, and ports keep theirs", "[prepare]")
{
    Builder b;
    for (const char *name : {"", "a", "a", "y", "a.3", "tensor0"}) b.tensor(name, ACCEL_TYPE_F32, {4});
    b.input("a", ACCEL_TYPE_F32, {4});
    b.output(b.tensor("y", ACCEL_TYPE_F32, {4}));
    b.graph.nodes.emplace_back();
    name_everything(b.graph);
    std::set<std::string> names;
    for (const Tensor &tensor : b.graph.tensors) {
        CHECK_FALSE(tensor.name.empty());
        CHECK(names.insert(tensor.name).second);
    }
    CHECK(b.graph.tensors[b.graph.inputs[0]].name == "a");
    CHECK(b.graph.tensors[b.graph.outputs[0]].name == "y");
    CHECK(b.graph.nodes[0].name == "node0");
}

TEST_CASE("names that are made to be in the way cost no square", "[prepare][bounds]")
{
    // With a walk of its own for each tensor these are 2 * 10^10 attempts.
    constexpr uint32_t kCount = 200'000;
    Builder b;
    for (uint32_t i = 0; i < kCount; ++i) b.tensor("a." + std::to_string(kCount + i), ACCEL_TYPE_F32, {});
    for (uint32_t i = 0; i < kCount; ++i) b.tensor("a", ACCEL_TYPE_F32, {});
    name_everything(b.graph);
    CHECK(b.graph.tensors[kCount].name == "a");
    CHECK(b.graph.tensors[kCount + 1].name == "a." + std::to_string(2 * kCount));
    CHECK(b.graph.tensors.back().name == "a." + std::to_string(3 * kCount - 2));
}
