// SPDX-License-Identifier: MIT
// The table of guarded ranges, which the SIGBUS handler reads without a lock.
#include "guard.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "base/per_process.h"
#include "sigbus.h"

namespace accel::runtime {

/// A range that the handler may read at any moment, also while it is being changed: an odd version says that it is.
struct GuardSlot {
    std::atomic<uint32_t> version{0};
    std::atomic<bool> lost{false};
    std::atomic<uintptr_t> begin{0}, end{0};  ///< both 0: free

    void set(uintptr_t from, uintptr_t to)
    {
        // In a child, a thread of the parent may have left the version odd.
        const uint32_t before = version.load(std::memory_order_relaxed) & ~1u;
        version.store(before + 1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_release);
        begin.store(from, std::memory_order_relaxed);
        end.store(to, std::memory_order_relaxed);
        version.store(before + 2, std::memory_order_release);
    }

    /// The end of the range, if the address lies in it; else 0. A range that is being changed is nobody's to read, so it has no faults.
    uintptr_t end_if_inside(uintptr_t address) const
    {
        const uint32_t before = version.load(std::memory_order_acquire);
        const uintptr_t from = begin.load(std::memory_order_relaxed), to = end.load(std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_acquire);
        const bool whole = before % 2 == 0 && version.load(std::memory_order_relaxed) == before;
        return whole && address >= from && address < to ? to : 0;
    }
};

namespace {

/// Before the first fault, for sysconf is not async-signal-safe.
const auto kPageBytes = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));

/// Blocks of slots are linked and never freed: the handler walks them without a lock.
struct Block {
    static constexpr size_t kSlots = 32;
    GuardSlot slots[kSlots];
    std::atomic<Block *> next{nullptr};
};

Block first_block;
PerProcess<std::mutex> table_lock;
size_t used_slots = 0;

/// Called with the lock.
GuardSlot &free_slot()
{
    for (Block *block = &first_block;; block = block->next.load(std::memory_order_relaxed)) {
        for (GuardSlot &slot : block->slots)
            if (slot.end.load(std::memory_order_relaxed) == 0) return slot;
        if (!block->next.load(std::memory_order_relaxed)) block->next.store(new Block, std::memory_order_release);
    }
}

/// Gives the range zeros from the faulting page on: the file ends before it, so nothing behind it is there either. Async-signal-safe.
bool answer_fault(void *address)
{
    const auto fault = reinterpret_cast<uintptr_t>(address);
    for (Block *block = &first_block; block; block = block->next.load(std::memory_order_acquire)) {
        for (GuardSlot &slot : block->slots) {
            const uintptr_t end = slot.end_if_inside(fault);
            if (end == 0) continue;
            slot.lost.store(true, std::memory_order_release);
            const uintptr_t page = fault & ~(kPageBytes - 1);
            return mmap(reinterpret_cast<void *>(page), end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != MAP_FAILED;
        }
    }
    return false;
}

}  // namespace

Guard::Guard(const void *begin, size_t size_bytes)
{
    const auto from = reinterpret_cast<uintptr_t>(begin);
    const std::lock_guard guard(*table_lock);
    GuardSlot &slot = free_slot();
    if (used_slots == 0) take_sigbus(answer_fault);
    ++used_slots;
    slot.lost.store(false, std::memory_order_relaxed);
    slot.set(from, from + (size_bytes + kPageBytes - 1) / kPageBytes * kPageBytes);
    slot_ = &slot;
}

Guard::Guard(Guard &&other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}

Guard &Guard::operator=(Guard &&other) noexcept
{
    std::swap(slot_, other.slot_);
    return *this;
}

Guard::~Guard()
{
    if (!slot_) return;
    const std::lock_guard guard(*table_lock);
    slot_->set(0, 0);
    if (--used_slots == 0) leave_sigbus();
}

bool Guard::lost() const { return slot_ && slot_->lost.load(std::memory_order_acquire); }

bool guards_admitted()
{
    const char *off = getenv("ACCEL_NO_SIGBUS_HANDLER");
    return !off || strcmp(off, "1") != 0;
}

}  // namespace accel::runtime
