// SPDX-License-Identifier: MIT
// The rules that a graph keeps once its structure holds: names, order, counts, attributes, quantisation.
#include "graph_check.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "catalog.h"
#include "check.h"
#include "progress.h"

namespace accel::runtime {

namespace {

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;

accel_status refuse(const char *rule, const std::string &message)
{
    return fail(kBad, rule, nullptr, "%s", message.c_str());
}

accel_status check_names(const Graph &graph, const std::vector<uint32_t> &ports, const char *what, std::set<std::string> &seen)
{
    for (const uint32_t port : ports) {
        const std::string &name = graph.tensors[port].name;
        if (name.empty()) return refuse("G-8", std::string("graph ") + what + " number " + std::to_string(port) + " has no name");
        if (!seen.insert(name).second) return refuse("G-8", std::string("graph ") + what + " '" + name + "': the name is used twice among inputs and outputs");
    }
    return ACCEL_STATUS_OK;
}

/// One name may be an input and an output only where both are the same tensor.
accel_status check_ports(const Graph &graph)
{
    std::set<std::string> inputs, outputs;
    std::set<uint32_t> input_tensors(graph.inputs.begin(), graph.inputs.end());
    ACCEL_TRY(check_names(graph, graph.inputs, "input", inputs));
    ACCEL_TRY(check_names(graph, graph.outputs, "output", outputs));
    for (const uint32_t output : graph.outputs) {
        if (!input_tensors.count(output) && inputs.count(graph.tensors[output].name))
            return refuse("G-8", "graph output '" + graph.tensors[output].name + "' has the name of an input");
    }
    for (const uint32_t input : graph.inputs) {
        if (graph.tensors[input].constant()) return refuse("G-5", "graph input " + tensor_text(graph, input) + " is a constant; one that has values where nothing is bound has DEFAULT");
    }
    for (uint32_t i = 0; i < graph.tensors.size(); ++i) {
        if (graph.tensors[i].default_data && !input_tensors.count(i)) return refuse("G-5", "tensor " + tensor_text(graph, i) + " has DEFAULT and is no input");
    }
    return ACCEL_STATUS_OK;
}

accel_status check_symbols(const Graph &graph)
{
    std::set<std::string> names;
    for (const Symbol &symbol : graph.symbols) {
        if (!names.insert(symbol.name).second) return refuse("G-10", "symbol '" + symbol.name + "' exists twice");
    }
    return ACCEL_STATUS_OK;
}

accel_status check_quantization(const Graph &graph, uint32_t index)
{
    const Tensor &tensor = graph.tensors[index];
    if (!tensor.quantization) return ACCEL_STATUS_OK;
    const std::vector<int64_t> sizes = sizes_of(tensor.shape);
    const graph::QuantizationDesc desc(*tensor.quantization, static_cast<uint32_t>(sizes.size()));
    const std::string why = graph::broken_rule(desc.get(), tensor.type, sizes);
    return why.empty() ? ACCEL_STATUS_OK : refuse("G-4", "tensor " + tensor_text(graph, index) + " is quantised, but " + why);
}

/// Every operand exists before it is read and nothing is made twice: so there is no cycle either.
accel_status check_order(const Graph &graph, const std::vector<accel_capture> &captured)
{
    std::vector<bool> known(graph.tensors.size());
    for (size_t i = 0; i < graph.tensors.size(); ++i) known[i] = graph.tensors[i].constant();
    for (const uint32_t input : graph.inputs) known[input] = true;
    for (const accel_capture &capture : captured) {
        if (known[capture.inner]) return refuse("G-20", "graph '" + graph.name + "' captures tensor " + tensor_text(graph, capture.inner) + ", which is an input of it");
        known[capture.inner] = true;
    }
    for (const Node &node : graph.nodes) {
        uint32_t missing = ACCEL_TENSOR_NONE;
        for_each_read(node, [&](uint32_t input) {
            if (!known[input] && missing == ACCEL_TENSOR_NONE) missing = input;
        });
        if (missing != ACCEL_TENSOR_NONE)
            return refuse("G-2", node_text(node) + " reads tensor " + tensor_text(graph, missing) + ", which no earlier node makes: nodes must be in topological order, without cycles");
        for (const uint32_t output : node.outputs) {
            if (output == ACCEL_TENSOR_NONE) continue;
            if (known[output]) return refuse("G-2", node_text(node) + " makes tensor " + tensor_text(graph, output) + ", which exists already");
            known[output] = true;
        }
    }
    for (const uint32_t output : graph.outputs) {
        if (!known[output]) return refuse("G-2", "graph output " + tensor_text(graph, output) + " is made by no node");
    }
    return ACCEL_STATUS_OK;
}

accel_status check_counts(const Node &node, const OperationRow &row)
{
    const auto counted = [&](const std::vector<uint32_t> &list, uint32_t low, uint32_t high, const char *what) {
        if (list.size() >= low && list.size() <= high) return ACCEL_STATUS_OK;
        const std::string expected = high == kUnbounded ? "at least " + std::to_string(low)
                                     : low == high      ? std::to_string(low)
                                                        : std::to_string(low) + " to " + std::to_string(high);
        return refuse("G-6", node_text(node) + " has " + std::to_string(list.size()) + " " + what + ", expected " + expected);
    };
    ACCEL_TRY(counted(node.inputs, row.input_count_min, row.input_count_max, "operands"));
    ACCEL_TRY(counted(node.outputs, row.output_count_min, row.output_count_max, "results"));
    for (size_t i = 0; i < node.inputs.size(); ++i) {
        if (node.inputs[i] == ACCEL_TENSOR_NONE && (i < row.input_count_min || row.input_count_max == kUnbounded))
            return refuse("G-6", node_text(node) + ": operand " + std::to_string(i) + " is required and absent");
    }
    for (const uint32_t output : node.outputs) {
        if (output == ACCEL_TENSOR_NONE) return refuse("G-6", node_text(node) + ": a result is absent");
    }
    return ACCEL_STATUS_OK;
}

/// What has to be said of a key that names an operand since 0.2; empty otherwise.
std::string retired_text(uint32_t key, const OperationRow *row)
{
    for (size_t i = 0; row && i < row->values.size(); ++i) {
        if (row->values[i].key == key) return std::string("attribute ") + row->values[i].name + " is an operand since 0.2, number " + std::to_string(row->first_value + i) + ": a constant tensor, where it is known";
    }
    const RetiredRow *retired = find_retired_attribute(key);
    return retired ? "attribute key " + std::to_string(key) + ", " + retired->name + ", is not used since 0.2: values are operands" : "";
}

accel_status check_attributes(const Node &node, const OperationRow *row)
{
    std::vector<uint32_t> seen;
    for (const Attribute &attribute : node.attributes) {
        if (attribute.key == ACCEL_ATTRIBUTE_CUSTOM) {
            if (attribute.name.empty()) return refuse("G-6", node_text(node) + ": a custom attribute without a name");
            continue;
        }
        if (const std::string retired = retired_text(attribute.key, row); !retired.empty()) return refuse("G-6", node_text(node) + ": " + retired);
        const AttributeRow *known = find_attribute(attribute.key);
        if (!known) return refuse("G-6", node_text(node) + ": unknown attribute key " + std::to_string(attribute.key));
        const auto refuse_it = [&](const std::string &why) { return refuse("G-6", node_text(node) + ": attribute " + known->name + why); };
        if (std::find(seen.begin(), seen.end(), known->key) != seen.end()) return refuse_it(" is given twice");
        seen.push_back(known->key);
        if (attribute.kind != static_cast<uint32_t>(known->kind)) return refuse_it(" is of kind " + std::to_string(attribute.kind) + ", expected " + std::to_string(known->kind));
        if (row && !has_attribute(*row, known->key)) return refuse_it(" does not belong to this operation");
        for (const float value : attribute.floats()) {
            if (std::isnan(value)) return refuse_it(" is not a number");
        }
    }
    if (node.real(ACCEL_ATTRIBUTE_CLAMP_MIN, -INFINITY) > node.real(ACCEL_ATTRIBUTE_CLAMP_MAX, INFINITY))
        return refuse("G-6", node_text(node) + ": clamp_min is above clamp_max");
    return ACCEL_STATUS_OK;
}

/// Lists or single values.
accel_status check_values(const Graph &graph, const Node &node, const OperationRow &row)
{
    for (size_t i = 0; i < row.values.size(); ++i) {
        const uint32_t tensor = node.input(row.first_value + i);
        if (tensor == ACCEL_TENSOR_NONE) continue;
        const std::string who = node_text(node) + ": operand " + tensor_text(graph, tensor) + ", which is its " + row.values[i].name + ", ";
        const uint32_t type = graph.tensors[tensor].type;
        const bool real = row.values[i].kind == ValueKind::kReal;
        const bool fits = real ? type == ACCEL_TYPE_F32 : type == ACCEL_TYPE_I64 || type == ACCEL_TYPE_I32;
        if (!fits) return refuse("G-6", who + "has type " + type_text(type) + ", expected " + (real ? "f32" : "i64 or i32"));
        const Shape &shape = graph.tensors[tensor].shape;
        const bool one = !real || shape.empty() || !shape[0].fixed() || shape[0] == Dim{1};
        if (shape.size() > 1 || !one) return refuse("G-6", who + "has shape " + text(graph, shape) + ", expected " + (real ? "one value" : "one axis at most"));
    }
    return ACCEL_STATUS_OK;
}

class TypeRules {
public:
    TypeRules(const Graph &graph, const Node &node, const OperationRow &row) : graph_(graph), node_(node), row_(row) {}

