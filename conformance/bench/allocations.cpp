// SPDX-License-Identifier: MIT
// Stands before libc's malloc family, and counts by the shared object that asked.
#include "allocations.h"

#include <dlfcn.h>
#include <execinfo.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <mutex>

// glibc's own entry points below the public names.
extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
}

namespace {

std::atomic<uint64_t> g_count{0};
std::atomic<bool> g_attributing{false};
thread_local bool t_inside = false;

/// Counts by file name, without a container that would allocate.
struct Owner {
    const char *object = nullptr;
    uint64_t count = 0;
};
std::mutex g_lock;
std::array<Owner, 32> g_owners;

const char *base_name(const char *path)
{
    const char *slash = std::strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool is_language(const char *object)
{
    return std::strncmp(object, "libc.so", 7) == 0 || std::strncmp(object, "libstdc++", 9) == 0;
}

/// The shared object that asked. frames[0] and [1] are here.
const char *asker(void *const *frames, int count)
{
    for (int frame = 2; frame < count; ++frame) {
        Dl_info info{};
        if (dladdr(frames[frame], &info) == 0 || !info.dli_fname) continue;
        if (!is_language(base_name(info.dli_fname))) return info.dli_fname;
    }
    return "unknown";
}

[[gnu::noinline]] void attribute()
{
    t_inside = true;
    void *frames[24];
    const char *object = asker(frames, backtrace(frames, 24));
    const std::lock_guard guard(g_lock);
    for (Owner &owner : g_owners) {
        if (owner.object && std::strcmp(owner.object, object) != 0) continue;
        owner.object = object;
        ++owner.count;
        break;
    }
    t_inside = false;
}

void note_allocation()
{
    g_count.fetch_add(1, std::memory_order_relaxed);
    if (g_attributing.load(std::memory_order_relaxed) && !t_inside) attribute();
}

}  // namespace

namespace accel::bench {

uint64_t allocation_count() { return g_count.load(std::memory_order_relaxed); }

std::map<std::string, uint64_t> allocations_by_object(const std::function<void()> &body)
{
    void *frame;
    backtrace(&frame, 1);  // loads what it needs now, not inside an allocation
    g_owners = {};
    g_attributing = true;
    body();
    g_attributing = false;
    std::map<std::string, uint64_t> counts;
    for (const Owner &owner : g_owners) {
        if (owner.object) counts[base_name(owner.object)] += owner.count;
    }
    return counts;
}

}  // namespace accel::bench

// The definitions must be visible to be found before libc's.
#define ACCEL_INTERPOSE extern "C" __attribute__((visibility("default")))

ACCEL_INTERPOSE void *malloc(size_t size)
{
    note_allocation();
    return __libc_malloc(size);
}

ACCEL_INTERPOSE void *calloc(size_t count, size_t size)
{
    note_allocation();
    return __libc_calloc(count, size);
}

ACCEL_INTERPOSE void *realloc(void *pointer, size_t size)
{
    note_allocation();
    return __libc_realloc(pointer, size);
}

ACCEL_INTERPOSE void *aligned_alloc(size_t align, size_t size)
{
    note_allocation();
    return __libc_memalign(align, size);
}

ACCEL_INTERPOSE void *memalign(size_t align, size_t size)
{
    note_allocation();
    return __libc_memalign(align, size);
}

ACCEL_INTERPOSE int posix_memalign(void **out, size_t align, size_t size)
{
    note_allocation();
    *out = __libc_memalign(align, size);
    return *out ? 0 : ENOMEM;
}
