// SPDX-License-Identifier: MIT
#include "graph.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "catalog.h"
#include "check.h"
#include "progress.h"

namespace accel::runtime {

const Attribute *Node::find(uint32_t key) const
{
    for (const Attribute &attribute : attributes) {
        if (attribute.key == key) return &attribute;
    }
    return nullptr;
}

int64_t Node::integer(uint32_t key, int64_t otherwise) const
{
    const Attribute *attribute = find(key);
    return attribute && !attribute->ints().empty() ? attribute->ints()[0] : otherwise;
}

float Node::real(uint32_t key, float otherwise) const
{
    const Attribute *attribute = find(key);
    return attribute && !attribute->floats().empty() ? attribute->floats()[0] : otherwise;
}

std::vector<int64_t> Node::ints(uint32_t key, std::vector<int64_t> otherwise) const
{
    const Attribute *attribute = find(key);
    return attribute ? attribute->ints() : std::move(otherwise);
}

void Node::set_ints(uint32_t key, std::vector<int64_t> values)
{
    erase(key);
    const uint32_t kind = accel_attribute_kind_of(key);
    attributes.push_back({key, kind == ACCEL_ATTRIBUTE_KIND_INT ? kind : uint32_t{ACCEL_ATTRIBUTE_KIND_INTS}, {}, std::move(values)});
}

void Node::set_real(uint32_t key, float value)
{
    erase(key);
    const uint32_t kind = accel_attribute_kind_of(key);
    attributes.push_back({key, kind == ACCEL_ATTRIBUTE_KIND_FLOATS ? kind : uint32_t{ACCEL_ATTRIBUTE_KIND_FLOAT}, {}, std::vector<float>{value}});
}

void Node::erase(uint32_t key)
{
    std::erase_if(attributes, [key](const Attribute &attribute) { return attribute.key == key; });
}

std::string Node::label() const
{
    std::string label;
    if (operation == ACCEL_OPERATION_CUSTOM) {
        label = domain.empty() ? custom_name : domain + ":" + custom_name;
    } else {
        const OperationRow *row = find_operation(operation);
        label = row ? row->name : "operation " + std::to_string(operation);
    }
    for (const std::string &taken : fused) label += "+" + taken;
    if (!decomposed.empty()) label += " of " + decomposed;
    return label;
}

size_t Node::tensor_count() const
{
    const unsigned first_value = accel_first_value_operand(operation);
    return first_value ? std::min<size_t>(first_value, inputs.size()) : inputs.size();
}

uint32_t Origins::only(uint32_t model_node)
{
    links_.push_back({model_node, kNothing});
    return static_cast<uint32_t>(links_.size() - 1);
}

uint32_t Origins::join(uint32_t a, uint32_t b)
{
    if (a == kNothing || b == kNothing || a == b) return a == kNothing ? b : a;
    links_.push_back({a, b});
    return static_cast<uint32_t>(links_.size() - 1);
}

std::vector<uint32_t> Origins::members(uint32_t set) const
{
    std::vector<uint32_t> found, open;
    if (set != kNothing) open.push_back(set);
    std::unordered_set<uint32_t> seen;
    while (!open.empty()) {
        const uint32_t at = open.back();
        open.pop_back();
        if (!seen.insert(at).second) continue;
        const Link &link = links_[at];
        if (link.b == kNothing) found.push_back(link.a);
        else open.insert(open.end(), {link.a, link.b});
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

Charge Graph::grant(uint64_t byte_count, const std::string &purpose) const
{
    Charge charge;
    if (!budget) return charge;
    const accel_status status = budget->take(byte_count, purpose.c_str(), &charge);
    if (status != ACCEL_STATUS_OK) throw Stopped(status);
    return charge;
}

void Graph::take_in(Node &node, const Node &other)
{
    const OperationRow *row = other.operation == ACCEL_OPERATION_CUSTOM ? nullptr : find_operation(other.operation);
    node.fused.push_back(row ? row->name : other.custom_name);
    node.fused.insert(node.fused.end(), other.fused.begin(), other.fused.end());
    take_origins(node, other);
}

uint32_t Graph::add_tensor(Tensor tensor)
{
    tensors.push_back(std::move(tensor));
    return static_cast<uint32_t>(tensors.size() - 1);
}

namespace {

template <class Item> Item item_at(const Item *items, uint32_t item_size, uint32_t index)
{
    Item item{};
    const auto *bytes = reinterpret_cast<const uint8_t *>(items) + size_t{item_size} * index;
    std::memcpy(&item, bytes, std::min<size_t>(item_size, sizeof item));
    return item;
}

std::string string_of(const char *text)
{
    return text ? text : "";
}

Tensor copy_tensor(const accel_tensor_desc &desc)
{
    Tensor tensor;
    tensor.name = string_of(desc.name);
    tensor.type = desc.type;
    tensor.type_name = string_of(desc.type_name);
    tensor.ranked = desc.rank != ACCEL_RANK_UNKNOWN;
    for (uint32_t axis = 0; tensor.ranked && axis < desc.rank; ++axis) tensor.shape.push_back({desc.dims[axis].size, desc.dims[axis].symbol});
    const bool optional = (desc.flags & ACCEL_TENSOR_FLAG_DEFAULT) != 0;
    (optional ? tensor.default_data : tensor.data) = desc.data;
    (optional ? tensor.default_bytes : tensor.data_bytes) = desc.data_bytes;
    tensor.flags = desc.flags & ~static_cast<uint32_t>(ACCEL_TENSOR_FLAG_DEFAULT);
    tensor.variable = desc.variable;
    if (desc.quantization) tensor.quantization = graph::copy(graph::read_struct(*desc.quantization), sizes_of(tensor.shape));
    return tensor;
}

using OuterSymbols = std::shared_ptr<const std::vector<Symbol>>;

/// Without symbols: those of a region are the outermost graph's.
Graph copy_inside(const accel_graph_desc &desc, const OuterSymbols &outer);

/// Sizes were checked, and may be those of an older version.
template <class T> T read_struct(const T &desc)
{
    T read{};
    std::memcpy(&read, &desc, std::min(desc.struct_size, sizeof read));
    return read;
}

Region copy_region(const accel_region &desc, const OuterSymbols &outer)
{
    Region region;
    region.graph = std::make_shared<const Graph>(copy_inside(read_struct(*desc.graph), outer));
    region.captures.assign(desc.captures, desc.captures + desc.capture_count);
    if (desc.inputs) region.inputs.assign(desc.inputs, desc.inputs + region.graph->inputs.size());
    if (desc.outputs) region.outputs.assign(desc.outputs, desc.outputs + region.graph->outputs.size());
    region.role = desc.role;
    return region;
}

Node copy_node(const accel_graph_desc &graph, const accel_node_desc &desc, const OuterSymbols &outer)
{
    Node node;
    node.name = string_of(desc.name);
    node.operation = desc.operation;
    node.inputs.assign(desc.inputs, desc.inputs + desc.input_count);
    node.outputs.assign(desc.outputs, desc.outputs + desc.output_count);
    node.revision = desc.revision;
    node.rounding = desc.rounding;
    node.domain = string_of(desc.domain);
    node.custom_name = string_of(desc.custom_name);
    node.overload = string_of(desc.overload);
    node.reason = string_of(desc.reason);
    for (uint32_t i = 0; i < desc.attribute_count; ++i) node.attributes.push_back(copy_attribute(attribute_at(graph, desc, i)));
    for (uint32_t i = 0; i < desc.region_count; ++i) node.regions.push_back(copy_region(read_struct(*desc.regions[i]), outer));
    return node;
}

Graph copy_inside(const accel_graph_desc &desc, const OuterSymbols &outer)
{
    Graph graph;
    graph.name = string_of(desc.name);
    graph.outer_symbols = outer;
    graph.tensors.reserve(desc.tensor_count);
    graph.nodes.reserve(desc.node_count);
    for (uint32_t i = 0; i < desc.tensor_count; ++i) graph.tensors.push_back(copy_tensor(tensor_at(desc, i)));
    for (uint32_t i = 0; i < desc.node_count; ++i) {
        pace();
        graph.nodes.push_back(copy_node(desc, node_at(desc, i), outer));
        graph.nodes.back().origins = graph.origins.only(i);
    }
    graph.inputs.assign(desc.inputs, desc.inputs + desc.input_count);
    graph.outputs.assign(desc.outputs, desc.outputs + desc.output_count);
    return graph;
}

std::vector<Symbol> copy_symbols(const accel_graph_desc &desc)
{
    std::vector<Symbol> symbols;
    symbols.reserve(desc.symbol_count);
    for (uint32_t i = 0; i < desc.symbol_count; ++i) {
        const accel_symbol symbol = symbol_at(desc, i);
        symbols.push_back({string_of(symbol.name), symbol.min_size, symbol.max_size, symbol.kind, symbol.expression, symbol.multiple});
    }
    return symbols;
}

}  // namespace

accel_tensor_desc tensor_at(const accel_graph_desc &graph, uint32_t index)
{
    return item_at(graph.tensors, graph.tensor_size, index);
}

accel_node_desc node_at(const accel_graph_desc &graph, uint32_t index)
{
    return item_at(graph.nodes, graph.node_size, index);
}

accel_symbol symbol_at(const accel_graph_desc &graph, uint32_t index)
{
    return item_at(graph.symbols, graph.symbol_size, index);
}

accel_attribute attribute_at(const accel_graph_desc &graph, const accel_node_desc &node, uint32_t index)
{
    return item_at(node.attributes, graph.attribute_size, index);
}

Graph copy_graph(const accel_graph_desc &desc)
{
    auto symbols = std::make_shared<const std::vector<Symbol>>(copy_symbols(desc));
    Graph graph = copy_inside(desc, symbols);
    graph.outer_symbols = nullptr;
    graph.symbols = *symbols;
    graph.expressions.assign(desc.expressions, desc.expressions + desc.expression_count);
    for (uint32_t i = 0; i < desc.variable_count; ++i) graph.variables.push_back(copy_tensor(tensor_of(variable_at(desc, i))));
    return graph;
}

GraphDesc::GraphDesc(const Graph &graph) : top_(describe(graph, nullptr)) {}

const accel_graph_desc *GraphDesc::describe(const Graph &graph, const accel_graph_desc *outermost)
{
    accel_graph_desc &desc = graphs_.emplace_back();
    desc.struct_size = sizeof desc;
    desc.name = graph.name.c_str();
    desc.inputs = graph.inputs.data();
    desc.input_count = static_cast<uint32_t>(graph.inputs.size());
    desc.outputs = graph.outputs.data();
    desc.output_count = static_cast<uint32_t>(graph.outputs.size());
    if (!outermost) describe_tables(graph, desc);
    const accel_graph_desc &tables = outermost ? *outermost : desc;
    desc.symbols = tables.symbols;
    desc.symbol_count = tables.symbol_count;
    desc.symbol_size = sizeof(accel_symbol);
    desc.expressions = tables.expressions;
    desc.expression_count = tables.expression_count;
    std::vector<accel_tensor_desc> &tensors = tensors_.emplace_back(graph.tensors.size());
    // One array for all dimensions and one for all attributes: a graph has hundreds of thousands of them.
    std::vector<accel_dim> &dims = dims_.emplace_back();
    size_t dim_count = 0, attribute_count = 0;
    for (const Tensor &tensor : graph.tensors) dim_count += tensor.shape.size();
    for (const Node &node : graph.nodes) attribute_count += node.attributes.size();
    dims.reserve(dim_count);
    for (size_t i = 0; i < graph.tensors.size(); ++i) {
        const Tensor &from = graph.tensors[i];
        accel_tensor_desc &to = tensors[i];
        to.name = from.name.c_str();
        to.type = from.type;
        to.type_name = from.type_name.c_str();
        to.rank = from.ranked ? static_cast<uint32_t>(from.shape.size()) : ACCEL_RANK_UNKNOWN;
        to.dims = dims.data() + dims.size();
        for (const Dim &dim : from.shape) dims.push_back({dim.size, dim.symbol, 0});
        to.data = from.data;
        to.data_bytes = from.data_bytes;
        to.flags = from.flags;
        to.variable = from.variable;
        to.quantization = describe_quantization(from);
    }
    std::vector<accel_node_desc> &nodes = nodes_.emplace_back(graph.nodes.size());
    std::vector<accel_attribute> &attributes = attributes_.emplace_back();
    attributes.reserve(attribute_count);
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        nodes[i].attributes = attributes.data() + attributes.size();
        nodes[i].attribute_count = static_cast<uint32_t>(graph.nodes[i].attributes.size());
        for (const Attribute &from : graph.nodes[i].attributes) attributes.push_back(attribute_arrays_.describe(from));
    }
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        pace();
        describe_node(graph.nodes[i], tables, nodes[i]);
    }
    desc.tensors = tensors.data();
    desc.tensor_count = static_cast<uint32_t>(tensors.size());
    desc.tensor_size = sizeof(accel_tensor_desc);
    desc.nodes = nodes.data();
    desc.node_count = static_cast<uint32_t>(nodes.size());
    desc.node_size = sizeof(accel_node_desc);
    desc.attribute_size = sizeof(accel_attribute);
    return &desc;
}

void GraphDesc::describe_tables(const Graph &graph, accel_graph_desc &out)
{
    std::vector<accel_symbol> &symbols = symbols_.emplace_back();
    for (const Symbol &symbol : graph.symbols) symbols.push_back({symbol.name.c_str(), symbol.kind, symbol.expression, symbol.min_size, symbol.max_size, symbol.multiple});
    out.symbols = symbols.data();
    out.symbol_count = static_cast<uint32_t>(symbols.size());
    out.expressions = graph.expressions.data();
    out.expression_count = static_cast<uint32_t>(graph.expressions.size());
    const std::vector<accel_variable> &variables = describe_variables(graph);
    out.variables = variables.data();
    out.variable_count = static_cast<uint32_t>(variables.size());
    out.variable_size = sizeof(accel_variable);
}

const accel_region *GraphDesc::describe_region(const Region &region, const accel_graph_desc &outermost)
{
    const bool custom = region.role == ACCEL_REGION_ROLE_CUSTOM;
    return &regions_.emplace_back(accel_region{sizeof(accel_region), describe(*region.graph, &outermost), region.captures.data(), custom ? nullptr : region.inputs.data(),
                                               custom ? nullptr : region.outputs.data(), region.role, static_cast<uint32_t>(region.captures.size())});
}

const accel_quantization *GraphDesc::describe_quantization(const Tensor &from)
{
    if (!from.quantization) return nullptr;
    return &quantizations_.emplace_back(*from.quantization, static_cast<uint32_t>(from.shape.size())).get();
}

const std::vector<accel_variable> &GraphDesc::describe_variables(const Graph &graph)
{
    std::vector<accel_variable> &variables = variables_.emplace_back();
    for (const Tensor &from : graph.variables) {
        std::vector<accel_dim> &dims = dims_.emplace_back();
        for (const Dim &dim : from.shape) dims.push_back({dim.size, dim.symbol, 0});
        variables.push_back({from.name.c_str(), from.type, static_cast<uint32_t>(dims.size()), dims.data(), from.data, from.data_bytes, describe_quantization(from)});
    }
    return variables;
}

/// All but the attributes.
void GraphDesc::describe_node(const Node &node, const accel_graph_desc &outermost, accel_node_desc &out)
{
    if (!node.regions.empty()) {
        std::vector<const accel_region *> &regions = region_lists_.emplace_back();
        for (const Region &region : node.regions) regions.push_back(describe_region(region, outermost));
        out.regions = regions.data();
        out.region_count = static_cast<uint32_t>(regions.size());
    }
    out.name = node.name.c_str();
    out.operation = node.operation;
    out.revision = node.revision;
    out.inputs = node.inputs.data();
    out.input_count = static_cast<uint32_t>(node.inputs.size());
    out.outputs = node.outputs.data();
    out.output_count = static_cast<uint32_t>(node.outputs.size());
    out.rounding = node.rounding;
    out.domain = node.domain.c_str();
    out.custom_name = node.custom_name.c_str();
    out.overload = node.overload.c_str();
    out.reason = node.reason.c_str();
}

std::optional<uint64_t> size_bytes(const Tensor &tensor)
{
    const std::optional<uint64_t> count = tensor.ranked ? element_count(tensor.shape) : std::nullopt;
    const std::optional<uint64_t> bytes = count ? packed_size_bytes(tensor.type, *count) : std::nullopt;
    return bytes && *bytes <= kMaxTensorBytes ? bytes : std::nullopt;
}

std::vector<uint32_t> makers(const Graph &graph)
{
    std::vector<uint32_t> maker(graph.tensors.size(), UINT32_MAX);
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        for (const uint32_t output : graph.nodes[i].outputs) {
            if (output != ACCEL_TENSOR_NONE) maker[output] = i;
        }
    }
    return maker;
}

