// SPDX-License-Identifier: MIT
// The rules that a graph keeps once its structure holds: names, order, counts, attributes, quantisation.
#include "graph_check.h"

#include <accel/graph/typing.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/catalog.h"
#include "base/check.h"
#include "base/progress.h"

namespace accel::runtime {

namespace {

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;
constexpr uint32_t kReals = type_bit(ACCEL_TYPE_F32) | type_bit(ACCEL_TYPE_F64) | type_bit(ACCEL_TYPE_F16) | type_bit(ACCEL_TYPE_BF16);

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
        const bool real = row.values[i].kind != ValueKind::kIntegers, single = row.values[i].kind == ValueKind::kReal;
        const bool fits = real ? type == ACCEL_TYPE_F32 : type == ACCEL_TYPE_I64 || type == ACCEL_TYPE_I32;
        if (!fits) return refuse("G-6", who + "has type " + type_text(type) + ", expected " + (real ? "f32" : "i64 or i32"));
        const Shape &shape = graph.tensors[tensor].shape;
        const bool one = !single || shape.empty() || !shape[0].fixed() || shape[0] == Dim{1}, list = !real || single || !shape.empty();
        if (shape.size() > 1 || !one || !list) return refuse("G-6", who + "has shape " + text(graph, shape) + ", expected " + (single ? "one value" : real ? "one axis"
                                                                                                                                                           : "one axis at most"));
    }
    return ACCEL_STATUS_OK;
}

/// Element types, as the catalog's signatures say.
class TypeRules {
public:
    TypeRules(const Graph &graph, const Node &node) : graph_(graph),
                                                      node_(node),
                                                      typing_(*graph::find_typing(node.operation)),
                                                      fits_(typing_.signature_count(), true) {}

    accel_status check()
    {
        for (size_t i = 0; i < node_.tensor_count(); ++i)
            if (node_.inputs[i] != ACCEL_TENSOR_NONE) ACCEL_TRY(expect(node_.inputs[i], typing_.operands, i, 0));
        for (size_t i = 0; i < node_.outputs.size(); ++i) ACCEL_TRY(expect(node_.outputs[i], typing_.results, i, typing_.operands.size()));
        return ACCEL_STATUS_OK;
    }

private:
    uint32_t type_of(uint32_t tensor) const { return graph_.tensors[tensor].type; }

    /// One of the types that the signatures have which admit what was looked at before.
    accel_status expect(uint32_t tensor, std::span<const graph::Typed> rows, size_t position, size_t before)
    {
        const size_t row = std::min(position, rows.size() - 1), column = before + row;
        uint32_t admitted = 0;
        for (size_t i = 0; i < fits_.size(); ++i) admitted |= fits_[i] ? typing_.types_in(i, column) : 0;
        const bool first = before == 0 && rows[row].like == static_cast<int>(position);  // of those that have one type
        const uint32_t like = first || rows[row].like < 0 ? ACCEL_TENSOR_NONE : node_.input(static_cast<size_t>(rows[row].like));
        if (like != ACCEL_TENSOR_NONE) admitted &= bit_of(like);
        if (rows[row].named_by != 0) ACCEL_TRY(name(rows[row].named_by, &admitted));
        const uint32_t own = bit_of(tensor);
        if (!(admitted & own)) return refuse("G-6", node_text(node_) + ": tensor " + tensor_text(graph_, tensor) + " has type " + type_text(type_of(tensor)) + ", expected " + names_of(admitted));
        for (size_t i = 0; i < fits_.size(); ++i) fits_[i] = fits_[i] && (typing_.types_in(i, column) & own) != 0;
        return ACCEL_STATUS_OK;
    }

    accel_status name(uint32_t key, uint32_t *admitted) const
    {
        const int64_t type = node_.integer(key, 0);
        if (type < 0 || type > 31 || !find_type(static_cast<uint32_t>(type)))
            return refuse("G-6", node_text(node_) + ": " + find_attribute(key)->name + " is " + std::to_string(type) + ", expected a type of the catalog");
        *admitted &= 1u << type;
        return ACCEL_STATUS_OK;
    }

    uint32_t bit_of(uint32_t tensor) const { return type_bit(static_cast<accel_type>(type_of(tensor))); }

    static std::string names_of(uint32_t admitted)
    {
        std::string names;
        for (const TypeRow &type : types())
            if (admitted & type_bit(type.type)) names += (names.empty() ? "" : ", ") + std::string(type.name);
        return names.empty() ? "none that the operation has" : names;
    }

    const Graph &graph_;
    const Node &node_;
    const graph::Typing &typing_;
    std::vector<bool> fits_;
};

/// An operation that computes on stored integers needs the scales of its data operands and results. Where the catalog admits whole numbers too, none of them says that they
/// are; where it admits nothing but stored values, all that are integers need theirs.
accel_status check_scales(const Graph &graph, const Node &node, const OperationRow &row)
{
    if (!row.quantised) return ACCEL_STATUS_OK;
    const auto scaled = [&](uint32_t tensor) {
        if (graph.tensors[tensor].quantization) return ACCEL_STATUS_OK;
        return refuse("G-4", node_text(node) + ": tensor " + tensor_text(graph, tensor) + " has no quantisation");
    };
    const uint32_t type = graph.tensors[node.inputs[0]].type, plain_types = graph::find_typing(row.operation)->plain_types;
    const size_t count = std::min<size_t>(node.tensor_count(), 2);
    std::vector<uint32_t> tensors(node.inputs.begin(), node.inputs.begin() + static_cast<std::ptrdiff_t>(count));
    tensors.push_back(node.outputs[0]);
    const auto has_scale = [&](uint32_t tensor) { return graph.tensors[tensor].quantization.has_value(); };
    if (plain_types == 0)
        std::erase_if(tensors, [&](uint32_t tensor) { return (kReals >> graph.tensors[tensor].type & 1) != 0; });
    else if ((type != ACCEL_TYPE_I8 && type != ACCEL_TYPE_U8) || ((plain_types >> type & 1) != 0 && std::none_of(tensors.begin(), tensors.end(), has_scale)))
        return ACCEL_STATUS_OK;
    for (const uint32_t tensor : tensors) ACCEL_TRY(scaled(tensor));
    return ACCEL_STATUS_OK;
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

/// Does one of its attributes name a region?
bool has_regions(const OperationRow &row)
{
    return std::any_of(row.attributes.begin(), row.attributes.end(), [](uint32_t key) { return accel_attribute_kind_of(key) == ACCEL_ATTRIBUTE_KIND_GRAPH; });
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
    if (row && !node.regions.empty() && !has_regions(*row)) return refuse("G-6", node_text(node) + " has regions, expected none of this operation");
    if (row) ACCEL_TRY(check_counts(node, *row));
    if (row) ACCEL_TRY(check_known(graph, node));
    ACCEL_TRY(check_attributes(node, row));
    if (!row) return ACCEL_STATUS_OK;
    ACCEL_TRY(check_values(graph, node, *row));
    ACCEL_TRY(TypeRules(graph, node).check());
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
