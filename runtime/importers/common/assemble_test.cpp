// SPDX-License-Identifier: MIT
// Graphs that no file format was read for: what an importer gathers, as the runtime sees it.
#include "graph.h"

#include "failure.h"

#include "graph/graph_check.h"

#include <catch2/catch_test_macros.hpp>

#include <cstring>

using namespace accel::importer;

namespace {

struct Bench {
    ModelMemory memory;
    Graph graph{memory};

    ValueId named(const char *name, Dims dims, uint32_t type = ACCEL_TYPE_F32)
    {
        Value value;
        value.name = name;
        value.type = type;
        value.dims = std::move(dims);
        return graph.add_named(std::move(value));
    }

    const accel_graph_desc &assembled()
    {
        const accel_graph_desc *desc = assemble(graph, "lines", [] {});
        INFO(accel_last_error()->message);
        REQUIRE(accel::runtime::check_structure(*desc) == ACCEL_STATUS_OK);
        REQUIRE(accel::runtime::check_rules(accel::runtime::copy_graph(*desc)) == ACCEL_STATUS_OK);
        return *desc;
    }
};

}  // namespace

TEST_CASE("operations, symbols and computed shapes become a graph that the runtime takes", "[assemble]")
{
    Bench bench;
    const uint32_t n = bench.graph.sizes.symbol("n");
    const ValueId x = bench.named("x", {symbol_dim(n), fixed_dim(4)}), y = bench.named("y", {symbol_dim(n), fixed_dim(2), fixed_dim(2)});
    Value shape;
    shape.type = ACCEL_TYPE_I64;
    shape.dims = {fixed_dim(3)};
    shape.elements = std::vector<Element>{{0}, {2}, {2}};
    const ValueId wanted = bench.graph.add(std::move(shape));
    bench.graph.inputs = {x};
    bench.graph.outputs = {y};
    bench.graph.operations.push_back({ACCEL_OPERATION_RESHAPE, "r", {x, wanted}, {y}, {}});
    const accel_graph_desc &desc = bench.assembled();
    CHECK(std::string(desc.name) == "lines");
    REQUIRE(desc.symbol_count == 1);
    CHECK(std::string(desc.symbols[0].name) == "n");
    REQUIRE(desc.node_count == 1);
    const accel_tensor_desc &constant = desc.tensors[desc.nodes[0].inputs[1]];
    const int64_t sizes[] = {0, 2, 2};
    REQUIRE(constant.data_bytes == sizeof sizes);
    CHECK(std::memcmp(constant.data, sizes, sizeof sizes) == 0);
}

TEST_CASE("what nothing reads goes where it may, with what only it reads", "[assemble]")
{
    Bench bench;
    const ValueId x = bench.named("x", {fixed_dim(2)}), y = bench.named("y", {fixed_dim(2)}), a = bench.named("a", {fixed_dim(2)}), b = bench.named("b", {fixed_dim(2)});
    bench.graph.inputs = {x};
    bench.graph.outputs = {y};
    bench.graph.operations.push_back({ACCEL_OPERATION_RELU, "a", {x}, {a}, {}});
    bench.graph.operations.push_back({ACCEL_OPERATION_RELU, "b", {a}, {b}, {}});
    bench.graph.operations.push_back({ACCEL_OPERATION_RELU, "y", {x}, {y}, {}});
    bench.graph.operations[0].if_read = bench.graph.operations[1].if_read = true;
    const accel_graph_desc &desc = bench.assembled();
    REQUIRE(desc.node_count == 1);
    CHECK(std::string(desc.nodes[0].name) == "y");
    CHECK(desc.tensor_count == 2);
}

