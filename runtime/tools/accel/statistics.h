// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

namespace accel::tool {

/// Nanoseconds of single runs, summarised by order statistics: machines are shared and noisy, so there is no mean.
struct Statistics {
    double median = 0, p90 = 0, p99 = 0, fastest = 0;
    size_t count = 0;
    static Statistics of(std::vector<double> samples_ns);
    nlohmann::json json() const;
};

}  // namespace accel::tool
