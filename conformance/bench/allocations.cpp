// SPDX-License-Identifier: MIT
#include "allocations.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

// glibc's own entry points below the public names.
extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
}

namespace {
std::atomic<uint64_t> g_count{0};
}

namespace accel::bench {
uint64_t allocation_count() { return g_count.load(std::memory_order_relaxed); }
}  // namespace accel::bench

// The definitions must be visible to be found before libc's.
#define ACCEL_INTERPOSE extern "C" __attribute__((visibility("default")))

ACCEL_INTERPOSE void *malloc(size_t size)
{
    g_count.fetch_add(1, std::memory_order_relaxed);
    return __libc_malloc(size);
}

ACCEL_INTERPOSE void *calloc(size_t count, size_t size)
{
    g_count.fetch_add(1, std::memory_order_relaxed);
    return __libc_calloc(count, size);
}

ACCEL_INTERPOSE void *realloc(void *pointer, size_t size)
{
    g_count.fetch_add(1, std::memory_order_relaxed);
    return __libc_realloc(pointer, size);
}

ACCEL_INTERPOSE void *aligned_alloc(size_t align, size_t size)
{
    g_count.fetch_add(1, std::memory_order_relaxed);
    return __libc_memalign(align, size);
}

ACCEL_INTERPOSE void *memalign(size_t align, size_t size)
{
    g_count.fetch_add(1, std::memory_order_relaxed);
    return __libc_memalign(align, size);
}

ACCEL_INTERPOSE int posix_memalign(void **out, size_t align, size_t size)
{
    g_count.fetch_add(1, std::memory_order_relaxed);
    *out = __libc_memalign(align, size);
    return *out ? 0 : ENOMEM;
}
