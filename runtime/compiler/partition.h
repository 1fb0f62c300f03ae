// SPDX-License-Identifier: MIT
// Who runs what: devices are asked, the graph is cut, and every cut is asked about again.
//
//   ask every device about the whole graph ─► give each node the first device that takes it, or the fastest (BALANCE)
//                                                             │
//         ┌───────────────────────────────────────────────────▼
//         │        cut: nodes of one device and group become convex pieces, in order
//         │                                                   │
//         └── something changed ◄── ask the device about each piece as a graph of its own ──► nothing changed: done
//
// A claim is sound for the graph that was asked about. A piece is another graph: its borders are ports, which a device may not take, and what it took together with a neighbour may be apart now. So each piece is asked about again (C-1), and a
// refusal there takes the claim back. Groups that a device splits in a piece are kept apart from then on.
//
// What is true:
// - It ends: each round takes a claim away or splits a group, and there are only so many.
// - No path leaves a piece and comes back, and a piece reads from earlier ones only (cut.h).
// - Answers are kept and only get narrower, so a piece that turns out too large when it is built (refuse) goes to another device without asking about the whole graph again.
// - The order of the set decides, and nothing else does, unless BALANCE was asked for: without it, placements are the same each time.
// - A node without a place ends it, and then all of them are named, with every device's reason (P-1).
//
// Not chosen: asking about each node alone. Devices take groups: what they fuse, what shares a format on the chip. Nor looking for the fewest pieces that there
// can be: cut.h merges greedily, and a piece more costs a submission.
#pragma once

#include <vector>

#include "expand.h"
#include "subgraph.h"

namespace accel::runtime {

struct Piece {
    uint32_t device = 0;          ///< UINT32_MAX, among groups: nobody takes its one node
    std::vector<uint32_t> nodes;  ///< of the whole graph, ascending
};

/// Keeps what the devices said, so that a piece that turns out too large can be cut again.
class Partition {
public:
    /// answers: what the devices have said about the whole graph already; empty: they are asked.
    Partition(const Graph &graph, std::vector<CompileTarget> targets, const CompileRequest &request, uint32_t flags, Answers answers = {});

    /// Ask every device about the whole graph, once; answer() then tells what it said.
    accel_status ask_all();

    /// Pieces in execution order. Errors: UNSUPPORTED (P-1) naming the node and every device's reason; INTERNAL a module breaks its contract.
    accel_status run(std::vector<Piece> *out);

    /// All nodes in pieces as run() makes them, with those that have no place each in one of its own: what can be built as it is, and what stays for others.
    accel_status groups(std::vector<Piece> *out);

    /// The piece did not build for lack of room: its device does not take its nodes any more. run() then finds another way, if there is one.
    void refuse(const Piece &piece, const accel_bk_support &why);

    /// What a device said about a node: refused, or OK.
    const accel_bk_support &answer(uint32_t device, uint32_t node) const { return answers_[device][node]; }
    /// The first device that takes a node; UINT32_MAX: none.
    uint32_t first_taker(uint32_t node) const;
    /// Why the devices before this one (UINT32_MAX: all of them) do not run the node; "" when none refused.
    std::string earlier_refusals(uint32_t device, uint32_t node) const;

private:
    void take_answers(Answers answers);
    accel_status assign(std::vector<uint32_t> *out) const;
    accel_status fail_unplaced(const std::vector<uint32_t> &nodes) const;
    std::string refusals(uint32_t node) const;
    accel_status cut_and_confirm(const std::vector<uint32_t> &device, std::vector<Piece> *out, bool *out_changed);
    accel_status confirm(const Piece &piece, bool *out_changed);

    const Graph &graph_;
    const std::vector<CompileTarget> targets_;
    const CompileRequest request_;
    uint32_t flags_;
    std::vector<bool> too_large_;  ///< nodes that some device took until it was to build them
    bool asked_ = false;
    uint32_t next_group_ = 1;
    Answers answers_;  ///< tensors are those of the whole graph
};

}  // namespace accel::runtime
