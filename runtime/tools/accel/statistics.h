// SPDX-License-Identifier: MIT
// What is told of measured times.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

namespace accel::tool {

/// Nanoseconds of single runs. The median says what a run takes on a machine that is left alone; the mean, what runs cost where others take the cores for
/// a while, since most runs may escape that and a few pay for all.
struct Statistics {
    double median = 0, mean = 0, p90 = 0, p99 = 0, fastest = 0;
    size_t count = 0;
    static Statistics of(std::vector<double> samples_ns);
    nlohmann::json json() const;
};

}  // namespace accel::tool
