// SPDX-License-Identifier: MIT
// Probes for the memory that a call of oneDNN may take, under a lock that forks respect.
#include "dnnl_reserve.h"

#include "thread.h"

#include <accel/border/fd.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <initializer_list>
#include <new>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace accel::cpu {
namespace {

// On the heap, and with a page for every block, which is what a thread without a part of the heap takes.
struct Bytes {
    size_t of_heap, in_pages;
};

// Measured over 2,000 random convolutions and products for each set of instructions; code buffers of 256 KiB are most of it.
constexpr Bytes kReserves[] = {
    {size_t{4} << 20, size_t{4} << 20},    // took 0.6 MB, 2.0 MB in pages; the heap itself may grow by 1 MiB
    {size_t{12} << 20, size_t{12} << 20},  // 6.0 MB, 6.6 MB in pages, 24 buffers among it
    {size_t{16} << 20, size_t{48} << 20},  // 11.7 MB, 34.9 MB in pages
};

// Executing one took 0.7 KB otherwise, and 107 KB for the packed operands of the products of SSE4.1. Small enough to come from the heap of the thread,
// as what it stands for does.
constexpr size_t kExecutionBytes = size_t{120} << 10;

// Over the probe as well as the use: a probe takes, for a moment, what another thread was promised.
std::mutex g_lock;

std::atomic<bool> g_limited{true};

// While the process forks, the lock above keeps all threads out of oneDNN.
std::mutex g_fork_lock;  // one fork at a time, and of what follows
bool g_held = false;
bool g_whole = true;

void begin_fork()
{
    constexpr int kPatienceMs = 100;
    g_fork_lock.lock();
    for (int waited_ms = 0; !(g_held = g_lock.try_lock()) && waited_ms < kPatienceMs; ++waited_ms)
        usleep(1000);
}

void end_fork()
{
    if (std::exchange(g_held, false))
        g_lock.unlock();
    g_fork_lock.unlock();
}

void end_fork_in_child()
{
    g_whole = g_whole && g_held;
    end_fork();
}

const int g_watched = pthread_atfork(begin_fork, end_fork, end_fork_in_child);

bool has_limit(__rlimit_resource resource)
{
    rlimit limit{};
    return getrlimit(resource, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY;
}

// Mode 2 of vm.overcommit_memory: the kernel refuses what it could not back (proc(5)).
bool accounts_strictly()
{
    const border::Fd file(open("/proc/sys/vm/overcommit_memory", O_RDONLY | O_CLOEXEC));
    char mode = '2';
    return file.valid() && read(file.get(), &mode, 1) == 1 && mode == '2';
}

}  // namespace

DnnlWork work_to_make(std::string_view implementation)
{
    // Others begin with "brg". A name that was never seen may have as many.
    for (const std::string_view known : {"jit", "brdgmm", "ref", "gemm", "x64:gemm"})
        if (implementation.starts_with(known))
            return DnnlWork::kLittle;
    return DnnlWork::kKernels;
}

std::optional<DnnlWork> work_to_execute_first(std::string_view implementation)
{
    for (const std::string_view known : {"jit", "brg", "brdgmm", "ref", "gemm", "x64:gemm"})
        if (implementation.starts_with(known))
            return std::nullopt;
    return DnnlWork::kProductCode;
}

DnnlReserve::DnnlReserve(DnnlWork work)
{
    const Bytes &needed = kReserves[static_cast<size_t>(work)];
    const size_t bytes = has_heap() ? needed.of_heap : needed.in_pages;
    lock_ = std::unique_lock(g_lock);
    static const bool strict = accounts_strictly();
    g_limited.store(strict || has_limit(RLIMIT_AS) || has_limit(RLIMIT_DATA), std::memory_order_relaxed);
    void *room = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        throw std::bad_alloc();
    munmap(room, bytes);
}

bool dnnl_is_whole() noexcept { return g_watched == 0 && g_whole; }

bool can_execute_dnnl() noexcept
{
    if (!g_limited.load(std::memory_order_relaxed))
        return true;
    void *volatile room = std::malloc(kExecutionBytes);  // volatile: or the pair would be dropped
    std::free(room);
    return room != nullptr;
}

}  // namespace accel::cpu
