// SPDX-License-Identifier: MIT
// Asks about composites, then about their steps, and keeps what the first taker takes.
#include "expand.h"

#include <algorithm>
#include <span>

#include "base/check.h"
#include "base/progress.h"
#include "branches.h"
#include "name_everything.h"
#include "reasons.h"
#include "steps.h"

namespace accel::runtime {

namespace {

accel_status ask_each(const Graph &graph, const std::vector<CompileTarget> &targets, const CompileRequest &request, Answers *out)
{
    out->resize(targets.size());
    for (size_t device = 0; device < targets.size(); ++device) ACCEL_TRY(ask(targets[device], graph, request, &(*out)[device]));
    return ACCEL_STATUS_OK;
}

/// The graph with some of its composites as steps.
struct Expanded {
    Graph graph;
    std::vector<std::pair<uint32_t, uint32_t>> steps;  ///< first node, and how many, of what each node has become
};

Expanded expand(const Graph &graph, const std::vector<bool> &wanted)
{
    Expanded out{graph, {}};
    out.graph.nodes.clear();
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        pace();
        const auto first = static_cast<uint32_t>(out.graph.nodes.size());
        auto steps = wanted[i] ? steps_of(out.graph, graph.nodes[i]) : std::nullopt;
        if (steps)
            std::move(steps->begin(), steps->end(), std::back_inserter(out.graph.nodes));
        else
            out.graph.nodes.push_back(graph.nodes[i]);
        out.steps.emplace_back(first, static_cast<uint32_t>(out.graph.nodes.size()) - first);
    }
    name_everything(out.graph);
    return out;
}

bool is_listed(const CompileTarget &target, uint32_t operation)
{
    const std::span known(target.compiler->operations, target.compiler->operation_count);
    return std::ranges::find(known, operation, &accel_bk_operation::operation) != known.end();
}

/// No device is asked about parts of a region: there, composites that the one which could take it does not list become steps.
void expand_regions(Graph &graph, const CompileTarget &target)
{
    for (Node &node : graph.nodes) {
        if (!has_branches(node)) continue;
        for (Region &region : node.regions) {
            auto inside = std::make_shared<Graph>(*region.graph);
            expand_regions(*inside, target);
            std::vector<bool> wanted;
            for (const Node &inner : inside->nodes) wanted.push_back(!is_listed(target, inner.operation) && is_real_composite(*inside, inner));
            if (std::ranges::find(wanted, true) != wanted.end()) *inside = expand(*inside, wanted).graph;
            region.graph = std::move(inside);
        }
    }
}

class Choice {
public:
    Choice(const Graph &graph, const std::vector<CompileTarget> &targets, const Answers &as_such, const Expanded &expanded, const Answers &as_steps, size_t device_count)
        : graph_(graph),
          targets_(targets),
          as_such_(as_such),
          expanded_(expanded),
          as_steps_(as_steps),
          device_count_(device_count)
    {
    }

    /// Is the node to become steps? Then why.
    std::optional<std::string> steps_because(uint32_t node) const
    {
        std::string refusals;
        for (size_t device = 0; device < device_count_; ++device) {
            const accel_bk_support &said = as_such_[device][node];
            if (said.group != 0) return std::nullopt;
            refusals += (refusals.empty() ? "" : "; ") + targets_[device].label + ": " + refusal_text(graph_, graph_.nodes[node], said);
            if (all_steps(node, device, device + 1)) return refusals;
        }
        return all_steps(node, 0, device_count_) ? std::optional(refusals) : std::nullopt;
    }

private:
    /// Does each step have a taker among these devices?
    bool all_steps(uint32_t node, size_t first_device, size_t end_device) const
    {
        const auto [first, count] = expanded_.steps[node];
        for (uint32_t step = first; step < first + count; ++step) {
            bool taken = false;
            for (size_t device = first_device; device < end_device; ++device) taken = taken || as_steps_[device][step].group != 0;
            if (!taken) return false;
        }
        return true;
    }

    const Graph &graph_;
    const std::vector<CompileTarget> &targets_;
    const Answers &as_such_;
    const Expanded &expanded_;
    const Answers &as_steps_;
    const size_t device_count_;
};

}  // namespace

accel_status expand_composites(Graph &graph, const std::vector<CompileTarget> &targets, const CompileRequest &request, bool first_only, Answers *out_answers)
{
    const auto with_regions = std::ranges::find_if(targets, &CompileTarget::takes_regions);
    if (with_regions != targets.end()) expand_regions(graph, *with_regions);
    ACCEL_TRY(ask_each(graph, targets, request, out_answers));
    std::vector<bool> wanted(graph.nodes.size());
    for (uint32_t i = 0; i < wanted.size(); ++i) wanted[i] = (*out_answers)[0][i].group == 0 && is_real_composite(graph, graph.nodes[i]);
    if (std::find(wanted.begin(), wanted.end(), true) == wanted.end()) return ACCEL_STATUS_OK;

    // As steps, all of them: what a device says to one step may depend on its neighbours.
    const Expanded all = expand(graph, wanted);
    Answers as_steps;
    ACCEL_TRY(ask_each(all.graph, targets, request, &as_steps));
    const Choice choice(graph, targets, *out_answers, all, as_steps, first_only ? 1 : targets.size());
    std::vector<std::string> why(wanted.size());
    for (uint32_t i = 0; i < wanted.size(); ++i) {
        const auto because = wanted[i] ? choice.steps_because(i) : std::nullopt;
        wanted[i] = because && all.steps[i].second > 0 && all.graph.nodes[all.steps[i].first].operation != graph.nodes[i].operation;
        if (wanted[i]) why[i] = "a step of " + node_text(graph.nodes[i]) + ": " + *because;
    }
    if (std::find(wanted.begin(), wanted.end(), true) == wanted.end()) return ACCEL_STATUS_OK;

    Expanded chosen = expand(graph, wanted);
    for (uint32_t i = 0; i < wanted.size(); ++i) {
        const auto [first, count] = chosen.steps[i];
        for (uint32_t step = first; wanted[i] && step < first + count; ++step) chosen.graph.nodes[step].decomposed_because = why[i];
    }
    graph = std::move(chosen.graph);
    return ask_each(graph, targets, request, out_answers);
}

}  // namespace accel::runtime
