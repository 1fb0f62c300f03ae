// SPDX-License-Identifier: MIT
// Groups of a support answer over generated graphs.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "prepare.h"
#include "subgraph.h"
#include "support.h"
#include "testing/builder.h"
#include "testing/fake_compiler.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::FakeCompiler;
using accel::testing::takes;

namespace {

/// A graph of operations of one and two operands and two results, some of which nobody knows; all that nobody reads is an output.
Builder any_graph(std::mt19937 &random, uint32_t node_count)
{
    Builder b;
    std::vector<uint32_t> values;
    for (int i = 0; i < 3; ++i) values.push_back(b.input("x" + std::to_string(i), ACCEL_TYPE_F32, {4}));
    std::vector<bool> read(64 + 2 * node_count);
    const auto pick = [&] {
        const size_t near = std::min<size_t>(values.size(), 6);  // so that ways part and meet
        const uint32_t value = values[values.size() - 1 - random() % near];
        read[value] = true;
        return value;
    };
    for (uint32_t i = 0; i < node_count; ++i) {
        const std::string name = "n" + std::to_string(i);
        const uint32_t y = b.tensor("y" + std::to_string(i), ACCEL_TYPE_F32, {4});
        switch (random() % 6) {
        case 0: b.node(name, ACCEL_OPERATION_ADD, {pick(), pick()}, {y}); break;
        case 1: b.node(name, ACCEL_OPERATION_RELU, {pick()}, {y}); break;
        case 2: b.node(name, ACCEL_OPERATION_EXP, {pick()}, {y}); break;
        case 3: b.node(name, ACCEL_OPERATION_IDENTITY, {pick()}, {y}); break;
        case 4: b.node(name, ACCEL_OPERATION_MUL, {pick(), pick()}, {y}); break;
        default: {
            const uint32_t second = b.tensor("z" + std::to_string(i), ACCEL_TYPE_F32, {4});
            b.node(name, ACCEL_OPERATION_CUSTOM, {pick(), pick()}, {y, second}).custom_name = "Odd";
            values.push_back(second);
        }
        }
        values.push_back(y);
    }
    for (const uint32_t value : values) {
        if (!read[value] && value >= 3) b.output(value);
    }
    return b;
}

struct Asked {
    std::vector<Support> rows;
    std::map<uint32_t, std::set<uint32_t>> groups;  ///< nodes of the model
};

/// Pairs of nodes that one row names: each is there for the other, in whatever other rows it is.
std::set<std::pair<uint32_t, uint32_t>> together(const std::vector<Support> &rows)
{
    std::set<std::pair<uint32_t, uint32_t>> pairs;
    for (const Support &row : rows) {
        for (const uint32_t a : row.nodes) {
            for (const uint32_t b : row.nodes) pairs.insert({a, b});
        }
    }
    return pairs;
}

/// The nodes outside of a set that read what one of it makes and have it no other way.
std::vector<uint32_t> readers_outside(const Graph &graph, const std::vector<Support> &rows, const std::set<uint32_t> &nodes, uint32_t node)
{
    const auto reader = readers(graph);
    const auto pairs = together(rows);
    std::vector<uint32_t> outside;
    for (const uint32_t output : graph.nodes[node].outputs) {
        for (const uint32_t next : reader[output]) {
            if (!nodes.count(next) && !pairs.count({node, next})) outside.push_back(next);
        }
    }
    return outside;
}

/// Does a node of the set need what another one makes, by way of a node outside?
bool needs_itself(const Graph &graph, const std::vector<Support> &rows, const std::set<uint32_t> &nodes)
{
    const auto reader = readers(graph);
    std::vector<uint32_t> open;
    std::vector<bool> seen(graph.nodes.size());
    for (const uint32_t node : nodes) {
        for (const uint32_t next : readers_outside(graph, rows, nodes, node)) open.push_back(next);
    }
    while (!open.empty()) {
        const uint32_t at = open.back();
        open.pop_back();
        if (nodes.count(at)) return true;
        if (seen[at]) continue;
        seen[at] = true;
        for (const uint32_t output : graph.nodes[at].outputs) open.insert(open.end(), reader[output].begin(), reader[output].end());
    }
    return false;
}

/// A group as a model of its own: its results are what others need of it.
Graph alone(const Graph &graph, const std::vector<Support> &rows, const std::set<uint32_t> &nodes)
{
    const Subgraph part = extract(graph, {nodes.begin(), nodes.end()});
    const std::vector<uint32_t> maker = makers(graph);
    const std::vector<bool> is_output = output_flags(graph);
    Graph out = part.graph;
    std::erase_if(out.outputs, [&](uint32_t tensor) {
        const uint32_t whole = part.tensors[tensor];
        return !is_output[whole] && readers_outside(graph, rows, nodes, maker[whole]).empty();
    });
    return out;
}

Asked ask_about(const Graph &model, const std::vector<CompileTarget> &targets)
{
    Graph graph = model;
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) graph.nodes[i].origins = graph.origins.only(i);
    REQUIRE(prepare(graph, {}) == ACCEL_STATUS_OK);
    Partition partition(graph, targets, {}, 0);
    std::vector<Piece> pieces;
    REQUIRE(partition.groups(&pieces) == ACCEL_STATUS_OK);
    Asked asked{support_of(model, graph, partition, pieces), {}};
    for (const Support &row : asked.rows) {
        if (row.group) asked.groups[row.group].insert(row.nodes.begin(), row.nodes.end());
    }
    return asked;
}

}  // namespace

TEST_CASE("P-11 no group needs its own results by way of a node outside, and each builds as it is", "[compiler]")
{
    std::mt19937 random(20);
    FakeCompiler adder(0, "adder", takes({ACCEL_OPERATION_ADD, ACCEL_OPERATION_MUL})), rest(1, "rest", takes({ACCEL_OPERATION_EXP, ACCEL_OPERATION_RELU, ACCEL_OPERATION_IDENTITY}));
    size_t groups = 0, refused = 0, large = 0;
    for (int round = 0; round < 300; ++round) {
        const Builder b = any_graph(random, 4 + static_cast<uint32_t>(random() % 30));
        const Asked asked = ask_about(b.graph, {adder.target(), rest.target()});
        for (const auto &[number, nodes] : asked.groups) {
            INFO("round " << round << ", group " << number);
            REQUIRE_FALSE(needs_itself(b.graph, asked.rows, nodes));
            ++groups;
            large += nodes.size() > 2;
            const Asked again = ask_about(alone(b.graph, asked.rows, nodes), {adder.target(), rest.target()});
            REQUIRE(std::all_of(again.rows.begin(), again.rows.end(), [](const Support &row) { return row.group != 0; }));
        }
        for (const Support &row : asked.rows) {
            refused += row.group == 0;
            if (row.group == 0) REQUIRE(row.text.find("does not do Odd") != std::string::npos);
        }
    }
    CHECK(groups > 1000);
    CHECK(large > 100);
    CHECK(refused > 300);
}