    accel_status check()
    {
        switch (row_.operation) {
        case ACCEL_OPERATION_CONV:
        case ACCEL_OPERATION_GEMM:
        case ACCEL_OPERATION_MATMUL: return check_dot();
        case ACCEL_OPERATION_QUANTIZE: return check_quantize();
        case ACCEL_OPERATION_DEQUANTIZE:
            ACCEL_TRY(expect(in(0), row_.types));
            if (!graph_.tensors[in(0)].quantization) return refuse("G-4", node_text(node_) + ": operand " + tensor_text(graph_, in(0)) + " has no quantisation");
            return expect(out(0), type_bit(ACCEL_TYPE_F32));
        case ACCEL_OPERATION_CAST: return check_cast();
        case ACCEL_OPERATION_SHAPE:
        case ACCEL_OPERATION_SIZE:
            ACCEL_TRY(expect(in(0), row_.types));
            return expect(out(0), type_bit(ACCEL_TYPE_I64));
        case ACCEL_OPERATION_GATHER:
            ACCEL_TRY(expect(in(1), type_bit(ACCEL_TYPE_I32) | type_bit(ACCEL_TYPE_I64)));
            ACCEL_TRY(expect(in(0), row_.types));
            return expect(out(0), type_bit(static_cast<accel_type>(type_of(in(0)))));
        default: return check_uniform();
        }
    }

private:
    uint32_t in(size_t position) const { return node_.inputs[position]; }
    uint32_t out(size_t position) const { return node_.outputs[position]; }
    uint32_t type_of(uint32_t tensor) const { return graph_.tensors[tensor].type; }
    bool is_integer(uint32_t tensor) const { return type_of(tensor) == ACCEL_TYPE_I8 || type_of(tensor) == ACCEL_TYPE_U8; }

