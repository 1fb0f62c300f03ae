// SPDX-License-Identifier: MIT
// Trees as kernels show them, written down: this machine has one kind of control groups only, and perhaps no limit.
#include "cores/cores.h"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <sched.h>
#include <unistd.h>

using namespace accel::cores;

namespace {

class Tree {
public:
    Tree() : root_(std::filesystem::temp_directory_path() / ("accel-cores-" + std::to_string(getpid()))) { std::filesystem::remove_all(root_); }
    ~Tree() { std::filesystem::remove_all(root_); }
    Tree(const Tree &) = delete;
    Tree &operator=(const Tree &) = delete;

    Tree &file(const std::string &path, const std::string &text)
    {
        std::filesystem::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << text << "\n";
        return *this;
    }
    std::string path() const { return root_.string(); }

private:
    std::filesystem::path root_;
};

// Debian 12: version 2 alone.
void mount_unified(Tree &tree)
{
    tree.file("proc/self/mountinfo", "22 27 0:20 / /proc rw,nosuid shared:5 - proc proc rw\n"
                                     "29 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot");
}

// The two hierarchies of a system that has not moved on, and beside them version 2 without controllers.
void mount_hybrid(Tree &tree, const std::string &top = "/")
{
    tree.file("proc/self/mountinfo", "31 25 0:27 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
                                     "34 25 0:30 " +
                                         top + " /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:14 - cgroup cgroup rw,cpu,cpuacct\n"
                                               "35 25 0:31 / /sys/fs/cgroup/cpuset rw,relatime shared:15 - cgroup cgroup rw,cpuset");
}

}  // namespace

TEST_CASE("version 2: the least quota of the group and those above it", "[cores]")
{
    Tree tree;
    mount_unified(tree);
    tree.file("proc/self/cgroup", "0::/system.slice/app.service/worker");
    CHECK_FALSE(quota(tree.path()));
    tree.file("sys/fs/cgroup/system.slice/app.service/worker/cpu.max", "max 100000");
    CHECK_FALSE(quota(tree.path()));
    tree.file("sys/fs/cgroup/system.slice/app.service/cpu.max", "150000 100000");
    CHECK(quota(tree.path()) == 1.5);
    tree.file("sys/fs/cgroup/system.slice/cpu.max", "800000 100000");
    CHECK(quota(tree.path()) == 1.5);
    tree.file("sys/fs/cgroup/system.slice/app.service/worker/cpu.max", "50000 100000");
    CHECK(quota(tree.path()) == 0.5);
    CHECK(usable(tree.path()) == 1);
}

TEST_CASE("version 2 in a container: the group is the mount itself", "[cores]")
{
    Tree tree;
    mount_unified(tree);
    tree.file("proc/self/cgroup", "0::/").file("sys/fs/cgroup/cpu.max", "25000 100000");
    CHECK(quota(tree.path()) == 0.25);
    // Without a name space of its own, the process knows the host's name of a group that the mount shows as the first.
    tree.file("proc/self/mountinfo", "29 23 0:26 /kubepods/pod1 /sys/fs/cgroup ro,relatime - cgroup2 cgroup rw");
    tree.file("proc/self/cgroup", "0::/kubepods/pod1/inner").file("sys/fs/cgroup/inner/cpu.max", "20000 100000");
    CHECK(quota(tree.path()) == 0.2);
}

TEST_CASE("version 1: quota and period are two files, -1 is none", "[cores]")
{
    Tree tree;
    mount_hybrid(tree);
    tree.file("proc/self/cgroup", "11:cpuset:/other\n4:cpu,cpuacct:/docker/abc\n0::/docker/abc");
    const std::string group = "sys/fs/cgroup/cpu,cpuacct/docker/abc/";
    tree.file(group + "cpu.cfs_period_us", "100000").file(group + "cpu.cfs_quota_us", "-1");
    CHECK_FALSE(quota(tree.path()));
    tree.file(group + "cpu.cfs_quota_us", "250000");
    CHECK(quota(tree.path()) == 2.5);
    mount_hybrid(tree, "/docker/abc");
    tree.file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "50000").file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "100000");
    CHECK(quota(tree.path()) == 2);
}

TEST_CASE("a quota is rounded up and never raises the number of cores", "[cores]")
{
    Tree tree;
    CHECK_FALSE(quota(tree.path()));  // no such files at all
    const int cores = physical(tree.path());
    CHECK(usable(tree.path()) == cores);
    mount_unified(tree);
    tree.file("proc/self/cgroup", "0::/");
    tree.file("sys/fs/cgroup/cpu.max", "100001 100000");
    CHECK(usable(tree.path()) == std::min(2, cores));
    tree.file("sys/fs/cgroup/cpu.max", "100000000 100000");
    CHECK(usable(tree.path()) == cores);
    tree.file("sys/fs/cgroup/cpu.max", "1000 1000000");
    CHECK(usable(tree.path()) == 1);
}

TEST_CASE("hardware threads of one core count once, and the mask decides which count", "[cores]")
{
    cpu_set_t before;
    REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
    Tree tree;
    std::string first;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &before)) {
            first = first.empty() ? std::to_string(cpu) : first;
            tree.file("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list", first + ",999");
        }
    CHECK(physical(tree.path()) == 1);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(std::stoi(first), &one);
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    CHECK(physical() == 1);
    REQUIRE(sched_setaffinity(0, sizeof before, &before) == 0);
}
