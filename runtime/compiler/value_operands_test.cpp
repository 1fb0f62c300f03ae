// SPDX-License-Identifier: MIT
// Value operands, and what is computed of sizes on the way to them.
#include "value_operands.h"

#include <catch2/catch_test_macros.hpp>

#include <cmath>

#include "base/error.h"
#include "graph/graph_check.h"
#include "graph/values.h"
#include "prepare.h"
#include "symbols.h"
#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

using Ints = std::vector<int64_t>;

std::string refused(const Graph &graph)
{
    CHECK(check_rules(graph) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "G-6");
    return accel_last_error()->message;
}

/// x[L, 5] cut by operands; absent ones are empty.
struct Cut : Builder {
    uint32_t x = 0, y = 0;
    Cut(const Ints &starts, const Ints &ends, const Ints &axes, const Ints &steps, int64_t length = 8)
    {
        graph.symbols = {{"L", 1, 100}, {"rows", 0, 100, ACCEL_SYMBOL_KIND_DERIVED}, {"columns", 0, 100, ACCEL_SYMBOL_KIND_DERIVED}};
        x = input("x", ACCEL_TYPE_F32, {1, 5}), y = tensor("y", ACCEL_TYPE_F32, {1, 1});
        graph.tensors[x].shape[0] = {-1, 0};
        graph.tensors[y].shape = {Dim{-1, 1}, Dim{-1, 2}};
        std::vector<uint32_t> inputs{x, list("starts", starts), list("ends", ends)};
        inputs.push_back(axes.empty() ? ACCEL_TENSOR_NONE : list("axes", axes));
        if (!steps.empty()) inputs.push_back(list("steps", steps));
        node("cut", ACCEL_OPERATION_SLICE, inputs, {y});
        output(y);
        // Bounds that are known are judged when the graph is given, before any size is.
        const accel_symbol_value value{"L", nullptr, length};
        status = check_rules(graph);
        if (status == ACCEL_STATUS_OK) status = specialise(graph, &value, 1);
    }
    Ints ints(uint32_t position) const { return integers_at(graph, graph.nodes[0], position).value_or(Ints{}); }
    Ints sizes() const { return {graph.tensors[y].shape[0].size, graph.tensors[y].shape[1].size}; }
    std::string why() const { return accel_last_error()->message; }
    accel_status status = ACCEL_STATUS_OK;
};

}  // namespace

TEST_CASE("bounds of a slice may count from the end, reach beyond it, and come in any order of axes", "[symbols]")
{
    const Cut c({-2, -6}, {INT64_MAX, -1}, {1, -2}, {});
    REQUIRE(c.status == ACCEL_STATUS_OK);
    CHECK(c.ints(ACCEL_OPERAND_SLICE_AXES) == Ints{0, 1});
    CHECK(c.ints(ACCEL_OPERAND_SLICE_STARTS) == Ints{2, 3});
    CHECK(c.ints(ACCEL_OPERAND_SLICE_ENDS) == Ints{7, 5});
    CHECK(c.sizes() == Ints{5, 2});
    CHECK(c.ints(ACCEL_OPERAND_SLICE_STEPS) == Ints{1, 1});
    const Cut far({-100}, {100}, {}, {3});
    CHECK(far.ints(ACCEL_OPERAND_SLICE_STARTS) == Ints{0});
    CHECK(far.sizes() == Ints{3, 5});
    const Cut back({-1}, {INT64_MIN}, {0}, {-3});
    REQUIRE(back.status == ACCEL_STATUS_OK);
    CHECK(back.ints(ACCEL_OPERAND_SLICE_STARTS) == Ints{7});
    CHECK(back.ints(ACCEL_OPERAND_SLICE_ENDS) == Ints{-9});
    CHECK(back.sizes() == Ints{3, 5});
    CHECK(Cut({5}, {2}, {0}, {}).sizes() == Ints{0, 5});
}

