// SPDX-License-Identifier: MIT
// Counts cores from the affinity mask, the topology in sysfs and the quotas of control groups.
#include "cores/cores.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sched.h>
#include <set>
#include <sstream>
#include <vector>

namespace accel::cores {
namespace {

// A hierarchy of control groups that is mounted here.
struct Hierarchy {
    bool unified = false;  // version 2
    std::string top;       // the group that the mount shows first
    std::string mount;
};

bool has_word(const std::string &list, const std::string &word)
{
    std::istringstream words(list);
    for (std::string each; std::getline(words, each, ',');)
        if (each == word)
            return true;
    return false;
}

// proc_pid_mountinfo(5): ID, parent, device, top, mount point, options, optional fields, "-", type, source, options of the file system.
std::vector<Hierarchy> hierarchies(const std::string &root)
{
    std::vector<Hierarchy> found;
    std::ifstream mounts(root + "/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream fields(line);
        std::string skipped, type, options;
        Hierarchy hierarchy;
        fields >> skipped >> skipped >> skipped >> hierarchy.top >> hierarchy.mount;
        while (fields >> skipped && skipped != "-") {
        }
        if (!(fields >> type >> skipped >> options))
            continue;
        hierarchy.unified = type == "cgroup2";
        if (hierarchy.unified || (type == "cgroup" && has_word(options, "cpu")))
            found.push_back(hierarchy);
    }
    return found;
}

// The process's group in a hierarchy. Lines are "number:controllers:group", and "0::group" for version 2.
std::optional<std::string> group_in(const Hierarchy &hierarchy, const std::string &root)
{
    std::ifstream groups(root + "/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const size_t first = line.find(':'), second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos)
            continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        if (hierarchy.unified ? controllers.empty() && line[0] == '0' : has_word(controllers, "cpu"))
            return line.substr(second + 1);
    }
    return std::nullopt;
}

std::optional<double> limit_of(const std::string &folder, bool unified)
{
    double quota = 0, period = 0;
    if (unified) {
        std::ifstream file(folder + "/cpu.max");  // "max 100000" without a limit, which is no number
        if (!(file >> quota >> period))
            return std::nullopt;
    } else {
        std::ifstream quota_file(folder + "/cpu.cfs_quota_us"), period_file(folder + "/cpu.cfs_period_us");
        if (!(quota_file >> quota) || !(period_file >> period))
            return std::nullopt;
    }
    return quota > 0 && period > 0 ? std::optional(quota / period) : std::nullopt;  // -1: none
}

// The lowest-numbered hardware thread of the core that a CPU belongs to; the CPU itself where the system does not tell.
int first_sibling(const std::string &root, int cpu)
{
    std::ifstream file(root + "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list");
    int first = cpu;
    return file >> first ? first : cpu;
}

}  // namespace

std::optional<double> quota(const std::string &root)
{
    std::optional<double> least;
    for (const Hierarchy &hierarchy : hierarchies(root)) {
        std::string group = group_in(hierarchy, root).value_or("/");
        // A container sees its own group first, and its name as the host knows it.
        if (hierarchy.top != "/" && group.starts_with(hierarchy.top))
            group.erase(0, hierarchy.top.size());
        for (;;) {
            while (!group.empty() && group.back() == '/')
                group.pop_back();
            if (const auto limit = limit_of(root + hierarchy.mount + group, hierarchy.unified))
                least = std::min(least.value_or(*limit), *limit);
            if (group.empty())
                break;
            group.erase(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
        }
    }
    return least;
}

int physical(const std::string &root)
{
    cpu_set_t set;
    std::set<int> cores;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
            if (CPU_ISSET(cpu, &set))
                cores.insert(first_sibling(root, cpu));
    return std::clamp(static_cast<int>(cores.size()), 1, kMost);
}

int usable(const std::string &root)
{
    const double limit = std::ceil(quota(root).value_or(kMost));
    return std::min(physical(root), static_cast<int>(std::clamp<double>(limit, 1, kMost)));
}

}  // namespace accel::cores
