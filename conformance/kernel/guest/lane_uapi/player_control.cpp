// SPDX-License-Identifier: MIT
#include "player_control.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>

#include "device.h"
#include "harness.h"

namespace accel::uapi {

using lane::ControlPage;

namespace {

// The page is mapped as device memory, where plain word accesses in program order are what works.
void fence() { std::atomic_thread_fence(std::memory_order_seq_cst); }

template <typename Condition> bool wait_until(Condition condition, int64_t timeout_ns) {
    const int64_t end_ns = now_ns() + timeout_ns;
    while (!condition()) {
        if (now_ns() > end_ns) return false;
        usleep(200);
    }
    return true;
}

}  // namespace

PlayerControl::PlayerControl() {
    const File memory(open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC));
    if (memory.fd() < 0) throw Skip("no /dev/mem: the player cannot be asked for faults");
    void *mapped = mmap(nullptr, lane::kControlSizeBytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory.fd(),
                        static_cast<off_t>(lane::kControlAddress));
    if (mapped == MAP_FAILED) throw Skip("the player's control page cannot be mapped");
    page_ = static_cast<volatile ControlPage *>(mapped);
    if (page_->magic != ControlPage::kMagic || page_->version != ControlPage::kVersion)
        throw Skip("no player answers at the control page");
    page_->gate_open = 0;
}

PlayerControl::~PlayerControl() {
    page_->gate_open = 1;
    fence();
    page_->fault = static_cast<uint32_t>(lane::Fault::None);
    page_->order_count = page_->order_count + 1;
    munmap(const_cast<ControlPage *>(page_), lane::kControlSizeBytes);
}

void PlayerControl::order(lane::Fault fault, uint32_t argument) {
    page_->gate_open = 0;
    page_->fault = static_cast<uint32_t>(fault);
    page_->argument = argument;
    fence();
    const uint32_t count = page_->order_count + 1;
    page_->order_count = count;
    require(wait_until([&] { return page_->order_taken == count; }, 1000 * kMillisecond_ns),
            "the player did not take the order");
}

void PlayerControl::open_gate() {
    fence();
    page_->gate_open = 1;
}

uint32_t PlayerControl::jobs_started() const { return page_->jobs_started; }

bool PlayerControl::wait_started(uint32_t count) const {
    return wait_until([&] { return static_cast<int32_t>(page_->jobs_started - count) >= 0; }, 1000 * kMillisecond_ns);
}

}  // namespace accel::uapi
