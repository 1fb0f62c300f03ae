// SPDX-License-Identifier: MIT
// Regions of a flat graph's nodes.
#include "parser.h"

#include <algorithm>

namespace accel::graph::flat {

bool Parser::read_regions(const Body::Arrays &arrays, accel_node_desc &node, uint32_t depth)
{
    const uint32_t count = reader_.count(29);
    if (!cut()) return false;
    const std::span<const accel_region *> regions = body_.array<const accel_region *>(count);
    const std::span<accel_region> all = body_.array<accel_region>(count);
    for (uint32_t i = 0; i < count; ++i) {
        if (!read_region(arrays, node, all[i], depth)) return false;
        regions[i] = &all[i];
    }
    node.regions = regions.data();
    node.region_count = count;
    return true;
}

bool Parser::read_region(const Body::Arrays &arrays, const accel_node_desc &node, accel_region &region, uint32_t depth)
{
    region.struct_size = sizeof region;
    region.role = reader_.u32();
    if (reader_.ok() && (region.role < ACCEL_REGION_ROLE_BODY || region.role > ACCEL_REGION_ROLE_CUSTOM)) return refuse("node '%.60s': a region of role %u", node.name, region.role);
    const std::span<accel_capture> captures = body_.array<accel_capture>(reader_.count(8));
    for (accel_capture &capture : captures) {
        capture.outer = reader_.u32();
        capture.inner = reader_.u32();
        if (reader_.ok() && (capture.outer >= arrays.tensors.size() || arrays.tensors[capture.outer].data))
            return refuse("node '%.60s': a region captures tensor %u, which is no value of the graph around it", node.name, capture.outer);
    }
    if (!cut()) return false;
    region.captures = captures.data();
    region.capture_count = static_cast<uint32_t>(captures.size());
    region.graph = read_graph(depth + 1, captures);
    if (!region.graph) return false;
    for (const accel_capture &capture : captures) {
        if (!is_same(arrays.tensors[capture.outer], region.graph->tensors[capture.inner])) return refuse("node '%.60s': a region captures tensor %u as another type or shape", node.name, capture.outer);
    }
    if (region.role == ACCEL_REGION_ROLE_CUSTOM) return true;
    return read_ports(node, region.graph->input_count, region.inputs) && read_ports(node, region.graph->output_count, region.outputs);
}

bool Parser::is_same(const accel_tensor_desc &outer, const accel_tensor_desc &inner)
{
    if (outer.type != inner.type || outer.rank != inner.rank) return false;
    if (outer.rank == ACCEL_RANK_UNKNOWN) return true;
    return std::equal(outer.dims, outer.dims + outer.rank, inner.dims, [](const accel_dim &a, const accel_dim &b) { return a.size == b.size && a.symbol == b.symbol; });
}

bool Parser::read_ports(const accel_node_desc &node, uint32_t count, const accel_region_port *&out)
{
    if (uint64_t{count} * 24 > reader_.remaining()) return refuse("node '%.60s': the ports of a region are cut", node.name);
    const std::span<accel_region_port> ports = body_.array<accel_region_port>(count);
    for (accel_region_port &port : ports) {
        port.kind = reader_.u32();
        port.operand = reader_.u32();
        port.result = reader_.u32();
        port.reversed = reader_.u32();
        port.axis = reader_.i64();
        const bool there = (port.operand == ACCEL_OPERAND_NONE || port.operand < node.input_count) && (port.result == ACCEL_OPERAND_NONE || port.result < node.output_count);
        if (reader_.ok() && !there) return refuse("node '%.60s': a region is connected to operand %u and result %u", node.name, port.operand, port.result);
        if (reader_.ok() && (port.kind < ACCEL_REGION_PORT_KIND_VALUE || port.kind > ACCEL_REGION_PORT_KIND_CONDITION)) return refuse("node '%.60s': a region has a port of kind %u", node.name, port.kind);
    }
    out = ports.data();
    return cut();
}

}  // namespace accel::graph::flat