TEST_CASE("bounds to the end of a named size say the end once there is one", "[symbols]")
{
    Builder b;
    b.graph.symbols = {{"L", 1, 100}, {"rows", 0, 100, ACCEL_SYMBOL_KIND_DERIVED}};
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1, 5}), y = b.tensor("y", ACCEL_TYPE_F32, {1, 5});
    b.graph.tensors[x].shape[0] = {-1, 0};
    b.graph.tensors[y].shape[0] = {-1, 1};
    b.node("cut", ACCEL_OPERATION_SLICE, {x, b.list("starts", {2}), b.list("ends", {INT32_MAX}), b.list("axes", {0})}, {y});
    b.output(y);
    REQUIRE(check_rules(b.graph) == ACCEL_STATUS_OK);
    const accel_symbol_value eight{"L", nullptr, 8};
    REQUIRE(specialise(b.graph, &eight, 1) == ACCEL_STATUS_OK);
    CHECK(integers_at(b.graph, b.graph.nodes[0], ACCEL_OPERAND_SLICE_ENDS) == Ints{8});
    CHECK(b.graph.tensors[y].shape[0].size == 6);
}

TEST_CASE("bounds that contradict each other are named", "[symbols]")
{
    const auto refuses = [](const Cut &cut, const char *part) {
        INFO(cut.why());
        return cut.status == ACCEL_STATUS_INVALID_ARGUMENT && cut.why().find(part) != std::string::npos;
    };
    CHECK(refuses(Cut({0}, {1, 2}, {0}, {}), "different numbers of values"));
    CHECK(refuses(Cut({0}, {1}, {2}, {}), "axis 2 lies outside of rank 2"));
    CHECK(refuses(Cut({0}, {1}, {-3}, {}), "axis -3 lies outside"));
    CHECK(refuses(Cut({0, 0}, {1, 1}, {0, -2}, {}), "axis 0 is given twice"));
    CHECK(refuses(Cut({0}, {1}, {0}, {0}), "a step of 0"));
}

TEST_CASE("G-6 a value operand is a list of whole numbers or one real number, and no attribute", "[graph]")
{
    const auto reshape = [](uint32_t type, const std::vector<int64_t> &dims) {
        Builder b;
        const uint32_t x = b.input("x", ACCEL_TYPE_F32, {6}), s = b.input("s", type, dims), y = b.tensor("y", ACCEL_TYPE_F32, {2, 3});
        b.node("r", ACCEL_OPERATION_RESHAPE, {x, s}, {y});
        b.output(y);
        return b;
    };
    CHECK(check_rules(reshape(ACCEL_TYPE_I64, {2}).graph) == ACCEL_STATUS_OK);
    CHECK(check_rules(reshape(ACCEL_TYPE_I32, {2}).graph) == ACCEL_STATUS_OK);
    CHECK(refused(reshape(ACCEL_TYPE_F32, {2}).graph).find("operand 's', which is its shape, has type f32, expected i64 or i32") != std::string::npos);
    CHECK(refused(reshape(ACCEL_TYPE_I64, {1, 2}).graph).find("expected one axis at most") != std::string::npos);
    constexpr uint32_t kShape = 24, kPads = 4, kValue = 25;  // keys of 0.1
    Builder both = reshape(ACCEL_TYPE_I64, {2});
    both.graph.nodes[0].set_ints(kShape, {2, 3});
    CHECK(refused(both.graph).find("attribute shape is an operand since 0.2, number 1: a constant tensor, where it is known") != std::string::npos);
    both.graph.nodes[0].attributes.clear();
    both.graph.nodes[0].set_real(kValue, 0);
    CHECK(refused(both.graph).find("attribute key 25, VALUE, is not used since 0.2: values are operands") != std::string::npos);
    const auto padded = [](uint32_t type, const std::vector<int64_t> &dims) {
        Builder b;
        const uint32_t x = b.input("x", ACCEL_TYPE_F32, {6}), y = b.tensor("y", ACCEL_TYPE_F32, {8});
        b.node("p", ACCEL_OPERATION_PAD, {x, b.list("pads", {1, 1}), b.input("v", type, dims)}, {y});
        b.output(y);
        return b;
    };
    CHECK(check_rules(padded(ACCEL_TYPE_F32, {}).graph) == ACCEL_STATUS_OK);
    CHECK(check_rules(padded(ACCEL_TYPE_F32, {1}).graph) == ACCEL_STATUS_OK);
    CHECK(refused(padded(ACCEL_TYPE_I64, {}).graph).find("operand 'v', which is its value, has type i64, expected f32") != std::string::npos);
    CHECK(refused(padded(ACCEL_TYPE_F32, {2}).graph).find("has shape [2], expected one value") != std::string::npos);
    Builder pads = padded(ACCEL_TYPE_F32, {});
    pads.graph.nodes[0].set_ints(kPads, {1, 1});
    CHECK(refused(pads.graph).find("attribute pads is an operand since 0.2, number 1") != std::string::npos);
    Builder more = reshape(ACCEL_TYPE_I64, {2});
    more.graph.nodes[0].inputs.push_back(more.graph.nodes[0].inputs[1]);
    CHECK(refused(more.graph).find("3 operands, expected 1 to 2") != std::string::npos);
}

