// SPDX-License-Identifier: MIT
// Maps the control page, and gives orders through it.
#include "player_control.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

namespace accel::lane {
namespace {

constexpr auto kAnswerTime = std::chrono::seconds(1);

// The page is mapped as device memory, where plain word accesses in program order are what works.
void fence() { std::atomic_thread_fence(std::memory_order_seq_cst); }

template <typename Condition> bool wait_until(Condition condition)
{
    const auto end = std::chrono::steady_clock::now() + kAnswerTime;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        usleep(200);
    }
    return true;
}

}  // namespace

PlayerControl::PlayerControl()
{
    const int memory = open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC);
    if (memory < 0) throw NoPlayer("/dev/mem cannot be opened: no way to the player's control page");
    void *mapped = mmap(nullptr, kControlSizeBytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory,
                        static_cast<off_t>(kControlAddress));
    close(memory);
    if (mapped == MAP_FAILED) throw NoPlayer("the player's control page cannot be mapped");
    page_ = static_cast<volatile ControlPage *>(mapped);
    if (page_->magic == ControlPage::kMagic && page_->version == ControlPage::kVersion) return;
    munmap(mapped, kControlSizeBytes);
    throw NoPlayer("no player answers at the control page");
}

PlayerControl::~PlayerControl() { munmap(const_cast<ControlPage *>(page_), kControlSizeBytes); }

bool PlayerControl::order(Fault fault, uint32_t argument)
{
    page_->gate_open = 0;
    page_->fault = static_cast<uint32_t>(fault);
    page_->argument = argument;
    fence();
    const uint32_t count = page_->order_count + 1;
    page_->order_count = count;
    return wait_until([&] { return page_->order_taken == count; });
}

void PlayerControl::open_gate()
{
    fence();
    page_->gate_open = 1;
}

void PlayerControl::release()
{
    order(Fault::None);
    open_gate();
}

bool PlayerControl::wait_started(uint32_t count) const
{
    return wait_until([&] { return static_cast<int32_t>(page_->jobs_started - count) >= 0; });
}

}  // namespace accel::lane
