// SPDX-License-Identifier: MIT
// Tests that each broken rule of a graph is named.
#include "graph_check.h"

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <cstring>
#include <functional>

#include "base/catalog.h"
#include "compiler/testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

/// A convolution with everything right.
Builder conv_graph()
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1, 4, 8, 8});
    const uint32_t w = b.constant<float>("w", ACCEL_TYPE_F32, {6, 4, 3, 3}, std::vector<float>(216, 0.5f));
    const uint32_t y = b.tensor("y", ACCEL_TYPE_F32, {1, 6, 4, 4});
    Node &conv = b.node("conv", ACCEL_OPERATION_CONV, {x, w}, {y});
    conv.set_ints(ACCEL_ATTRIBUTE_STRIDES, {2, 2});
    conv.set_ints(ACCEL_ATTRIBUTE_PADS, {1, 1, 1, 1});
    b.output(y);
    return b;
}

struct Answer {
    std::string rule, message;
};

/// Break one thing and see which rule says so.
Answer broken(const std::function<void(Graph &)> &damage)
{
    Builder b = conv_graph();
    damage(b.graph);
    const GraphDesc desc(b.graph);
    accel_status status = check_structure(desc.get());
    if (status == ACCEL_STATUS_OK) status = check_rules(copy_graph(desc.get()));
    CHECK(status == ACCEL_STATUS_INVALID_ARGUMENT);
    return {accel_last_error()->rule, accel_last_error()->message};
}

}  // namespace

TEST_CASE("a right graph passes and survives the copy", "[graph]")
{
    Builder b = conv_graph();
    const GraphDesc desc(b.graph);
    REQUIRE(check_structure(desc.get()) == ACCEL_STATUS_OK);
    const Graph copy = copy_graph(desc.get());
    INFO(accel_last_error()->message);
    REQUIRE(check_rules(copy) == ACCEL_STATUS_OK);
    CHECK(copy.tensors[1].data == b.graph.tensors[1].data);
    CHECK(copy.nodes[0].ints(ACCEL_ATTRIBUTE_PADS, {}) == std::vector<int64_t>{1, 1, 1, 1});
}

