// SPDX-License-Identifier: MIT
// What becomes of modules in a child after fork: how the child of a process that had loaded them comes to use them, or not.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>

#include "base/fork.h"
#include "testing/listing.h"

using namespace accel::runtime;
using namespace accel::runtime::testing;

namespace {

/// The child's answer; 255 if it did not come to one. It asserts nothing by itself.
int in_child(const std::function<int()> &body)
{
    const pid_t child = fork();
    if (child == 0) {
        alarm(30);
        _exit(body());
    }
    int state = 0;
    return child > 0 && waitpid(child, &state, 0) == child && WIFEXITED(state) ? WEXITSTATUS(state) : 255;
}

/// A system whose only device is served by one of the test modules.
struct System {
    explicit System(const std::string &module)
    {
        tree.write("modules/bad.json", manifest("broken", TEST_MODULE_DIR "/" + module + ".so", R"("always":{"id":"bad","kind":"npu"})"));
    }
    /// Opens it with an instance of its own; "" or the sentence of the failure.
    std::string open() const
    {
        const Listing list(tree);
        accel_device *device = nullptr;
        if (accel_instance_find_device(list.instance, "bad", &device) != ACCEL_STATUS_OK) return "not listed";
        const accel_status status = accel_device_open(device);
        accel_device_unref(device);
        return status == ACCEL_STATUS_OK ? "" : accel_last_error()->message;
    }
    bool report_says(const std::string &words) const
    {
        const Listing list(tree);
        accel_device *device = nullptr;
        accel_instance_find_device(list.instance, "bad", &device);
        accel_device_open(device);
        accel_device_unref(device);
        const auto lines = report_of(list.instance);
        const Line *line = find_line(lines, "broken");
        return line && line->action == "skipped" && line->reason.find(words) != std::string::npos;
    }
    TemporaryTree tree;
};

bool ends_with(const std::string &text, const std::string &end) { return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0; }

}  // namespace

TEST_CASE("A-7 a module that was loaded before fork starts again, once in each child", "[fork]")
{
    const System system("starts-again");
    REQUIRE(system.open() == "");
    CHECK(in_child([&] {
              if (fork_generation != 1 || system.open() != "" || system.open() != "") return 1;
              // And in the child's child, which its own parent does not stop.
              return in_child([&] { return fork_generation == 2 && system.open() == "" ? 0 : 1; });
          }) == 0);
    // Nor need the child itself have used it.
    CHECK(in_child([&] { return in_child([&] { return system.open() == "" ? 0 : 1; }); }) == 0);
    CHECK(system.open() == "");
}

TEST_CASE("A-7 a module that does not start again is skipped in the child, which says why", "[fork]")
{
    const System silent("device-a"), refusing("stays-down");
    REQUIRE(silent.open() == "");
    REQUIRE(refusing.open() == "");
    CHECK(in_child([&] { return ends_with(silent.open(), "was loaded before fork and does not start again") ? 0 : 1; }) == 0);
    CHECK(in_child([&] { return ends_with(refusing.open(), "was loaded before fork and does not start again: its vendor's library does not") ? 0 : 1; }) == 0);
    CHECK(in_child([&] { return refusing.report_says("does not start again: its vendor's library does not") ? 0 : 1; }) == 0);
    CHECK(in_child([&] { return in_child([&] { return refusing.report_says("does not start again") ? 0 : 1; }); }) == 0);
    CHECK(refusing.open() == "");
}

TEST_CASE("A-7 a module that was refused before fork is refused in the child without a second call of its entry", "[fork]")
{
    for (const auto &[module, why] : {std::pair{"other-name", "calls itself 'somebody'"}, std::pair{"null", "does not work here: there is nothing to break on this machine"}}) {
        const System system(module);
        const std::string calls = system.tree.path("calls");
        setenv("ACCEL_TEST_ENTRIES", calls.c_str(), 1);
        CHECK(ends_with(system.open(), why));
        CHECK(in_child([&] { return ends_with(system.open(), why) && system.report_says(why) ? 0 : 1; }) == 0);
        CHECK(std::filesystem::file_size(calls) == 1);
        unsetenv("ACCEL_TEST_ENTRIES");
    }
}

TEST_CASE("A-7 a module that the parent has not loaded is loaded by the child", "[fork]")
{
    const System system("device-b");
    CHECK(in_child([&] { return system.open() == "" ? 0 : 1; }) == 0);
}

TEST_CASE("A-7 a fork inside the loading of a module: the child loads nothing, and says why", "[fork]")
{
    const System slow("loads-long"), other("device-c");
    const std::string mark = slow.tree.path("loading");
    setenv("ACCEL_TEST_LOADING", mark.c_str(), 1);
    std::string opened = "?";
    std::thread loader([&] { opened = slow.open(); });
    while (access(mark.c_str(), F_OK) != 0) usleep(1000);
    CHECK(in_child([&] {
              const char *why = "cannot be loaded: when this process was forked, another thread of its parent was loading a module; fork again";
              return ends_with(other.open(), why) && other.report_says("was loading a module") && ends_with(slow.open(), why) ? 0 : 1;
          }) == 0);
    loader.join();
    CHECK(opened == "");
    // Later forks find it whole.
    CHECK(in_child([&] { return other.open() == "" && ends_with(slow.open(), "does not start again") ? 0 : 1; }) == 0);
    unsetenv("ACCEL_TEST_LOADING");
}