TEST_CASE("a shape that is computed from sizes is known before the next node", "[symbols]")
{
    // y = x[L, 6] as [L * 2, 3], by SHAPE, GATHER, MUL, CONCAT and an open size that no expression says.
    Builder b;
    b.graph.symbols = {{"L", 1, 100}, {"rows", 0, 1000, ACCEL_SYMBOL_KIND_DERIVED}};
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1, 6}), shape = b.tensor("shape", ACCEL_TYPE_I64, {2}), first = b.tensor("first", ACCEL_TYPE_I64, {1});
    const uint32_t twice = b.tensor("twice", ACCEL_TYPE_I64, {1}), wanted = b.tensor("wanted", ACCEL_TYPE_I64, {2}), r = b.tensor("r", ACCEL_TYPE_F32, {1, 3}), y = b.tensor("y", ACCEL_TYPE_F32, {1, 3});
    b.graph.tensors[x].shape[0] = {-1, 0};
    b.graph.tensors[r].shape[0] = b.graph.tensors[y].shape[0] = {-1, 1};
    b.node("shape", ACCEL_OPERATION_SHAPE, {x}, {shape});
    b.node("first", ACCEL_OPERATION_GATHER, {shape, b.list("zero", {0})}, {first}).set_ints(ACCEL_ATTRIBUTE_AXIS, {0});
    b.node("twice", ACCEL_OPERATION_MUL, {first, b.list("two", {2})}, {twice});
    b.node("wanted", ACCEL_OPERATION_CONCAT, {twice, b.list("three", {3})}, {wanted}).set_ints(ACCEL_ATTRIBUTE_AXIS, {0});
    b.node("reshape", ACCEL_OPERATION_RESHAPE, {x, wanted}, {r});
    b.node("relu", ACCEL_OPERATION_RELU, {r}, {y});
    b.output(y);
    REQUIRE(check_rules(b.graph) == ACCEL_STATUS_OK);
    const accel_symbol_value five{"L", nullptr, 5};
    REQUIRE(prepare(b.graph, {&five, 1}) == ACCEL_STATUS_OK);
    REQUIRE(b.graph.nodes.size() == 2);
    CHECK(b.graph.nodes[0].operation == ACCEL_OPERATION_RESHAPE);
    CHECK(integers_at(b.graph, b.graph.nodes[0], ACCEL_OPERAND_RESHAPE_SHAPE) == Ints{10, 3});
}

TEST_CASE("a shape that depends on data is refused for it, and so is what follows", "[compiler]")
{
    Builder b;
    b.graph.symbols = {{"rows", 0, 1000, ACCEL_SYMBOL_KIND_DERIVED}};
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {6}), s = b.input("s", ACCEL_TYPE_I64, {2}), r = b.tensor("r", ACCEL_TYPE_F32, {1, 3}), y = b.tensor("y", ACCEL_TYPE_F32, {1, 3});
    b.graph.tensors[r].shape[0] = b.graph.tensors[y].shape[0] = {-1, 0};
    b.node("reshape", ACCEL_OPERATION_RESHAPE, {x, s}, {r});
    b.node("relu", ACCEL_OPERATION_RELU, {r}, {y});
    b.output(y);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    REQUIRE(b.graph.nodes.size() == 2);
    CHECK(b.graph.nodes[0].operation == ACCEL_OPERATION_CUSTOM);
    CHECK(b.graph.nodes[0].label() == "Reshape");
    CHECK(b.graph.nodes[0].reason == "its shape 's' is computed when the program runs, and has to be known when it is built");
    CHECK(b.graph.nodes[1].reason == "the size of 'r' is known only once other nodes have run");
}

