// SPDX-License-Identifier: MIT
#include "cores.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

namespace accel::tool {
namespace {

/// The lowest-numbered hardware thread of a CPU's core; the CPU itself where the system does not tell.
int first_sibling(int cpu)
{
    std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list");
    int first = cpu;
    return file >> first ? first : cpu;
}

}  // namespace

unsigned physical_cores()
{
    std::set<int> cores;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
            if (CPU_ISSET(cpu, &set)) cores.insert(first_sibling(cpu));
    return static_cast<unsigned>(std::clamp<size_t>(cores.size(), 1, 256));
}

}  // namespace accel::tool
