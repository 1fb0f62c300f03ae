// SPDX-License-Identifier: MIT
// Stands before malloc, mmap and pthread_create, counts requests and refuses the one that is wanted.
#include "allocator.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <new>

#include "asker.h"

#if defined(ACCEL_BELOW_ASAN)
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif

// The allocator below the public names: the C library's, or the sanitizer's.
extern "C" {
void *REAL(malloc)(size_t);
void *REAL(calloc)(size_t, size_t);
void *REAL(realloc)(void *, size_t);
void *REAL(memalign)(size_t, size_t);
void REAL(free)(void *);
}

namespace accel::shortage {
namespace {

/// Blocks by address, in a table that needs no allocation: open addressing, and a lock that is held for a few instructions.
class Table {
public:
    struct Row {
        void *block = nullptr;
        size_t bytes = 0;
        uint64_t era = 0;
        int frame_count = 0;
        void *frames[kFramesMax] = {};
    };

    void add(void *block, size_t bytes, uint64_t era, const Asker &asker)
    {
        const Guard guard(lock_);
        size_t at = home(block);
        while (rows_[at].block) at = next(at);
        rows_[at] = {block, bytes, era, asker.frame_count, {}};
        std::memcpy(rows_[at].frames, asker.frames, sizeof asker.frames);
        ++held_.count;
        held_.bytes += bytes;
        if (held_.count > kRows / 2) die("the table of blocks is full");
    }

    void remove(void *block)
    {
        const Guard guard(lock_);
        size_t at = home(block);
        while (rows_[at].block != block) {
            if (!rows_[at].block) return;
            at = next(at);
        }
        --held_.count;
        held_.bytes -= rows_[at].bytes;
        // Rows behind it that were pushed past this place move up.
        for (size_t hole = at, probe = next(at);; probe = next(probe)) {
            if (!rows_[probe].block) {
                rows_[hole].block = nullptr;
                return;
            }
            const size_t wanted = home(rows_[probe].block);
            if (((probe - wanted) & (kRows - 1)) >= ((probe - hole) & (kRows - 1))) {
                rows_[hole] = rows_[probe];
                hole = probe;
            }
        }
    }

    Holdings held()
    {
        const Guard guard(lock_);
        return held_;
    }

    void print_since(uint64_t era)
    {
        const Guard guard(lock_);
        for (const Row &row : rows_) {
            if (!row.block || row.era < era) continue;
            std::fprintf(stderr, "  still held: %zu bytes, asked for by", row.bytes);
            for (int frame = 0; frame < row.frame_count; ++frame) std::fprintf(stderr, " %s", describe_frame(row.frames[frame]));
            std::fputc('\n', stderr);
        }
    }

private:
    static constexpr size_t kRows = size_t{1} << 17;

    struct Guard {
        explicit Guard(std::atomic_flag &flag) : flag_(flag)
        {
            while (flag_.test_and_set(std::memory_order_acquire)) {
            }
        }
        ~Guard() { flag_.clear(std::memory_order_release); }
        std::atomic_flag &flag_;
    };

    [[noreturn]] static void die(const char *why)
    {
        std::fprintf(stderr, "%s\n", why);
        _exit(112);
    }
    static size_t home(const void *block) { return (reinterpret_cast<uintptr_t>(block) >> 4) * 0x9e3779b97f4a7c15u >> (64 - 17); }
    static size_t next(size_t at) { return (at + 1) & (kRows - 1); }

    std::atomic_flag lock_ = ATOMIC_FLAG_INIT;
    Holdings held_;
    Row rows_[kRows];
};

Table g_table;
std::atomic<bool> g_armed{false};
std::atomic<uint64_t> g_requests{0}, g_refused{0}, g_era{0};
uint64_t g_number = 0;
Mode g_mode = Mode::Once;
Asker g_refusal;
bool g_refused_thread = false;

/// May this request be granted? Counts it if it is one of ours.
bool grant(const Asker &asker, bool thread = false)
{
    if (!asker.counts || !g_armed.load(std::memory_order_acquire)) return true;
    const uint64_t number = g_requests.fetch_add(1) + 1;
    if (g_mode == Mode::Once ? number != g_number : number < g_number) return true;
    if (g_refused.fetch_add(1) == 0) {
        g_refusal = asker;
        g_refused_thread = thread;
    }
    errno = ENOMEM;
    return false;
}

void *note(void *block, size_t bytes, const Asker &asker)
{
    if (block && asker.counts && !asker.by_loader) g_table.add(block, bytes, g_era.load(std::memory_order_relaxed), asker);
    return block;
}

template <class Make> [[gnu::always_inline]] inline void *request(void *caller, size_t bytes, const Make &make)
{
    const Asker asker = find_asker(caller);
    return grant(asker) ? note(make(), bytes, asker) : nullptr;
}

void give_back(void *block)
{
    if (block) g_table.remove(block);
}

}  // namespace

void arm(uint64_t number, Mode mode)
{
    g_number = number;
    g_mode = mode;
    g_requests = 0;
    g_refused = 0;
    g_armed.store(true, std::memory_order_release);
}

uint64_t disarm()
{
    g_armed.store(false, std::memory_order_release);
    return g_refused.load();
}

uint64_t request_count() { return g_requests.load(); }
Holdings holdings() { return g_table.held(); }
uint64_t era() { return g_era.fetch_add(1) + 1; }
void print_since(uint64_t era) { g_table.print_since(era); }

bool refused_a_thread() { return g_refused_thread; }

void print_refusal()
{
    std::fprintf(stderr, "  refused:");
    for (int frame = 0; frame < g_refusal.frame_count; ++frame) std::fprintf(stderr, " %s", describe_frame(g_refusal.frames[frame]));
    std::fputc('\n', stderr);
}

}  // namespace accel::shortage

