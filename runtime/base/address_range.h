// SPDX-License-Identifier: MIT
// A reserved piece of the address space, aligned as wished: mmap alone only promises pages.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace accel::runtime {

/// Reserves size_bytes at a multiple of align_bytes. The range is left to whoever maps over it or unmaps it.
class AddressRange {
public:
    /// align_bytes is a power of two; 0: of a page.
    AddressRange(uint64_t size_bytes, uint64_t align_bytes)
    {
        const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
        const uint64_t size = (size_bytes + page - 1) / page * page;
        const uint64_t slack = align_bytes > page ? align_bytes - page : 0;
        if (size_bytes == 0 || (align_bytes & (align_bytes - 1)) != 0 || size < size_bytes || size > UINT64_MAX - slack) {
            error_ = EINVAL;
            return;
        }
        void *wide = mmap(nullptr, size + slack, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (wide == MAP_FAILED) {
            error_ = errno;
            return;
        }
        char *first = static_cast<char *>(wide);
        const uint64_t lead = slack ? -reinterpret_cast<uintptr_t>(first) & (align_bytes - 1) : 0;
        if (lead)
            munmap(first, lead);
        if (slack - lead)
            munmap(first + lead + size, slack - lead);
        begin_ = first + lead;
    }

    void *begin() const { return begin_; }
    /// Why begin() is null, as errno says it.
    int error() const { return error_; }

private:
    void *begin_ = nullptr;
    int error_ = 0;
};

}  // namespace accel::runtime
