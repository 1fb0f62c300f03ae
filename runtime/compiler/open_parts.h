// SPDX-License-Identifier: MIT
// The pieces of an entry point that the first device builds once for all sizes, and what stands for them when the rest is built for some.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "partition.h"
#include "parts/blob.h"
#include "parts/open_symbol.h"
#include "parts/segment.h"
#include "symbols.h"

namespace accel::runtime {

struct OpenPiece {
    std::vector<uint32_t> nodes;  ///< of the open graph
    Subgraph part;
    uint32_t blob = 0;   ///< index in the parts'
    Segment segment;     ///< with layouts for the planned sizes
    uint32_t slots = 0;  ///< distinct buffers that its compiler admits, 0: any number
};

/// Any thread once it is made.
struct OpenParts {
    Graph graph;  ///< as prepare_open has made it
    std::vector<KnownSize> known_sizes;
    std::vector<int64_t> at_planned;  ///< by symbol, with the planned sizes of those that stay open; -1: it depends on data
    std::vector<int64_t> planned;     ///< by symbol, as accel_bk_compile_options.planned_sizes
    std::vector<OpenPiece> pieces;
    std::vector<Blob> blobs;
};

/// The parts, and the sizes for which the rest is to be built.
struct OpenSet {
    std::shared_ptr<const OpenParts> parts;
    std::vector<int64_t> sizes;   ///< by symbol of the graph; -1: it depends on data
    std::vector<int64_t> bounds;  ///< the same, with the largest that it may be; ACCEL_SIZE_UNBOUNDED where there is none
};

/// What is planned for each symbol of the graph, of which those in `open` stay open and the others have the sizes of `at_planned` (sizes_of_symbols).
std::vector<int64_t> planned_sizes(const Graph &graph, std::span<const OpenSymbol> open, std::span<const int64_t> at_planned);

/// Ask the target about the open graph, with the sizes that are planned. Pieces that hand each other what depends on data are left out. Errors: as Partition::groups.
accel_status claim_pieces(const CompileTarget &target, const CompileRequest &request, OpenParts &parts);
/// Build what was claimed; what does not fit is no piece any more. Errors: those of the module but LIMIT; INTERNAL with the broken rule.
accel_status build_pieces(const CompileTarget &target, const CompileRequest &request, OpenParts &parts);

/// The open graph with each piece as one custom node, in topological order.
Graph collapse(const OpenParts &parts);
/// The graph of a piece's node, as a part of the graph that it stands in.
Subgraph part_of(const Graph &graph, const Node &node);
/// The segment of a piece for the sizes of a set; blob is the parts'. Errors: LIMIT for sizes that its memory was not laid out for.
accel_status segment_for(const OpenSet &set, const OpenPiece &piece, Segment *out);
/// An output of such a segment: dimensions whose sizes are known once it has run.
std::vector<DataDim> data_dims(const Segment &segment, const OpenPiece &piece, uint32_t output);
}  // namespace accel::runtime