TEST_CASE("each broken rule is named", "[graph]")
{
    CHECK(broken([](Graph &g) { g.nodes[0].inputs[0] = 9; }).rule == "G-1");
    CHECK(broken([](Graph &g) { g.outputs[0] = 77; }).rule == "G-1");
    CHECK(broken([](Graph &g) { g.inputs.clear(); }).message == "node 'conv' (Conv) reads tensor 'x', which no earlier node makes: nodes must be in "
                                                                "topological order, without cycles");
    CHECK(broken([](Graph &g) { g.nodes.push_back(g.nodes[0]); }).rule == "G-2");
    CHECK(broken([](Graph &g) { g.nodes[0].inputs[0] = g.nodes[0].outputs[0]; }).rule == "G-2");
    CHECK(broken([](Graph &g) { g.tensors[2].name = ""; }).rule == "G-8");
    CHECK(broken([](Graph &g) { g.tensors[2].name = "x"; }).rule == "G-8");
    CHECK(broken([](Graph &g) { g.tensors[0].type = 99; }).rule == "G-3");
    CHECK(broken([](Graph &g) { g.tensors[0].type = ACCEL_TYPE_I64; }).message ==
          "node 'conv' (Conv): tensor 'x' has type i64, expected f32, i8, u8");
    CHECK(broken([](Graph &g) { g.tensors[2].type = ACCEL_TYPE_I8; }).message == "node 'conv' (Conv): tensor 'y' has type i8, expected f32");
    CHECK(broken([](Graph &g) { g.nodes[0].inputs.pop_back(); }).message == "node 'conv' (Conv) has 1 operands, expected 2 to 3");
    CHECK(broken([](Graph &g) { g.nodes[0].inputs[1] = ACCEL_TENSOR_NONE; }).rule == "G-6");
    CHECK(broken([](Graph &g) { g.nodes[0].set_ints(ACCEL_ATTRIBUTE_AXIS, {1}); }).rule == "G-6");
    CHECK(broken([](Graph &g) { g.nodes[0].set_real(ACCEL_ATTRIBUTE_STRIDES, 2.0f); }).rule == "G-6");
    CHECK(broken([](Graph &g) { g.nodes[0].attributes.push_back(g.nodes[0].attributes[0]); }).rule == "G-6");
    CHECK(broken([](Graph &g) { g.nodes[0].set_ints(ACCEL_ATTRIBUTE_STRIDES, {0, 1}); }).rule == "G-7");
    CHECK(broken([](Graph &g) {
              Node &transpose = g.nodes[0] = {};
              transpose.name = "turn";
              transpose.operation = ACCEL_OPERATION_TRANSPOSE;
              transpose.inputs = {0};
              transpose.outputs = {2};
              transpose.set_ints(ACCEL_ATTRIBUTE_PERM, {int64_t{1} << 40, 0, 1, 2});
          }).message.find("perm is no permutation") != std::string::npos);
    CHECK(broken([](Graph &g) { g.tensors[2].shape[3].size = 5; }).message ==
          "node 'conv' (Conv): result 'y' has shape [1,6,4,5], expected [1,6,4,4]");
    CHECK(broken([](Graph &g) { g.tensors[1].data_bytes -= 4; }).rule == "G-5");
    CHECK(broken([](Graph &g) { g.tensors[0].quantization = Quantization{{0.5f}, {0}, 0}; }).rule == "G-4");
    CHECK(broken([](Graph &g) { g.tensors[0].shape.assign(9, Dim{1}); }).rule == "G-3");
    CHECK(broken([](Graph &g) { g.tensors[0].shape = {Dim{int64_t{1} << 39}, Dim{1 << 20}}; }).rule == "G-3");
    CHECK(broken([](Graph &g) { g.tensors[0].shape[0].size = -3; }).rule == "G-3");
    CHECK(broken([](Graph &g) { g.symbols.push_back({"n", 5, 4}); }).rule == "G-10");
    CHECK(broken([](Graph &g) { g.nodes[0].rounding = 42; }).rule == "G-6");
    CHECK(broken([](Graph &g) { g.nodes[0].operation = ACCEL_OPERATION_CUSTOM; }).rule == "G-6");
    CHECK(broken([](Graph &g) {
              g.tensors[2].flags = ACCEL_TENSOR_FLAG_VARIABLE;
              g.tensors[2].variable = 0;
          }).rule == "G-1");
}

TEST_CASE("quantisation rules", "[graph]")
{
    for (const float scale : {0.0f, -1.0f, INFINITY, NAN}) {
        const auto damage = [scale](Graph &g) {
            g.tensors[0].type = ACCEL_TYPE_I8;
            g.tensors[0].quantization = Quantization{{scale}, {0}, 0};
        };
        CHECK(broken(damage).rule == "G-4");
    }
    CHECK(broken([](Graph &g) {
              g.tensors[0].type = ACCEL_TYPE_I8;
              g.tensors[0].quantization = Quantization{{1.0f}, {200}, 0};
          }).message == "tensor 0 'x' is quantised, but zero point 200 is outside of its type, expected -128 to 127");
}

TEST_CASE("G-4 a quantisation in blocks is described as it was given", "[graph]")
{
    const int64_t blocks[4] = {1, 2, 0, 4};
    const uint16_t scales[2] = {0x3c00, 0x3800};
    const uint8_t zero_points[2] = {1, 2};
    accel_quantization given{sizeof given, ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F16, ACCEL_TYPE_U8, 4, blocks, scales, zero_points, 2};
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_U8, {1, 4, 3, 4});
    b.output(x);
    const GraphDesc good(b.graph);
    std::vector<accel_tensor_desc> tensors{good.get().tensors[0]};
    tensors[0].quantization = &given;
    accel_graph_desc desc = good.get();
    desc.tensors = tensors.data();
    REQUIRE(check_structure(desc) == ACCEL_STATUS_OK);
    const Graph owned = copy_graph(desc);
    CHECK_FALSE(owned.tensors[0].quantization->plain());
    const GraphDesc again(owned);
    const accel_quantization &kept = *again.get().tensors[0].quantization;
    CHECK(kept.scale_type == ACCEL_TYPE_F16);
    CHECK(kept.block_dims[3] == 4);
    CHECK(static_cast<const uint16_t *>(kept.scales)[1] == 0x3800);
    CHECK(static_cast<const uint8_t *>(kept.zero_points)[1] == 2);
    // Of another version: shorter than any, or with more than this one knows.
    given.struct_size = 8;
    CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-1");
    struct {
        accel_quantization known;
        uint64_t more;
    } later{given, 0};
    later.known.struct_size = sizeof later;
    tensors[0].quantization = &later.known;
    CHECK(check_structure(desc) == ACCEL_STATUS_OK);
    later.more = 1;
    CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-2");
}

