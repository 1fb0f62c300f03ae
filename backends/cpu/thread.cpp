// SPDX-License-Identifier: MIT
#include "thread.h"

#include <csignal>
#include <cstdlib>
#include <malloc.h>

namespace accel::cpu
{

bool start_thread(pthread_t &thread, const char *name, void *(*body)(void *), void *argument)
{
    sigset_t all, before;
    sigfillset(&all);
    sigdelset(&all, SIGBUS); // a fault of the thread itself, which the runtime may have an answer to
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool started = pthread_create(&thread, nullptr, body, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (started)
        pthread_setname_np(thread, name);
    return started;
}

bool settle_heap() noexcept
{
    constexpr size_t kMuch = 1024; // for one byte
    void *room = std::malloc(1);
    const bool settled = room != nullptr && malloc_usable_size(room) < kMuch;
    std::free(room);
    return settled;
}

} // namespace accel::cpu
