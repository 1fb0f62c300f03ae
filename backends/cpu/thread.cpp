// SPDX-License-Identifier: MIT
// Threads with small stacks, and their part of the heap.
#include "thread.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <malloc.h>
#include <sys/mman.h>

namespace accel::cpu {
namespace {

// Addresses that every thread takes; the C library's 8 MiB are most of what a small model does. Its own choice where stacks have no limit.
constexpr size_t kStackBytes = size_t{2} << 20;

}  // namespace

bool start_thread(pthread_t &thread, const char *name, void *(*body)(void *), void *argument)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    size_t stack_bytes = 0;
    pthread_attr_getstacksize(&attributes, &stack_bytes);
    pthread_attr_setstacksize(&attributes, std::min(stack_bytes, kStackBytes));
    sigset_t all, before;
    sigfillset(&all);
    sigdelset(&all, SIGBUS);  // a fault of the thread itself, which the runtime may have an answer to
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool started = pthread_create(&thread, &attributes, body, argument) == 0;
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (started)
        pthread_setname_np(thread, name);
    return started;
}

void settle_heap() noexcept
{
    // Held back meanwhile, so that a part of the heap never takes the last of the addresses.
    constexpr size_t kLeftBytes = size_t{8} << 20;
    void *const left = mmap(nullptr, kLeftBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    has_heap();
    if (left != MAP_FAILED)
        munmap(left, kLeftBytes);
}

bool has_heap() noexcept
{
    constexpr size_t kMuch = 1024;  // for one byte
    void *room = std::malloc(1);
    const bool has = room != nullptr && malloc_usable_size(room) < kMuch;
    std::free(room);
    return has;
}

}  // namespace accel::cpu