TEST_CASE("NULL arrays, foreign element sizes and deep regions are refused", "[graph]")
{
    const Builder b = conv_graph();
    const GraphDesc good(b.graph);
    accel_graph_desc desc = good.get();
    desc.tensors = nullptr;
    CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc = good.get();
    desc.node_size = 8;
    CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-24");
    accel_node_desc self{};
    const accel_region region{sizeof region, &desc, nullptr, nullptr, nullptr, ACCEL_REGION_ROLE_CUSTOM, 0};
    const accel_region *regions[] = {&region};
    self.regions = regions;
    self.region_count = 1;
    desc = accel_graph_desc{};
    desc.struct_size = sizeof desc;
    desc.nodes = &self;
    desc.node_count = 1;
    desc.node_size = sizeof self;
    CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "G-11");
    desc.struct_size = 8;
    CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-1");
}

TEST_CASE("A-2 elements with members of a newer version are refused unless those are 0", "[graph]")
{
    const Builder b = conv_graph();
    const GraphDesc good(b.graph);
    struct Newer {
        accel_tensor_desc tensor;
        uint64_t later;
    };
    std::vector<Newer> tensors;
    for (uint32_t i = 0; i < good.get().tensor_count; ++i) tensors.push_back({good.get().tensors[i], 0});
    accel_graph_desc desc = good.get();
    desc.tensors = &tensors[0].tensor;
    desc.tensor_size = sizeof(Newer);
    CHECK(check_structure(desc) == ACCEL_STATUS_OK);
    tensors.back().later = 1;
    CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-2");
}

TEST_CASE("G-4 G-6 a node keeps to one signature of its operation, and stored values have their scales", "[graph]")
{
    const auto said = [](accel_operation operation, uint32_t from, bool from_scaled, uint32_t to, bool to_scaled) {
        Builder b;
        const auto tensor = [&](const char *name, uint32_t type, bool scaled) { return scaled ? b.quantised(name, type, {1, 1, 2, 2}, 0.5f, 0) : b.tensor(name, type, {1, 1, 2, 2}); };
        const uint32_t x = tensor("x", from, from_scaled), y = tensor("y", to, to_scaled);
        b.graph.inputs = {x};
        Node &node = b.node("n", operation, {x}, {y});
        if (operation == ACCEL_OPERATION_MAX_POOL) node.set_ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {1, 1});
        if (operation == ACCEL_OPERATION_CAST) node.set_ints(ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_I32});
        b.output(y);
        return check_rules(b.graph) == ACCEL_STATUS_OK ? std::string() : std::string(accel_last_error()->message);
    };
    CHECK(said(ACCEL_OPERATION_QUANTIZE, ACCEL_TYPE_F32, false, ACCEL_TYPE_I8, true) == "");
    CHECK(said(ACCEL_OPERATION_QUANTIZE, ACCEL_TYPE_F32, false, ACCEL_TYPE_I8, false) == "node 'n' (QuantizeLinear): tensor 'y' has no quantisation");
    CHECK(said(ACCEL_OPERATION_QUANTIZE, ACCEL_TYPE_F32, false, ACCEL_TYPE_F32, false) == "node 'n' (QuantizeLinear): tensor 'y' has type f32, expected i8, u8");
    CHECK(said(ACCEL_OPERATION_DEQUANTIZE, ACCEL_TYPE_I32, true, ACCEL_TYPE_F32, false) == "");
    CHECK(said(ACCEL_OPERATION_DEQUANTIZE, ACCEL_TYPE_I32, false, ACCEL_TYPE_F32, false) == "node 'n' (DequantizeLinear): tensor 'x' has no quantisation");
    CHECK(said(ACCEL_OPERATION_CAST, ACCEL_TYPE_F32, false, ACCEL_TYPE_I32, false) == "");
    CHECK(said(ACCEL_OPERATION_CAST, ACCEL_TYPE_F32, false, ACCEL_TYPE_I64, false) == "node 'n' (Cast): tensor 'y' has type i64, expected i32");
    CHECK(said(ACCEL_OPERATION_MAX_POOL, ACCEL_TYPE_I8, false, ACCEL_TYPE_I8, false) == "");
    CHECK(said(ACCEL_OPERATION_MAX_POOL, ACCEL_TYPE_I8, true, ACCEL_TYPE_I8, true) == "");
    CHECK(said(ACCEL_OPERATION_MAX_POOL, ACCEL_TYPE_I8, true, ACCEL_TYPE_I8, false) == "node 'n' (MaxPool): tensor 'y' has no quantisation");
    CHECK(said(ACCEL_OPERATION_RELU, ACCEL_TYPE_U8, false, ACCEL_TYPE_U8, false) == "node 'n' (Relu): tensor 'x' has no quantisation");
}

