// SPDX-License-Identifier: MIT
// Walks the nodes in order, and keeps for each device the least time in which its node can be done.
#include "balance.h"

#include <algorithm>
#include <limits>

namespace accel::runtime {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

/// Data movement is not free: count an element as one multiply-accumulate at least.
double node_work(const Graph &graph, const Node &node)
{
    uint64_t elements = 0;
    for (const uint32_t output : node.outputs) {
        if (output != ACCEL_TENSOR_NONE) elements += element_count(graph.tensors[output].shape).value_or(0);
    }
    return static_cast<double>(std::max(work_macs(graph, node), elements));
}

/// Bytes alive between node i - 1 and node i: made before, read at i or later.
std::vector<double> bytes_across(const Graph &graph)
{
    const size_t count = graph.nodes.size();
    const std::vector<uint32_t> maker = makers(graph);
    std::vector<size_t> last(graph.tensors.size());
    for (size_t i = 0; i < count; ++i) {
        for_each_read(graph.nodes[i], [&](uint32_t input) { last[input] = i; });
    }
    std::vector<double> change(count + 2), across(count + 1);
    for (size_t t = 0; t < graph.tensors.size(); ++t) {
        if (maker[t] == UINT32_MAX || last[t] <= maker[t]) continue;
        const double bytes = static_cast<double>(size_bytes(graph.tensors[t]).value_or(0));
        change[maker[t] + 1] += bytes;
        change[last[t] + 1] -= bytes;
    }
    double alive = 0;
    for (size_t i = 0; i <= count; ++i) across[i] = alive += change[i];
    return across;
}

}  // namespace

std::vector<uint32_t> balance(const Graph &graph, const std::vector<CompileTarget> &targets, const std::vector<std::vector<bool>> &admitted)
{
    const size_t nodes = graph.nodes.size(), devices = targets.size();
    const std::vector<double> across = bytes_across(graph);
    std::vector<std::vector<uint32_t>> came_from(nodes, std::vector<uint32_t>(devices));
    std::vector<double> best(devices, 0.0);
    std::vector<uint32_t> chosen(nodes, UINT32_MAX);
    for (size_t i = 0; i < nodes; ++i) {
        std::vector<double> next(devices, kNever);
        for (uint32_t d = 0; d < devices; ++d) {
            if (!admitted[d][i]) continue;
            const Speed &speed = targets[d].speed;
            for (uint32_t from = 0; from < devices; ++from) {
                double cost = best[from];
                if (i == 0 ? from == d : from != d) cost += speed.overhead_ns * 1e-9;
                if (i != 0 && from != d) cost += across[i] / std::min(speed.copy_bytes_per_s, targets[from].speed.copy_bytes_per_s);
                if (i == 0 && from != d) continue;
                if (cost < next[d]) {
                    next[d] = cost;
                    came_from[i][d] = from;
                }
            }
            next[d] += node_work(graph, graph.nodes[i]) / speed.macs_per_s;
        }
        best = std::move(next);
        if (std::all_of(best.begin(), best.end(), [](double cost) { return cost == kNever; })) return chosen;
    }
    auto at = static_cast<uint32_t>(std::min_element(best.begin(), best.end()) - best.begin());
    for (size_t i = nodes; i-- > 0;) {
        chosen[i] = at;
        at = came_from[i][at];
    }
    return chosen;
}

}  // namespace accel::runtime
