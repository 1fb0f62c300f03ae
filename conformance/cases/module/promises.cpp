// SPDX-License-Identifier: MIT
// What a module promises about ends, memory and the process that it lives in.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "suite/case.h"
#include "suite/child.h"
#include "support/module_door.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// While it lives this process gets no new descriptor.
class Want {
public:
    Want()
    {
        getrlimit(RLIMIT_NOFILE, &before_);
        const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (next < 0) throw std::runtime_error("there is no descriptor to begin with");
        close(next);
        rlimit none = before_;
        none.rlim_cur = static_cast<rlim_t>(next);
        if (setrlimit(RLIMIT_NOFILE, &none) != 0) throw std::runtime_error("the limit of descriptors cannot be changed");
    }
    ~Want() { setrlimit(RLIMIT_NOFILE, &before_); }
    Want(const Want &) = delete;
    Want &operator=(const Want &) = delete;

private:
    rlimit before_{};
};

std::set<std::string> names_in(const char *folder)
{
    std::set<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename());
    return names;
}

/// Those that are open when this comes back: the folder is read through one that is not.
std::set<int> open_descriptors()
{
    std::set<int> open;
    for (const auto &name : names_in("/proc/self/fd"))
        if (fcntl(std::stoi(name), F_GETFD) >= 0) open.insert(std::stoi(name));
    return open;
}

/// The mask of blocked signals of a thread of this process; all where it has ended meanwhile.
uint64_t blocked_signals(const std::string &thread)
{
    std::ifstream status("/proc/self/task/" + thread + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind("SigBlk:", 0) == 0) return std::strtoull(line.c_str() + 7, nullptr, 16);
    return ~uint64_t{0};
}

/// A device with a sum that has run, whose threads and descriptors are there.
struct Works {
    Works() : door(ModuleDoor::get()),
              device(door),
              sum(door, device),
              queue(device, 1)
    {
        uint64_t ticket = 0;
        if (queue.submit(sum, &ticket) != ACCEL_STATUS_OK || queue.wait(ticket, kLong) != ACCEL_STATUS_OK) throw std::runtime_error("the sum does not run");
    }
    const ModuleDoor &door;
    DoorDevice device;
    DoorSum sum;
    DoorQueue queue;
};

}  // namespace

ACCEL_CASE("module.queue.wait-in-want", "M-18", "a wait that cannot be made for want of a descriptor is TIMEOUT, and the ticket ends as it would")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    const DoorSum sum(door, device);
    const DoorQueue queue(device, 1);
    uint64_t ticket = 0;
    for (int round = 0; round < 3; ++round) {
        sum.set(0, round + 1);
        sum.set(1, 2);
        REQUIRE_STATUS(queue.submit(sum, &ticket), ACCEL_STATUS_OK);
        {
            const Want want;
            accel_status status = ACCEL_STATUS_TIMEOUT;
            for (int tries = 0; tries < 20 && status == ACCEL_STATUS_TIMEOUT; ++tries) status = queue.wait(ticket, 1'000'000);
            CHECK(one_of(status, {ACCEL_STATUS_TIMEOUT, ACCEL_STATUS_OK}));
        }
        CHECK_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_OK);
        CHECK(expect(sum.holds(round + 3), "the sum is not there although its ticket has ended well"));
    }
}

ACCEL_CASE("module.queue.fence", "M-21", "queue_fence gives a descriptor of its own each time, from the submit on, also when the ticket has ended")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    const uint32_t kinds = device.info().fence_export_kinds;
    if (!kinds) skip("module.fence", "the device makes no descriptors of its work");
    const DoorSum sum(door, device);
    const DoorQueue queue(device, 1);
    auto submit = sized<accel_bk_submit>();
    submit.run = sum.run();
    submit.flags = ACCEL_BK_SUBMIT_FLAG_FENCE;
    uint64_t ticket = 0;
    REQUIRE_STATUS(device.ops().queue_submit(queue.get(), &submit, &ticket), ACCEL_STATUS_OK);
    std::set<int> given;
    const auto ask = [&] {
        for (uint32_t kind = 1; kind < 24; ++kind) {
            if (!(kinds & ACCEL_HANDLE_BIT(kind))) continue;
            int fd = -1;
            CHECK_STATUS(device.ops().queue_fence(queue.get(), ticket, static_cast<accel_handle_kind>(kind), &fd), ACCEL_STATUS_OK);
            CHECK(fd >= 0);
            CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
            CHECK(given.insert(fd).second);
        }
    };
    ask();
    ask();
    REQUIRE_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_OK);
    ask();
    for (const int fd : given) close(fd);
}

ACCEL_CASE("module.memory.coherent", "M-19", "a device that claims COHERENT sees what the CPU writes, and shows what it computed, while an access stays open")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    if (!(device.info().flags & ACCEL_BK_DEVICE_FLAG_COHERENT)) skip("module.coherent", "the device's memory is mapped and unmapped around each use");
    const DoorSum sum(door, device);
    const DoorQueue queue(device, 1);
    constexpr uint32_t kBoth = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE;
    void *const pointers[] = {sum.open(0, kBoth), sum.open(1, kBoth), sum.open(2, kBoth)};
    for (int value = 1; value < 6; ++value) {
        INFO("round " << value);
        sum.fill(pointers[0], 0, value);
        sum.fill(pointers[1], 1, 2 * value);
        uint64_t ticket = 0;
        REQUIRE_STATUS(queue.submit(sum, &ticket), ACCEL_STATUS_OK);
        REQUIRE_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_OK);
        CHECK(expect(sum.is_filled(pointers[2], 3 * value), "what the device computed is not what the pointer shows"));
    }
    for (size_t port = 0; port < 3; ++port) sum.close(port, kBoth);
}

ACCEL_CASE("module.process.threads", "M-20", "threads that a module makes block the application's signals")
{
    const auto before = names_in("/proc/self/task");
    // A module that makes none here, because its device is another process's, keeps the rule, too.
    REQUIRE(expect(!before.empty(), "the threads of the process cannot be listed, expected this one at least"));
    const Works works;
    uint64_t wanted = 0;
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGCHLD, SIGWINCH, SIGPROF}) wanted |= uint64_t{1} << (signal - 1);
    // The C library blocks all signals of a thread until it has begun.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    std::string hearing;
    for (const auto &thread : names_in("/proc/self/task"))
        if (!before.count(thread) && (blocked_signals(thread) & wanted) != wanted) hearing.append(" ").append(thread);
    CHECK(hearing == "");
}

ACCEL_CASE("module.process.descriptors", "M-20", "descriptors that a module makes are not inherited by programs that the application starts")
{
    const auto before = open_descriptors();
    const Works works;
    std::string inherited;
    for (const int fd : open_descriptors())
        if (!before.count(fd) && !(fcntl(fd, F_GETFD) & FD_CLOEXEC)) inherited.append(" ").append(std::to_string(fd));
    CHECK(inherited == "");
}

ACCEL_CASE("module.compiler.blob-size", "A-17", "the struct that build hands out has its size")
{
    const auto &door = ModuleDoor::get();
    auto graph = door_sum_graph(door, 4);
    const Blob blob(door, graph);
    REQUIRE_STATUS(blob.status(), ACCEL_STATUS_OK);
    CHECK(blob.get().struct_size >= sizeof(accel_bk_blob));
    CHECK(blob.get().struct_size <= 4096);
}

}  // namespace accel::conformance