std::vector<std::vector<uint32_t>> readers(const Graph &graph)
{
    std::vector<std::vector<uint32_t>> reader(graph.tensors.size());
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        for_each_read(graph.nodes[i], [&](uint32_t input) { reader[input].push_back(i); });
    }
    return reader;
}

std::vector<bool> output_flags(const Graph &graph)
{
    std::vector<bool> flags(graph.tensors.size());
    for (const uint32_t output : graph.outputs) flags[output] = true;
    return flags;
}

std::vector<int64_t> sizes_of(const Shape &shape)
{
    std::vector<int64_t> sizes;
    sizes.reserve(shape.size());
    for (const Dim &dim : shape) sizes.push_back(dim.fixed() ? dim.size : -1);
    return sizes;
}

std::string tensor_text(const Graph &graph, uint32_t tensor)
{
    if (tensor < graph.tensors.size() && !graph.tensors[tensor].name.empty()) return "'" + graph.tensors[tensor].name + "'";
    return "number " + std::to_string(tensor);
}

std::string node_text(const Node &node)
{
    return "node '" + node.name + "' (" + node.label() + ")";
}

void compact(Graph &graph)
{
    std::vector<bool> used(graph.tensors.size());
    const auto mark = [&](const std::vector<uint32_t> &indices) {
        for (const uint32_t index : indices) {
            if (index != ACCEL_TENSOR_NONE) used[index] = true;
        }
    };
    mark(graph.inputs);
    mark(graph.outputs);
    for (const Node &node : graph.nodes) {
        for_each_read(node, [&](uint32_t tensor) { used[tensor] = true; });
        mark(node.outputs);
        for (const Attribute &attribute : node.attributes) for_each_tensor(attribute, [&](uint32_t tensor) { used[tensor] = true; });
    }
    std::vector<uint32_t> renumbered(graph.tensors.size(), ACCEL_TENSOR_NONE);
    size_t kept = 0;
    for (size_t i = 0; i < graph.tensors.size(); ++i) {
        if (!used[i]) continue;
        renumbered[i] = static_cast<uint32_t>(kept);
        if (kept != i) graph.tensors[kept] = std::move(graph.tensors[i]);
        ++kept;
    }
    graph.tensors.erase(graph.tensors.begin() + static_cast<std::ptrdiff_t>(kept), graph.tensors.end());
    const auto renumber = [&](std::vector<uint32_t> &indices) {
        for (uint32_t &index : indices) {
            if (index != ACCEL_TENSOR_NONE) index = renumbered[index];
        }
    };
    renumber(graph.inputs);
    renumber(graph.outputs);
    for (Node &node : graph.nodes) {
        for_each_read(node, [&](uint32_t &tensor) { tensor = renumbered[tensor]; });
        renumber(node.outputs);
        for (Attribute &attribute : node.attributes) for_each_tensor(attribute, [&](uint32_t &tensor) { tensor = renumbered[tensor]; });
    }
}

}  // namespace accel::runtime
