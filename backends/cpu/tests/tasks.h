// SPDX-License-Identifier: MIT
// The threads of this process, as the kernel lists them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace accel::cpu::test {

inline int tasks()
{
    const std::filesystem::directory_iterator all("/proc/self/task");
    return static_cast<int>(std::distance(begin(all), end(all)));
}

inline int tasks_named(const std::string &name)
{
    int found = 0;
    for (const auto &task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string read;
        std::ifstream(task.path() / "comm") >> read;
        found += read == name ? 1 : 0;
    }
    return found;
}

}  // namespace accel::cpu::test
