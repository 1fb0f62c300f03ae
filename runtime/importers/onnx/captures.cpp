// SPDX-License-Identifier: MIT
// Walks bodies, and gathers the names that they take from around them.
#include "captures.h"

#include "common/failure.h"
#include "proto.h"

#include <algorithm>
#include <set>

namespace accel::onnx {
namespace {

constexpr uint32_t kDepthMax = 8;  // docs/contract.md, G-11

struct Body {
    std::set<std::string_view> made;
    std::vector<std::string_view> used;
};

void read_bodies(Bytes node, uint32_t depth, std::vector<std::string_view> &captured);

/// What a body uses of what is around it.
void read_body(Bytes graph, uint32_t depth, std::vector<std::string_view> &captured)
{
    if (depth > kDepthMax) {
        unsupported("graphs inside nodes, at byte ", graph.offset(), ", are nested more than ", kDepthMax, " deep");
    }
    const GraphProto proto = read_graph(graph);
    Body body;
    for (const Bytes input : proto.inputs) {
        body.made.insert(read_value_name(input));
    }
    for (const Bytes tensor : proto.initializers) {
        body.made.insert(read_tensor_name(tensor));
    }
    for (const Bytes tensor : proto.sparse_initializers) {
        body.made.insert(read_sparse_tensor_name(tensor));
    }
    for (const Bytes node : proto.nodes) {
        const NodeEdges edges = read_node_edges(node);
        body.made.insert(edges.outputs.begin(), edges.outputs.end());
        body.used.insert(body.used.end(), edges.inputs.begin(), edges.inputs.end());
        read_bodies(node, depth, body.used);
    }
    for (const Bytes output : proto.outputs) {
        body.used.push_back(read_value_name(output));
    }
    for (const std::string_view name : body.used) {
        if (!name.empty() && body.made.count(name) == 0) {
            captured.push_back(name);
        }
    }
}

void read_bodies(Bytes node, uint32_t depth, std::vector<std::string_view> &captured)
{
    for (const Bytes graph : read_node_graphs(node)) {
        read_body(graph, depth + 1, captured);
    }
}

std::vector<std::string_view> each_once(std::vector<std::string_view> names)
{
    std::set<std::string_view> seen;
    std::erase_if(names, [&](std::string_view name) { return !seen.insert(name).second; });
    return names;
}

}  // namespace

std::vector<std::string_view> read_captures(Bytes node)
{
    std::vector<std::string_view> captured;
    read_bodies(node, 0, captured);
    return each_once(std::move(captured));
}

std::vector<std::string_view> read_body_captures(Bytes graph)
{
    std::vector<std::string_view> captured;
    read_body(graph, 1, captured);
    return each_once(std::move(captured));
}

}  // namespace accel::onnx
