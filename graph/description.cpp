// SPDX-License-Identifier: MIT
// Copies a described graph, regions and symbols with it, and describes one again.
#include <accel/graph/description.h>

#include <algorithm>
#include <cstring>

namespace accel::graph {

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
    if (desc.quantization) tensor.quantization = copy(read_struct(*desc.quantization), sizes_of(tensor.shape));
    return tensor;
}

using OuterSymbols = std::shared_ptr<const std::vector<Symbol>>;

/// Without symbols: those of a region are the outermost graph's.
Graph copy_inside(const accel_graph_desc &desc, const OuterSymbols &outer, Pulse pulse);

/// Sizes were checked, and may be those of an older version.
template <class T> T read_sized(const T &desc)
{
    T read{};
    std::memcpy(&read, &desc, std::min(desc.struct_size, sizeof read));
    return read;
}

Region copy_region(const accel_region &desc, const OuterSymbols &outer, Pulse pulse)
{
    Region region;
    region.graph = std::make_shared<const Graph>(copy_inside(read_sized(*desc.graph), outer, pulse));
    region.captures.assign(desc.captures, desc.captures + desc.capture_count);
    if (desc.inputs) region.inputs.assign(desc.inputs, desc.inputs + region.graph->inputs.size());
    if (desc.outputs) region.outputs.assign(desc.outputs, desc.outputs + region.graph->outputs.size());
    region.role = desc.role;
    return region;
}

Node copy_node(const accel_graph_desc &graph, const accel_node_desc &desc, const OuterSymbols &outer, Pulse pulse)
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
    for (uint32_t i = 0; i < desc.region_count; ++i) node.regions.push_back(copy_region(read_sized(*desc.regions[i]), outer, pulse));
    return node;
}

Graph copy_inside(const accel_graph_desc &desc, const OuterSymbols &outer, Pulse pulse)
{
    Graph graph;
    graph.name = string_of(desc.name);
    graph.outer_symbols = outer;
    graph.tensors.reserve(desc.tensor_count);
    graph.nodes.reserve(desc.node_count);
    for (uint32_t i = 0; i < desc.tensor_count; ++i) graph.tensors.push_back(copy_tensor(tensor_at(desc, i)));
    for (uint32_t i = 0; i < desc.node_count; ++i) {
        if (pulse) pulse();
        graph.nodes.push_back(copy_node(desc, node_at(desc, i), outer, pulse));
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

accel_variable variable_at(const accel_graph_desc &graph, uint32_t index) { return item_at(graph.variables, graph.variable_size, index); }

accel_tensor_desc tensor_of(const accel_variable &variable)
{
    accel_tensor_desc tensor{};
    tensor.name = variable.name;
    tensor.type = variable.type;
    tensor.rank = variable.rank;
    tensor.dims = variable.dims;
    tensor.data = variable.data;
    tensor.data_bytes = variable.data_bytes;
    tensor.quantization = variable.quantization;
    return tensor;
}

accel_attribute attribute_at(const accel_graph_desc &graph, const accel_node_desc &node, uint32_t index)
{
    return item_at(node.attributes, graph.attribute_size, index);
}

Graph copy_graph(const accel_graph_desc &desc, Pulse pulse)
{
    auto symbols = std::make_shared<const std::vector<Symbol>>(copy_symbols(desc));
    Graph graph = copy_inside(desc, symbols, pulse);
    graph.outer_symbols = nullptr;
    graph.symbols = *symbols;
    graph.expressions.assign(desc.expressions, desc.expressions + desc.expression_count);
    for (uint32_t i = 0; i < desc.variable_count; ++i) graph.variables.push_back(copy_tensor(tensor_of(variable_at(desc, i))));
    return graph;
}

GraphDesc::GraphDesc(const Graph &graph, Pulse pulse) : pulse_(pulse),
                                                        top_(describe(graph, nullptr)) {}

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
        if (pulse_) pulse_();
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

NodeDesc::NodeDesc(const Graph &graph, const Node &node) : attributes_(&memory_),
                                                           tensors_(&memory_),
                                                           named_(&memory_)
{
    attributes_.reserve(node.attributes.size());
    for (const Attribute &attribute : node.attributes) attributes_.push_back(arrays_.describe(attribute));
    const size_t operand_count = node.inputs.size(), count = operand_count + node.outputs.size();
    tensors_.reserve(count);
    named_.reserve(count);
    for (const auto *numbers : {&node.inputs, &node.outputs}) {
        for (const uint32_t tensor : *numbers) named_.push_back(tensor == ACCEL_TENSOR_NONE ? nullptr : &describe(graph.tensors[tensor]));
    }
    desc_.operation = node.operation;
    desc_.inputs = node.inputs.data();
    desc_.outputs = node.outputs.data();
    desc_.input_count = static_cast<uint32_t>(operand_count);
    desc_.output_count = static_cast<uint32_t>(node.outputs.size());
    desc_.attributes = attributes_.data();
    desc_.attribute_count = static_cast<uint32_t>(attributes_.size());
    applied_ = {&desc_, sizeof(accel_attribute), std::span(named_).first(operand_count), std::span(named_).subspan(operand_count), graph.all_symbols()};
}

const accel_tensor_desc &NodeDesc::describe(const Tensor &tensor)
{
    accel_tensor_desc &desc = tensors_.emplace_back();
    desc.name = tensor.name.c_str();
    desc.type = tensor.type;
    desc.rank = tensor.ranked ? static_cast<uint32_t>(tensor.shape.size()) : ACCEL_RANK_UNKNOWN;
    desc.dims = tensor.shape.data();
    desc.data = tensor.data;
    desc.data_bytes = tensor.data_bytes;
    if (tensor.quantization) desc.quantization = &quantizations_.emplace_back(*tensor.quantization, desc.rank).get();
    return desc;
}

}  // namespace accel::graph
