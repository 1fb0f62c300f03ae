// SPDX-License-Identifier: MIT
// Medians and paired differences: what a noisy, shared machine lets one say.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace accel::bench {

inline double median(std::vector<double> values)
{
    std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

/// Nanoseconds of one call of `body`, averaged over `count` calls.
template <class Body> double time_ns(unsigned count, const Body &body)
{
    const auto start = std::chrono::steady_clock::now();
    for (unsigned index = 0; index < count; ++index) body();
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() / count;
}

struct Pair {
    double first_ns, second_ns, difference_ns;
};

/// Two bodies in turns: medians of each, and the median of their differences round by round.
template <class First, class Second> Pair paired(unsigned rounds, unsigned count, const First &first, const Second &second)
{
    std::vector<double> a, b, difference;
    for (unsigned round = 0; round < rounds; ++round) {
        a.push_back(time_ns(count, first));
        b.push_back(time_ns(count, second));
        difference.push_back(a.back() - b.back());
    }
    return {median(a), median(b), median(difference)};
}

template <class Body> double median_ns(unsigned rounds, unsigned count, const Body &body)
{
    std::vector<double> values;
    for (unsigned round = 0; round < rounds; ++round) values.push_back(time_ns(count, body));
    return median(values);
}

}  // namespace accel::bench