TEST_CASE("G-6 operations and revisions newer than the catalog are not supported", "[graph]")
{
    Builder b = conv_graph();
    b.graph.nodes[0].operation = 4000;
    CHECK(check_rules(b.graph) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(std::string(accel_last_error()->message) == "node 'conv': operation 4000 is not in this library's catalog, which is of profile " + std::to_string(ACCEL_OPERATION_PROFILE));
    b.graph.nodes[0].operation = ACCEL_OPERATION_CONV;
    b.graph.nodes[0].revision = 2;
    CHECK(check_rules(b.graph) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(std::string(accel_last_error()->message) == "node 'conv' (Conv) is of revision 2, this library's catalog has 1");
    b.graph.nodes[0].revision = 0;
    CHECK(check_rules(b.graph) == ACCEL_STATUS_INVALID_ARGUMENT);
    b.graph.nodes[0].operation = ACCEL_OPERATION_CUSTOM;
    b.graph.nodes[0].custom_name = "Odd";
    CHECK(check_rules(b.graph) == ACCEL_STATUS_OK);
}

TEST_CASE("G-5 sizes of types are in bits: packed elements fill bytes without regard to rows", "[graph]")
{
    for (const TypeRow &row : types()) CHECK(accel_type_bits(row.type) == row.size_bits);
    CHECK(accel_type_bits(ACCEL_TYPE_UNKNOWN) == 0);
    CHECK(accel_type_bits(99) == 0);
    const std::tuple<accel_type, Shape, uint64_t> rows[] = {
        {ACCEL_TYPE_I4, {Dim{3}}, 2},
        {ACCEL_TYPE_U4, {Dim{3}, Dim{3}}, 5},
        {ACCEL_TYPE_F4E2M1, {Dim{8}}, 4},
        {ACCEL_TYPE_I2, {Dim{5}}, 2},
        {ACCEL_TYPE_U2, {Dim{3}, Dim{5}}, 4},
        {ACCEL_TYPE_I4, {Dim{0}}, 0},
        {ACCEL_TYPE_F8E8M0, {Dim{7}}, 7},
        {ACCEL_TYPE_U16, {Dim{3}}, 6},
        {ACCEL_TYPE_C128, {Dim{2}}, 32},
        {ACCEL_TYPE_STRING, {Dim{2}}, 32},
    };
    for (const auto &[type, shape, bytes] : rows) {
        INFO(type);
        const std::vector<uint64_t> data(8);
        Builder b = conv_graph();
        b.graph.nodes[0].operation = ACCEL_OPERATION_CUSTOM;
        b.graph.nodes[0].custom_name = "Packed";
        Tensor &tensor = b.graph.tensors[1];
        tensor.type = type;
        tensor.shape = shape;
        tensor.data = data.data();
        tensor.data_bytes = bytes;
        CHECK(size_bytes(tensor) == bytes);
        CHECK(check_structure(GraphDesc(b.graph).get()) == ACCEL_STATUS_OK);
        tensor.data_bytes = bytes + 1;
        CHECK(check_structure(GraphDesc(b.graph).get()) == ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(std::string(accel_last_error()->rule) == "G-5");
    }
    CHECK(packed_size_bytes(ACCEL_TYPE_C128, UINT64_MAX / 2) == std::nullopt);
    // No operation of the catalog takes them yet.
    CHECK(broken([](Graph &g) { g.tensors[0].type = ACCEL_TYPE_I4; }).message == "node 'conv' (Conv): tensor 'x' has type i4, expected f32, i8, u8");
}

TEST_CASE("G-5 strings of a constant have their bytes", "[graph]")
{
    for (const auto &[string, why] : {std::pair(accel_bytes{nullptr, 2}, "tensor 1 'w': string number 1 has 2 bytes and its data is NULL"),
                                      std::pair(accel_bytes{"", uint64_t{1} << 32}, "tensor 1 'w': string number 1 has 4294967296 bytes and may have less than 2^32")}) {
        const accel_bytes strings[2] = {{nullptr, 0}, string};
        const Answer answer = broken([&strings](Graph &g) {
            g.nodes[0].operation = ACCEL_OPERATION_CUSTOM;
            g.nodes[0].custom_name = "Join";
            g.tensors[1].type = ACCEL_TYPE_STRING;
            g.tensors[1].shape = {Dim{2}};
            g.tensors[1].data = strings;
            g.tensors[1].data_bytes = sizeof strings;
        });
        CHECK(answer.rule == "G-5");
        CHECK(answer.message == why);
    }
}

TEST_CASE("G-21 what is unknown is for custom nodes", "[graph]")
{
    const auto unranked = [](Graph &g) { g.tensors[0].ranked = false, g.tensors[0].shape.clear(); };
    const auto untyped = [](Graph &g) { g.tensors[0].type = 0, g.tensors[0].type_name = "seq(tensor(float))"; };
    CHECK(broken(unranked).rule == "G-21");
    CHECK(broken(untyped).message == "node 'conv' (Conv): tensor 'x' has an unknown type, which only custom nodes may read or make");
    CHECK(broken([](Graph &g) { g.tensors[1].ranked = false; }).rule == "G-5");  // a constant
    CHECK(broken([&](Graph &g) { unranked(g), g.tensors[0].quantization = Quantization{{1.0f}, {0}, 0}; }).rule == "G-4");

    Builder b = conv_graph();
    Node &node = b.graph.nodes[0] = {};
    node.name = "odd";
    node.custom_name = "Odd";
    node.overload = "second";
    node.reason = "nobody knows it";
    node.inputs = {0, 1};
    node.outputs = {2};
    untyped(b.graph);
    unranked(b.graph);
    b.graph.tensors[1].type = 0;  // values that only the node can read
    b.graph.tensors[2].type = 0;
    const GraphDesc desc(b.graph);
    REQUIRE(check_structure(desc.get()) == ACCEL_STATUS_OK);
    const Graph copy = copy_graph(desc.get());
    CHECK(check_rules(copy) == ACCEL_STATUS_OK);
    CHECK_FALSE(copy.tensors[0].ranked);
    CHECK(copy.tensors[0].type_name == "seq(tensor(float))");
    CHECK(copy.tensors[2].ranked);
    CHECK(copy.tensors[1].data_bytes == b.graph.tensors[1].data_bytes);
    CHECK(copy.nodes[0].overload == "second");
    CHECK(copy.nodes[0].reason == "nobody knows it");
    CHECK(desc.get().tensors[0].rank == ACCEL_RANK_UNKNOWN);
    CHECK_FALSE(size_bytes(copy.tensors[0]));
    CHECK_FALSE(size_bytes(copy.tensors[2]));
}
