// SPDX-License-Identifier: MIT
// Makes custom nodes of those whose sizes nobody knows, and checks what crosses between pieces.
#include "set_aside.h"

#include <algorithm>
#include <utility>

#include "base/catalog.h"
#include "base/check.h"
#include "branches.h"
#include "graph/values.h"

namespace accel::runtime {

namespace {

bool sized(const Tensor &tensor)
{
    return tensor.known() && std::all_of(tensor.shape.begin(), tensor.shape.end(), [](const Dim &dim) { return dim.fixed(); });
}

/// Can a buffer hold it, and a port describe it?
bool held(const Tensor &tensor) { return sized(tensor) && type_has_ports(tensor.type); }

/// "its shape 's' …"
std::string computed_value(const Graph &graph, const Node &node, uint32_t tensor)
{
    const OperationRow &row = *find_operation(node.operation);
    const auto position = static_cast<size_t>(std::find(node.inputs.begin() + row.first_value, node.inputs.end(), tensor) - node.inputs.begin());
    return std::string("its ") + row.values[position - row.first_value].name + " '" + graph.tensors[tensor].name + "' is computed when the program runs, and has to be known when it is built";
}

std::string unknown_of(const Tensor &tensor)
{
    if (tensor.type == 0) return tensor.type_name.empty() ? "no known type" : "type " + tensor.type_name;
    if (!tensor.ranked) return "no known rank";
    if (!sized(tensor)) return "no known size";
    return "type " + std::string(type_text(tensor.type)) + ", which is in graphs only";
}

/// The first tensor of a node that has no size; ACCEL_TENSOR_NONE: all have one.
uint32_t unsized_tensor(const Graph &graph, const Node &node)
{
    for (const auto *tensors : {&node.inputs, &node.outputs}) {
        for (const uint32_t tensor : *tensors) {
            if (tensor != ACCEL_TENSOR_NONE && !sized(graph.tensors[tensor])) return tensor;
        }
    }
    return ACCEL_TENSOR_NONE;
}

}  // namespace

void set_aside_open(Graph &graph)
{
    for (Node &node : graph.nodes) {
        const bool spreads = node.operation == ACCEL_OPERATION_EXPAND && unknown_value(graph, node, true) != ACCEL_TENSOR_NONE;
        if (node.operation == ACCEL_OPERATION_CUSTOM || (unsized_tensor(graph, node) == ACCEL_TENSOR_NONE && !spreads)) continue;
        node.custom_name = node.label();
        node.aside = std::exchange(node.operation, ACCEL_OPERATION_CUSTOM);
        node.aside_revision = std::exchange(node.revision, 0);
    }
}

void take_back(Graph &graph)
{
    for (Node &node : graph.nodes) {
        if (node.aside == 0) continue;
        node.operation = std::exchange(node.aside, 0);
        node.revision = std::exchange(node.aside_revision, 0);
        node.custom_name.clear();
    }
}

void set_aside_unsized(Graph &graph)
{
    const auto set_aside = [](Node &node, std::string reason) {
        node.custom_name = node.label();
        node.operation = ACCEL_OPERATION_CUSTOM;
        node.revision = 0;  // the catalog's says nothing of a custom node
        node.reason = std::move(reason);
    };
    bool computed = false;
    for (Node &node : graph.nodes) {
        if (node.operation == ACCEL_OPERATION_CUSTOM) continue;
        const uint32_t tensor = unsized_tensor(graph, node);
        const uint32_t unknown = unknown_value(graph, node, true);
        // No module is asked about an EXPAND.
        if (tensor == ACCEL_TENSOR_NONE && (node.operation != ACCEL_OPERATION_EXPAND || unknown == ACCEL_TENSOR_NONE)) continue;
        if (unknown != ACCEL_TENSOR_NONE && sized(graph.tensors[unknown])) {
            computed = true;
            set_aside(node, computed_value(graph, node, unknown));
        } else if (has_branches(node) && std::find(node.outputs.begin(), node.outputs.end(), tensor) != node.outputs.end()) {
            set_aside(node, "the size of '" + graph.tensors[tensor].name + "' depends on which of its branches runs; it has to be the same in both, or the condition known when the program is built");
        } else if (std::all_of(node.inputs.begin(), node.inputs.end(), [&](uint32_t input) { return input == ACCEL_TENSOR_NONE || sized(graph.tensors[input]); })) {
            computed = true;
            set_aside(node, "the size of '" + graph.tensors[tensor].name + "' follows from values that are computed when the program runs, and have to be known when it is built");
        } else {
            set_aside(node, "the size of '" + graph.tensors[tensor].name + "' is known only once " + (computed ? "other nodes have" : "a custom node has") + " run");
        }
    }
}

accel_status check_crossings(const Graph &graph, const std::vector<Piece> &pieces)
{
    std::vector<uint32_t> piece_of(graph.nodes.size());
    for (uint32_t p = 0; p < pieces.size(); ++p) {
        for (const uint32_t node : pieces[p].nodes) piece_of[node] = p;
    }
    const auto refuse = [&](const char *what, uint32_t tensor) {
        return fail(ACCEL_STATUS_UNSUPPORTED, "G-21", nullptr, "%s %s has %s, so no port can have it", what, tensor_text(graph, tensor).c_str(),
                    unknown_of(graph.tensors[tensor]).c_str());
    };
    for (const uint32_t input : graph.inputs) {
        if (!held(graph.tensors[input])) return refuse("input", input);
    }
    const std::vector<uint32_t> maker = makers(graph);
    // Its memory is as large as its sizes may become.
    const auto bounded = [&](uint32_t tensor) {
        const bool open = maker[tensor] != UINT32_MAX && graph.nodes[maker[tensor]].open_piece != UINT32_MAX;
        return open && graph.tensors[tensor].known() && type_has_ports(graph.tensors[tensor].type);
    };
    for (const uint32_t output : graph.outputs) {
        if (!held(graph.tensors[output]) && !bounded(output)) return refuse("output", output);
    }
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        uint32_t lost = ACCEL_TENSOR_NONE;
        for_each_read(graph.nodes[i], [&](uint32_t input) {
            const bool crosses = maker[input] != UINT32_MAX && piece_of[maker[input]] != piece_of[i];
            if (lost == ACCEL_TENSOR_NONE && crosses && !held(graph.tensors[input])) lost = input;
        });
        if (lost != ACCEL_TENSOR_NONE) return refuse("tensor, which one part of the model hands to another,", lost);
    }
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
