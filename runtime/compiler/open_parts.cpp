// SPDX-License-Identifier: MIT
// Claiming, building and collapsing pieces whose sizes are open.
#include "open_parts.h"

#include <accel/layouts/layout.h>

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/progress.h"
#include "emit.h"
#include "size_ranges.h"

namespace accel::runtime {

namespace {

/// Does it read what depends on data, or make something that may have any size?
bool is_closed(const OpenParts &parts, const Subgraph &part)
{
    const auto any_dim = [&](const std::vector<uint32_t> &tensors, const auto &wrong) {
        return std::any_of(tensors.begin(), tensors.end(), [&](uint32_t tensor) {
            const Shape &shape = part.graph.tensors[tensor].shape;
            return std::any_of(shape.begin(), shape.end(), [&](const Dim &dim) { return dim.symbol != ACCEL_SYMBOL_NONE && wrong(dim.symbol); });
        });
    };
    return any_dim(part.graph.inputs, [&](uint32_t symbol) { return parts.at_planned[symbol] < 0; }) ||
           any_dim(part.graph.outputs, [&](uint32_t symbol) { return parts.planned[symbol] == ACCEL_SIZE_UNBOUNDED; });
}

/// Nodes, each with where it stood, in an order in which makers come first and else as they stood.
std::vector<Node> in_order(std::vector<std::pair<uint32_t, Node>> nodes, size_t tensor_count)
{
    std::vector<uint32_t> maker(tensor_count, UINT32_MAX), waiting(nodes.size());
    for (uint32_t i = 0; i < nodes.size(); ++i)
        for (const uint32_t output : nodes[i].second.outputs)
            if (output != ACCEL_TENSOR_NONE) maker[output] = i;
    std::vector<std::vector<uint32_t>> next(nodes.size());
    for (uint32_t i = 0; i < nodes.size(); ++i) {
        for_each_read(nodes[i].second, [&](uint32_t input) {
            if (maker[input] == UINT32_MAX) return;
            next[maker[input]].push_back(i);
            ++waiting[i];
        });
    }
    std::set<std::pair<uint32_t, uint32_t>> ready;
    for (uint32_t i = 0; i < nodes.size(); ++i)
        if (waiting[i] == 0) ready.emplace(nodes[i].first, i);
    std::vector<Node> out;
    while (!ready.empty()) {
        const uint32_t i = ready.begin()->second;
        ready.erase(ready.begin());
        for (const uint32_t reader : next[i])
            if (--waiting[reader] == 0) ready.emplace(nodes[reader].first, reader);
        out.push_back(std::move(nodes[i].second));
    }
    return out;
}

accel_status build(const CompileTarget &target, const CompileRequest &request, std::span<OpenPiece *const> pieces, OpenParts &parts)
{
    std::vector<const Subgraph *> graphs;
    for (const OpenPiece *piece : pieces) graphs.push_back(&piece->part);
    BuiltBlob built;
    ACCEL_TRY(build_blob(target, graphs, request, {}, &built));
    for (size_t i = 0; i < pieces.size(); ++i) {
        pieces[i]->segment = std::move(built.segments[i].segment);
        pieces[i]->slots = built.segments[i].buffer_count_max;
        pieces[i]->blob = static_cast<uint32_t>(parts.blobs.size());
    }
    parts.blobs.push_back(std::move(built.blob));
    return ACCEL_STATUS_OK;
}

/// The layout of a port for other sizes than the planned ones.
accel_status resize(const Tensor &tensor, std::span<const int64_t> sizes, PortLayout &layout)
{
    for (size_t axis = 0; axis < tensor.shape.size(); ++axis)
        layout.dims[axis] = tensor.shape[axis].symbol == ACCEL_SYMBOL_NONE ? tensor.shape[axis].size : sizes[tensor.shape[axis].symbol];
    auto now = layouts::resized(layout, layout.dims);
    if (now) {
        static_cast<layouts::Layout &>(layout) = std::move(*now);
        layout.steps = layouts::canonical(layout);  // as take_layout leaves them
    }
    const std::string wrong = now ? broken_layout(layout) : "cannot follow them";
    return wrong.empty() ? ACCEL_STATUS_OK
                         : fail(ACCEL_STATUS_LIMIT, "P-15", nullptr, "the device has memory of '%s' laid out for the planned sizes, and for these the layout %s; build the program with a bound or a typical size",
                                tensor.name.c_str(), wrong.c_str());
}

}  // namespace

std::vector<int64_t> planned_sizes(const Graph &graph, std::span<const OpenSymbol> open, std::span<const int64_t> at_planned)
{
    std::vector<int64_t> planned(at_planned.begin(), at_planned.end());
    std::vector<graph::Range> known;
    for (size_t i = 0; i < graph.symbols.size(); ++i) {
        const Symbol &symbol = graph.symbols[i];
        const auto found = std::find_if(open.begin(), open.end(), [&](const OpenSymbol &other) { return other.name == symbol.name; });
        if (found != open.end())
            known.push_back({found->min_size, found->max_size});
        else if (symbol.kind == ACCEL_SYMBOL_KIND_FREE && at_planned[i] >= 0)
            known.push_back({at_planned[i], at_planned[i]});
        else
            known.push_back({symbol.min_size, symbol.max_size});
    }
    const std::vector<graph::Range> ranges = size_ranges(graph, known);
    for (size_t i = 0; i < graph.symbols.size(); ++i) {
        if (graph.symbols[i].kind == ACCEL_SYMBOL_KIND_FREE && at_planned[i] >= 0) continue;
        if (ranges[i].high < kNoBound)
            planned[i] = ranges[i].high;
        else if (at_planned[i] < 0)
            planned[i] = ACCEL_SIZE_UNBOUNDED;
    }
    return planned;
}

accel_status claim_pieces(const CompileTarget &target, const CompileRequest &request, OpenParts &parts)
{
    CompileRequest open = request;
    open.planned = &parts.planned;
    Partition partition(parts.graph, {target}, open, 0);
    std::vector<Piece> groups;
    ACCEL_TRY(partition.groups(&groups));
    for (Piece &group : groups) {
        pace();
        if (group.device != 0) continue;
        OpenPiece piece;
        piece.part = extract(parts.graph, group.nodes);
        piece.nodes = std::move(group.nodes);
        if (!is_closed(parts, piece.part)) parts.pieces.push_back(std::move(piece));
    }
    return ACCEL_STATUS_OK;
}

accel_status build_pieces(const CompileTarget &target, const CompileRequest &request, OpenParts &parts)
{
    CompileRequest open = request;
    open.planned = &parts.planned;
    std::vector<OpenPiece *> all;
    for (OpenPiece &piece : parts.pieces) all.push_back(&piece);
    if (target.takes_entries && all.size() > 1) {
        const accel_status together = build(target, open, all, parts);
        if (together != ACCEL_STATUS_LIMIT) return together;
    }
    std::vector<OpenPiece> kept;
    for (OpenPiece &piece : parts.pieces) {
        OpenPiece *const one = &piece;
        const accel_status status = build(target, open, {&one, 1}, parts);
        if (status != ACCEL_STATUS_OK && status != ACCEL_STATUS_LIMIT) return status;
        if (status == ACCEL_STATUS_OK) kept.push_back(std::move(piece));
    }
    parts.pieces = std::move(kept);
    return ACCEL_STATUS_OK;
}

Graph collapse(const OpenParts &parts)
{
    Graph out = parts.graph;
    std::vector<bool> inside(out.nodes.size());
    std::vector<std::pair<uint32_t, Node>> nodes;
    for (uint32_t i = 0; i < parts.pieces.size(); ++i) {
        const OpenPiece &piece = parts.pieces[i];
        Node stands;
        stands.name = out.nodes[piece.nodes[0]].name;
        stands.operation = ACCEL_OPERATION_CUSTOM;
        stands.revision = 0;
        stands.custom_name = out.nodes[piece.nodes[0]].label();
        stands.open_piece = i;
        for (const uint32_t tensor : piece.part.graph.inputs) stands.inputs.push_back(piece.part.tensors[tensor]);
        for (const uint32_t tensor : piece.part.graph.outputs) stands.outputs.push_back(piece.part.tensors[tensor]);
        for (const uint32_t node : piece.nodes) {
            inside[node] = true;
            out.take_origins(stands, out.nodes[node]);
        }
        nodes.emplace_back(piece.nodes[0], std::move(stands));
    }
    for (uint32_t i = 0; i < out.nodes.size(); ++i)
        if (!inside[i]) nodes.emplace_back(i, std::move(out.nodes[i]));
    out.nodes = in_order(std::move(nodes), out.tensors.size());
    return out;
}

Subgraph part_of(const Graph &graph, const Node &node)
{
    Subgraph part;
    const auto take = [&](uint32_t whole) {
        part.tensors.push_back(whole);
        return part.graph.add_tensor(graph.tensors[whole]);
    };
    for (const uint32_t input : node.inputs) part.graph.inputs.push_back(take(input));
    for (const uint32_t output : node.outputs) part.graph.outputs.push_back(take(output));
    return part;
}

accel_status segment_for(const OpenSet &set, const OpenPiece &piece, Segment *out)
{
    *out = piece.segment;
    const Graph &graph = piece.part.graph;
    for (size_t i = 0; i < graph.inputs.size(); ++i) ACCEL_TRY(resize(graph.tensors[graph.inputs[i]], set.bounds, out->inputs[i]));
    for (size_t i = 0; i < graph.outputs.size(); ++i) ACCEL_TRY(resize(graph.tensors[graph.outputs[i]], set.bounds, out->outputs[i]));
    for (size_t i = 0; i < graph.outputs.size(); ++i)
        if (uint32_t &input = out->in_place_of[i]; input != UINT32_MAX && !same_distances(out->inputs[input], out->outputs[i])) input = UINT32_MAX;
    out->open = set.parts;
    if (graph.symbols.empty()) return ACCEL_STATUS_OK;
    out->sizes = set.sizes;
    out->bounds = set.bounds;
    for (uint32_t i = 0; i < graph.outputs.size(); ++i) out->tells_sizes = out->tells_sizes || !data_dims(*out, piece, i).empty();
    return ACCEL_STATUS_OK;
}

std::vector<DataDim> data_dims(const Segment &segment, const OpenPiece &piece, uint32_t output)
{
    std::vector<DataDim> out;
    const Shape &shape = piece.part.graph.tensors[piece.part.graph.outputs[output]].shape;
    for (uint32_t axis = 0; axis < shape.size(); ++axis)
        if (shape[axis].symbol != ACCEL_SYMBOL_NONE && segment.sizes[shape[axis].symbol] < 0) out.push_back({axis, shape[axis].symbol});
    return out;
}

}  // namespace accel::runtime