    accel_status expect(uint32_t tensor, uint32_t admitted) const
    {
        if (admitted & (1u << type_of(tensor))) return ACCEL_STATUS_OK;
        std::string names;
        for (const TypeRow &type : types()) {
            if (admitted & type_bit(type.type)) names += (names.empty() ? "" : ", ") + std::string(type.name);
        }
        return refuse("G-6", node_text(node_) + ": tensor " + tensor_text(graph_, tensor) + " has type " + type_text(type_of(tensor)) + ", expected " + names);
    }

    accel_status check_uniform() const
    {
        ACCEL_TRY(expect(in(0), row_.types));
        const uint32_t same = 1u << type_of(in(0));
        for (size_t i = 0; i < node_.tensor_count(); ++i) ACCEL_TRY(expect(in(i), same));
        for (const uint32_t tensor : node_.outputs) ACCEL_TRY(expect(tensor, same));
        return ACCEL_STATUS_OK;
    }

    accel_status check_dot() const
    {
        constexpr uint32_t kBytes = type_bit(ACCEL_TYPE_I8) | type_bit(ACCEL_TYPE_U8);
        ACCEL_TRY(expect(in(0), row_.types));
        const bool quantised = is_integer(in(0));
        ACCEL_TRY(expect(in(1), quantised ? kBytes : type_bit(ACCEL_TYPE_F32)));
        if (node_.input(2) != ACCEL_TENSOR_NONE) ACCEL_TRY(expect(in(2), quantised ? type_bit(ACCEL_TYPE_I32) : type_bit(ACCEL_TYPE_F32)));
        return expect(out(0), quantised ? kBytes : type_bit(ACCEL_TYPE_F32));
    }

