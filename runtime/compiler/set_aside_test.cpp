// SPDX-License-Identifier: MIT
// Custom nodes on the way to devices.
#include "set_aside.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "base/error.h"
#include "prepare.h"
#include "reasons.h"
#include "target.h"
#include "testing/builder.h"
#include "testing/fake_compiler.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::FakeCompiler;

namespace {

/// x -> Relu -> Odd -> (unknown, untold) -> Even -> Exp -> y
Builder around_custom()
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4}), a = b.tensor("a", ACCEL_TYPE_F32, {4}), c = b.tensor("c", 0, {});
    b.graph.tensors[c].ranked = false;
    const uint32_t d = b.tensor("d", ACCEL_TYPE_F32, {4}), y = b.tensor("y", ACCEL_TYPE_F32, {4});
    b.node("relu", ACCEL_OPERATION_RELU, {x}, {a});
    b.node("odd", ACCEL_OPERATION_CUSTOM, {a}, {c}).custom_name = "Odd";
    b.graph.nodes.back().reason = "there is no such operator here";
    b.node("even", ACCEL_OPERATION_CUSTOM, {c}, {d}).custom_name = "Even";
    b.node("exp", ACCEL_OPERATION_EXP, {d}, {y});
    b.output(y);
    return b;
}

bool has_custom(const accel_graph_desc &graph)
{
    for (uint32_t i = 0; i < graph.node_count; ++i) {
        if (node_at(graph, i).operation == ACCEL_OPERATION_CUSTOM) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("C-9 a module that did not say so never sees a custom node", "[compiler]")
{
    Builder b = around_custom();
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    bool seen = false;
    FakeCompiler plain(0, "plain", [&](const accel_graph_desc &graph, const accel_node_desc &) { return seen = seen || has_custom(graph), 1u; });
    Partition partition(b.graph, {plain.target()}, {}, 0);
    std::vector<Piece> pieces;
    CHECK(partition.run(&pieces) == ACCEL_STATUS_UNSUPPORTED);
    CHECK_FALSE(seen);
    CHECK(plain.query_count > 0);
    const std::string message = accel_last_error()->message;
    INFO(message);
    CHECK(message.find("2 operations have no place") != std::string::npos);
    CHECK(message.find("node 'odd' (Odd)") != std::string::npos);
    CHECK(message.find("does not do Odd (there is no such operator here)") != std::string::npos);
    CHECK(message.find("node 'even' (Even)") != std::string::npos);
    CHECK(partition.first_taker(0) == 0);
}

TEST_CASE("C-9 a module that says so may claim it", "[compiler]")
{
    Builder b = around_custom();
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    FakeCompiler all(0, "all", [](const accel_graph_desc &, const accel_node_desc &) { return 1u; });
    all.flags = ACCEL_BK_TARGET_FLAG_CUSTOM;
    Partition partition(b.graph, {all.target()}, {}, 0);
    std::vector<Piece> pieces;
    REQUIRE(partition.run(&pieces) == ACCEL_STATUS_OK);
    CHECK(pieces.size() == 1);
    CHECK(check_crossings(b.graph, pieces) == ACCEL_STATUS_OK);
    // What has no size stays inside of a part.
    const std::vector<Piece> two = {{0, {0, 1}}, {0, {2, 3}}};
    CHECK(check_crossings(b.graph, two) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(std::string(accel_last_error()->message).find("'c' has no known type") != std::string::npos);
}

TEST_CASE("C-9 what a module does not list is refused for it, and not shown", "[compiler]")
{
    FakeCompiler device(0, "npu", [](const accel_graph_desc &, const accel_node_desc &node) {
        CHECK(node.revision == 1);
        CHECK(node.operation == ACCEL_OPERATION_RELU);
        return 1u;
    });
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4}), y = b.tensor("y", ACCEL_TYPE_F32, {4}), z = b.tensor("z", ACCEL_TYPE_F32, {4}), last = b.tensor("last", ACCEL_TYPE_F32, {4});
    b.node("known", ACCEL_OPERATION_RELU, {x}, {y});
    b.node("newer", ACCEL_OPERATION_RELU, {y}, {z}).revision = 2;
    b.node("unlisted", static_cast<accel_operation>(4000), {z}, {last});
    b.output(last);
    std::vector<accel_bk_support> answers;
    REQUIRE(ask(device.target(), b.graph, {}, &answers) == ACCEL_STATUS_OK);
    CHECK(answers[0].group == 1);
    CHECK(answers[1].group == 0);
    CHECK(answers[1].reason == ACCEL_REASON_REVISION);
    CHECK(answers[1].given == 2);
    CHECK(answers[1].expected == 1);
    CHECK(refusal_text(b.graph, b.graph.nodes[1], answers[1]) == "knows Relu up to revision 1, this node is of revision 2");
    CHECK(answers[2].reason == ACCEL_REASON_OPERATION);
    b.graph.nodes.erase(b.graph.nodes.begin());
    b.graph.inputs[0] = y;
    device.query_count = 0;
    REQUIRE(ask(device.target(), b.graph, {}, &answers) == ACCEL_STATUS_OK);
    CHECK(device.query_count == 0);
}

TEST_CASE("types that no port can describe stay inside of a part", "[compiler]")
{
    const auto crossing = [](accel_type type) {
        Builder b;
        const uint32_t x = b.input("x", type, {4}), y = b.tensor("y", ACCEL_TYPE_F32, {4});
        b.node("unpack", ACCEL_OPERATION_CUSTOM, {x}, {y}).custom_name = "Unpack";
        b.output(y);
        return check_crossings(b.graph, {{0, {0}}});
    };
    CHECK(crossing(ACCEL_TYPE_I4) == ACCEL_STATUS_OK);
    CHECK(crossing(ACCEL_TYPE_STRING) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(std::string(accel_last_error()->message).find("type string, which is in graphs only") != std::string::npos);
}

TEST_CASE("what no output depends on refuses nothing", "[compiler]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4}), odd = b.tensor("odd", 0, {}), y = b.tensor("y", ACCEL_TYPE_F32, {4});
    b.graph.symbols.push_back({"n", 1, 9});
    b.node("odd", ACCEL_OPERATION_CUSTOM, {x}, {odd}).custom_name = "Odd";
    const uint32_t open = b.tensor("open", ACCEL_TYPE_F32, {1});
    b.graph.tensors[open].shape[0] = {-1, 0};
    b.node("also odd", ACCEL_OPERATION_CUSTOM, {odd}, {open}).custom_name = "Odd";
    const uint32_t dead = b.tensor("dead", ACCEL_TYPE_F32, {1});
    b.graph.tensors[dead].shape[0] = {-1, 0};
    b.node("dead", ACCEL_OPERATION_RELU, {open}, {dead});
    b.node("relu", ACCEL_OPERATION_RELU, {x}, {y});
    b.output(y);
    // With the size that is given these would not fit.
    b.graph.tensors[x].shape[0] = b.graph.tensors[y].shape[0] = {-1, 0};
    const uint32_t c = b.constant<float>("c", ACCEL_TYPE_F32, {4}, std::vector<float>(4)), misfit = b.tensor("misfit", ACCEL_TYPE_F32, {4});
    b.node("misfit", ACCEL_OPERATION_ADD, {x, c}, {misfit});
    const accel_symbol_value three{"n", nullptr, 3};
    REQUIRE(prepare(b.graph, {&three, 1}) == ACCEL_STATUS_OK);
    CHECK(b.graph.nodes.size() == 1);
}

TEST_CASE("what has a size only once a custom node has run is set aside with that reason", "[compiler]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4});
    b.graph.symbols.push_back({"found", 0, 9});
    const uint32_t some = b.tensor("some", ACCEL_TYPE_F32, {1}), y = b.tensor("y", ACCEL_TYPE_F32, {1});
    b.graph.tensors[some].shape[0] = b.graph.tensors[y].shape[0] = {-1, 0};
    b.node("pick", ACCEL_OPERATION_CUSTOM, {x}, {some}).custom_name = "Pick";
    b.node("relu", ACCEL_OPERATION_RELU, {some}, {y});
    b.output(y);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    REQUIRE(b.graph.nodes.size() == 2);
    CHECK(b.graph.nodes[1].operation == ACCEL_OPERATION_CUSTOM);
    CHECK(b.graph.nodes[1].label() == "Relu");
    CHECK(b.graph.nodes[1].revision == 0);
    CHECK(b.graph.nodes[1].reason == "the size of 'some' is known only once a custom node has run");
    // A size of an input is asked for as ever.
    b.graph.inputs.push_back(static_cast<uint32_t>(b.graph.tensors.size()));
    b.graph.tensors.push_back(b.graph.tensors[1]);
    b.graph.tensors.back().name = "open";
    CHECK(prepare(b.graph, {}) == ACCEL_STATUS_INVALID_ARGUMENT);
}
