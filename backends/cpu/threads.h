// SPDX-License-Identifier: MIT
// How many threads work is given.
#ifndef ACCEL_BACKENDS_CPU_THREADS_H
#define ACCEL_BACKENDS_CPU_THREADS_H

#include <cstdint>
#include <omp.h>

namespace accel::cpu
{

// How many threads that many multiply-adds are worth: below about 40 us of one core, none but the caller's.
inline int worthwhile_threads(int threads, int64_t multiply_adds)
{
    constexpr int64_t kLeast = 2000000;
    return multiply_adds < kLeast ? 1 : threads;
}

// oneDNN takes the number of its threads from OpenMP, where a primitive is described and where it is executed. While one of these lives it is
// 1 for the calling thread, so that OpenMP never makes a team: work is divided here. The thread may be the application's: its own number is put back.
class OneThread
{
public:
    OneThread() : before_(omp_get_max_threads())
    {
        if (before_ != 1)
            omp_set_num_threads(1);
    }
    ~OneThread()
    {
        if (before_ != 1)
            omp_set_num_threads(before_);
    }
    OneThread(const OneThread &) = delete;
    OneThread &operator=(const OneThread &) = delete;

private:
    int before_;
};

} // namespace accel::cpu

#endif
