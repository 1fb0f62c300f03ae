// SPDX-License-Identifier: MIT
// How many OpenMP threads work is given.
#ifndef ACCEL_BACKENDS_CPU_THREADS_H
#define ACCEL_BACKENDS_CPU_THREADS_H

#include <cstdint>
#include <omp.h>

namespace accel::cpu
{

// How many threads that many multiply-adds are worth: below about 40 us of one core, none but the caller's. Waking a team takes 0.5 us, but
// far more when one of its members has lost its core, and a plan that uses a team is always the worker's, which costs the waiter a wake-up.
inline int worthwhile_threads(int threads, int64_t multiply_adds)
{
    constexpr int64_t kLeast = 2000000;
    return multiply_adds < kLeast ? 1 : threads;
}

// Sets the count for a scope. oneDNN takes it from OpenMP and splits the work when a primitive is described, so describing and executing
// happen under the same count. The setting belongs to the calling thread, which may be the application's: it is put back.
class ThreadCount
{
public:
    explicit ThreadCount(int threads) : before_(omp_get_max_threads()), changed_(before_ != threads)
    {
        if (changed_)
            omp_set_num_threads(threads);
    }
    ~ThreadCount()
    {
        if (changed_)
            omp_set_num_threads(before_);
    }
    ThreadCount(const ThreadCount &) = delete;
    ThreadCount &operator=(const ThreadCount &) = delete;

private:
    int before_;
    bool changed_;
};

} // namespace accel::cpu

#endif
