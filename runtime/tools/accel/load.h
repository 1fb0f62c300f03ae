// SPDX-License-Identifier: MIT
// Other work on the machine, played.
#pragma once

#include <thread>
#include <vector>

namespace accel::tool {

/// Busy loops beside what is measured, as other work on the machine would be. They end with the object.
class Load {
public:
    explicit Load(unsigned count);

private:
    std::vector<std::jthread> loops_;
};

}  // namespace accel::tool
