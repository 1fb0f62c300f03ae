// SPDX-License-Identifier: MIT
// Nodes of a flat graph, and their attributes.
#include "parser.h"

namespace accel::graph::flat {

bool Parser::read_nodes(Body::Arrays &arrays, uint32_t depth)
{
    const uint32_t count = reader_.count(52);
    arrays.nodes = body_.array<accel_node_desc>(count);
    for (accel_node_desc &node : arrays.nodes) {
        beat();
        if (!read_node(arrays, node, depth)) return false;
    }
    arrays.desc.nodes = arrays.nodes.data();
    arrays.desc.node_count = count;
    arrays.desc.node_size = sizeof(accel_node_desc);
    return cut();
}

bool Parser::read_node(const Body::Arrays &arrays, accel_node_desc &node, uint32_t depth)
{
    node.name = reader_.string();
    node.operation = reader_.u32();
    node.revision = reader_.u32();
    node.rounding = reader_.u32();
    node.domain = reader_.string();
    node.custom_name = reader_.string();
    node.overload = reader_.string();
    node.reason = reader_.string();
    std::span<uint32_t> inputs, outputs;
    if (!read_indices(inputs, arrays, true) || !read_indices(outputs, arrays, true)) return false;
    node.inputs = inputs.data();
    node.input_count = static_cast<uint32_t>(inputs.size());
    node.outputs = outputs.data();
    node.output_count = static_cast<uint32_t>(outputs.size());
    return read_attributes(arrays, node) && read_regions(arrays, node, depth) && has_named_regions(node);
}

bool Parser::read_attributes(const Body::Arrays &arrays, accel_node_desc &node)
{
    const std::span<accel_attribute> attributes = body_.array<accel_attribute>(reader_.count(17));
    for (accel_attribute &attribute : attributes) {
        attribute.key = reader_.u32();
        attribute.kind = reader_.u32();
        attribute.name = reader_.string();
        if (!cut() || !read_values(arrays, node, attribute)) return false;
    }
    node.attributes = attributes.data();
    node.attribute_count = static_cast<uint32_t>(attributes.size());
    return cut();
}

bool Parser::read_values(const Body::Arrays &arrays, const accel_node_desc &node, accel_attribute &attribute)
{
    switch (attribute.kind) {
    case ACCEL_ATTRIBUTE_KIND_FLOAT: return read_each<float>(attribute, 4, true, [this](float &value) { value = reader_.f32(); });
    case ACCEL_ATTRIBUTE_KIND_FLOATS: return read_each<float>(attribute, 4, false, [this](float &value) { value = reader_.f32(); });
    case ACCEL_ATTRIBUTE_KIND_INT: return read_each<int64_t>(attribute, 8, true, [this](int64_t &value) { value = reader_.i64(); });
    case ACCEL_ATTRIBUTE_KIND_INTS: return read_each<int64_t>(attribute, 8, false, [this](int64_t &value) { value = reader_.i64(); });
    case ACCEL_ATTRIBUTE_KIND_DOUBLE: return read_each<double>(attribute, 8, true, [this](double &value) { value = reader_.f64(); });
    case ACCEL_ATTRIBUTE_KIND_DOUBLES: return read_each<double>(attribute, 8, false, [this](double &value) { value = reader_.f64(); });
    case ACCEL_ATTRIBUTE_KIND_STRING:
    case ACCEL_ATTRIBUTE_KIND_TYPE: return read_each<accel_bytes>(attribute, 5, true, [this](accel_bytes &value) { value = read_bytes(); });
    case ACCEL_ATTRIBUTE_KIND_STRINGS:
    case ACCEL_ATTRIBUTE_KIND_TYPES: return read_each<accel_bytes>(attribute, 5, false, [this](accel_bytes &value) { value = read_bytes(); });
    case ACCEL_ATTRIBUTE_KIND_TENSOR:
    case ACCEL_ATTRIBUTE_KIND_TENSORS:
        return read_each<uint32_t>(attribute, 4, attribute.kind == ACCEL_ATTRIBUTE_KIND_TENSOR, [&](uint32_t &value) { value = read_constant_index(arrays, node); });
    case ACCEL_ATTRIBUTE_KIND_GRAPH:
    case ACCEL_ATTRIBUTE_KIND_GRAPHS:
        return read_each<uint32_t>(attribute, 4, attribute.kind == ACCEL_ATTRIBUTE_KIND_GRAPH, [this](uint32_t &value) { value = reader_.u32(); });
    case ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR:
    case ACCEL_ATTRIBUTE_KIND_SPARSE_TENSORS:
        return read_each<accel_sparse_tensor>(attribute, 12, attribute.kind == ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR,
                                              [&](accel_sparse_tensor &value) { read_sparse(arrays, node, value); });
    default: return refuse("node '%.60s': attribute of unknown kind %u", node.name, attribute.kind);
    }
}

accel_bytes Parser::read_bytes()
{
    uint32_t length = 0;
    const char *bytes = reader_.string(length);
    return {bytes, length};
}

uint32_t Parser::read_constant_index(const Body::Arrays &arrays, const accel_node_desc &node)
{
    const uint32_t index = reader_.u32();
    if (reader_.ok() && (index >= arrays.tensors.size() || !arrays.tensors[index].data)) refuse("node '%.60s': an attribute names tensor %u, which is no constant", node.name, index);
    return index;
}

void Parser::read_sparse(const Body::Arrays &arrays, const accel_node_desc &node, accel_sparse_tensor &tensor)
{
    tensor.values = read_constant_index(arrays, node);
    tensor.indices = read_constant_index(arrays, node);
    tensor.rank = reader_.count(8);
    if (tensor.rank > kMaxRank) return void(refuse("node '%.60s': a sparse tensor of rank %u, at most %u", node.name, tensor.rank, kMaxRank));
    const std::span<int64_t> dims = body_.array<int64_t>(tensor.rank);
    for (int64_t &size : dims) size = reader_.i64();
    tensor.dims = dims.data();
}

bool Parser::has_named_regions(const accel_node_desc &node)
{
    for (uint32_t i = 0; i < node.attribute_count; ++i) {
        const accel_attribute &attribute = node.attributes[i];
        if (attribute.kind != ACCEL_ATTRIBUTE_KIND_GRAPH && attribute.kind != ACCEL_ATTRIBUTE_KIND_GRAPHS) continue;
        for (uint64_t k = 0; k < attribute.count; ++k) {
            const uint32_t region = static_cast<const uint32_t *>(attribute.values)[k];
            if (region >= node.region_count) return refuse("node '%.60s': an attribute names region %u, there are %u", node.name, region, node.region_count);
        }
    }
    return true;
}

}  // namespace accel::graph::flat
