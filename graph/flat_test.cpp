// SPDX-License-Identifier: MIT
// Tests of the flat form: round trips, cut and flipped bytes, regions, constants outside.
#include <catch2/catch_test_macros.hpp>

#include <accel/graph/description.h>
#include <accel/graph/flat.h>
#include <accel/graph/view.h>

#include <cstring>

#include "flat/sample.h"

using namespace accel::graph;
using Sample = FlatSample;

namespace {

template <class Value> const Value *values(const accel_attribute &attribute) { return static_cast<const Value *>(attribute.values); }

std::string error_of(const std::vector<uint8_t> &bytes)
{
    std::string error;
    CHECK_FALSE(FlatGraph::parse(bytes.data(), bytes.size(), nullptr, 0, &error));
    return error;
}

std::string refusal(const Sample &sample) { return error_of(flatten(sample.graph)); }

}  // namespace

TEST_CASE("a graph and its tensors survive the round trip", "[graph]")
{
    const Sample sample;
    const std::vector<uint8_t> bytes = flatten(sample.graph);
    std::string error;
    const auto read = FlatGraph::parse(bytes.data(), bytes.size(), nullptr, 0, &error);
    INFO(error);
    REQUIRE(read);
    const accel_graph_desc &graph = read->desc();
    REQUIRE(graph.tensor_count == 6);
    REQUIRE(graph.node_count == 2);
    const accel_tensor_desc w = tensor_at(graph, 1);
    CHECK(std::string(w.name) == "w");
    CHECK(std::memcmp(w.data, sample.weights, 6) == 0);
    REQUIRE(w.quantization);
    CHECK(w.quantization->count == 3);
    CHECK(w.quantization->block_dims[0] == 1);
    CHECK(static_cast<const float *>(w.quantization->scales)[2] == 0.125f);
    const accel_quantization *in_blocks = tensor_at(graph, 2).quantization;
    REQUIRE(in_blocks);
    CHECK(in_blocks->scale_type == ACCEL_TYPE_F16);
    CHECK(in_blocks->block_dims[0] == 2);
    CHECK(static_cast<const uint16_t *>(in_blocks->scales)[1] == 0x3800);
    CHECK(in_blocks->zero_points == nullptr);
    CHECK(static_cast<const int32_t *>(tensor_at(graph, 2).data)[2] == 9);
    CHECK(tensor_at(graph, 0).dims[2].symbol == 0);
    CHECK(flatten(graph) == bytes);
}

TEST_CASE("attributes of every kind and regions survive the round trip", "[graph]")
{
    const Sample sample;
    const std::vector<uint8_t> bytes = flatten(sample.graph);
    const auto read = FlatGraph::parse(bytes.data(), bytes.size(), nullptr, 0, nullptr);
    REQUIRE(read);
    const accel_graph_desc &graph = read->desc();
    const accel_node_desc conv = node_at(graph, 0);
    CHECK(conv.rounding == ACCEL_ROUNDING_TFLITE);
    CHECK(values<int64_t>(conv.attributes[0])[1] == 2);
    CHECK(values<float>(conv.attributes[1])[0] == 6.0f);
    const accel_node_desc odd = node_at(graph, 1);
    CHECK(std::string(odd.domain) == "vendor");
    REQUIRE(odd.attribute_count == 13);
    for (uint32_t i = 0; i < odd.attribute_count; ++i) {
        CHECK(odd.attributes[i].kind == sample.custom_attributes[i].kind);
        CHECK(odd.attributes[i].count == sample.custom_attributes[i].count);
        CHECK(std::string(odd.attributes[i].name) == sample.custom_attributes[i].name);
    }
    for (const uint32_t strings : {0, 1, 2, 3}) {
        const accel_bytes &text = values<accel_bytes>(odd.attributes[strings])[0];
        CHECK(std::string(static_cast<const char *>(text.data), text.byte_count) == std::string("fa\0st", 5));
    }
    CHECK(values<int64_t>(odd.attributes[4])[0] == 1);
    CHECK(values<float>(odd.attributes[5])[0] == 6.0f);
    CHECK(values<double>(odd.attributes[7])[1] == -2.5);
    CHECK(values<uint32_t>(odd.attributes[9])[1] == 1);
    const accel_sparse_tensor &few = values<accel_sparse_tensor>(odd.attributes[10])[0];
    CHECK(few.indices == 5);
    REQUIRE(few.rank == 2);
    CHECK(few.dims[1] == 8);
    const accel_region &region = *odd.regions[values<uint32_t>(odd.attributes[11])[0]];
    CHECK(std::string(region.graph->name) == "body");
    CHECK(region.role == ACCEL_REGION_ROLE_BODY);
    REQUIRE(region.capture_count == 1);
    CHECK(region.captures[0].inner == 1);
    CHECK(region.inputs[0].kind == ACCEL_REGION_PORT_KIND_CARRIED);
    CHECK(region.outputs[1].axis == 2);
    CHECK(region.outputs[1].reversed == 1);
    CHECK(region.graph->symbols == graph.symbols);
    CHECK(region.graph->expressions == graph.expressions);
    CHECK(odd.inputs[1] == ACCEL_TENSOR_NONE);
}