    accel_status check_quantize() const
    {
        constexpr uint32_t kBytes = type_bit(ACCEL_TYPE_I8) | type_bit(ACCEL_TYPE_U8);
        ACCEL_TRY(expect(in(0), kBytes | type_bit(ACCEL_TYPE_F32)));
        ACCEL_TRY(expect(out(0), kBytes));
        if (!graph_.tensors[out(0)].quantization) return refuse("G-4", node_text(node_) + ": result " + tensor_text(graph_, out(0)) + " has no quantisation");
        return ACCEL_STATUS_OK;
    }

    accel_status check_cast() const
    {
        ACCEL_TRY(expect(in(0), row_.types));
        const int64_t to = node_.integer(ACCEL_ATTRIBUTE_TO, 0);
        if (!find_type(static_cast<uint32_t>(to)) || to < 0 || to > 31) return refuse("G-6", node_text(node_) + ": to is " + std::to_string(to) + ", expected a type of the catalog");
        return expect(out(0), row_.types & (1u << to));
    }

    const Graph &graph_;
    const Node &node_;
    const OperationRow &row_;
};

/// An operation that computes on stored integers needs the scales of its data operands and results; one that only moves them does not.
accel_status check_scales(const Graph &graph, const Node &node, const OperationRow &row)
{
    const uint32_t type = graph.tensors[node.inputs[0]].type;
    const bool moves = row.operation == ACCEL_OPERATION_MAX_POOL || row.operation == ACCEL_OPERATION_DEQUANTIZE;
    if (!row.quantised || moves || (type != ACCEL_TYPE_I8 && type != ACCEL_TYPE_U8)) return ACCEL_STATUS_OK;
    const auto scaled = [&](uint32_t tensor) {
        if (graph.tensors[tensor].quantization) return ACCEL_STATUS_OK;
        return refuse("G-4", node_text(node) + ": tensor " + tensor_text(graph, tensor) + " has no quantisation");
    };
    for (size_t i = 0; i < std::min<size_t>(node.tensor_count(), 2); ++i) ACCEL_TRY(scaled(node.inputs[i]));
    return scaled(node.outputs[0]);
}

accel_status check_node_shapes(const Graph &graph, const Node &node)
{
    graph::Contradiction why;
    const auto shapes = infer_shapes(graph, node, &why);
    if (!shapes) return refuse("G-7", node_text(node) + ": " + why.sentence);
    for (size_t i = 0; i < node.outputs.size() && i < shapes->size(); ++i) {
        if (node.outputs[i] == ACCEL_TENSOR_NONE) continue;
        const std::optional<Shape> &inferred = (*shapes)[i];
        const Shape &given = graph.tensors[node.outputs[i]].shape;
        if (inferred && !shapes_agree(graph, given, *inferred))
            return refuse("G-7", node_text(node) + ": result " + tensor_text(graph, node.outputs[i]) + " has shape " + text(graph, given) + ", expected " +
                                     text(graph, *inferred));
    }
    return ACCEL_STATUS_OK;
}

/// The operations of the catalog are defined on known types and ranks only.
accel_status check_known(const Graph &graph, const Node &node)
{
    for (const auto *tensors : {&node.inputs, &node.outputs}) {
        for (const uint32_t tensor : *tensors) {
            if (tensor == ACCEL_TENSOR_NONE || graph.tensors[tensor].known()) continue;
            return refuse("G-21", node_text(node) + ": tensor " + tensor_text(graph, tensor) + " has an unknown " + (graph.tensors[tensor].type == 0 ? "type" : "rank") +
                                      ", which only custom nodes may read or make");
        }
    }
    return ACCEL_STATUS_OK;
}

accel_status check_identity(const Node &node)
{
    if (node.operation == ACCEL_OPERATION_CUSTOM && node.custom_name.empty())
        return refuse("G-6", "node '" + node.name + "': a custom operation needs custom_name");
    const OperationRow *row = node.operation == ACCEL_OPERATION_CUSTOM ? nullptr : find_operation(node.operation);
    if (node.operation != ACCEL_OPERATION_CUSTOM && !row)
        return fail(ACCEL_STATUS_UNSUPPORTED, "G-6", nullptr, "node '%s': operation %u is not in this library's catalog, which is of profile %u", node.name.c_str(), node.operation,
                    ACCEL_OPERATION_PROFILE);
    if (row && node.revision == 0) return refuse("G-6", node_text(node) + " is of revision 0, expected at least 1");
    if (row && node.revision > row->revision)
        return fail(ACCEL_STATUS_UNSUPPORTED, "G-6", nullptr, "%s is of revision %u, this library's catalog has %u", node_text(node).c_str(), node.revision, row->revision);
    if (node.rounding != ACCEL_ROUNDING_NONE && !find_rounding(node.rounding))
        return refuse("G-6", node_text(node) + ": unknown rounding " + std::to_string(node.rounding));
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_status check_node(const Graph &graph, const Node &node)
{
    ACCEL_TRY(check_identity(node));
    const OperationRow *row = node.operation == ACCEL_OPERATION_CUSTOM ? nullptr : find_operation(node.operation);
    if (row && !node.regions.empty()) return refuse("G-6", node_text(node) + " has regions, expected none of this operation");
    if (row) ACCEL_TRY(check_counts(node, *row));
    if (row) ACCEL_TRY(check_known(graph, node));
    ACCEL_TRY(check_attributes(node, row));
    if (!row) return ACCEL_STATUS_OK;
    ACCEL_TRY(check_values(graph, node, *row));
    ACCEL_TRY(TypeRules(graph, node, *row).check());
    return check_scales(graph, node, *row);
}

namespace {

accel_status check_all(const Graph &graph, const std::vector<accel_capture> &captured)
{
    ACCEL_TRY(check_order(graph, captured));
    ACCEL_TRY(check_variables(graph));
    for (uint32_t i = 0; i < graph.tensors.size(); ++i) ACCEL_TRY(check_quantization(graph, i));
    for (const Node &node : graph.nodes) {
        pace();
        ACCEL_TRY(check_node(graph, node));
        ACCEL_TRY(check_node_shapes(graph, node));
        ACCEL_TRY(check_regions(graph, node));
    }
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_status check_inside(const Graph &graph) { return check_all(graph, {}); }

accel_status check_rules_inside(const Graph &graph, const std::vector<accel_capture> &captured)
{
    ACCEL_TRY(check_ports(graph));
    return check_all(graph, captured);
}

accel_status check_rules(const Graph &graph)
{
    ACCEL_TRY(check_symbols(graph));
    ACCEL_TRY(check_ports(graph));
    return check_inside(graph);
}

}  // namespace accel::runtime
