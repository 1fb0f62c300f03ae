// SPDX-License-Identifier: MIT
// Submissions in order, and how each of them ended.     ~ kernel  ethosu_job.c
//
// The driver has one hardware queue and runs the jobs of a file in order. A ticket
// keeps the sync_file of its job, made right after SUBMIT; without fences BO_WAIT
// answers for the run's scratch. A job that failed before its sync_file was made
// leaves a good fence behind, so the receipt in the scratch has the last word.
#pragma once

#include "program.h"

#include <array>
#include <mutex>

namespace accel::ethosu {

class Queue {
public:
    Queue(const Device &device, uint32_t depth) : device_(device),
                                                  depth_(depth) {}

    accel_status submit(const Run &run, std::span<const int32_t> wait_fds, uint64_t &ticket);
    accel_status wait(uint64_t ticket, uint64_t timeout_ns);
    accel_status fence(uint64_t ticket, int &fd);

private:
    struct Slot {
        uint64_t ticket = 0;
        uint64_t submitted_ns = 0;
        std::shared_ptr<Scratch> scratch;  // until finished
        uint8_t receipt = 0;
        uint32_t waiters = 0;  // threads that wait outside the lock
        bool finished = true;
        accel_status result = ACCEL_STATUS_OK;
        drm::Fd fence;
    };

    Slot &slot_of(uint64_t ticket) { return slots_[ticket % depth_]; }
    const Slot &slot_of(uint64_t ticket) const { return slots_[ticket % depth_]; }
    // 0, -ETIME or the error of the job; takes no lock.
    int look(const drm::Fd &fence, Scratch &scratch, uint64_t deadline_ns) const;
    // When the job ran at most, as far as this queue can tell.
    Scratch::Times times_of(const Slot &slot, bool &from_kernel) const;
    void settle(Slot &slot, int result) const;
    accel_status free_slot(Slot &slot);
    accel_status take_waits(const Run &run, std::span<const int32_t> wait_fds) const;
    void publish(const Run &run, Slot &slot) const;

    const Device &device_;
    const uint32_t depth_;
    std::mutex mutex_;  // of everything below; never held while the device is waited for
    uint64_t last_ticket_ = 0;
    std::array<Slot, kQueueDepth> slots_;
};

}  // namespace accel::ethosu
