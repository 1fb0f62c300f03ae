// SPDX-License-Identifier: MIT
// POSIX lets a child of a process with threads call what is async-signal-safe, and nothing else. That memory, stdio and dlopen work there is glibc's promise; this file
// adds this library's own: what was locked at the moment of fork is not used in the child.
#include "fork.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <mutex>

#include "loads.h"
#include "log.h"
#include "per_process.h"
#include "trace.h"

namespace accel::runtime {

uint32_t fork_generation = 0;

namespace {

std::mutex fork_lock;  ///< from prepare to the end of the fork: one at a time
bool is_prepared = false, is_broken = false;
std::atomic<int> node_fds[64];  ///< one more than the descriptor; 0: free

void prepare()
{
    fork_lock.lock();
    Loads::get().begin_fork();
    is_prepared = true;
    for (PerProcessState *state = PerProcessState::first(); state; state = state->next())
        is_prepared = state->prepare() && is_prepared;
}

void go_on_in_parent()
{
    for (PerProcessState *state = PerProcessState::first(); state; state = state->next())
        state->discard();
    Loads::get().end_fork();
    fork_lock.unlock();
}

/// Stores and close, nothing else.
void begin_in_child()
{
    ++fork_generation;
    is_broken = is_broken || !is_prepared;
    log_nothing();
    trace_recording.store(false, std::memory_order_relaxed);
    for (PerProcessState *state = PerProcessState::first(); state && !is_broken; state = state->next())
        state->take();
    for (std::atomic<int> &fd : node_fds)
        if (const int number = fd.exchange(0, std::memory_order_relaxed); number > 0)
            close(number - 1);
    fork_lock.unlock();
}

/// While the library is loaded: registered later, another thread could be in the middle of it at the moment of fork.
struct Watch {
    Watch() { pthread_atfork(prepare, go_on_in_parent, begin_in_child); }
} watch;

}  // namespace

bool in_broken_child() { return is_broken; }

void close_in_children(int fd)
{
    for (std::atomic<int> &slot : node_fds) {
        int free = 0;
        if (slot.compare_exchange_strong(free, fd + 1, std::memory_order_relaxed))
            return;
    }
}

void forget_in_children(int fd)
{
    for (std::atomic<int> &slot : node_fds) {
        int own = fd + 1;
        if (slot.compare_exchange_strong(own, 0, std::memory_order_relaxed))
            return;
    }
}

}  // namespace accel::runtime
