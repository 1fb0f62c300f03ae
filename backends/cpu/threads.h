// SPDX-License-Identifier: MIT
// How many OpenMP threads the code below this point may use, on this thread only.
#ifndef ACCEL_BACKENDS_CPU_THREADS_H
#define ACCEL_BACKENDS_CPU_THREADS_H

#include <omp.h>

namespace accel::cpu
{

// oneDNN asks OpenMP for the count. The setting belongs to the calling thread, which may be the application's: it is put back.
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
