// SPDX-License-Identifier: MIT
// The entry points of one program, from prepared graphs to blobs and segments.
//
//   ask each device about each graph, once
//     ┌─► cut each graph into pieces (partition.h)
//     │     build the pieces, in order: those of one device together where its compiler takes several graphs
//     │       LIMIT of several together: each alone       LIMIT of one: its device does not take it any more ──┐
//     │     connect them (plan.h), settle variables over all entry points, count slots                         │
//     │       too few buffers for a segment: its device does not take it any more ─────────────────────────────┤
//     └────────────────────────────────────────────────────────────────────────────────────────────────────────┘
//
// What is true: it ends, as each turn takes a piece from a device for good. What was built in an earlier turn is dropped whole, so blobs, segments and ports are always of one cut. A piece is told what the makers of its inputs have built, as a wish for
// its own layouts: only what is behind another in the order can be asked to fit it.
//
// Not chosen: keeping blobs of an earlier turn for pieces that stayed. A piece seldom moves, and which blobs are still right depends on layouts, constants and groups of all others.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "emit.h"
#include "open_parts.h"
#include "partition.h"
#include "parts/blob.h"
#include "parts/entry.h"
#include "parts/variable.h"
#include "plan.h"
#include "variables.h"

namespace accel::runtime {

/// All graphs are cut, pieces of one device are built, together where its compiler takes several graphs, and connected. Where a device has no room for a piece, all is cut again.
class Assembly {
public:
    /// Told before each part of the work, from 0 to 1; anything but OK ends it.
    using Step = std::function<accel_status(double from, double to, const char *what)>;

    Assembly(const std::vector<CompileTarget> &targets, const CompileRequest &request, uint32_t flags, Step step);

    /// In the order in which the program numbers them. The graph has no flags of variables any more, which uses tell.
    /// open: of which the graph has pieces already (collapse, prepare_rest).
    void add(std::string name, Graph graph, std::vector<VariableUse> uses, PortChoices choices = {}, std::optional<OpenSet> open = {});

    /// Errors: UNSUPPORTED, LIMIT, CANCELLED, those of the modules.
    accel_status run(const Sharing &sharing, std::vector<Blob> *out_blobs, std::vector<ProgramEntry> *out_entries, std::vector<Variable> *out_variables);

private:
    /// An entry point on its way. Segments are by piece.
    struct Work {
        Graph graph;
        std::vector<VariableUse> uses;
        PortChoices choices;
        std::optional<OpenSet> open;
        std::unique_ptr<Partition> partition;
        std::vector<Piece> pieces;
        std::vector<Subgraph> parts;  ///< by piece
        std::vector<uint32_t> slots;  ///< by piece: distinct buffers that its compiler admits, 0: any number
        ProgramEntry made;
    };
    struct Place {
        Work *work;
        uint32_t piece;
    };
    /// What is built at once.
    struct Job {
        uint32_t device = 0;
        std::vector<Place> places;
    };

    accel_status ask();
    accel_status cut();
    std::deque<Job> plan_jobs();
    accel_status build(bool *out_again);
    accel_status build(const Job &job);
    /// The piece that was built for open sizes; null: it is none.
    static const OpenPiece *open_piece(const Work &work, uint32_t piece);
    accel_status place_open(Work &work);
    accel_status connect_data(Work &work) const;
    static void add_wishes(const Work &work, uint32_t piece, uint32_t part, std::vector<Wish> &wishes);
    accel_status connect(const Sharing &sharing, bool *out_again);
    accel_status find_slots(Work &work, const Sharing &sharing, bool *out_again);
    bool may_move(const Piece &piece) const;
    accel_status fail_slots(uint32_t device, uint32_t needed, uint32_t admitted) const;

    const std::vector<CompileTarget> &targets_;
    const CompileRequest request_;
    const uint32_t flags_;
    const Step step_;
    std::deque<Work> works_;
    std::vector<Blob> blobs_;
    std::vector<Variable> variables_;
};

}  // namespace accel::runtime