TEST_CASE("values that are computed stay operands where sizes are known, and passes leave them alone", "[compiler]")
{
    // relu, clip to an input's value, and a pad with another's: nothing is fused, and modules are asked.
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4}), low = b.input("low", ACCEL_TYPE_F32, {}), value = b.input("value", ACCEL_TYPE_F32, {1});
    const uint32_t r = b.tensor("r", ACCEL_TYPE_F32, {4}), c = b.tensor("c", ACCEL_TYPE_F32, {4}), y = b.tensor("y", ACCEL_TYPE_F32, {6});
    b.node("relu", ACCEL_OPERATION_RELU, {x}, {r});
    b.node("clip", ACCEL_OPERATION_CLIP, {r, low, b.real("high", 6)}, {c});
    b.node("pad", ACCEL_OPERATION_PAD, {c, b.list("pads", {1, 1}), value}, {y});
    b.output(y);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    REQUIRE(b.graph.nodes.size() == 3);
    CHECK(b.graph.nodes[1].operation == ACCEL_OPERATION_CLIP);
    CHECK(unknown_value(b.graph, b.graph.nodes[1]) == b.graph.nodes[1].inputs[ACCEL_OPERAND_CLIP_MIN]);
    CHECK(real_at(b.graph, b.graph.nodes[1], ACCEL_OPERAND_CLIP_MAX) == 6.0f);
    CHECK(b.graph.nodes[2].operation == ACCEL_OPERATION_PAD);
    CHECK(unknown_value(b.graph, b.graph.nodes[2]) == b.graph.nodes[2].inputs[ACCEL_OPERAND_PAD_VALUE]);
    CHECK(unknown_value(b.graph, b.graph.nodes[2], true) == ACCEL_TENSOR_NONE);
}

TEST_CASE("bounds of a clip that cross are its upper one, and axes of a mean ascend", "[compiler]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {2, 3, 4}), c = b.tensor("c", ACCEL_TYPE_F32, {2, 3, 4}), y = b.tensor("y", ACCEL_TYPE_F32, {3}), z = b.tensor("z", ACCEL_TYPE_F32, {});
    b.node("clip", ACCEL_OPERATION_CLIP, {x, b.real("low", 8), b.real("high", 6)}, {c});
    b.node("mean", ACCEL_OPERATION_REDUCE_MEAN, {c, b.list("axes", {-1, 0})}, {y}).set_ints(ACCEL_ATTRIBUTE_KEEPDIMS, {0});
    b.node("all", ACCEL_OPERATION_REDUCE_MEAN, {c, b.list("none", {})}, {z}).set_ints(ACCEL_ATTRIBUTE_KEEPDIMS, {0});
    b.output(y);
    b.output(z);
    REQUIRE(check_rules(b.graph) == ACCEL_STATUS_OK);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    CHECK(real_at(b.graph, b.graph.nodes[0], ACCEL_OPERAND_CLIP_MIN) == 6.0f);
    CHECK(integers_at(b.graph, b.graph.nodes[1], ACCEL_OPERAND_REDUCE_MEAN_AXES) == Ints{0, 2});
    CHECK(b.graph.nodes[2].inputs.size() == 1);

    Builder nan;
    const uint32_t in = nan.input("x", ACCEL_TYPE_F32, {2}), out = nan.tensor("y", ACCEL_TYPE_F32, {2});
    nan.node("clip", ACCEL_OPERATION_CLIP, {in, nan.real("low", NAN)}, {out});
    nan.output(out);
    CHECK(prepare(nan.graph, {}) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->message).find("a bound is not a number") != std::string::npos);
}

