// SPDX-License-Identifier: MIT
// A ring of submissions, and the thread that stands for the hardware.
#pragma once

#include <accel/backend.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

struct accel_bk_queue {
    static constexpr uint32_t kDepth = 64;

    explicit accel_bk_queue(uint32_t depth);
    ~accel_bk_queue();

    accel_status submit(const accel_bk_submit &submit, uint64_t &ticket);
    accel_status wait(uint64_t ticket, uint64_t timeout_ns);
    accel_status cancel(uint64_t ticket);

private:
    struct Slot {
        const accel_bk_run *run = nullptr;
        accel_status status = ACCEL_STATUS_OK;
        bool cancelled = false;
    };
    void work();
    Slot &slot(uint64_t ticket) { return ring_[ticket % ring_.size()]; }

    std::mutex mutex_;
    std::condition_variable submitted_, finished_;
    std::vector<Slot> ring_;
    // Tickets: 1..finished_ticket_ are over, ..submitted_ticket_ are handed in.
    uint64_t submitted_ticket_ = 0, finished_ticket_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};
