// SPDX-License-Identifier: MIT
// What a graph with open sizes is in a blob, and how it is executed.
#include "open.h"

#include <algorithm>
#include <cstring>

#include "memory.h"

namespace accel::witness {

namespace {

bool is_named(const accel_node_desc &node, const char *name)
{
    return node.operation == ACCEL_OPERATION_CUSTOM && std::strcmp(node.domain, "witness") == 0 && std::strcmp(node.custom_name, name) == 0;
}

std::vector<Dimension> dims_of(const accel_tensor_desc &tensor)
{
    std::vector<Dimension> dims;
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) dims.push_back({tensor.dims[axis].size, tensor.dims[axis].symbol});
    return dims;
}

bool same_dims(const accel_tensor_desc &a, const accel_tensor_desc &b)
{
    if (a.rank != b.rank) return false;
    for (uint32_t axis = 0; axis < a.rank; ++axis)
        if (a.dims[axis].size != b.dims[axis].size || a.dims[axis].symbol != b.dims[axis].symbol) return false;
    return true;
}

void write_dims(const std::vector<Dimension> &dims, std::vector<uint64_t> &words)
{
    words.push_back(dims.size());
    for (const Dimension &dim : dims) words.push_back(static_cast<uint64_t>(dim.size)), words.push_back(dim.symbol);
}

bool read_dims(const std::vector<uint64_t> &words, size_t &at, std::vector<Dimension> &out)
{
    if (at >= words.size() || words[at] > 8 || words.size() - at < 1 + 2 * words[at]) return false;
    const uint64_t rank = words[at++];
    for (uint64_t axis = 0; axis < rank; ++axis, at += 2) out.push_back({static_cast<int64_t>(words[at]), static_cast<uint32_t>(words[at + 1])});
    return true;
}

/// Elements of a tensor with these sizes; 0 where one is not known.
uint64_t count(const std::vector<Dimension> &dims, const int64_t *sizes, size_t size_count)
{
    uint64_t elements = 1;
    for (const Dimension &dim : dims) {
        const int64_t size = dim.symbol == ACCEL_SYMBOL_NONE ? dim.size : dim.symbol < size_count ? sizes[dim.symbol]
                                                                                                  : 0;
        elements *= static_cast<uint64_t>(std::max<int64_t>(size, 0));
    }
    return elements;
}

}  // namespace

bool takes_open(const accel_graph_desc *graph, const accel_node_desc &node)
{
    if (node.region_count || node.attribute_count || node.input_count == 0 || node.output_count != 1 || node.inputs[0] == ACCEL_TENSOR_NONE) return false;
    const accel_tensor_desc &x = graph->tensors[node.inputs[0]], &y = graph->tensors[node.outputs[0]];
    if (x.type != ACCEL_TYPE_F32 || y.type != ACCEL_TYPE_F32 || x.data) return false;
    if (is_named(node, "Positive") || is_named(node, "Repeat")) return node.input_count == 1 && x.rank == 1 && y.rank == 1;
    if (node.operation != ACCEL_OPERATION_ADD || node.input_count != 2) return false;
    const accel_tensor_desc &b = graph->tensors[node.inputs[1]];
    return b.type == ACCEL_TYPE_F32 && !b.data && same_dims(x, b) && same_dims(x, y);
}

void write_open(const accel_graph_desc *graph, const int64_t *planned, std::vector<uint64_t> &words)
{
    const accel_node_desc &node = graph->nodes[0];
    const auto kind = is_named(node, "Positive") ? OpenGraph::Kind::Positive : is_named(node, "Repeat") ? OpenGraph::Kind::Repeat
                                                                                                        : OpenGraph::Kind::Sum;
    words.push_back(kOpen);
    words.push_back(static_cast<uint64_t>(kind));
    words.push_back(graph->input_count);
    write_dims(dims_of(graph->tensors[node.inputs[0]]), words);
    write_dims(dims_of(graph->tensors[node.outputs[0]]), words);
    words.push_back(graph->symbol_count);
    for (uint32_t symbol = 0; symbol < graph->symbol_count; ++symbol) words.push_back(static_cast<uint64_t>(planned ? planned[symbol] : 0));
}

bool read_open(const std::vector<uint64_t> &words, size_t &at, OpenGraph &out)
{
    out.kind = static_cast<OpenGraph::Kind>(words[at + 1]);
    out.inputs = words[at + 2];
    at += 3;
    if (out.kind > OpenGraph::Kind::Positive || out.inputs < 1 || out.inputs > 2 || !read_dims(words, at, out.in) || !read_dims(words, at, out.out)) return false;
    if (at >= words.size() || words.size() - at - 1 < words[at]) return false;
    const uint64_t symbols = words[at++];
    for (uint64_t symbol = 0; symbol < symbols; ++symbol) out.planned.push_back(static_cast<int64_t>(words[at++]));
    const auto known = [&](const Dimension &dim) { return dim.symbol == ACCEL_SYMBOL_NONE || dim.symbol < symbols; };
    return std::all_of(out.in.begin(), out.in.end(), known) && std::all_of(out.out.begin(), out.out.end(), known);
}

void check_sizes(const Graph &graph, const accel_bk_bind_desc &desc)
{
    if (!graph.open || graph.open->planned.empty()) {
        expect(!desc.sizes && desc.size_count == 0, "H-15", "run_bind: sizes of a graph that has no open ones");
        return;
    }
    const OpenGraph &open = *graph.open;
    expect(desc.sizes && desc.size_count == open.planned.size(), "H-15", "run_bind: " + std::to_string(desc.size_count) + " sizes of " + std::to_string(open.planned.size()));
    if (!desc.sizes || desc.size_count != open.planned.size()) return;
    for (const Dimension &dim : open.in)
        if (dim.symbol != ACCEL_SYMBOL_NONE) expect(desc.sizes[dim.symbol] >= 0, "H-15", "run_bind: no size for symbol " + std::to_string(dim.symbol) + " of an input");
    ledger().sized({desc.sizes, desc.sizes + desc.size_count});
}

uint64_t shortest_bytes(const Graph &graph, uint32_t port, const accel_bk_bind_desc &desc)
{
    if (!graph.open) return graph.element_count * sizeof(float);
    const bool is_output = port + 1 == graph.port_count();
    if (is_output && graph.open->kind == OpenGraph::Kind::Positive) return 1;
    return count(is_output ? graph.open->out : graph.open->in, desc.sizes, desc.size_count) * sizeof(float);
}

accel_status execute_open(accel_bk_run &run)
{
    const OpenGraph &open = *run.graph->open;
    const auto at = [&](size_t port) { return reinterpret_cast<float *>(memory(run.ports[port].buffer) + run.ports[port].offset_bytes); };
    const uint64_t taken = count(open.in, run.sizes.data(), run.sizes.size()), made = count(open.out, run.sizes.data(), run.sizes.size());
    float *const y = at(open.inputs);
    const float *const a = at(0), *const b = at(open.inputs - 1);
    if (open.kind == OpenGraph::Kind::Positive) {
        run.told = std::count_if(a, a + taken, [](float value) { return value > 0; });
        if (static_cast<uint64_t>(run.told) * sizeof(float) > run.ports[1].size_bytes) return ACCEL_STATUS_LIMIT;
        std::copy_if(a, a + taken, y, [](float value) { return value > 0; });
        return ACCEL_STATUS_OK;
    }
    for (uint64_t index = 0; index < made; ++index) y[index] = open.kind == OpenGraph::Kind::Repeat ? a[index % taken] : a[index] + b[index];
    return ACCEL_STATUS_OK;
}

}  // namespace accel::witness