TEST_CASE("large constants stay outside and come back from the table", "[graph]")
{
    const Sample sample;
    std::vector<uint32_t> referenced;
    const std::vector<uint8_t> bytes = flatten(sample.graph, FlattenOptions{8}, &referenced);
    CHECK(referenced == std::vector<uint32_t>{2, 5});
    const accel_bk_constant table[] = {{sample.bias, sizeof sample.bias}, {sample.places, sizeof sample.places}};
    const auto read = FlatGraph::parse(bytes.data(), bytes.size(), table, 2, nullptr);
    REQUIRE(read);
    CHECK(tensor_at(read->desc(), 2).data == sample.bias);
    CHECK(tensor_at(read->desc(), 1).data != sample.weights);
    std::string error;
    CHECK_FALSE(FlatGraph::parse(bytes.data(), bytes.size(), nullptr, 0, &error));
    CHECK(error.find("constant number 0") != std::string::npos);
    const accel_bk_constant cut[] = {{sample.bias, 8}, {sample.places, sizeof sample.places}};
    CHECK_FALSE(FlatGraph::parse(bytes.data(), bytes.size(), cut, 2, nullptr));
}

TEST_CASE("misaligned bytes give aligned constants", "[graph]")
{
    const Sample sample;
    const std::vector<uint8_t> bytes = flatten(sample.graph);
    std::vector<uint8_t> shifted(bytes.size() + 1);
    std::memcpy(shifted.data() + 1, bytes.data(), bytes.size());
    const auto read = FlatGraph::parse(shifted.data() + 1, bytes.size(), nullptr, 0, nullptr);
    REQUIRE(read);
    CHECK(reinterpret_cast<uintptr_t>(tensor_at(read->desc(), 2).data) % 4 == 0);
    CHECK(static_cast<const int32_t *>(tensor_at(read->desc(), 2).data)[0] == 7);
}

TEST_CASE("cut and flipped bytes are refused or harmless", "[graph]")
{
    const Sample sample;
    const std::vector<uint8_t> bytes = flatten(sample.graph);
    for (size_t count = 0; count < bytes.size(); ++count) {
        const std::vector<uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(count));
        std::string error;
        CHECK_FALSE(FlatGraph::parse(cut.data(), cut.size(), nullptr, 0, &error));
        CHECK_FALSE(error.empty());
    }
    for (size_t at = 0; at < bytes.size(); ++at) {
        for (const uint8_t mask : {0x01, 0x80, 0xff}) {
            std::vector<uint8_t> flipped = bytes;
            flipped[at] ^= mask;
            if (const auto read = FlatGraph::parse(flipped.data(), flipped.size(), nullptr, 0, nullptr)) flatten(read->desc());
        }
    }
}