TEST_CASE("a reshape to a size of 0 keeps its shape in its result alone", "[compiler]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {2, 0}), y = b.tensor("y", ACCEL_TYPE_F32, {0, 5});
    b.node("r", ACCEL_OPERATION_RESHAPE, {x}, {y});
    b.output(y);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    CHECK(b.graph.nodes[0].inputs.size() == 1);
}

TEST_CASE("sizes that are outputs, and values that are spread", "[symbols]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4, 1, 3}), s = b.tensor("s", ACCEL_TYPE_I64, {2}), n = b.tensor("n", ACCEL_TYPE_I64, {});
    const uint32_t y = b.tensor("y", ACCEL_TYPE_F32, {2, 4, 5, 3}), z = b.tensor("z", ACCEL_TYPE_F32, {2, 2}), same = b.tensor("same", ACCEL_TYPE_F32, {4, 1, 3});
    Node &shape = b.node("shape", ACCEL_OPERATION_SHAPE, {x}, {s});
    shape.set_ints(ACCEL_ATTRIBUTE_START, {-2});
    b.node("size", ACCEL_OPERATION_SIZE, {x}, {n});
    b.node("spread", ACCEL_OPERATION_EXPAND, {x, b.list("to", {2, 1, 5, 1})}, {y});
    b.node("kept", ACCEL_OPERATION_EXPAND, {x, b.list("one", {1})}, {same});
    b.node("made", ACCEL_OPERATION_EXPAND, {b.constant<float>("half", ACCEL_TYPE_F32, {}, {0.5f}), b.list("square", {2, 2})}, {z});
    for (const uint32_t out : {s, n, y, z, same}) b.output(out);
    REQUIRE(check_rules(b.graph) == ACCEL_STATUS_OK);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    const auto constant_behind = [&](uint32_t output) -> const Tensor & {
        const std::vector<uint32_t> made_by = makers(b.graph);
        const Node &maker = b.graph.nodes[made_by[b.graph.outputs[output]]];
        CHECK(maker.operation == ACCEL_OPERATION_IDENTITY);
        return b.graph.tensors[maker.inputs[0]];
    };
    CHECK(std::memcmp(constant_behind(0).data, Ints{1, 3}.data(), 16) == 0);
    CHECK(std::memcmp(constant_behind(1).data, Ints{12}.data(), 8) == 0);
    CHECK(static_cast<const float *>(constant_behind(3).data)[3] == 0.5f);
    const std::vector<uint32_t> made_by = makers(b.graph);
    const Node &spread = b.graph.nodes[made_by[b.graph.outputs[2]]];
    CHECK(spread.operation == ACCEL_OPERATION_MUL);
    CHECK(b.graph.tensors[spread.inputs[1]].shape == Shape{Dim{2}, Dim{1}, Dim{5}, Dim{1}});
    CHECK(b.graph.nodes[made_by[b.graph.outputs[4]]].operation == ACCEL_OPERATION_IDENTITY);
}

TEST_CASE("values that no product spreads are repeated, or chosen along new axes", "[symbols]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_U32, {4, 1, 3}), y = b.tensor("y", ACCEL_TYPE_U32, {4, 5, 3}), z = b.tensor("z", ACCEL_TYPE_U32, {2, 4, 5, 3});
    b.node("repeat", ACCEL_OPERATION_EXPAND, {x, b.list("same_rank", {4, 5, 1})}, {y});
    b.node("choose", ACCEL_OPERATION_EXPAND, {x, b.list("more_rank", {2, 1, 5, 1})}, {z});
    for (const uint32_t out : {y, z}) b.output(out);
    REQUIRE(check_rules(b.graph) == ACCEL_STATUS_OK);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    const Node &repeat = b.graph.nodes[0], &choose = b.graph.nodes[1];
    REQUIRE(repeat.operation == ACCEL_OPERATION_TILE);
    CHECK(std::memcmp(b.graph.tensors[repeat.inputs[1]].data, Ints{1, 5, 1}.data(), 24) == 0);
    REQUIRE(choose.operation == ACCEL_OPERATION_WHERE);
    CHECK(b.graph.tensors[choose.inputs[0]].shape == Shape{Dim{2}, Dim{1}, Dim{5}, Dim{1}});
    CHECK(std::memcmp(b.graph.tensors[choose.inputs[0]].data, std::vector<uint8_t>(10, 1).data(), 10) == 0);
    CHECK(choose.inputs[1] == b.graph.inputs[0]);
    CHECK(choose.inputs[2] == b.graph.inputs[0]);
}

