// SPDX-License-Identifier: MIT
// The table of passes, and the walk over it. Each stands where it stands for the sake of a later one, as its row says.
//
//   known values, sizes ──► canonical form ──► constants ──► quantised operations ──► constants that became real ──► outputs, alignment, names
//
// What is true after each pass:
// - The graph computes the same, but for the rounding of folded batch normalisation and what quantise settles.
// - Names of ports, and which nodes of the model a node stands for, are kept.
// - Memory for constants was granted by the graph's budget, and the application has heard that work goes on (pace).
//
// Who watches is told of each pass between two of them, so that counting is in nobody's time; where nobody does, nothing is counted.
//
// Not chosen: rounds until nothing changes. A fixed number of walks keeps the time proportional to the graph (docs/decisions/0012-bounds.md), and a pass that undoes another's work would never end.
#include "passes.h"

#include <set>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "branches.h"
#include "canonicalise.h"
#include "constants.h"
#include "fold.h"
#include "name_everything.h"
#include "prepare.h"
#include "quantise.h"
#include "rewrite.h"
#include "set_aside.h"
#include "settle_regions.h"

namespace accel::runtime {

namespace {

/// Of a function that cannot fail by a status.
template <void (*Function)(Graph &)> accel_status pass_of(PassWork &work)
{
    Function(work.graph);
    return ACCEL_STATUS_OK;
}

template <FoldDequantize Dequantize> accel_status fold_pass(PassWork &work)
{
    fold(work.graph, Dequantize);
    return ACCEL_STATUS_OK;
}

accel_status quantise_pass(PassWork &work)
{
    quantise(work.graph, work.request.rounding);
    return ACCEL_STATUS_OK;
}

accel_status sweep_pass(PassWork &work)
{
    sweep(work.graph);
    return ACCEL_STATUS_OK;
}

accel_status known_pass(PassWork &work) { return take_known_values(work.graph, work.request.known, &work.known_sizes); }

accel_status size_pass(PassWork &work)
{
    const PrepareRequest &request = work.request;
    return work.open ? specialise_open(work.graph, request.symbols, request.symbol_count, work.known_sizes) : specialise(work.graph, request.symbols, request.symbol_count, work.known_sizes);
}

/// What a region takes stands among its inputs for as long as its passes run: nobody may change or rename it.
accel_status prepare_branch(const PassWork &work, Region &region)
{
    auto inside = std::make_shared<Graph>(copy_of(*region.graph));
    const size_t input_count = inside->inputs.size();
    for (const accel_capture &capture : region.captures) inside->inputs.push_back(capture.inner);
    inside->budget = work.graph.budget;
    PrepareRequest request = work.request;
    request.watch = {};
    PassWork inner{*inside, request, {}, false};
    ACCEL_TRY(run_passes(inner, "settle_scales"));
    inside->budget = nullptr;
    std::vector<bool> read = output_flags(*inside);
    for (const Node &node : inside->nodes) for_each_read(node, [&](uint32_t tensor) { read[tensor] = true; });
    size_t next = input_count;
    for (accel_capture &capture : region.captures) capture.inner = inside->inputs[next++];
    std::erase_if(region.captures, [&](const accel_capture &capture) { return !read[capture.inner]; });
    inside->inputs.resize(input_count);
    region.graph = std::move(inside);
    return ACCEL_STATUS_OK;
}

accel_status region_pass(PassWork &work)
{
    settle_regions(work.graph);
    if (work.open) return ACCEL_STATUS_OK;
    for (Node &node : work.graph.nodes) {
        if (!has_branches(node)) continue;
        for (Region &region : node.regions) ACCEL_TRY(prepare_branch(work, region));
    }
    return ACCEL_STATUS_OK;
}

accel_status maker_pass(PassWork &work) { return give_outputs_makers(work.graph); }

constexpr Pass kPasses[] = {
    {"take_known_values", "Before sizes, because the dims of a known input give symbols their sizes, and its values may be shapes.", false, known_pass},
    {"sweep", "What no output depends on is neither judged nor carried along.", false, sweep_pass},
    {"specialise", "Symbols get their sizes, which all passes below need; shapes that only a run can tell stay open.", false, size_pass},
    {"settle_scales", "Whether scales in blocks say the same along one axis is a question of sizes, and quantise fuses plain ones only.", false, pass_of<settle_scales>},
    {"canonicalise", "Activations become clamps and moves meet, because quantise looks at one operation between its conversions.", false, pass_of<canonicalise>},
    {"fold", "Constants are computed; those behind a dequantisation stay stored, as quantise wants them.", false, fold_pass<FoldDequantize::Keep>},
    {"take_branches", "A condition that became a constant leaves one branch, in whose nodes the passes below look.", false, pass_of<take_branches>},
    {"canonicalise", "What these constants allow: normalisations and scales that go into weights.", false, pass_of<canonicalise>},
    {"quantise", "Dequantise, operation and quantise become one operation, and every rounding is settled.", false, quantise_pass},
    {"fold", "What is still dequantised and constant becomes real.", false, fold_pass<FoldDequantize::Expand>},
    {"canonicalise", "What those real constants allow.", false, pass_of<canonicalise>},
    {"give_outputs_makers", "Behind all that take nodes out: an output may have lost the node that made it.", false, maker_pass},
    {"align_constants", "Devices read constants where they lie, and no pass below makes one.", false, pass_of<align_constants>},
    {"settle_regions", "Regions read the same constants as what is around them, which are final now; branches go through the passes from settle_scales on.", false, region_pass},
    {"compact", "Tensors that nobody uses any more go.", false, pass_of<compact>},
    {"name_everything", "Pieces have ports where the graph had inner tensors, so each tensor gets a name.", false, pass_of<name_everything>},
    {"take_back", "Nodes over open sizes were set aside from the passes, and are what they were again.", true, pass_of<take_back>},
};

PassTold::Size size_of(const Graph &graph)
{
    PassTold::Size size;
    size.nodes = static_cast<uint32_t>(graph.nodes.size());
    size.tensors = static_cast<uint32_t>(graph.tensors.size());
    for (const Node &node : graph.nodes) ++size.labels[node.label()];
    std::set<const void *> counted;
    for (const Tensor &tensor : graph.tensors)
        if (tensor.constant() && counted.insert(tensor.data).second) size.constant_bytes += tensor.data_bytes;
    return size;
}

}  // namespace

std::span<const Pass> passes() { return kPasses; }

accel_status run_passes(PassWork &work, std::string_view first)
{
    const PassWatch &watch = work.request.watch;
    PassTold told;
    if (watch) told.after = size_of(work.graph);
    bool reached = false;
    for (const Pass &pass : kPasses) {
        reached = reached || pass.name == first;
        if (!reached || (pass.open_only && !work.open)) continue;
        const uint64_t begin_ns = watch ? now_ns() : 0;
        ACCEL_TRY(pass.run(work));
        if (!watch) continue;
        told.duration_ns = now_ns() - begin_ns;
        told.pass = &pass;
        told.before = std::exchange(told.after, size_of(work.graph));
        ACCEL_TRY(watch(told));
    }
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
