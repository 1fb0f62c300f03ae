// SPDX-License-Identifier: MIT
// Stands before operator new and dlopen, and counts.
#include "counters.h"

#include <dlfcn.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<uint64_t> allocations{0};
std::atomic<uint64_t> dlopens{0};
}  // namespace

namespace accel::runtime::fake {
uint64_t allocation_count() { return allocations; }
uint64_t dlopen_count() { return dlopens; }
}  // namespace accel::runtime::fake

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void *operator new(std::size_t size)
{
    ++allocations;
    if (void *memory = malloc(size ? size : 1))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { free(memory); }
void operator delete(void *memory, std::size_t) noexcept { free(memory); }
#endif

// Found before the C library's because the executable comes first.
extern "C" __attribute__((visibility("default"))) void *dlopen(const char *path, int flags)
{
    ++dlopens;
    using Function = void *(*)(const char *, int);
    static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "dlopen"));
    return next(path, flags);
}
