// SPDX-License-Identifier: MIT
// Tests of cuts, assignments, groups and refusals.
#include "partition.h"

#include <catch2/catch_test_macros.hpp>

#include <set>

#include "base/check.h"
#include "cut.h"
#include "plan.h"
#include "testing/builder.h"
#include "testing/fake_compiler.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::FakeCompiler;
using accel::testing::takes;

namespace {

constexpr uint32_t A = ACCEL_OPERATION_RELU, B = ACCEL_OPERATION_EXP;

/// A chain of operations from x to y; every tensor has 4096 floats.
Builder chain(const std::vector<uint32_t> &operations)
{
    Builder b;
    uint32_t at = b.input("x", ACCEL_TYPE_F32, {4096});
    for (size_t i = 0; i < operations.size(); ++i) {
        const uint32_t next = b.tensor(i + 1 == operations.size() ? "y" : "t" + std::to_string(i), ACCEL_TYPE_F32, {4096});
        b.node("n" + std::to_string(i), operations[i], {at}, {next});
        at = next;
    }
    b.output(at);
    return b;
}

using Shape2 = std::vector<std::pair<uint32_t, std::vector<uint32_t>>>;
Shape2 shape_of(const std::vector<Piece> &pieces)
{
    Shape2 out;
    for (const Piece &piece : pieces) out.emplace_back(piece.device, piece.nodes);
    return out;
}

class Can : public Sharing {
public:
    explicit Can(bool can) : can_(can) {}
    bool together(const std::vector<uint32_t> &) const override { return can_; }
    bool either_way(uint32_t, uint32_t) const override { return can_; }

private:
    bool can_;
};

struct Planned {
    std::vector<Subgraph> parts;
    std::vector<Segment> segments;
    Plan plan;
};

Planned plan_pieces(const Graph &graph, const std::vector<Piece> &pieces, bool can_share)
{
    Planned out;
    for (const Piece &piece : pieces) {
        Subgraph &part = out.parts.emplace_back(extract(graph, piece.nodes));
        Segment &segment = out.segments.emplace_back();
        segment.device = piece.device;
        for (const uint32_t t : part.graph.inputs) segment.inputs.push_back(dense_layout(part.graph.tensors[t]));
        for (const uint32_t t : part.graph.outputs) segment.outputs.push_back(dense_layout(part.graph.tensors[t]));
    }
    plan(graph, out.parts, Can(can_share), {}, out.segments, &out.plan);
    return out;
}

}  // namespace

TEST_CASE("cuts are convex, ordered and few", "[cut]")
{
    CHECK(cut(chain({A, A, B, A}).graph, {1, 1, 2, 1}) == std::vector<std::vector<uint32_t>>{{0, 1}, {2}, {3}});
    // Two branches from x: the side branch of key 1 joins the first piece although it comes late.
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4});
    const uint32_t p = b.tensor("p", ACCEL_TYPE_F32, {4}), q = b.tensor("q", ACCEL_TYPE_F32, {4}), r = b.tensor("r", ACCEL_TYPE_F32, {4});
    const uint32_t s = b.tensor("s", ACCEL_TYPE_F32, {4});
    b.node("p", A, {x}, {p});
    b.node("q", B, {p}, {q});
    b.node("r", A, {x}, {r});
    b.node("s", B, {r}, {s});
    b.output(q);
    b.output(s);
    CHECK(cut(b.graph, {1, 2, 1, 2}) == std::vector<std::vector<uint32_t>>{{0, 2}, {1, 3}});
}

