// SPDX-License-Identifier: MIT
// A graph as one piece of bytes: no pointers, so that it can be a blob, cross a process or lie in a file.
//
//   header | structure, a stream of little-endian fields | constants, each aligned to 64 bytes from the start
//
// Large constants can stay outside: then the bytes hold a position in a table of (pointer, size) that the reader is given.
#pragma once

#include <accel/backend.h>
#include <accel/graph/rules.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace accel::graph {

struct FlattenOptions {
    /// Constants of more bytes than this are referenced instead of copied.
    uint64_t inline_limit_bytes = UINT64_MAX;
};

/// The graph is one that the runtime has checked. Constants of nested regions and of STRING are always copied. out_referenced, if given, receives the
/// tensors whose bytes stayed outside, in the order of the reader's table; this is what accel_bk_blob.constants wants. pulse is called for every tensor and
/// node, and may throw.
std::vector<uint8_t> flatten(const accel_graph_desc &graph, const FlattenOptions &options = {}, std::vector<uint32_t> *out_referenced = nullptr,
                             Pulse pulse = nullptr);

/// A graph read back. The bytes and the table's constants must outlive it.
class FlatGraph {
public:
    /// Reads untrusted bytes. On failure: nothing, and a sentence in *out_error (which may be null).
    ///
    /// What is true of the result: every index is in range; nodes are in topological order and every tensor has at most one maker; ranks are at most
    /// kMaxRank, or unknown; types are known, or 0 with a type_name; element counts fit 2^40 bytes; constants are as long as their shape says and aligned
    /// for their type; quantisations keep their rules; attributes are of known kinds and name constants and regions that
    /// are there. Operand counts, attributes of operations and what sparse tensors hold are not checked: ask the compiler's query again, as
    /// for any graph.
    static std::optional<FlatGraph> parse(const void *bytes, size_t byte_count, const accel_bk_constant *constants, uint32_t constant_count,
                                          std::string *out_error, Pulse pulse = nullptr);

    FlatGraph(FlatGraph &&) noexcept;
    FlatGraph &operator=(FlatGraph &&) noexcept;
    ~FlatGraph();

    const accel_graph_desc &desc() const;

    struct Body;

private:
    explicit FlatGraph(std::unique_ptr<Body> body);
    std::unique_ptr<Body> body_;
};

}  // namespace accel::graph
