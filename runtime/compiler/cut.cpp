// SPDX-License-Identifier: MIT
// Cuts nodes into convex pieces by levels, and merges pieces that no detour connects.
#include "cut.h"

#include <algorithm>
#include <map>
#include <set>

namespace accel::runtime {

namespace {

using Pieces = std::vector<std::vector<uint32_t>>;

/// Pieces by (level, key): an edge between keys rises a level, so pieces are convex and ordered.
Pieces by_level(const Graph &graph, const std::vector<uint64_t> &keys)
{
    const std::vector<uint32_t> maker = makers(graph);
    std::vector<uint32_t> level(graph.nodes.size());
    std::map<std::pair<uint32_t, uint64_t>, std::vector<uint32_t>> pieces;
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        for_each_read(graph.nodes[i], [&](uint32_t input) {
            const uint32_t from = maker[input];
            if (from != UINT32_MAX) level[i] = std::max(level[i], level[from] + (keys[from] != keys[i]));
        });
        pieces[{level[i], keys[i]}].push_back(i);
    }
    Pieces out;
    for (auto &[key, nodes] : pieces) out.push_back(std::move(nodes));
    return out;
}

class PieceGraph {
public:
    PieceGraph(const Graph &graph, const Pieces &pieces) : after_(pieces.size())
    {
        std::vector<uint32_t> piece_of(graph.nodes.size());
        for (uint32_t p = 0; p < pieces.size(); ++p) {
            for (const uint32_t node : pieces[p]) piece_of[node] = p;
        }
        const std::vector<uint32_t> maker = makers(graph);
        for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
            for_each_read(graph.nodes[i], [&](uint32_t input) {
                const uint32_t from = maker[input];
                if (from != UINT32_MAX && piece_of[from] != piece_of[i]) after_[piece_of[from]].insert(piece_of[i]);
            });
        }
    }

    /// Is there a way from a to b through a third piece?
    bool detour(uint32_t a, uint32_t b) const
    {
        std::vector<bool> seen(after_.size());
        std::vector<uint32_t> open;
        for (const uint32_t next : after_[a]) {
            if (next != b) open.push_back(next);
        }
        while (!open.empty()) {
            const uint32_t at = open.back();
            open.pop_back();
            if (at == b) return true;
            if (seen[at]) continue;
            seen[at] = true;
            open.insert(open.end(), after_[at].begin(), after_[at].end());
        }
        return false;
    }

    /// Pieces so that each comes after what it reads; the one with the smallest first node goes first.
    std::vector<uint32_t> order(const Pieces &pieces) const
    {
        std::vector<uint32_t> waiting_for(after_.size());
        for (const auto &next : after_) {
            for (const uint32_t piece : next) ++waiting_for[piece];
        }
        std::set<std::pair<uint32_t, uint32_t>> ready;
        const auto enter = [&](uint32_t piece) { ready.insert({pieces[piece].front(), piece}); };
        for (uint32_t p = 0; p < after_.size(); ++p) {
            if (waiting_for[p] == 0) enter(p);
        }
        std::vector<uint32_t> out;
        while (!ready.empty()) {
            const uint32_t piece = ready.begin()->second;
            ready.erase(ready.begin());
            out.push_back(piece);
            for (const uint32_t next : after_[piece]) {
                if (--waiting_for[next] == 0) enter(next);
            }
        }
        return out;
    }

private:
    std::vector<std::set<uint32_t>> after_;
};

/// Merge two pieces of one key that no detour connects.
bool merge_once(const Graph &graph, const std::vector<uint64_t> &keys, Pieces &pieces)
{
    const PieceGraph between(graph, pieces);
    for (uint32_t a = 0; a < pieces.size(); ++a) {
        for (uint32_t b = a + 1; b < pieces.size(); ++b) {
            if (keys[pieces[a][0]] != keys[pieces[b][0]] || between.detour(a, b) || between.detour(b, a)) continue;
            pieces[a].insert(pieces[a].end(), pieces[b].begin(), pieces[b].end());
            std::sort(pieces[a].begin(), pieces[a].end());
            pieces.erase(pieces.begin() + b);
            return true;
        }
    }
    return false;
}

}  // namespace

Pieces cut(const Graph &graph, const std::vector<uint64_t> &keys)
{
    Pieces pieces = by_level(graph, keys);
    // Merging costs the cube of the number of pieces; a graph in that many pieces is slow for other reasons.
    constexpr size_t kMaxPiecesToMerge = 200;
    while (pieces.size() <= kMaxPiecesToMerge && merge_once(graph, keys, pieces)) {
    }
    Pieces ordered;
    for (const uint32_t piece : PieceGraph(graph, pieces).order(pieces)) ordered.push_back(pieces[piece]);
    return ordered;
}

}  // namespace accel::runtime