TEST_CASE("random cuts keep every edge forward", "[cut]")
{
    uint32_t state = 1;
    const auto random = [&state](uint32_t below) {
        state = state * 1664525u + 1013904223u;
        return (state >> 10) % below;
    };
    for (int round = 0; round < 50; ++round) {
        Builder b;
        std::vector<uint32_t> made{b.input("x", ACCEL_TYPE_F32, {1})};
        std::vector<uint64_t> keys;
        for (int i = 0; i < 20; ++i) {
            const uint32_t a = made[random(static_cast<uint32_t>(made.size()))], c = made[random(static_cast<uint32_t>(made.size()))];
            const uint32_t out = b.tensor("t", ACCEL_TYPE_F32, {1});
            b.node("n", ACCEL_OPERATION_ADD, {a, c}, {out});
            made.push_back(out);
            keys.push_back(random(3));
        }
        std::vector<uint32_t> position(20, UINT32_MAX);
        const auto pieces = cut(b.graph, keys);
        for (uint32_t k = 0; k < pieces.size(); ++k) {
            for (const uint32_t node : pieces[k]) {
                REQUIRE(position[node] == UINT32_MAX);
                position[node] = k;
                CHECK(keys[node] == keys[pieces[k][0]]);
            }
        }
        const std::vector<uint32_t> maker = makers(b.graph);
        for (uint32_t i = 0; i < 20; ++i) {
            REQUIRE(position[i] != UINT32_MAX);
            for (const uint32_t input : b.graph.nodes[i].inputs) {
                if (maker[input] != UINT32_MAX) CHECK(position[maker[input]] <= position[i]);
            }
        }
    }
}

TEST_CASE("the first device takes what it can, the rest goes on", "[partition]")
{
    FakeCompiler npu(0, "npu", takes({A})), cpu(1, "cpu", takes({A, B}));
    const std::vector<CompileTarget> targets{npu.target(), cpu.target()};
    const Builder b = chain({A, A, B, A});
    Partition partition(b.graph, targets, {}, 0);
    std::vector<Piece> pieces;
    REQUIRE(partition.run(&pieces) == ACCEL_STATUS_OK);
    CHECK(shape_of(pieces) == Shape2{{0, {0, 1}}, {1, {2}}, {0, {3}}});
    CHECK(partition.earlier_refusals(1, 2) == "npu: does not do Exp");
    CHECK(partition.earlier_refusals(0, 0).empty());
}

