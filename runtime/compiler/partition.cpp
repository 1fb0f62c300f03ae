// SPDX-License-Identifier: MIT
// Asks, assigns, cuts and confirms, until every device stands by its answer.
#include "partition.h"

#include <algorithm>
#include <map>

#include "balance.h"
#include "base/check.h"
#include "cut.h"
#include "reasons.h"

namespace accel::runtime {

Partition::Partition(const Graph &graph, std::vector<CompileTarget> targets, const CompileRequest &request, uint32_t flags, Answers answers)
    : graph_(graph),
      targets_(std::move(targets)),
      request_(request),
      flags_(flags),
      too_large_(graph.nodes.size())
{
    if (!answers.empty()) take_answers(std::move(answers));
}

accel_status Partition::ask_all()
{
    if (asked_) return ACCEL_STATUS_OK;
    Answers answers(targets_.size());
    for (size_t device = 0; device < targets_.size(); ++device) ACCEL_TRY(ask(targets_[device], graph_, request_, &answers[device]));
    take_answers(std::move(answers));
    return ACCEL_STATUS_OK;
}

/// Groups get numbers from 1 on, in the order of the module's: those may be any, and there have to be more.
void Partition::take_answers(Answers answers)
{
    answers_ = std::move(answers);
    for (auto &of_device : answers_) {
        std::map<uint32_t, uint32_t> groups;
        for (const accel_bk_support &answer : of_device) {
            if (answer.group != 0) groups.emplace(answer.group, 0);
        }
        uint32_t last = 0;
        for (auto &[theirs, ours] : groups) ours = ++last;
        for (accel_bk_support &answer : of_device) {
            if (answer.group != 0) answer.group = groups[answer.group];
        }
        next_group_ = std::max(next_group_, last + 1);
    }
    asked_ = true;
}

accel_status Partition::run(std::vector<Piece> *out)
{
    ACCEL_TRY(ask_all());
    // A change takes a claim away or splits a group; there are only so many, so this ends.
    for (bool changed = true; changed;) {
        std::vector<uint32_t> device;
        ACCEL_TRY(assign(&device));
        ACCEL_TRY(cut_and_confirm(device, out, &changed));
    }
    return ACCEL_STATUS_OK;
}

accel_status Partition::groups(std::vector<Piece> *out)
{
    ACCEL_TRY(ask_all());
    for (bool changed = true; changed;) {
        std::vector<uint32_t> device;
        for (uint32_t i = 0; i < graph_.nodes.size(); ++i) device.push_back(first_taker(i));
        ACCEL_TRY(cut_and_confirm(device, out, &changed));
    }
    return ACCEL_STATUS_OK;
}

accel_status Partition::cut_and_confirm(const std::vector<uint32_t> &device, std::vector<Piece> *out, bool *out_changed)
{
    std::vector<uint64_t> keys(graph_.nodes.size());
    for (uint32_t i = 0; i < keys.size(); ++i) keys[i] = uint64_t{device[i]} << 32 | (device[i] == UINT32_MAX ? i : answers_[device[i]][i].group);
    out->clear();
    for (std::vector<uint32_t> &nodes : cut(graph_, keys)) {
        Piece &piece = out->emplace_back();
        piece.device = device[nodes[0]];
        piece.nodes = std::move(nodes);
    }
    *out_changed = false;
    for (const Piece &piece : *out) {
        if (piece.device != UINT32_MAX) ACCEL_TRY(confirm(piece, out_changed));
    }
    return ACCEL_STATUS_OK;
}

uint32_t Partition::first_taker(uint32_t node) const
{
    const size_t count = flags_ & ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY ? 1 : targets_.size();
    for (uint32_t device = 0; device < count; ++device) {
        if (answers_[device][node].group != 0) return device;
    }
    return UINT32_MAX;
}

accel_status Partition::assign(std::vector<uint32_t> *out) const
{
    const size_t count = graph_.nodes.size();
    out->clear();
    std::vector<uint32_t> unplaced;
    for (uint32_t i = 0; i < count; ++i) {
        out->push_back(first_taker(i));
        if (out->back() == UINT32_MAX) unplaced.push_back(i);
    }
    if (!unplaced.empty()) return fail_unplaced(unplaced);
    if (!(flags_ & ACCEL_PROGRAM_FLAG_BALANCE) || (flags_ & ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY) || targets_.size() < 2) return ACCEL_STATUS_OK;
    std::vector<std::vector<bool>> admitted(targets_.size(), std::vector<bool>(count));
    for (size_t device = 0; device < targets_.size(); ++device) {
        for (size_t i = 0; i < count; ++i) admitted[device][i] = answers_[device][i].group != 0;
    }
    *out = balance(graph_, targets_, admitted);
    return ACCEL_STATUS_OK;
}

std::string Partition::refusals(uint32_t node) const
{
    const bool first_only = flags_ & ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY;
    std::string reasons;
    for (size_t device = 0; device < (first_only ? 1 : targets_.size()); ++device)
        reasons += (device ? "; " : "") + targets_[device].label + ": " + refusal_text(graph_, graph_.nodes[node], answers_[device][node]);
    return reasons;
}

namespace {

/// Nodes without a place, gathered by why, so that one answer names all of them: whoever mends the first would only meet the next.
class Unplaced {
public:
    void add(const std::string &node, const std::string &reasons)
    {
        ++count_;
        const auto same = std::find_if(kinds_.begin(), kinds_.end(), [&](const Kind &kind) { return kind.reasons == reasons; });
        if (same == kinds_.end())
            kinds_.push_back({reasons, {node}});
        else
            same->nodes.push_back(node);
    }
    /// As many as the error detail has room for, and how many are left.
    std::string text(const char *what) const
    {
        std::string text = count_ > 1 ? std::to_string(count_) + " operations have no place. " : "";
        size_t told = 0;
        for (const Kind &kind : kinds_) {
            std::string names;
            size_t named = 0;
            for (; named < kind.nodes.size() && (told + named == 0 || text.size() + names.size() + kind.nodes[named].size() + kind.reasons.size() < kRoomBytes); ++named)
                names += (names.empty() ? "" : ", ") + kind.nodes[named];
            if (named == 0) break;
            text += (told ? ". " : "") + names + ": " + what + ": " + kind.reasons;
            told += named;
        }
        return told == count_ ? text : text + ". And " + std::to_string(count_ - told) + " more, which accel_program_support tells";
    }

private:
    static constexpr size_t kRoomBytes = 850;
    struct Kind {
        std::string reasons;
        std::vector<std::string> nodes;
    };
    std::vector<Kind> kinds_;
    size_t count_ = 0;
};

}  // namespace

accel_status Partition::fail_unplaced(const std::vector<uint32_t> &nodes) const
{
    Unplaced unplaced;
    for (const uint32_t node : nodes) unplaced.add(node_text(graph_.nodes[node]), refusals(node));
    const bool first_only = flags_ & ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY;
    const bool too_large = std::all_of(nodes.begin(), nodes.end(), [&](uint32_t node) { return too_large_[node]; });
    return fail(too_large ? ACCEL_STATUS_LIMIT : ACCEL_STATUS_UNSUPPORTED, "P-1", nullptr, "%s",
                unplaced.text(first_only ? "the first device, which alone was permitted, does not take it" : "no device of the set takes it").c_str());
}

accel_status Partition::confirm(const Piece &piece, bool *out_changed)
{
    if (piece.nodes.size() == graph_.nodes.size()) {
        // The whole graph in one group was the question already asked.
        return ACCEL_STATUS_OK;
    }
    const Subgraph part = extract(graph_, piece.nodes);
    std::vector<accel_bk_support> answers;
    ACCEL_TRY(ask(targets_[piece.device], part.graph, request_, &answers));
    std::map<uint32_t, uint32_t> groups;
    for (const accel_bk_support &answer : answers) {
        if (answer.group != 0) groups.emplace(answer.group, 0);
    }
    const bool split = groups.size() > 1;
    for (auto &[theirs, ours] : groups) ours = next_group_++;
    for (size_t i = 0; i < answers.size(); ++i) {
        accel_bk_support &known = answers_[piece.device][piece.nodes[i]];
        if (answers[i].group == 0) {
            known = answers[i];
            if (known.tensor < part.tensors.size()) known.tensor = part.tensors[known.tensor];
            *out_changed = true;
        } else if (split) {
            known.group = groups[answers[i].group];
            *out_changed = true;
        }
    }
    return ACCEL_STATUS_OK;
}

void Partition::refuse(const Piece &piece, const accel_bk_support &why)
{
    for (const uint32_t node : piece.nodes) {
        too_large_[node] = true;
        answers_[piece.device][node] = why;
        answers_[piece.device][node].group = 0;
    }
}

std::string Partition::earlier_refusals(uint32_t device, uint32_t node) const
{
    std::string text;
    for (uint32_t earlier = 0; earlier < std::min<size_t>(device, targets_.size()); ++earlier) {
        const accel_bk_support &said = answers_[earlier][node];
        if (said.group != 0) continue;
        text += (text.empty() ? "" : "; ") + targets_[earlier].label + ": " + refusal_text(graph_, graph_.nodes[node], said);
    }
    return text;
}

}  // namespace accel::runtime
