// SPDX-License-Identifier: MIT
// A storm of signals: none of them may be noticed by anybody but the application's handler.
#include <malloc.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "support/life.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

std::atomic<unsigned> g_signals{0};

/// Interrupts whatever call is blocked, several times in a millisecond, until it goes.
class Storm {
public:
    Storm()
    {
        struct sigaction action {};
        action.sa_handler = [](int) { g_signals.fetch_add(1, std::memory_order_relaxed); };
        // Without SA_RESTART: calls into the kernel answer EINTR.
        sigaction(SIGALRM, &action, &before_);
        const itimerval often{{0, 300}, {0, 300}};
        setitimer(ITIMER_REAL, &often, nullptr);
    }
    ~Storm()
    {
        const itimerval never{};
        setitimer(ITIMER_REAL, &never, nullptr);
        sigaction(SIGALRM, &before_, nullptr);
    }
    Storm(const Storm &) = delete;
    Storm &operator=(const Storm &) = delete;

private:
    struct sigaction before_ {};
};

/// What is in memory, and of it what the heap has handed out. Addresses alone say nothing: the heap reserves much for every new thread. The heap of a sanitizer keeps
/// what was freed, and tells nothing here.
struct Memory {
    size_t resident_bytes = 0, heap_bytes = 0;
    static Memory now()
    {
        Memory memory;
        size_t total = 0;
        std::ifstream("/proc/self/statm") >> total >> memory.resident_bytes;
        memory.resident_bytes *= static_cast<size_t>(sysconf(_SC_PAGESIZE));
        const auto heap = mallinfo2();
        memory.heap_bytes = heap.uordblks + heap.hblkhd;
        return memory;
    }
};

accel_status simply(const char *, const std::function<accel_status()> &call) { return call(); }

}  // namespace

ACCEL_CASE("abi.signals.storm", "A-19", "signals that interrupt every call change no answer and no timeout, and nothing is left behind", 60)
{
    const std::string calm = live_once(simply);
    INFO("in the calm: " << calm);
    REQUIRE(calm.find("instance_create OK") == 0);
    REQUIRE(calm.find("left a") == std::string::npos);
    REQUIRE(calm.find("took") == std::string::npos);
    REQUIRE(calm == live_once(simply));
    const size_t descriptors = open_fd_count();
    unsigned lives = 0;
    Memory before;
    std::string other;
    {
        const Storm storm;
        const Stopwatch stopwatch;
        for (; other.empty() && (lives < 5 || stopwatch.seconds() < 1.5); ++lives) {
            if (lives == 2) before = Memory::now();
            if (std::string life = live_once(simply); life != calm) other = life;
        }
    }
    CHECK(other == "");
    CHECK(g_signals.load() > 50 * lives);
    CHECK(open_fd_count() == descriptors);
    const Memory after = Memory::now();
    INFO(lives << " lives");
    CHECK(after.heap_bytes < before.heap_bytes + (24u << 10));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK(after.resident_bytes < before.resident_bytes + (2u << 20));
#endif
}

}  // namespace accel::conformance
