// SPDX-License-Identifier: MIT
// Tests of attributes in graphs: every kind copied, checked, and in elements of other sizes.
#include <accel/graph/attribute.h>

#include <catch2/catch_test_macros.hpp>

#include "base/error.h"
#include "compiler/subgraph.h"
#include "compiler/testing/builder.h"
#include "graph_check.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

/// A custom node with one attribute of every kind. Tensors 1 to 3 are constants, of which no operand names any.
Builder every_kind()
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {2});
    const uint32_t unused = b.constant<float>("unused", ACCEL_TYPE_F32, {1}, {0});
    const uint32_t few = b.constant<float>("few", ACCEL_TYPE_F32, {2}, {5, 6});
    const uint32_t places = b.constant<int64_t>("places", ACCEL_TYPE_I64, {2, 2}, {0, 1, 2, 0});
    const uint32_t y = b.tensor("y", ACCEL_TYPE_F32, {2});
    (void)unused;
    Node &node = b.node("odd", ACCEL_OPERATION_CUSTOM, {x}, {y});
    node.custom_name = "Odd";
    node.revision = 7;
    auto body = std::make_shared<Graph>();
    body->name = "body";
    node.regions.push_back({body, {}, {}, {}, ACCEL_REGION_ROLE_CUSTOM});
    const std::vector<std::string> texts{std::string("a\0b", 3), ""};
    const std::vector<SparseTensor> sparse{{few, places, {3, 2}}};
    node.attributes = {
        {0, ACCEL_ATTRIBUTE_KIND_FLOAT, "float", std::vector<float>{0.5f}},
        {0, ACCEL_ATTRIBUTE_KIND_INT, "int", std::vector<int64_t>{-1}},
        {0, ACCEL_ATTRIBUTE_KIND_STRING, "string", std::vector{texts[0]}},
        {0, ACCEL_ATTRIBUTE_KIND_TENSOR, "tensor", std::vector{few}},
        {0, ACCEL_ATTRIBUTE_KIND_GRAPH, "graph", std::vector<uint32_t>{0}},
        {0, ACCEL_ATTRIBUTE_KIND_FLOATS, "floats", std::vector<float>{}},
        {0, ACCEL_ATTRIBUTE_KIND_INTS, "ints", std::vector<int64_t>{1, 2}},
        {0, ACCEL_ATTRIBUTE_KIND_STRINGS, "strings", texts},
        {0, ACCEL_ATTRIBUTE_KIND_TENSORS, "tensors", std::vector{places, few}},
        {0, ACCEL_ATTRIBUTE_KIND_GRAPHS, "graphs", std::vector<uint32_t>{0, 0}},
        {0, ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR, "sparse", sparse},
        {0, ACCEL_ATTRIBUTE_KIND_SPARSE_TENSORS, "sparses", std::vector<SparseTensor>{}},
        {0, ACCEL_ATTRIBUTE_KIND_TYPE, "type", std::vector<std::string>{"seq(tensor(float))"}},
        {0, ACCEL_ATTRIBUTE_KIND_TYPES, "types", std::vector<std::string>{"tensor(float)", "tensor(string)"}},
        {0, ACCEL_ATTRIBUTE_KIND_DOUBLE, "double", std::vector<double>{0.1}},
        {0, ACCEL_ATTRIBUTE_KIND_DOUBLES, "doubles", std::vector<double>{0.1, 0.2}},
    };
    b.output(y);
    return b;
}

void check_same(const Node &a, const Node &b)
{
    REQUIRE(a.attributes.size() == b.attributes.size());
    for (size_t i = 0; i < a.attributes.size(); ++i) {
        INFO(a.attributes[i].name);
        CHECK(a.attributes[i].kind == b.attributes[i].kind);
        CHECK(a.attributes[i].name == b.attributes[i].name);
        CHECK(a.attributes[i].values == b.attributes[i].values);
    }
}

/// What check_structure says of one attribute on that node.
struct Answer {
    accel_status status;
    std::string rule, message;
};
Answer check_one(uint32_t kind, const void *values, uint64_t count)
{
    const Builder b = every_kind();
    const GraphDesc good(b.graph);
    accel_node_desc node = good.get().nodes[0];
    const accel_attribute attribute{0, kind, "a", values, count};
    node.attributes = &attribute;
    node.attribute_count = 1;
    accel_graph_desc desc = good.get();
    desc.nodes = &node;
    const accel_status status = check_structure(desc);
    if (status == ACCEL_STATUS_OK) return {status, "", ""};
    return {status, accel_last_error()->rule, accel_last_error()->message};
}