TEST_CASE("a range that is an output is a constant behind it", "[symbols]")
{
    Builder b;
    const auto number = [&](const char *name, float value) { return b.constant<float>(name, ACCEL_TYPE_F32, {}, {value}); };
    const uint32_t y = b.tensor("y", ACCEL_TYPE_F32, {3});
    b.node("range", ACCEL_OPERATION_RANGE, {number("start", 1), number("limit", 2.25f), number("delta", 0.5f)}, {y});
    b.output(y);
    REQUIRE(check_rules(b.graph) == ACCEL_STATUS_OK);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    REQUIRE(b.graph.nodes[0].operation == ACCEL_OPERATION_IDENTITY);
    CHECK(std::memcmp(b.graph.tensors[b.graph.nodes[0].inputs[0]].data, std::vector<float>{1, 1.5f, 2}.data(), 12) == 0);
}

TEST_CASE("SAME over a size that was open becomes pads", "[symbols]")
{
    for (const bool upper : {true, false}) {
        Builder b;
        b.graph.symbols = {{"W", 1, 100}, {"half", 0, 100, ACCEL_SYMBOL_KIND_DERIVED}};
        const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1, 1, 1}), y = b.tensor("y", ACCEL_TYPE_F32, {1, 1, 1});
        b.graph.tensors[x].shape[2] = {-1, 0};
        b.graph.tensors[y].shape[2] = {-1, 1};
        Node &pool = b.node("pool", ACCEL_OPERATION_MAX_POOL, {x}, {y});
        pool.set_ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {4});
        pool.set_ints(ACCEL_ATTRIBUTE_STRIDES, {2});
        pool.attributes.push_back({ACCEL_ATTRIBUTE_AUTO_PAD, ACCEL_ATTRIBUTE_KIND_STRING, "", std::vector<std::string>{upper ? "SAME_UPPER" : "SAME_LOWER"}});
        b.output(y);
        REQUIRE(check_rules(b.graph) == ACCEL_STATUS_OK);
        const accel_symbol_value seven{"W", nullptr, 7};
        Graph wrong = b.graph;
        REQUIRE(specialise(b.graph, &seven, 1) == ACCEL_STATUS_OK);
        CHECK(b.graph.tensors[y].shape[2] == Dim{4});
        CHECK(b.graph.nodes[0].ints(ACCEL_ATTRIBUTE_PADS, {}) == (upper ? Ints{1, 2} : Ints{2, 1}));
        CHECK(b.graph.nodes[0].find(ACCEL_ATTRIBUTE_AUTO_PAD) == nullptr);
        wrong.nodes[0].attributes.back().values = std::vector<std::string>{"SAME"};
        CHECK(check_rules(wrong) == ACCEL_STATUS_INVALID_ARGUMENT);
    }
}

TEST_CASE("constant indices from the end of a size that was open count from the begin", "[symbols]")
{
    Builder b;
    b.graph.symbols = {{"L", 1, 100}};
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1}), y = b.tensor("y", ACCEL_TYPE_F32, {2});
    b.graph.tensors[x].shape[0] = {-1, 0};
    b.node("pick", ACCEL_OPERATION_GATHER, {x, b.list("at", {-1, 0})}, {y}).set_ints(ACCEL_ATTRIBUTE_AXIS, {0});
    b.output(y);
    const accel_symbol_value nine{"L", nullptr, 9};
    REQUIRE(specialise(b.graph, &nine, 1) == ACCEL_STATUS_OK);
    const Tensor &indices = b.graph.tensors[b.graph.nodes[0].inputs[1]];
    CHECK(std::memcmp(indices.data, Ints{8, 0}.data(), 16) == 0);
}
