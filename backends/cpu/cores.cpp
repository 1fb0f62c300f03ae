// SPDX-License-Identifier: MIT
#include "program.h"

#include <algorithm>
#include <fstream>
#include <sched.h>
#include <set>
#include <string>

namespace accel::cpu
{
namespace
{

// The lowest-numbered hardware thread of the core that a CPU belongs to; the CPU itself where the system does not tell.
int first_sibling(int cpu)
{
    std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list");
    int first = cpu;
    return file >> first ? first : cpu;
}

} // namespace

int physical_cores()
{
#if defined(__SANITIZE_THREAD__)
    // ThreadSanitizer does not see how libgomp's teams synchronise: all that they share would look like races.
    return 1;
#endif
    cpu_set_t set;
    std::set<int> cores;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
            if (CPU_ISSET(cpu, &set))
                cores.insert(first_sibling(cpu));
    return std::clamp(static_cast<int>(cores.size()), 1, 256);
}

} // namespace accel::cpu
