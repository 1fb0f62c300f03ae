// SPDX-License-Identifier: MIT
#include "dnnl_reserve.h"

#include "thread.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace accel::cpu
{
namespace
{

// Making a primitive took at most 2.7 MB here, ten kernels with a buffer of 256 KiB for the code of each; executing one for the first time
// 6.1 MB, where it is a matrix product of AVX2 that generates its code then.
constexpr size_t kReserveBytes = size_t{16} << 20;
// The same on a thread without a part of the heap, where each block takes pages of its own: at most 27 MB.
constexpr size_t kReserveInPagesBytes = size_t{48} << 20;
// Executing one again took 0.7 KB, and 107 KB for the packed operands of the products of SSE4.1. Small enough to come from the heap of the thread,
// as what it stands for does.
constexpr size_t kExecutionBytes = size_t{120} << 10;

// Over the probe as well as the use: a probe takes, for a moment, what another thread was promised.
std::mutex g_lock;

std::atomic<bool> g_limited{true};

bool has_limit(__rlimit_resource resource)
{
    rlimit limit{};
    return getrlimit(resource, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY;
}

// Mode 2 of vm.overcommit_memory: the kernel refuses what it could not back (proc(5)).
bool accounts_strictly()
{
    const int file = open("/proc/sys/vm/overcommit_memory", O_RDONLY | O_CLOEXEC);
    char mode = '2';
    const bool known = file >= 0 && read(file, &mode, 1) == 1;
    if (file >= 0)
        close(file);
    return known && mode == '2';
}

} // namespace

DnnlReserve::DnnlReserve()
{
    const size_t bytes = settle_heap() ? kReserveBytes : kReserveInPagesBytes;
    lock_ = std::unique_lock(g_lock);
    static const bool strict = accounts_strictly();
    g_limited.store(strict || has_limit(RLIMIT_AS) || has_limit(RLIMIT_DATA), std::memory_order_relaxed);
    void *room = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        throw std::bad_alloc();
    munmap(room, bytes);
}

bool can_execute_dnnl() noexcept
{
    if (!g_limited.load(std::memory_order_relaxed))
        return true;
    void *volatile room = std::malloc(kExecutionBytes); // volatile: or the pair would be dropped
    std::free(room);
    return room != nullptr;
}

} // namespace accel::cpu
