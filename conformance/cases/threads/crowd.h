// SPDX-License-Identifier: MIT
// Many threads at once. Threads count what they see; assertions are made afterwards.
#pragma once

#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace accel::conformance {

/// Runs the body on several threads and answers how many ended without an exception and with true.
template <class Body> int count_good(int threads, const Body &body)
{
    std::atomic<int> good{0};
    std::vector<std::thread> list;
    for (int index = 0; index < threads; ++index)
        list.emplace_back([&, index] {
            try {
                good += body(index) ? 1 : 0;
            } catch (const std::exception &) {
            }
        });
    for (auto &thread : list) thread.join();
    return good;
}

}  // namespace accel::conformance