TEST_CASE("order, double makers and indices are checked", "[graph]")
{
    Sample late;
    late.conv_in[0] = 4;
    CHECK(refusal(late) == "node 'conv' reads tensor 4 before it is made");
    Sample twice;
    twice.custom_out[0] = 3;
    CHECK(refusal(twice) == "node 'odd' makes tensor 3, which exists already");
    Sample outside;
    outside.custom_in[0] = 77;
    CHECK(refusal(outside) == "tensor index 77, there are 6");
    Sample variable;
    variable.constants[0] = 0;
    CHECK(refusal(variable) == "node 'odd': an attribute names tensor 0, which is no constant");
    Sample sparse;
    sparse.sparse[0].values = 6;
    CHECK(refusal(sparse) == "node 'odd': an attribute names tensor 6, which is no constant");
    Sample deep;
    deep.sparse[0].rank = 9;
    static const int64_t sizes[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    deep.sparse[0].dims = sizes;
    CHECK(refusal(deep) == "node 'odd': a sparse tensor of rank 9, at most 8");
    Sample two;
    two.custom_attributes[4].count = 2;
    CHECK(refusal(two) == "an attribute of kind 2 with 2 values");
    Sample constant_input;
    constant_input.inputs[0] = 1;
    CHECK(refusal(constant_input) == "tensor 1 is an input and a constant");
    Sample scale;
    scale.scales[1] = -1.0f;
    CHECK(refusal(scale) == "tensor 1 is quantised, but scale 1 is -1.000000, expected finite and above 0");
    Sample kind;
    kind.quantization.kind = 2;
    CHECK(refusal(kind) == "tensor 1 is quantised, but its kind is 2, expected one of enum accel_quantization_kind");
    Sample blocks;
    blocks.blocks[0] = 1;
    CHECK(refusal(blocks) == "tensor 2 is quantised, but it has 2 scales, expected one for each of its 3 blocks");
}

TEST_CASE("captures, ports and roles of regions are checked", "[graph]")
{
    Sample region;
    region.bodies[0] = 1;
    CHECK(refusal(region) == "node 'odd': an attribute names region 1, there are 1");
    Sample beyond;
    beyond.captures[0].outer = 9;
    CHECK(refusal(beyond) == "node 'odd': a region captures tensor 9, which is no value of the graph around it");
    Sample constant;
    constant.captures[0].outer = 1;
    CHECK(refusal(constant) == "node 'odd': a region captures tensor 1, which is no value of the graph around it");
    Sample early;
    early.captures[0].outer = 4;
    early.body_tensors[1].dims = early.y_dims;
    CHECK(refusal(early) == "node 'odd': a region captures tensor 4 before it is made");
    Sample other;
    other.captures[0].outer = 3;
    CHECK(refusal(other) == "node 'odd': a region captures tensor 3 as another type or shape");
    Sample port;
    port.captures[0].inner = 0;
    CHECK(refusal(port) == "a region captures tensor 0, which is none of its own or is there already");
    Sample operand;
    operand.region_inputs[0].operand = 2;
    CHECK(refusal(operand) == "node 'odd': a region is connected to operand 2 and result 4294967295");
    Sample kind_of_port;
    kind_of_port.region_outputs[0].kind = 6;
    CHECK(refusal(kind_of_port) == "node 'odd': a region has a port of kind 6");
    Sample role;
    role.region.role = 7;
    CHECK(refusal(role) == "node 'odd': a region of role 7");
}

TEST_CASE("strings, packed elements, unknown types and ranks survive the round trip", "[graph]")
{
    std::vector<uint8_t> bytes;
    {
        const OddSample sample;
        std::vector<uint32_t> referenced;
        bytes = flatten(sample.graph, FlattenOptions{1}, &referenced);
        CHECK(referenced == std::vector<uint32_t>{1});  // strings never stay outside
        bytes = flatten(sample.graph);
    }
    std::string error;
    const auto read = FlatGraph::parse(bytes.data(), bytes.size(), nullptr, 0, &error);
    INFO(error);
    REQUIRE(read);
    const View view(read->desc());
    const auto *names = static_cast<const accel_bytes *>(view.tensor(0).data);
    CHECK(view.tensor(0).data_bytes == 3 * sizeof(accel_bytes));
    CHECK(std::string(static_cast<const char *>(names[0].data), names[0].byte_count) == std::string("a\0b", 3));
    CHECK(names[1].byte_count == 0);
    CHECK(std::string(static_cast<const char *>(names[2].data), names[2].byte_count) == "last");
    CHECK(static_cast<const uint8_t *>(view.tensor(1).data)[1] == 0x03);
    CHECK(view.tensor(2).rank == ACCEL_RANK_UNKNOWN);
    CHECK(std::string(view.tensor(2).type_name) == "seq(tensor(float))");
    CHECK(dims(view.tensor(2)).empty());
    CHECK_FALSE(fixed_dims(view.tensor(2)));
    CHECK(is_constant(view.tensor(3)));
    CHECK(std::string(view.node(0).overload) == "second");
    CHECK(std::string(view.node(0).reason) == "nobody knows it");
    CHECK(flatten(read->desc()) == bytes);
    for (size_t at = 0; at < bytes.size(); ++at) {
        std::vector<uint8_t> flipped = bytes;
        flipped[at] ^= 0xff;
        if (const auto other = FlatGraph::parse(flipped.data(), flipped.size(), nullptr, 0, nullptr)) flatten(other->desc());
    }
}

TEST_CASE("constants of strings are as many as the shape says, and of known sizes", "[graph]")
{
    OddSample more;
    more.three[0].size = 4;
    more.tensors[1].data = nullptr;
    CHECK(error_of(flatten(more.graph)) == "tensor 0: 3 strings, the shape needs 4");
    OddSample open;
    open.tensors[1].rank = ACCEL_RANK_UNKNOWN;
    CHECK(error_of(flatten(open.graph)) == "tensor 1: a constant whose type or size is open");
    OddSample strange;
    strange.tensors[4].type = 99;
    CHECK(error_of(flatten(strange.graph)) == "tensor 4: unknown element type 99");
    OddSample cut;
    cut.tensors[1].data_bytes = 1;
    CHECK(error_of(flatten(cut.graph)) == "tensor 1: a constant of 1 bytes, the shape needs 2");
}

TEST_CASE("a graph is the same owned, described and flat", "[graph]")
{
    const FlatSample sample;
    const Graph owned = copy_graph(sample.graph);
    const std::vector<uint8_t> bytes = flatten(GraphDesc(owned).get());
    const auto read = FlatGraph::parse(bytes.data(), bytes.size(), nullptr, 0, nullptr);
    REQUIRE(read);
    CHECK(flatten(GraphDesc(copy_graph(read->desc())).get()) == bytes);
    CHECK(owned.nodes[0].ints(ACCEL_ATTRIBUTE_STRIDES, {}) == std::vector<int64_t>{1, 2});
    const OddSample odd;
    CHECK(flatten(GraphDesc(copy_graph(odd.graph)).get()) == flatten(odd.graph));
    CHECK(owned.nodes[1].label() == "vendor:Odd");
    size_t nodes = 0;
    static size_t *counted = nullptr;
    counted = &nodes;
    copy_graph(sample.graph, [] { ++*counted; });
    CHECK(nodes == 2);
    const FlattenOptions nothing;
    size_t words = 0;
    counted = &words;
    CHECK(flatten(sample.graph, nothing, nullptr, [] { ++*counted; }) == bytes);
    CHECK(words >= sample.graph.tensor_count + sample.graph.node_count);
    CHECK_THROWS_AS(flatten(sample.graph, nothing, nullptr, [] { throw 1; }), int);
}