TEST_CASE("a custom node keeps its operator and an attribute of each kind", "[assemble]")
{
    Bench bench;
    const ValueId x = bench.named("x", {fixed_dim(2)}), y = bench.named("y", {fixed_dim(2)});
    const float real = 1;
    Value constant;
    constant.type = ACCEL_TYPE_F32;
    constant.dims = {fixed_dim(1)};
    constant.data = &real;
    constant.data_bytes = sizeof real;
    const ValueId values = bench.graph.add(constant);
    Value place;
    place.type = ACCEL_TYPE_I64;
    place.dims = {fixed_dim(1)};
    place.elements.emplace(1, Element{1});
    const ValueId indices = bench.graph.add(std::move(place));
    Custom custom{{"org.example", "Fold", 3}, "v", "no such thing", {}};
    custom.attributes = {
        {"f", ACCEL_ATTRIBUTE_KIND_FLOATS, {1, 2}, {}, {}, {}, {}},
        {"i", ACCEL_ATTRIBUTE_KIND_INT, {}, {7}, {}, {}, {}},
        {"s", ACCEL_ATTRIBUTE_KIND_STRINGS, {}, {}, {"a", ""}, {}, {}},
        {"t", ACCEL_ATTRIBUTE_KIND_TENSOR, {}, {}, {}, {values}, {}},
        {"z", ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR, {}, {}, {}, {}, {{values, indices, {4}}}},
        {"y", ACCEL_ATTRIBUTE_KIND_TYPE, {}, {}, {"tensor(float)"}, {}, {}},
    };
    bench.graph.inputs = {x};
    bench.graph.outputs = {y};
    Operation operation{ACCEL_OPERATION_CUSTOM, "n", {x}, {y}, {}};
    operation.custom = std::make_shared<const Custom>(std::move(custom));
    bench.graph.operations.push_back(std::move(operation));
    const accel_graph_desc &desc = bench.assembled();
    const accel_node_desc &node = desc.nodes[0];
    CHECK(std::string(node.domain) == "org.example");
    CHECK(std::string(node.custom_name) == "Fold");
    CHECK(std::string(node.overload) == "v");
    CHECK(std::string(node.reason) == "no such thing");
    CHECK(node.revision == 3);
    REQUIRE(node.attribute_count == 6);
    CHECK(static_cast<const float *>(node.attributes[0].values)[1] == 2);
    CHECK(*static_cast<const int64_t *>(node.attributes[1].values) == 7);
    CHECK(static_cast<const accel_bytes *>(node.attributes[2].values)[0].byte_count == 1);
    CHECK(desc.tensors[*static_cast<const uint32_t *>(node.attributes[3].values)].data == &real);
    const auto &sparse = *static_cast<const accel_sparse_tensor *>(node.attributes[4].values);
    CHECK(sparse.dims[0] == 4);
    CHECK(desc.tensors[sparse.indices].type == ACCEL_TYPE_I64);
    CHECK(std::string(static_cast<const char *>(static_cast<const accel_bytes *>(node.attributes[5].values)->data)) == "tensor(float)");
}

TEST_CASE("an operation that the catalog cannot say becomes a custom node of its operator", "[assemble]")
{
    Bench bench;
    const ValueId x = bench.named("x", {fixed_dim(2)}), y = bench.named("y", {fixed_dim(2)});
    bench.graph.inputs = {x};
    bench.graph.outputs = {y};
    bench.graph.operations.push_back({ACCEL_OPERATION_RELU, "n", {x}, {y}, {}, ACCEL_ROUNDING_NONE, {"org.example", "Relu", 2}});
    make_custom(bench.graph.operations[0], "it is so");
    const accel_node_desc &node = bench.assembled().nodes[0];
    CHECK(node.operation == ACCEL_OPERATION_CUSTOM);
    CHECK(std::string(node.domain) == "org.example");
    CHECK(std::string(node.custom_name) == "Relu");
    CHECK(node.revision == 2);
}

TEST_CASE("what was added since the mark is taken back", "[assemble]")
{
    Bench bench;
    const ValueId x = bench.named("x", {fixed_dim(2)});
    bench.graph.mark();
    const ValueId y = bench.named("y", {fixed_dim(2)});
    bench.graph.set_quantization(x, {{0.5f}, {1}});
    bench.graph.operations.push_back({ACCEL_OPERATION_RELU, "n", {x}, {y}, {}});
    bench.graph.roll_back();
    CHECK(bench.graph.value_count() == 1);
    CHECK(bench.graph.operations.empty());
    CHECK_FALSE(bench.graph.value(x).quantization);
}

TEST_CASE("a name is taken once", "[assemble]")
{
    Bench bench;
    bench.named("x", {});
    CHECK_THROWS_AS(bench.named("x", {}), Failure);
}
