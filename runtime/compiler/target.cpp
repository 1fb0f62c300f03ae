// SPDX-License-Identifier: MIT
// Asks a compiler what it may be asked, and checks what it answers.
#include "target.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "base/catalog.h"
#include "base/check.h"
#include "base/progress.h"
#include "set_aside.h"
#include "subgraph.h"

namespace accel::runtime {

accel_bk_compile_options options_for(const CompileTarget &target, const CompileRequest &request)
{
    accel_bk_compile_options options{};
    options.struct_size = sizeof options;
    options.target = target.name.c_str();
    options.options = target.options.data();
    options.option_count = static_cast<uint32_t>(target.options.size());
    options.precisions = request.precisions;
    options.progress = request.progress;
    options.progress_user = request.progress_user;
    return options;
}

accel_status look_up(CompileTarget &target)
{
    std::string known;
    for (uint32_t index = 0;; ++index) {
        accel_bk_target_info info{};
        info.struct_size = sizeof info;
        clear_module_error();
        const accel_status status = target.compiler->target_info(index, &info);
        if (status == ACCEL_STATUS_NOT_FOUND) break;
        if (status != ACCEL_STATUS_OK) return fail_from_module(status, target.backend.c_str(), "tell its compile targets", nullptr);
        if (!info.name) return fail(ACCEL_STATUS_INTERNAL, "C-7", nullptr, "module '%s' names no target at index %u", target.backend.c_str(), index);
        if (target.name.empty()) target.name = info.name;
        if (target.name == info.name) {
            target.roundings = info.roundings;
            target.takes_open = info.flags & ACCEL_BK_TARGET_FLAG_OPEN_SIZES;
            target.takes_entries = info.flags & ACCEL_BK_TARGET_FLAG_ENTRIES;
            target.takes_custom = info.flags & ACCEL_BK_TARGET_FLAG_CUSTOM;
            target.takes_regions = info.flags & ACCEL_BK_TARGET_FLAG_REGIONS;
            return ACCEL_STATUS_OK;
        }
        known += (known.empty() ? "" : ", ") + std::string(info.name);
        if (index == 4096) break;  // a module that never ends its list
    }
    const std::string said = module_error();  // such as a file of its own that is missing
    return fail(ACCEL_STATUS_UNSUPPORTED, "P-8", nullptr, "module '%s' does not compile for target '%s'; it has: %s%s%s", target.backend.c_str(), target.name.c_str(),
                known.empty() ? "none" : known.c_str(), said.empty() ? "" : "; ", said.c_str());
}

namespace {

accel_status check_answer(const CompileTarget &target, const Graph &graph, size_t node, const accel_bk_support &answer)
{
    const std::string who = node_text(graph.nodes[node]);
    if (answer.group == 0 && answer.reason == ACCEL_REASON_OK)
        return fail(ACCEL_STATUS_INTERNAL, "C-3", nullptr, "module '%s' refuses %s without a reason", target.backend.c_str(), who.c_str());
    if (answer.group != 0 && answer.reason != ACCEL_REASON_OK)
        return fail(ACCEL_STATUS_INTERNAL, "C-7", nullptr, "module '%s' claims %s and gives a reason against it", target.backend.c_str(), who.c_str());
    return ACCEL_STATUS_OK;
}

/// What the module says to a graph that it may see.
accel_status query(const CompileTarget &target, const Graph &graph, const CompileRequest &request, std::vector<accel_bk_support> *out)
{
    const GraphDesc desc(graph, pace);
    const ModuleGraph shown(desc.get(), target.sizes);
    accel_bk_compile_options options = options_for(target, request);
    const int64_t *const planned = request.planned && !graph.symbols.empty() ? request.planned->data() : nullptr;
    if (request.planned) options.planned_sizes = &planned;
    out->assign(graph.nodes.size(), accel_bk_support{});
    for (accel_bk_support &answer : *out) answer.tensor = ACCEL_TENSOR_NONE;
    clear_module_error();
    ModuleArray<accel_bk_support> answers(out->data(), out->size(), target.sizes.support);
    const accel_status status = target.compiler->query(target.host, &shown.get(), &options, answers.data_to_write());
    if (status != ACCEL_STATUS_OK) return fail_from_module(status, target.backend.c_str(), "say what it supports", nullptr);
    answers.take_back(out->data(), out->size());
    for (size_t i = 0; i < out->size(); ++i) ACCEL_TRY(check_answer(target, graph, i, (*out)[i]));
    return ACCEL_STATUS_OK;
}

/// Of a node without its regions: custom nodes that the module does not claim, operations and revisions that it does not list.
accel_bk_support refused_by_list(const CompileTarget &target, const Node &node)
{
    constexpr accel_bk_support kOperation{0, ACCEL_REASON_OPERATION, ACCEL_TENSOR_NONE, 0, 0, 0};
    if (node.operation == ACCEL_OPERATION_CUSTOM) return target.takes_custom ? accel_bk_support{} : kOperation;
    for (uint32_t i = 0; i < target.compiler->operation_count; ++i) {
        const accel_bk_operation &known = target.compiler->operations[i];
        if (known.operation != node.operation) continue;
        if (node.revision <= known.revision) return {};
        return {0, ACCEL_REASON_REVISION, ACCEL_TENSOR_NONE, 0, node.revision, known.revision};
    }
    return kOperation;
}

bool has_hidden(const CompileTarget &target, const Graph &region)
{
    return std::any_of(region.nodes.begin(), region.nodes.end(), [&](const Node &node) {
        return refused_by_list(target, node).reason != ACCEL_REASON_OK || std::any_of(node.regions.begin(), node.regions.end(), [&](const Region &inner) { return has_hidden(target, *inner.graph); });
    });
}

/// The first tensor of a node with a size that is open; ACCEL_TENSOR_NONE: none has one. What has no known type or rank is for C-9.
uint32_t open_tensor(const Graph &graph, const Node &node)
{
    const auto is_open = [&](uint32_t tensor) {
        if (tensor == ACCEL_TENSOR_NONE) return false;
        const Shape &shape = graph.tensors[tensor].shape;
        return std::any_of(shape.begin(), shape.end(), [](const Dim &dim) { return dim.symbol != ACCEL_SYMBOL_NONE; });
    };
    for (const auto *tensors : {&node.inputs, &node.outputs})
        if (const auto found = std::find_if(tensors->begin(), tensors->end(), is_open); found != tensors->end()) return *found;
    return ACCEL_TENSOR_NONE;
}

/// Why a module may not see a node, which it then need not know how to refuse (C-9, P-16): for what the node is, for sizes that depend on data, or for what is in its regions.
accel_bk_support refused_unseen(const CompileTarget &target, const Graph &graph, const Node &node, bool open)
{
    constexpr accel_bk_support kPiece{0, ACCEL_REASON_OPERATION, ACCEL_TENSOR_NONE, 0, 0, 0};
    if (node.open_piece != UINT32_MAX) return kPiece;
    const accel_bk_support refused = refused_by_list(target, node);
    const uint32_t unsized = open ? ACCEL_TENSOR_NONE : open_tensor(graph, node);
    const bool reads = std::find(node.inputs.begin(), node.inputs.end(), unsized) != node.inputs.end();
    if (unsized != ACCEL_TENSOR_NONE && (reads || refused.reason == ACCEL_REASON_OK)) return {0, ACCEL_REASON_SYMBOL, unsized, 0, 0, 0};
    if (refused.reason != ACCEL_REASON_OK) return refused;
    if (node.regions.empty()) return refused;
    constexpr accel_bk_support kRegion{0, ACCEL_REASON_REGION, ACCEL_TENSOR_NONE, 0, 0, 0};
    if (!target.takes_regions || open) return kRegion;  // what is inside has gone through no passes yet
    const bool hidden = std::any_of(node.regions.begin(), node.regions.end(), [&](const Region &region) { return has_hidden(target, *region.graph); });
    return hidden ? kRegion : accel_bk_support{};
}

/// The same without the nodes that the module may not see; out has the reasons why.
accel_status query_shown(const CompileTarget &target, const Graph &graph, const std::vector<uint32_t> &shown, const CompileRequest &request, std::vector<accel_bk_support> *out)
{
    if (shown.empty()) return ACCEL_STATUS_OK;
    const Subgraph part = extract(graph, shown);
    std::vector<accel_bk_support> answers;
    ACCEL_TRY(query(target, part.graph, request, &answers));
    for (size_t i = 0; i < shown.size(); ++i) {
        accel_bk_support &answer = (*out)[shown[i]] = answers[i];
        if (answer.tensor < part.tensors.size()) answer.tensor = part.tensors[answer.tensor];
    }
    return ACCEL_STATUS_OK;
}

/// Pieces that were built for open sizes have groups of their own, beside the module's.
void claim_pieces(const Graph &graph, std::vector<accel_bk_support> &answers)
{
    std::set<uint32_t> taken{0};
    for (const accel_bk_support &answer : answers) taken.insert(answer.group);
    uint32_t next = 0;
    for (size_t i = 0; i < answers.size(); ++i) {
        if (graph.nodes[i].open_piece == UINT32_MAX) continue;
        while (taken.count(next)) ++next;
        answers[i] = {next++, ACCEL_REASON_OK, ACCEL_TENSOR_NONE, 0, 0, 0};
    }
}

}  // namespace

accel_status ask(const CompileTarget &target, const Graph &graph, const CompileRequest &request, std::vector<accel_bk_support> *out)
{
    out->clear();
    std::vector<uint32_t> shown;
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        pace();
        out->push_back(refused_unseen(target, graph, graph.nodes[i], request.planned != nullptr));
        if (out->back().reason == ACCEL_REASON_OK) shown.push_back(i);
    }
    if (shown.size() == graph.nodes.size())
        ACCEL_TRY(query(target, graph, request, out));
    else
        ACCEL_TRY(query_shown(target, graph, shown, request, out));
    for (size_t i = 0; i < out->size(); ++i) {
        accel_bk_support &answer = (*out)[i];
        const uint32_t rounding = graph.nodes[i].rounding;
        if (answer.group == 0 || rounding == ACCEL_ROUNDING_NONE || (target.roundings & (1u << rounding))) continue;
        answer = accel_bk_support{0, ACCEL_REASON_ROUNDING, ACCEL_TENSOR_NONE, 0, rounding, 0};
    }
    if (target.takes_open) claim_pieces(graph, *out);
    // What would be taken instead is the target's to say, whoever refused.
    for (accel_bk_support &answer : *out)
        if (answer.reason == ACCEL_REASON_ROUNDING) answer.expected = target.roundings;
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
