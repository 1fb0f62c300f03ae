// SPDX-License-Identifier: MIT
// Life when file descriptors are used up. The module is loaded and opened for the first time here, so these cases have a group, and with it a process, to themselves.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/life.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// While it lives this process gets no new descriptor.
class Exhaustion {
public:
    Exhaustion()
    {
        getrlimit(RLIMIT_NOFILE, &before_);
        const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
        REQUIRE(next >= 0);
        close(next);
        // The lowest free number is the first that is forbidden; higher ones in use stay open.
        rlimit none = before_;
        none.rlim_cur = static_cast<rlim_t>(next);
        REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
    }
    ~Exhaustion() { setrlimit(RLIMIT_NOFILE, &before_); }
    Exhaustion(const Exhaustion &) = delete;
    Exhaustion &operator=(const Exhaustion &) = delete;

private:
    rlimit before_{};
};

accel_status simply(const char *, const std::function<accel_status()> &call) { return call(); }

/// Each call is made without descriptors first. If it needs one it says so, and is made again when there are some.
class Scarcity {
public:
    accel_status operator()(const char *name, const std::function<accel_status()> &call)
    {
        accel_status status;
        std::string sentence;
        {
            const Exhaustion exhaustion;
            status = call();
            if (status == ACCEL_STATUS_RESOURCE) sentence = accel_last_error()->message;
        }
        if (status != ACCEL_STATUS_RESOURCE) return status;
        ++refusals_;
        INFO(name);
        CHECK(sentence != "");
        return call();
    }
    unsigned refusals() const { return refusals_; }

private:
    unsigned refusals_ = 0;
};

}  // namespace

ACCEL_CASE("abi.descriptors.used-up", "A-20", "a call that finds file descriptors used up answers RESOURCE with a sentence and works when there are some, and no other call minds", 60)
{
    Scarcity scarcity;
    const std::string scarce = live_once(std::ref(scarcity));
    const std::string plenty = live_once(simply);
    CHECK(scarce == plenty);
    // Listing and the export of a fence cannot do without.
    CHECK(scarcity.refusals() >= 2);
    const size_t descriptors = open_fd_count();
    CHECK(live_once(std::ref(scarcity)) == plenty);
    CHECK(open_fd_count() == descriptors);
}

ACCEL_CASE("abi.descriptors.held-work", "A-20", "work that waits for the application is done though the library's thread was made without a descriptor", 30)
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(3, 4);
    const Fence gate = room.fence(), done = room.fence();
    const Queue queue = room.queue();
    {
        const Exhaustion exhaustion;
        queue.submit(sum.run, {gate.at(1)}, {done.at(1)});
        gate.signal(1);
        // Nothing asks for it: only that thread moves it on.
        const Stopwatch stopwatch;
        while (adder.last(sum.y, Adder::kY) != 7 && stopwatch.seconds() < 5) usleep(1000);
    }
    CHECK(adder.last(sum.y, Adder::kY) == 7);
    CHECK(arrives(done, 1));
}

}  // namespace accel::conformance
