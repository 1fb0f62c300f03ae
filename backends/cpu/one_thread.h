// SPDX-License-Identifier: MIT
// What oneDNN is told about threads.
#ifndef ACCEL_BACKENDS_CPU_ONE_THREAD_H
#define ACCEL_BACKENDS_CPU_ONE_THREAD_H

#include <omp.h>

namespace accel::cpu
{

// oneDNN takes the number of its threads from OpenMP, where a primitive is described and where it is executed. While one of these lives it
// is 1 for the calling thread, so that OpenMP never makes a team: work is divided here. The thread may be the application's: its own number
// is put back.
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
