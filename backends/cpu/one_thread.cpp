// SPDX-License-Identifier: MIT
// Sets OpenMP's number of threads to one for a scope, where that can be noted without allocating.
#include "one_thread.h"

#include <cstddef>
#include <cstdlib>
#include <new>
#include <omp.h>

namespace accel::cpu {
namespace {

// Initial-exec: part of every thread's thread-local storage from its beginning, so that using it allocates nothing.
[[gnu::tls_model("initial-exec")]] thread_local bool is_noted = false;

// The first number that a thread sets makes libgomp keep 216 bytes for it until the thread ends, and end the process where there are none. A block that
// was given back is found again by the same thread.
bool can_be_noted() noexcept
{
    if (is_noted)
        return true;
    constexpr size_t kNoteBytes = 1024;
    void *volatile room = std::malloc(kNoteBytes);  // volatile: or the pair would be dropped
    std::free(room);
    is_noted = room != nullptr;
    return is_noted;
}

}  // namespace

OneThread::OneThread() noexcept : before_(omp_get_max_threads()),
                                  holds_(before_ == 1 || can_be_noted())
{
    if (before_ != 1 && holds_)
        omp_set_num_threads(1);
}

OneThread::~OneThread()
{
    if (before_ != 1 && holds_)
        omp_set_num_threads(before_);
}

void OneThread::require() const
{
    if (!holds_)
        throw std::bad_alloc();
}

}  // namespace accel::cpu
