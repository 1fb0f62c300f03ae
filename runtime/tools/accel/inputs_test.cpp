// SPDX-License-Identifier: MIT
// A test of files for inputs of unknown rank.
#include "inputs.h"

#include <catch2/catch_test_macros.hpp>

using namespace accel::tool;

TEST_CASE("a file gives no size to an input of unknown rank")
{
    accel_tensor_desc tensor{};
    tensor.name = "x";
    tensor.type_name = "optional(tensor(float))";
    tensor.rank = ACCEL_RANK_UNKNOWN;
    const uint32_t input = 0;
    accel_graph_desc graph{};
    graph.struct_size = sizeof graph;
    graph.tensors = &tensor;
    graph.tensor_count = 1;
    graph.tensor_size = sizeof tensor;
    graph.inputs = &input;
    graph.input_count = 1;
    CHECK(sizes_from_files(graph, {"x.npy"}).empty());
}
