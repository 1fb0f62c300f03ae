// SPDX-License-Identifier: MIT
#include "fork.h"

#include <pthread.h>

#include <mutex>

namespace accel::runtime {

bool forked_child = false;

void watch_forks()
{
    static std::once_flag once;
    std::call_once(once, [] { pthread_atfork(nullptr, nullptr, [] { forked_child = true; }); });
}

}  // namespace accel::runtime