using namespace accel::shortage;

// The definitions must be visible to be found before libc's.
#define ACCEL_INTERPOSE extern "C" __attribute__((visibility("default"), noinline))
#define CALLER __builtin_extract_return_addr(__builtin_return_address(0))

ACCEL_INTERPOSE void *malloc(size_t size)
{
    return request(CALLER, size, [&] { return REAL(malloc)(size); });
}

ACCEL_INTERPOSE void *calloc(size_t count, size_t size)
{
    return request(CALLER, count * size, [&] { return REAL(calloc)(count, size); });
}

ACCEL_INTERPOSE void *realloc(void *block, size_t size)
{
    const Asker asker = find_asker(CALLER);
    if (!grant(asker)) return nullptr;
    give_back(block);
    void *moved = REAL(realloc)(block, size);
    return note(moved, size, asker);
}

ACCEL_INTERPOSE void *aligned_alloc(size_t align, size_t size)
{
    return request(CALLER, size, [&] { return REAL(memalign)(align, size); });
}

ACCEL_INTERPOSE void *memalign(size_t align, size_t size)
{
    return request(CALLER, size, [&] { return REAL(memalign)(align, size); });
}

ACCEL_INTERPOSE int posix_memalign(void **out, size_t align, size_t size)
{
    void *block = request(CALLER, size, [&] { return REAL(memalign)(align, size); });
    if (block) *out = block;
    return block ? 0 : ENOMEM;
}

ACCEL_INTERPOSE void free(void *block)
{
    give_back(block);
    REAL(free)
    (block);
}

ACCEL_INTERPOSE void *mmap(void *address, size_t bytes, int protection, int flags, int fd, off_t offset)
{
    void *block = request(CALLER, bytes, [&] {
        const long made = syscall(SYS_mmap, address, bytes, protection, flags, fd, offset);
        return made == -1 ? nullptr : reinterpret_cast<void *>(made);
    });
    return block ? block : MAP_FAILED;
}

ACCEL_INTERPOSE void *mmap64(void *address, size_t bytes, int protection, int flags, int fd, off_t offset) __attribute__((alias("mmap")));

ACCEL_INTERPOSE int munmap(void *block, size_t bytes)
{
    give_back(block);
    return static_cast<int>(syscall(SYS_munmap, block, bytes));
}

ACCEL_INTERPOSE int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument)
{
    static const auto real = reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
    return grant(find_asker(CALLER), true) ? real(thread, attributes, body, argument) : EAGAIN;
}

// C++ asks here first, so that the asker is the caller itself where no library stands between.
namespace {

template <class Make> [[gnu::always_inline]] inline void *request_or_throw(void *caller, size_t size, const Make &make)
{
    void *block = request(caller, size, make);
    if (!block) throw std::bad_alloc();
    return block;
}

}  // namespace

#define ACCEL_NEW __attribute__((visibility("default"), noinline)) void *operator new
#define ACCEL_DELETE __attribute__((visibility("default"), noinline)) void operator delete
ACCEL_NEW(size_t size)
{
    return request_or_throw(CALLER, size, [&] { return REAL(malloc)(size ? size : 1); });
}
ACCEL_NEW[](size_t size)
{
    return request_or_throw(CALLER, size, [&] { return REAL(malloc)(size ? size : 1); });
}
ACCEL_NEW(size_t size, std::align_val_t align)
{
    return request_or_throw(CALLER, size, [&] { return REAL(memalign)(static_cast<size_t>(align), size); });
}
ACCEL_NEW[](size_t size, std::align_val_t align)
{
    return request_or_throw(CALLER, size, [&] { return REAL(memalign)(static_cast<size_t>(align), size); });
}
ACCEL_NEW(size_t size, const std::nothrow_t &)
noexcept
{
    return request(CALLER, size, [&] { return REAL(malloc)(size ? size : 1); });
}
ACCEL_NEW[](size_t size, const std::nothrow_t &) noexcept
{
    return request(CALLER, size, [&] { return REAL(malloc)(size ? size : 1); });
}
ACCEL_DELETE(void *block)
noexcept { free(block); }
ACCEL_DELETE[](void *block) noexcept { free(block); }
ACCEL_DELETE(void *block, size_t)
noexcept { free(block); }
ACCEL_DELETE[](void *block, size_t) noexcept { free(block); }
ACCEL_DELETE(void *block, std::align_val_t)
noexcept { free(block); }
ACCEL_DELETE[](void *block, std::align_val_t) noexcept { free(block); }
ACCEL_DELETE(void *block, size_t, std::align_val_t)
noexcept { free(block); }
ACCEL_DELETE[](void *block, size_t, std::align_val_t) noexcept { free(block); }
