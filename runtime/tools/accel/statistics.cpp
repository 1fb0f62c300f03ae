// SPDX-License-Identifier: MIT
// Percentiles and means.
#include "statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace accel::tool {
namespace {

/// Nearest rank: the smallest sample that at least this share of all samples does not exceed.
double percentile(const std::vector<double> &sorted, double share)
{
    const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::clamp<size_t>(rank, 1, sorted.size()) - 1];
}

}  // namespace

Statistics Statistics::of(std::vector<double> samples_ns)
{
    if (samples_ns.empty()) return {};
    std::sort(samples_ns.begin(), samples_ns.end());
    const double mean = std::accumulate(samples_ns.begin(), samples_ns.end(), 0.0) / static_cast<double>(samples_ns.size());
    return {percentile(samples_ns, 0.5), mean, percentile(samples_ns, 0.9), percentile(samples_ns, 0.99), samples_ns.front(), samples_ns.size()};
}

nlohmann::json Statistics::json() const
{
    return {{"median_ns", median}, {"mean_ns", mean}, {"p90_ns", p90}, {"p99_ns", p99}, {"fastest_ns", fastest}, {"runs", count}};
}

}  // namespace accel::tool