void check_refused(const Answer &answer, const std::string &rule, const std::string &why)
{
    CHECK(answer.status == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(answer.rule == rule);
    CHECK(answer.message == "node 'odd': attribute 0 'a' " + why);
}

/// value_dims: of values other than the sparse tensor's own.
Answer check_sparse(const SparseTensor &sparse, const std::vector<int64_t> &indices, bool linear, const std::vector<int64_t> &value_dims = {})
{
    Builder b = every_kind();
    const auto count = static_cast<int64_t>(indices.size());
    const uint32_t places = b.constant<int64_t>("given", ACCEL_TYPE_I64, linear ? std::vector<int64_t>{count} : std::vector<int64_t>{count / 2, 2}, indices);
    const uint32_t values = value_dims.empty() ? sparse.values : b.constant<float>("values", ACCEL_TYPE_F32, value_dims, std::vector<float>(static_cast<size_t>(count)));
    b.graph.nodes[0].attributes = {{0, ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR, "a", std::vector<SparseTensor>{{values, places, sparse.dims}}}};
    const GraphDesc desc(b.graph);
    const accel_status status = check_structure(desc.get());
    if (status == ACCEL_STATUS_OK) return {status, "", ""};
    return {status, accel_last_error()->rule, accel_last_error()->message};
}

}  // namespace

TEST_CASE("G-6 attributes of every kind survive the copy", "[graph]")
{
    const Builder b = every_kind();
    const GraphDesc desc(b.graph);
    const accel_status status = check_structure(desc.get());
    INFO(accel_last_error()->message);
    REQUIRE(status == ACCEL_STATUS_OK);
    const Graph copy = copy_graph(desc.get());
    CHECK(check_rules(copy) == ACCEL_STATUS_OK);
    CHECK(copy.nodes[0].revision == 7);
    check_same(copy.nodes[0], b.graph.nodes[0]);
}

TEST_CASE("G-6 tensors that attributes name follow the graph's numbers", "[graph]")
{
    Builder b = every_kind();
    const auto names = [](const Graph &graph) {
        std::vector<std::string> out;
        for (const Attribute &attribute : graph.nodes[0].attributes) for_each_tensor(attribute, [&](uint32_t tensor) { out.push_back(graph.tensors.at(tensor).name); });
        return out;
    };
    const std::vector<std::string> expected{"few", "places", "few", "few", "places"};
    REQUIRE(names(b.graph) == expected);
    CHECK(names(extract(b.graph, {0}).graph) == expected);
    compact(b.graph);
    CHECK(b.graph.tensors.size() == 4);  // unused went
    CHECK(names(b.graph) == expected);
}

TEST_CASE("A-26 G-6 G-1 attributes that cannot be read are refused before anything is", "[graph]")
{
    const auto *nowhere = reinterpret_cast<const void *>(uintptr_t{8});
    for (const uint32_t kind : {0u, 15u, 31u, 34u, 1000u, UINT32_MAX}) check_refused(check_one(kind, nowhere, 1), "A-26", "has unknown kind " + std::to_string(kind));
    const double values[2] = {};
    for (const uint32_t one : {1u, 2u, 3u, 4u, 5u, 11u, 13u, 32u})
        for (const uint64_t count : {uint64_t{0}, uint64_t{2}, UINT64_MAX})
            check_refused(check_one(one, nowhere, count), "G-6", "is of kind " + std::to_string(one) + ", which is one value, and announces " + std::to_string(count));
    for (const uint32_t list : {6u, 7u, 8u, 9u, 10u, 12u, 14u, 33u}) {
        check_refused(check_one(list, nullptr, 3), "G-1", "announces 3 values, the array is NULL");
        check_refused(check_one(list, nowhere, uint64_t{1} << 61), "G-6", "announces 2305843009213693952 values, expected less than 2^32");
        CHECK(check_one(list, nullptr, 0).status == ACCEL_STATUS_OK);
    }
    check_refused(check_one(ACCEL_ATTRIBUTE_KIND_INTS, reinterpret_cast<const char *>(values) + 4, 1), "G-6", "has values at an address that is no multiple of 8, the alignment of its type");
    check_refused(check_one(ACCEL_ATTRIBUTE_KIND_FLOATS, reinterpret_cast<const char *>(values) + 1, 1), "G-6", "has values at an address that is no multiple of 4, the alignment of its type");
    const accel_bytes absent{nullptr, 1}, endless{values, uint64_t{1} << 32}, empty{nullptr, 0};
    for (const uint32_t kind : {ACCEL_ATTRIBUTE_KIND_STRING, ACCEL_ATTRIBUTE_KIND_STRINGS, ACCEL_ATTRIBUTE_KIND_TYPE, ACCEL_ATTRIBUTE_KIND_TYPES}) {
        check_refused(check_one(kind, &absent, 1), "G-1", "has a string of 1 bytes whose data is NULL");
        check_refused(check_one(kind, &endless, 1), "G-6", "has a string of 4294967296 bytes, expected less than 2^32");
        CHECK(check_one(kind, &empty, 1).status == ACCEL_STATUS_OK);
    }
}

