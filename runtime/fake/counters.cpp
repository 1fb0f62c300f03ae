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
constexpr uint64_t kAll = UINT64_MAX;
thread_local uint64_t granted = kAll;  ///< allocations until one is refused
thread_local bool once = false, met_refusal = false;

[[maybe_unused]] bool refuses()
{
    if (granted == kAll)
        return false;
    if (granted) {
        --granted;
        return false;
    }
    met_refusal = true;
    if (once)
        granted = kAll;
    return true;
}
}  // namespace

namespace accel::runtime::fake {
uint64_t allocation_count() { return allocations; }
uint64_t dlopen_count() { return dlopens; }

Shortage::Shortage(uint64_t number, Mode mode)
{
    granted = number - 1;
    once = mode == Mode::Once;
    met_refusal = false;
}
Shortage::~Shortage() { granted = kAll; }
bool Shortage::met() const { return met_refusal; }
}  // namespace accel::runtime::fake

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // see kCanRefuse
void *operator new(std::size_t size)
{
    ++allocations;
    void *memory = refuses() ? nullptr : malloc(size ? size : 1);
    if (memory)
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
