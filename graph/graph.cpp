// SPDX-License-Identifier: MIT
// Nodes, their attributes, and what a graph knows of its own tensors.
#include <accel/graph/graph.h>

#include <accel/graph/catalog.h>
#include <accel/graph/description.h>

#include <algorithm>
#include <list>
#include <unordered_set>

namespace accel::graph {

namespace {

/// The regions of a node as its rule looks at them: how they are connected, and what they make.
class RegionDescs {
public:
    explicit RegionDescs(const Node &node)
    {
        for (const Region &region : node.regions) list_.push_back(describe(region));
    }
    Applied with(const Applied &node)
    {
        desc_ = *node.node;
        desc_.regions = list_.data();
        desc_.region_count = static_cast<uint32_t>(list_.size());
        Applied whole = node;
        whole.node = &desc_;
        return whole;
    }

private:
    struct RegionDesc {
        std::vector<accel_tensor_desc> made;
        std::vector<uint32_t> outputs;
        accel_graph_desc graph{};
        accel_region region{};
    };

    const accel_region *describe(const Region &region)
    {
        RegionDesc &desc = regions_.emplace_back();
        for (const uint32_t output : region.graph->outputs) {
            const Tensor &tensor = region.graph->tensors[output];
            desc.outputs.push_back(static_cast<uint32_t>(desc.made.size()));
            accel_tensor_desc &made = desc.made.emplace_back();
            made.name = tensor.name.c_str();
            made.type = tensor.type;
            made.rank = tensor.ranked ? static_cast<uint32_t>(tensor.shape.size()) : ACCEL_RANK_UNKNOWN;
            made.dims = tensor.shape.data();
        }
        desc.graph.struct_size = sizeof desc.graph;
        desc.graph.tensors = desc.made.data();
        desc.graph.tensor_count = desc.graph.output_count = static_cast<uint32_t>(desc.made.size());
        desc.graph.tensor_size = sizeof(accel_tensor_desc);
        desc.graph.outputs = desc.outputs.data();
        desc.graph.input_count = static_cast<uint32_t>(region.graph->inputs.size());
        const bool custom = region.role == ACCEL_REGION_ROLE_CUSTOM;
        desc.region = {sizeof(accel_region), &desc.graph, region.captures.data(), custom ? nullptr : region.inputs.data(), custom ? nullptr : region.outputs.data(), region.role, static_cast<uint32_t>(region.captures.size())};
        return &desc.region;
    }

    std::list<RegionDesc> regions_;
    std::vector<const accel_region *> list_;
    accel_node_desc desc_{};
};

}  // namespace

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
    constexpr size_t kPositionsMax = 32;  // no operand behind is a value operand; a node may have thousands, and loops ask for each
    const size_t end = std::min(inputs.size(), kPositionsMax);
    for (size_t count = 0; count < end; ++count)
        if (accel_is_value_operand(operation, static_cast<unsigned>(count))) return count;
    return inputs.size();
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
        if (link.b == kNothing)
            found.push_back(link.a);
        else
            open.insert(open.end(), {link.a, link.b});
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
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

std::optional<Shape> largest(const Graph &graph, const Shape &shape)
{
    Shape sizes = shape;
    for (Dim &dim : sizes) {
        if (dim.fixed()) continue;
        const Symbol &symbol = graph.symbols[dim.symbol];
        if (symbol.max_size == INT64_MAX) return std::nullopt;
        dim = Dim{symbol.max_size / symbol.multiple * symbol.multiple};
    }
    return sizes;
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

std::string tensor_text(const Graph &graph, uint32_t tensor)
{
    if (tensor < graph.tensors.size() && !graph.tensors[tensor].name.empty()) return "'" + graph.tensors[tensor].name + "'";
    return "number " + std::to_string(tensor);
}

std::string node_text(const Node &node)
{
    return "node '" + node.name + "' (" + node.label() + ")";
}

std::optional<ResultShapes> infer_shapes(const Graph &graph, const Node &node, Contradiction *why)
{
    const NodeDesc desc(graph, node);
    if (node.regions.empty()) return infer_shapes(desc.get(), why);
    RegionDescs regions(node);
    return infer_shapes(regions.with(desc.get()), why);
}

uint64_t work_macs(const Graph &graph, const Node &node) { return work_macs(NodeDesc(graph, node).get()); }

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

}  // namespace accel::graph
