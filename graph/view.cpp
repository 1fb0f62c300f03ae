// SPDX-License-Identifier: MIT
// Steps over elements in the sizes that a graph says they have.
#include <accel/graph/view.h>

#include <accel/graph/catalog.h>

#include <algorithm>

namespace accel::graph {
namespace {

template <typename Element> const Element &at(const Element *table, uint32_t element_size, uint32_t index)
{
    const size_t step = element_size == 0 ? sizeof(Element) : element_size;
    return *reinterpret_cast<const Element *>(reinterpret_cast<const char *>(table) + step * index);
}

const accel_attribute *find(const accel_node_desc &node, accel_attribute_key key)
{
    for (uint32_t i = 0; i < node.attribute_count; ++i)
        if (node.attributes[i].key == static_cast<uint32_t>(key))
            return &node.attributes[i];
    return nullptr;
}

}  // namespace

const accel_tensor_desc &View::tensor(uint32_t index) const { return at(graph_.tensors, graph_.tensor_size, index); }

const accel_node_desc &View::node(uint32_t index) const { return at(graph_.nodes, graph_.node_size, index); }

bool View::well_formed() const
{
    const auto known = [this](uint32_t tensor) { return tensor < tensor_count(); };
    const auto known_or_none = [&](uint32_t tensor) { return tensor == ACCEL_TENSOR_NONE || known(tensor); };
    bool good = std::ranges::all_of(inputs(), known) && std::ranges::all_of(outputs(), known);
    for (uint32_t i = 0; good && i < node_count(); ++i)
        good = std::ranges::all_of(graph::inputs(node(i)), known_or_none) && std::ranges::all_of(graph::outputs(node(i)), known_or_none);
    return good;
}

NodeView::NodeView(const View &graph, const accel_node_desc &node)
{
    named_.reserve(size_t{node.input_count} + node.output_count);
    for (const auto numbers : {graph::inputs(node), graph::outputs(node)})
        for (const uint32_t tensor : numbers)
            named_.push_back(tensor == ACCEL_TENSOR_NONE ? nullptr : &graph.tensor(tensor));
    const std::span<const accel_tensor_desc *const> named(named_);
    applied_ = {&node, sizeof(accel_attribute), named.first(node.input_count), named.subspan(node.input_count), {}};
}

std::span<const uint32_t> inputs(const accel_node_desc &node) { return {node.inputs, node.input_count}; }

std::span<const uint32_t> outputs(const accel_node_desc &node) { return {node.outputs, node.output_count}; }

uint32_t input(const accel_node_desc &node, uint32_t position)
{
    return position < node.input_count ? node.inputs[position] : ACCEL_TENSOR_NONE;
}

std::span<const int64_t> ints(const accel_node_desc &node, accel_attribute_key key)
{
    const accel_attribute *found = find(node, key);
    if (found == nullptr || (found->kind != ACCEL_ATTRIBUTE_KIND_INTS && found->kind != ACCEL_ATTRIBUTE_KIND_INT))
        return {};
    return {static_cast<const int64_t *>(found->values), static_cast<size_t>(found->count)};
}

int64_t integer(const accel_node_desc &node, accel_attribute_key key, int64_t otherwise)
{
    const auto values = ints(node, key);
    return values.empty() ? otherwise : values[0];
}

std::optional<float> real(const accel_node_desc &node, accel_attribute_key key)
{
    const accel_attribute *found = find(node, key);
    if (found == nullptr || found->kind != ACCEL_ATTRIBUTE_KIND_FLOAT || found->count != 1)
        return std::nullopt;
    return *static_cast<const float *>(found->values);
}

std::optional<std::vector<int64_t>> integers(const View &graph, const accel_node_desc &node, uint32_t position, Unreadable *why)
{
    const uint32_t tensor = input(node, position);
    return tensor == ACCEL_TENSOR_NONE ? std::nullopt : read_integers(Values::of(graph.tensor(tensor)), why);
}

std::optional<float> real(const View &graph, const accel_node_desc &node, uint32_t position, Unreadable *why)
{
    const uint32_t tensor = input(node, position);
    return tensor == ACCEL_TENSOR_NONE ? std::nullopt : read_real(Values::of(graph.tensor(tensor)), why);
}

std::span<const accel_dim> dims(const accel_tensor_desc &tensor) { return {tensor.dims, tensor.rank == ACCEL_RANK_UNKNOWN ? 0 : tensor.rank}; }

std::optional<std::vector<int64_t>> fixed_dims(const accel_tensor_desc &tensor)
{
    if (tensor.rank == ACCEL_RANK_UNKNOWN)
        return std::nullopt;
    std::vector<int64_t> sizes;
    sizes.reserve(tensor.rank);
    for (const accel_dim &dim : dims(tensor)) {
        if (dim.symbol != ACCEL_SYMBOL_NONE || dim.size < 0)
            return std::nullopt;
        sizes.push_back(dim.size);
    }
    return sizes;
}

std::optional<uint64_t> size_bytes(const accel_tensor_desc &tensor)
{
    const auto count = tensor.rank <= kMaxRank ? element_count(Applied::shape_of(tensor)) : std::nullopt;
    const auto bytes = count ? packed_size_bytes(tensor.type, *count) : std::nullopt;
    return bytes && *bytes <= kMaxTensorBytes ? bytes : std::nullopt;
}

Quantization quantization(const accel_tensor_desc &tensor)
{
    std::vector<int64_t> sizes;
    for (const accel_dim &dim : dims(tensor))
        sizes.push_back(dim.symbol == ACCEL_SYMBOL_NONE ? dim.size : -1);
    return plain_form(*tensor.quantization, sizes).value_or(Quantization{});
}

bool is_constant(const accel_tensor_desc &tensor) { return tensor.data != nullptr; }

uint32_t known_revision(std::span<const accel_bk_operation> known, uint32_t operation)
{
    const auto row = std::ranges::find(known, operation, &accel_bk_operation::operation);
    return row == known.end() ? 0 : row->revision;
}

}  // namespace accel::graph