TEST_CASE("G-6 tensors, regions and sparse tensors of attributes are there and fit", "[graph]")
{
    const uint32_t variable = 0, constant = 2, outside = 5, second = 1;
    CHECK(check_one(ACCEL_ATTRIBUTE_KIND_TENSOR, &constant, 1).status == ACCEL_STATUS_OK);
    check_refused(check_one(ACCEL_ATTRIBUTE_KIND_TENSOR, &outside, 1), "G-1", "names tensor 5, the graph has 5");
    check_refused(check_one(ACCEL_ATTRIBUTE_KIND_TENSORS, &variable, 1), "G-6", "names tensor 0, which is no constant; a value that is computed is an operand");
    check_refused(check_one(ACCEL_ATTRIBUTE_KIND_GRAPH, &second, 1), "G-1", "names region 1, the node has 1");
    const int64_t dims[9] = {2, 2, 1, 1, 1, 1, 1, 1, 1}, negative[1] = {-1}, huge[2] = {int64_t{1} << 40, int64_t{1} << 40};
    const auto sparse = [](accel_sparse_tensor tensor) { return check_one(ACCEL_ATTRIBUTE_KIND_SPARSE_TENSORS, &tensor, 1); };
    check_refused(sparse({2, 3, 2, 1, dims}), "A-3", "has a sparse tensor whose reserved is not 0");
    check_refused(sparse({2, 3, 9, 0, dims}), "G-3", "has a sparse tensor of rank 9, at most 8");
    check_refused(sparse({2, 3, 2, 0, nullptr}), "G-1", "has a sparse tensor of rank 2 whose dims is NULL");
    check_refused(sparse({9, 3, 2, 0, dims}), "G-1", "names tensor 9, the graph has 5");
    check_refused(sparse({2, 0, 2, 0, dims}), "G-6", "names tensor 0, which is no constant; a value that is computed is an operand");
    check_refused(sparse({2, 3, 1, 0, negative}), "G-3", "has a sparse tensor of size -1 along axis 0, expected at least 0 and less than 2^63 elements in all");
    check_refused(sparse({2, 3, 2, 0, huge}), "G-3", "has a sparse tensor of size 1099511627776 along axis 1, expected at least 0 and less than 2^63 elements in all");
    check_refused(sparse({2, 3, 3, 0, dims}), "G-6", "has a sparse tensor of rank 3 whose indices are neither [n] nor [n, rank] of i64 for n values");
    check_refused(sparse({1, 3, 2, 0, dims}), "G-6", "has a sparse tensor of rank 2 whose indices are neither [n] nor [n, rank] of i64 for n values");
    check_refused(sparse({2, 2, 2, 0, dims}), "G-6", "has a sparse tensor of rank 2 whose indices are neither [n] nor [n, rank] of i64 for n values");
    const SparseTensor few{2, 0, {3, 2}};
    CHECK(check_sparse(few, {0, 5}, true).status == ACCEL_STATUS_OK);
    CHECK(check_sparse(few, {0, 1, 2, 1}, false).status == ACCEL_STATUS_OK);
    const std::string second_place = "has a sparse tensor whose index number 1 lies outside of its dims or does not ascend";
    check_refused(check_sparse(few, {0, 6}, true), "G-6", second_place);
    check_refused(check_sparse(few, {3, 3}, true), "G-6", second_place);
    check_refused(check_sparse(few, {0, 1, 0, 2}, false), "G-6", second_place);
    check_refused(check_sparse(few, {2, 0, 0, 1}, false), "G-6", second_place);
    const std::string first_place = "has a sparse tensor whose index number 0 lies outside of its dims or does not ascend";
    check_refused(check_sparse(few, {1, -1, 2, 0}, false), "G-6", first_place);  // as a linear index it would be 1
    check_refused(check_sparse(few, {0, 5}, true, {2, 1}), "G-6", "has a sparse tensor of rank 2 whose indices are neither [n] nor [n, rank] of i64 for n values");
    check_refused(check_sparse(few, {-1, 0}, true), "G-6", first_place);
}

TEST_CASE("A-24 sizes of a graph's elements are multiples of 8 of at least the first version's", "[graph]")
{
    const Builder b = every_kind();
    const GraphDesc good(b.graph);
    for (uint32_t accel_graph_desc::*size : {&accel_graph_desc::tensor_size, &accel_graph_desc::node_size, &accel_graph_desc::attribute_size})
        for (const uint32_t wrong : {0u, good.get().*size - 8, good.get().*size - 4, good.get().*size + 4, 4104u, 1u << 31}) {
            accel_graph_desc desc = good.get();
            desc.*size = wrong;
            INFO(wrong);
            CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
            CHECK(std::string(accel_last_error()->rule) == "A-24");
        }
}

TEST_CASE("A-2 attributes of a newer version are stepped over, and refused where their rest is not 0", "[graph]")
{
    const Builder b = every_kind();
    const GraphDesc good(b.graph);
    struct Newer {
        accel_attribute attribute;
        uint64_t later;
    };
    std::vector<Newer> attributes;
    for (uint32_t i = 0; i < good.get().nodes[0].attribute_count; ++i) attributes.push_back({good.get().nodes[0].attributes[i], 0});
    accel_node_desc node = good.get().nodes[0];
    node.attributes = &attributes[0].attribute;
    accel_graph_desc desc = good.get();
    desc.nodes = &node;
    desc.attribute_size = sizeof(Newer);
    REQUIRE(check_structure(desc) == ACCEL_STATUS_OK);
    check_same(copy_graph(desc).nodes[0], b.graph.nodes[0]);
    attributes.back().later = 1;
    CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-2");
}
