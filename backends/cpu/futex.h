// SPDX-License-Identifier: MIT
// Sleeping on a 32-bit word, as the kernel offers it.
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace accel::cpu {

inline uint64_t now_ns()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

// Returns when the word changed, was woken, the instant passed or a signal came: the caller looks again. UINT64_MAX: no instant.
inline void futex_wait(const std::atomic<uint32_t> &word, uint32_t expected, uint64_t deadline_ns)
{
    timespec deadline;
    deadline.tv_sec = static_cast<time_t>(deadline_ns / 1000000000u);
    deadline.tv_nsec = static_cast<long>(deadline_ns % 1000000000u);
    syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected, deadline_ns == UINT64_MAX ? nullptr : &deadline, nullptr,
            FUTEX_BITSET_MATCH_ANY);
}

inline void futex_wake(const std::atomic<uint32_t> &word, int count)
{
    syscall(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, count, nullptr, nullptr, 0);
}

inline void relax()
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

}  // namespace accel::cpu
