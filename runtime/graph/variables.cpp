// SPDX-License-Identifier: MIT
// Variables of graphs: what they are, and the rules about them (G-12).
#include <algorithm>
#include <set>

#include "base/catalog.h"
#include "base/check.h"
#include "graph_check.h"

namespace accel::runtime {

namespace {

accel_status refuse(const std::string &message)
{
    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "G-12", nullptr, "%s", message.c_str());
}

/// A variable by itself.
accel_status check_variable(const Graph &graph, const Tensor &variable, std::set<std::string> &names)
{
    const std::string who = "variable '" + variable.name + "'";
    if (variable.name.empty()) return refuse("a variable has no name");
    if (!names.insert(variable.name).second) return refuse(who + " exists twice");
    if (!variable.known() || !type_has_ports(variable.type)) return refuse(who + ": its type or its rank is none that has a form in memory");
    for (const Dim &dim : variable.shape)
        if (!dim.fixed() && graph.symbols[dim.symbol].kind != ACCEL_SYMBOL_KIND_FREE) return refuse(who + " has the size '" + graph.symbols[dim.symbol].name + "', which is not free");
    const auto shape = largest(graph, variable.shape);
    if (!shape) return refuse(who + ": a symbol of its shape " + text(graph, variable.shape) + " has no largest size");
    Tensor whole = variable;
    whole.shape = *shape;
    const auto bytes = size_bytes(whole);
    if (!bytes) return refuse(who + " is larger than a tensor may be");
    if (variable.data && variable.data_bytes != *bytes)
        return refuse(who + ": data_bytes is " + std::to_string(variable.data_bytes) + ", its shape and type need " + std::to_string(*bytes));
    return ACCEL_STATUS_OK;
}

/// A tensor that reads or writes one.
accel_status check_use(const Graph &graph, uint32_t index)
{
    const Tensor &tensor = graph.tensors[index], &variable = graph.variables[tensor.variable];
    const std::string who = "tensor " + tensor_text(graph, index) + " of variable '" + variable.name + "'";
    if (tensor.type != variable.type || !tensor.ranked || tensor.shape.size() != variable.shape.size())
        return refuse(who + " has type " + type_text(tensor.type) + " and shape " + text(graph, tensor.shape) + ", the variable " + type_text(variable.type) + " and " + text(graph, variable.shape));
    if (tensor.quantization != variable.quantization) return refuse(who + " is not quantised as the variable is");
    const Shape most = *largest(graph, variable.shape);
    for (size_t axis = 0; axis < most.size(); ++axis)
        if (tensor.shape[axis].fixed() && tensor.shape[axis].size > most[axis].size)
            return refuse(who + " has shape " + text(graph, tensor.shape) + ", which is larger than the variable's " + text(graph, most));
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_status check_variables(const Graph &graph)
{
    std::set<std::string> names;
    for (const Tensor &variable : graph.variables) ACCEL_TRY(check_variable(graph, variable, names));
    std::vector<bool> is_port(graph.tensors.size());
    for (const auto *ports : {&graph.inputs, &graph.outputs}) {
        std::set<uint32_t> used;
        for (const uint32_t port : *ports) {
            is_port[port] = true;
            if (!graph.tensors[port].is_variable()) continue;
            ACCEL_TRY(check_use(graph, port));
            if (!used.insert(graph.tensors[port].variable).second)
                return refuse("variable '" + graph.variables[graph.tensors[port].variable].name + "' is " + (ports == &graph.inputs ? "read by two inputs" : "written by two outputs"));
        }
    }
    for (uint32_t i = 0; i < graph.tensors.size(); ++i)
        if (graph.tensors[i].is_variable() && !is_port[i]) return refuse("tensor " + tensor_text(graph, i) + " is of a variable and neither an input nor an output");
    for (const Node &node : graph.nodes)
        for (const Region &region : node.regions)
            if (!region.graph->variables.empty() || std::any_of(region.graph->tensors.begin(), region.graph->tensors.end(), [](const Tensor &tensor) { return tensor.is_variable(); }))
                return refuse(node_text(node) + ": a region has variables, which only the outermost graph has");
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
