// SPDX-License-Identifier: MIT
// Takes the address space until a given room is left.
#include "flood.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace accel::conformance {
namespace {

/// Of the process, as its limit counts them; read without the heap.
rlim_t address_bytes()
{
    char text[64] = {};
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    const ssize_t count = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (count <= 0) throw std::runtime_error("/proc/self/statm cannot be read");
    return strtoull(text, nullptr, 10) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

[[gnu::noinline]] void grow_stack()
{
    constexpr size_t kDepth = size_t{512} << 10, kPage = 4096;
    [[maybe_unused]] volatile char bytes[kDepth];
    for (size_t at = 0; at < kDepth; at += kPage) bytes[at] = 0;
}

}  // namespace

Flood::Flood(size_t room_bytes)
{
    // What malloc keeps by size is handed out for that size only, so every small size is asked for.
    constexpr size_t kLarge = size_t{1} << 20, kSmall = 1072, kStep = 16;
    grow_stack();
    getrlimit(RLIMIT_AS, &before_);
    void *const room = room_bytes ? malloc(room_bytes) : nullptr;
    rlimit none = before_;
    none.rlim_cur = address_bytes();
    if (setrlimit(RLIMIT_AS, &none) != 0) throw std::runtime_error("the address space cannot be limited");
    for (size_t size = kLarge; size > kSmall; size /= 2) take_all(size);
    for (size_t size = kSmall; size >= kStep; size -= kStep) take_all(size);
    free(room);
}

Flood::~Flood()
{
    setrlimit(RLIMIT_AS, &before_);
    while (blocks_) {
        Block *const block = blocks_;
        blocks_ = block->next;
        free(block);
    }
}

void Flood::take_all(size_t size_bytes)
{
    while (void *const memory = malloc(size_bytes)) {
        auto *const block = static_cast<Block *>(memory);
        block->next = blocks_;
        blocks_ = block;
    }
}

}  // namespace accel::conformance
