// SPDX-License-Identifier: MIT
// Tests of why a library was not loaded, each in a process of its own.
#include "dlopen_failure.h"

#include <dlfcn.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

using namespace accel::runtime;

namespace {

const std::string kModule = TEST_MODULE_DIR "/no-table.so";

/// What loading a library comes to in a process of its own, in which something happens first. It asserts nothing by itself, and may answer "skip".
std::string in_child(const std::function<std::string()> &body)
{
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
        alarm(30);
        const std::string answer = body();
        _exit(write(ends[1], answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()) ? 0 : 1);
    }
    close(ends[1]);
    char text[1024];
    const ssize_t length = read(ends[0], text, sizeof text);
    close(ends[0]);
    int state = 0;
    CHECK(waitpid(child, &state, 0) == child);
    CHECK((WIFEXITED(state) && WEXITSTATUS(state) == 0));
    return std::string(text, length < 0 ? 0 : static_cast<size_t>(length));
}

std::string judged(const char *library)
{
    if (dlopen(library, RTLD_NOW | RTLD_LOCAL))
        return "loaded";
    const std::string words = dlerror();
    const DlopenFailure failure = judge_dlopen(words.c_str());
    return std::string(accel_status_name(failure.status)) + " " + words + failure.remedy;
}

uint64_t address_space_bytes()
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%llu", &pages) != 1)
        return 0;
    fclose(file);
    return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

bool wrote(const char *path, const std::string &text) { return bool((std::ofstream(path) << text).flush()); }

/// Whoever is not root becomes it in a user namespace.
bool enter_mount_namespace()
{
    const std::string user = "0 " + std::to_string(getuid()) + " 1", group = "0 " + std::to_string(getgid()) + " 1";
    return unshare(CLONE_NEWNS) == 0 || (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && wrote("/proc/self/setgroups", "deny") && wrote("/proc/self/uid_map", user) &&
                                         wrote("/proc/self/gid_map", group));
}

bool ends_with(const std::string &text, const std::string &end) { return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0; }

}  // namespace

TEST_CASE("A-22 no address space for a module is a lack of memory", "[loader]")
{
    const std::string said = in_child([] {
        const rlim_t limit = address_space_bytes() + 8192;
        const rlimit tight = {limit, limit};
        return setrlimit(RLIMIT_AS, &tight) == 0 ? judged(kModule.c_str()) : std::string("skip");
    });
    INFO(said);
    CHECK(said.rfind(accel_status_name(ACCEL_STATUS_OUT_OF_MEMORY), 0) == 0);
    CHECK(ends_with(said, "failed to map segment from shared object; there is no address space for it (ulimit -v, vm.max_map_count)"));
}

TEST_CASE("I-3 a module from which nothing may be executed is no lack of memory", "[loader]")
{
    char folder[] = "/tmp/accel-noexec-XXXXXX";
    REQUIRE(mkdtemp(folder));
    const std::string copy = std::string(folder) + "/module.so";
    const std::string said = in_child([&] {
        if (!enter_mount_namespace())
            return std::string("skip");
        if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 || mount("none", folder, "tmpfs", MS_NOEXEC, nullptr) != 0)
            return std::string("skip");
        std::error_code error;
        std::filesystem::copy_file(kModule, copy, error);
        return error ? std::string("no copy") : judged(copy.c_str());
    });
    rmdir(folder);
    if (said == "skip")
        SKIP("no mount namespace can be made here");
    INFO(said);
    CHECK(said.rfind(accel_status_name(ACCEL_STATUS_INCOMPATIBLE), 0) == 0);
    CHECK(ends_with(said, "mount that file system without noexec, or install the module elsewhere"));
}

TEST_CASE("I-3 what dlopen refuses for other reasons is told in its words", "[loader]")
{
    CHECK(judge_dlopen("liba.so: cannot open shared object file: No such file or directory").status == ACCEL_STATUS_INCOMPATIBLE);
    CHECK(std::string(judge_dlopen("liba.so: undefined symbol: b").remedy).empty());
    // Where there is room, a library that says that it takes more than any is not waited for.
    const DlopenFailure damaged = judge_dlopen("liba.so: failed to map segment from shared object");
    CHECK(damaged.status == ACCEL_STATUS_INCOMPATIBLE);
    CHECK(std::string(damaged.remedy).find("the file is damaged") != std::string::npos);
    CHECK(judge_dlopen("liba.so: cannot read file data: Cannot allocate memory").status == ACCEL_STATUS_OUT_OF_MEMORY);
    CHECK(judge_dlopen("out of memory").status == ACCEL_STATUS_OUT_OF_MEMORY);
}