TEST_CASE("what nobody takes is named with every reason", "[partition]")
{
    FakeCompiler npu(0, "npu", takes({A})), cpu(1, "cpu", takes({A}));
    const std::vector<CompileTarget> targets{npu.target(), cpu.target()};
    const Builder b = chain({A, B});
    std::vector<Piece> pieces;
    CHECK(Partition(b.graph, targets, {}, 0).run(&pieces) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(std::string(accel_last_error()->rule) == "P-1");
    CHECK(std::string(accel_last_error()->message) == "node 'n1' (Exp): no device of the set takes it: npu: does not do Exp; cpu: does not do Exp");
    CHECK(Partition(b.graph, targets, {}, ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY).run(&pieces) == ACCEL_STATUS_UNSUPPORTED);
}

TEST_CASE("P-1 everything that nobody takes is named in one answer", "[partition]")
{
    FakeCompiler npu(0, "npu", takes({})), cpu(1, "cpu", takes({A}));
    const std::vector<CompileTarget> targets{npu.target(), cpu.target()};
    std::vector<Piece> pieces;
    CHECK(Partition(chain({B, A, B}).graph, targets, {}, 0).run(&pieces) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(std::string(accel_last_error()->message) ==
          "2 operations have no place. node 'n0' (Exp), node 'n2' (Exp): no device of the set takes it: npu: does not do Exp; cpu: does not do Exp");
    CHECK(Partition(chain(std::vector<uint32_t>(200, B)).graph, targets, {}, 0).run(&pieces) == ACCEL_STATUS_UNSUPPORTED);
    const std::string message = accel_last_error()->message;
    const auto count = [&](const std::string &word) {
        size_t found = 0;
        for (size_t at = message.find(word); at != std::string::npos; at = message.find(word, at + 1)) ++found;
        return found;
    };
    CHECK(message.rfind("200 operations have no place. node 'n0' (Exp), ", 0) == 0);
    CHECK(count("node '") > 20);
    CHECK(message.size() < 1023);
    CHECK(message.find(". And " + std::to_string(200 - count("node '")) + " more, which accel_program_support tells") != std::string::npos);
}

TEST_CASE("every cut is asked about again, and refusals move on", "[partition]")
{
    // Claims a RELU only together with an EXP somewhere in the same graph; EXP alone it leaves to others.
    FakeCompiler npu(0, "npu", [](const accel_graph_desc &graph, const accel_node_desc &node) {
        bool has_exp = false;
        for (uint32_t i = 0; i < graph.node_count; ++i) has_exp |= node_at(graph, i).operation == B;
        return node.operation == A && has_exp ? 1u : 0u;
    });
    FakeCompiler cpu(1, "cpu", takes({A, B}));
    const std::vector<CompileTarget> targets{npu.target(), cpu.target()};
    const Builder b = chain({A, B});
    std::vector<Piece> pieces;
    REQUIRE(Partition(b.graph, targets, {}, 0).run(&pieces) == ACCEL_STATUS_OK);
    CHECK(shape_of(pieces) == Shape2{{1, {0, 1}}});
    CHECK(npu.query_count == 2);
}

TEST_CASE("groups build apart, and groups found in a cut split it", "[partition]")
{
    FakeCompiler apart(0, "npu", [](const accel_graph_desc &, const accel_node_desc &node) { return node.operation == A ? 1u : 2u; });
    const Builder b = chain({A, A, B});
    std::vector<Piece> pieces;
    REQUIRE(Partition(b.graph, {apart.target()}, {}, 0).run(&pieces) == ACCEL_STATUS_OK);
    CHECK(shape_of(pieces) == Shape2{{0, {0, 1}}, {0, {2}}});
    // In a graph without EXP, each node becomes a group by its name.
    FakeCompiler late(1, "late", [](const accel_graph_desc &graph, const accel_node_desc &node) {
        return graph.node_count == 3 ? (node.operation == A ? 1u : 0u) : node.name[1] - '0' + 1u;
    });
    FakeCompiler cpu(2, "cpu", takes({B}));
    REQUIRE(Partition(b.graph, std::vector<CompileTarget>{late.target(), cpu.target()}, {}, 0).run(&pieces) == ACCEL_STATUS_OK);
    CHECK(shape_of(pieces) == Shape2{{0, {0}}, {0, {1}}, {1, {2}}});
}

TEST_CASE("a module numbers its groups as it likes", "[partition]")
{
    // The last numbers that there are; groups that a cut splits need more.
    FakeCompiler last(0, "last", [](const accel_graph_desc &graph, const accel_node_desc &node) {
        if (node.operation == B) return graph.node_count == 4 ? UINT32_MAX : 0u;
        return graph.node_count == 4 ? UINT32_MAX - 1 : UINT32_MAX - static_cast<uint32_t>(node.name[1] - '0');
    });
    FakeCompiler cpu(1, "cpu", takes({B}));
    const Builder b = chain({A, A, A, B});
    std::vector<Piece> pieces;
    REQUIRE(Partition(b.graph, std::vector<CompileTarget>{last.target(), cpu.target()}, {}, 0).run(&pieces) == ACCEL_STATUS_OK);
    CHECK(shape_of(pieces) == Shape2{{0, {0}}, {0, {1}}, {0, {2}}, {1, {3}}});
}

TEST_CASE("a module that breaks its contract is blamed", "[partition]")
{
    FakeCompiler npu(0, "npu", takes({A}));
    const Builder b = chain({A, B});
    std::vector<Piece> pieces;
    npu.distort = [](accel_bk_support &answer) { answer.reason = ACCEL_REASON_OK; };
    CHECK(Partition(b.graph, {npu.target()}, {}, 0).run(&pieces) == ACCEL_STATUS_INTERNAL);
    CHECK(std::string(accel_last_error()->rule) == "C-3");
    npu.distort = [](accel_bk_support &answer) { answer.reason = 999; };
    CHECK(Partition(b.graph, {npu.target()}, {}, 0).run(&pieces) == ACCEL_STATUS_INTERNAL);
    CHECK(std::string(accel_last_error()->rule) == "C-7");
    // A module may refuse for a reason of headers to come.
    npu.distort = [](accel_bk_support &answer) {
        if (answer.group == 0) answer.reason = 999;
    };
    CHECK(Partition(b.graph, {npu.target()}, {}, 0).run(&pieces) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(std::string(accel_last_error()->message).find("reason 999, which this library does not know") != std::string::npos);
}

TEST_CASE("a rounding that the target does not offer is refused for it", "[partition]")
{
    FakeCompiler npu(0, "npu", takes({A})), cpu(1, "cpu", takes({A}));
    Builder b = chain({A});
    b.graph.nodes[0].rounding = ACCEL_ROUNDING_NATURAL;
    std::vector<Piece> pieces;
    CHECK(Partition(b.graph, {npu.target()}, {}, 0).run(&pieces) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(std::string(accel_last_error()->message).find("does not requantise with rounding natural; it offers half_even, tflite: --rounding") != std::string::npos);
    cpu.roundings |= 1u << ACCEL_ROUNDING_NATURAL;
    const std::vector<CompileTarget> both{npu.target(), cpu.target()};
    Partition partition(b.graph, both, {}, 0);
    REQUIRE(partition.run(&pieces) == ACCEL_STATUS_OK);
    CHECK(pieces[0].device == 1);
    CHECK(partition.answer(0, 0).reason == ACCEL_REASON_ROUNDING);
}

TEST_CASE("a piece that did not build goes to the next device", "[partition]")
{
    FakeCompiler npu(0, "npu", takes({A})), cpu(1, "cpu", takes({A, B}));
    const std::vector<CompileTarget> targets{npu.target(), cpu.target()};
    const Builder b = chain({A, B, A});
    Partition partition(b.graph, targets, {}, 0);
    std::vector<Piece> pieces;
    REQUIRE(partition.run(&pieces) == ACCEL_STATUS_OK);
    partition.refuse(pieces[0], {0, ACCEL_REASON_RESOURCE, ACCEL_TENSOR_NONE, 0, 0, 0});
    REQUIRE(partition.run(&pieces) == ACCEL_STATUS_OK);
    CHECK(shape_of(pieces) == Shape2{{1, {0, 1}}, {0, {2}}});
    // Nobody else takes it: that is a matter of size, not of support.
    const Builder only = chain({A});
    Partition lonely(only.graph, {npu.target()}, {}, 0);
    REQUIRE(lonely.run(&pieces) == ACCEL_STATUS_OK);
    lonely.refuse(pieces[0], {0, ACCEL_REASON_RESOURCE, ACCEL_TENSOR_NONE, 0, 0, 0});
    CHECK(lonely.run(&pieces) == ACCEL_STATUS_LIMIT);
}

TEST_CASE("balancing moves the cut with the speed", "[balance]")
{
    FakeCompiler npu(0, "npu", takes({A})), cpu(1, "cpu", takes({A, B}));
    std::vector<CompileTarget> targets{npu.target(), cpu.target()};
    const Builder b = chain({A, A, A, A, B});
    const auto first_piece = [&](double npu_macs_per_s) {
        targets[0].speed = {npu_macs_per_s, 1e3, 1e10};
        targets[1].speed = {1e9, 1e3, 1e10};
        std::vector<Piece> pieces;
        REQUIRE(Partition(b.graph, targets, {}, ACCEL_PROGRAM_FLAG_BALANCE).run(&pieces) == ACCEL_STATUS_OK);
        return pieces[0];
    };
    CHECK(first_piece(1e10).device == 0);
    CHECK(first_piece(1e10).nodes.size() == 4);
    CHECK(first_piece(1e9).device == 1);
    CHECK(first_piece(1e9).nodes.size() == 5);
}

TEST_CASE("values are shared where memory is, and copied with a reason where it is not", "[plan]")
{
    const Builder b = chain({A, B, A});
    const std::vector<Piece> pieces{{0, {0}}, {1, {1}}, {0, {2}}};
    const Planned shared = plan_pieces(b.graph, pieces, true);
    CHECK(shared.plan.ports.size() == 2);
    CHECK(shared.plan.values.size() == 2);
    REQUIRE(shared.plan.transfers.size() == 2);
    CHECK(shared.plan.transfers[0].kind == ACCEL_TRANSFER_KIND_SHARED);
    CHECK(shared.plan.transfers[1].from_segment == 1);
    CHECK(shared.plan.transfers[1].to_segment == 2);
    const Planned copied = plan_pieces(b.graph, pieces, false);
    CHECK(copied.plan.values.size() == 4);
    CHECK(copied.plan.values[1].copy_of == 0);
    CHECK(copied.plan.transfers[0].kind == ACCEL_TRANSFER_KIND_COPY);
    CHECK(copied.plan.transfers[0].reason == "the devices have no memory in common");
    CHECK(copied.plan.transfers[0].size_bytes == 16384);
    CHECK(copied.segments[1].input_sources[0].index == 1);
}

TEST_CASE("different layouts are a conversion even on one device", "[plan]")
{
    const Builder b = chain({A, B});
    std::vector<Subgraph> parts{extract(b.graph, {0}), extract(b.graph, {1})};
    std::vector<Segment> segments(2);
    for (size_t i = 0; i < 2; ++i) {
        segments[i].inputs = {dense_layout(b.graph.tensors[0])};
        segments[i].outputs = {dense_layout(b.graph.tensors[0])};
    }
    segments[1].inputs[0].steps[0].stride_bits = 8 * 16;
    segments[1].inputs[0].size_bytes = 65536;
    Plan out;
    plan(b.graph, parts, Can(true), {}, segments, &out);
    REQUIRE(out.values.size() == 2);
    CHECK(out.values[1].copy_of == 0);
    CHECK(out.values[1].layout.size_bytes == 65536);
    CHECK(out.transfers[0].kind == ACCEL_TRANSFER_KIND_CONVERT);
    CHECK(out.transfers[0].size_bytes == 16384);
    CHECK(out.transfers[0].reason == "the layouts differ: 0:4096@4 and 0:4096@16");
}

TEST_CASE("outputs that are read on and inputs of several devices", "[plan]")
{
    Builder b = chain({A, B});
    b.output(b.graph.nodes[0].outputs[0]);
    // n2 reads the input on the second device.
    const uint32_t z = b.tensor("z", ACCEL_TYPE_F32, {4096});
    b.node("n2", B, {b.graph.inputs[0]}, {z});
    b.output(z);
    const std::vector<Piece> pieces{{0, {0}}, {1, {1, 2}}};
    const Planned copied = plan_pieces(b.graph, pieces, false);
    CHECK(copied.plan.ports.size() == 4);
    CHECK(copied.plan.ports[2].name == "t0");
    CHECK(copied.segments[0].output_sources[0].kind == PortSource::Kind::Port);
    CHECK(copied.segments[0].output_sources[0].index == 2);
    REQUIRE(copied.plan.values.size() == 2);
    CHECK(copied.plan.values[0].copy_of_port);
    CHECK(copied.plan.values[1].copy_of_port);
    std::set<uint32_t> sources{copied.plan.values[0].copy_of, copied.plan.values[1].copy_of};
    CHECK(sources == std::set<uint32_t>{0, 2});
    const Planned shared = plan_pieces(b.graph, pieces, true);
    CHECK(shared.plan.values.empty());
    CHECK(shared.segments[1].input_sources[0].kind == PortSource::Kind::Port);
}
