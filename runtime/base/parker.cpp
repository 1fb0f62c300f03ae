// SPDX-License-Identifier: MIT
// Spins a little, then sleeps on a futex.
#include "parker.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "clock.h"

namespace accel::runtime {

namespace {

constexpr int kSpinCount = 200;  // a few microseconds: about what a futex sleep and wake cost

void relax()
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

}  // namespace

void Parker::wake()
{
    if (woken_.exchange(1, std::memory_order_release) == 0)
        syscall(SYS_futex, &woken_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void Parker::park(uint64_t deadline_ns)
{
    for (int spin = 0; spin < kSpinCount; ++spin) {
        if (woken_.load(std::memory_order_acquire))
            break;
        relax();
    }
    const timespec deadline = {static_cast<time_t>(deadline_ns / 1'000'000'000u), static_cast<long>(deadline_ns % 1'000'000'000u)};
    while (!woken_.load(std::memory_order_acquire)) {
        const long result = syscall(SYS_futex, &woken_, FUTEX_WAIT_BITSET_PRIVATE, 0, deadline_ns == UINT64_MAX ? nullptr : &deadline, nullptr,
                                    FUTEX_BITSET_MATCH_ANY);
        if (result != 0 && errno == ETIMEDOUT)
            return;
    }
    woken_.store(0, std::memory_order_relaxed);
}

}  // namespace accel::runtime
