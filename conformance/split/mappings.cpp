// SPDX-License-Identifier: MIT
// Stands before mmap and munmap, and lists what modules have mapped.
#include "mappings.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>

namespace accel::split {
namespace {

std::mutex &lock()
{
    static auto *lock = new std::mutex;
    return *lock;
}

std::vector<Mapping> &list()
{
    static auto *list = new std::vector<Mapping>;
    return *list;
}

/// Module libraries are called libaccel-NAME.so; the runtime is libaccel.so.0.
bool is_module(void *code)
{
    Dl_info facts{};
    return dladdr(code, &facts) && facts.dli_fname && std::strstr(facts.dli_fname, "/libaccel-");
}

size_t whole_pages(size_t size_bytes) { return (size_bytes + 4095) / 4096 * 4096; }

}  // namespace

std::vector<Mapping> module_mappings()
{
    const std::lock_guard guard(lock());
    return list();
}

}  // namespace accel::split

// The definitions must be visible to be found before libc's.
#define ACCEL_INTERPOSE extern "C" __attribute__((visibility("default")))

ACCEL_INTERPOSE void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) noexcept
{
    using namespace accel::split;
    void *memory = reinterpret_cast<void *>(syscall(SYS_mmap, address, size, protection, flags, fd, offset));
    if (memory != MAP_FAILED && (protection & PROT_WRITE) && is_module(__builtin_return_address(0))) {
        const std::lock_guard guard(lock());
        list().push_back({reinterpret_cast<uintptr_t>(memory), whole_pages(size)});
    }
    return memory;
}

ACCEL_INTERPOSE int munmap(void *address, size_t size) noexcept
{
    using namespace accel::split;
    {
        const std::lock_guard guard(lock());
        std::erase_if(list(), [&](const Mapping &mapping) { return mapping.begin == reinterpret_cast<uintptr_t>(address); });
    }
    return static_cast<int>(syscall(SYS_munmap, address, size));
}
