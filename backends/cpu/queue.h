// SPDX-License-Identifier: MIT
// An ordered queue with one worker thread and helping waiters.
//
// submit writes a slot and never executes. Whoever holds the execution right (the worker, or a thread in wait) takes the next ticket; there
// is one holder at a time, so tickets start and finish in order. A worker that executed the latest ticket spins briefly for another one and
// then sleeps on a futex, from which a submission wakes it. While waiters execute, it naps instead, and submissions let it: it would only
// take a core from them. Work that nobody waits for is then found after a nap, once, as from there on the worker executes.
#pragma once

#include "program.h"

#include <accel/backend.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <pthread.h>

struct accel_bk_queue {
    explicit accel_bk_queue(uint32_t depth);
    ~accel_bk_queue();
    accel_bk_queue(const accel_bk_queue &) = delete;
    accel_bk_queue &operator=(const accel_bk_queue &) = delete;

    bool start();  // the worker; false: no thread to be had
    accel_status submit(accel_bk_run *run, uint64_t &out_ticket);
    accel_status wait(uint64_t ticket, uint64_t timeout_ns);
    void cancel(uint64_t ticket);  // 0: all

private:
    struct Slot {
        accel_bk_run *run = nullptr;
        std::atomic<uint32_t> status{ACCEL_STATUS_OK};
        std::atomic<uint64_t> cancelled{0};               // the ticket that was named, which does not start any more
        char failure[sizeof accel_bk_run::failure] = "";  // with status JOB_FAILED or OUT_OF_MEMORY
    };

    Slot &slot(uint64_t ticket) { return slots_[ticket & mask_]; }
    bool pending() const { return submitted_.load() > finished_.load(); }
    bool execute_next(uint64_t deadline_ns, bool *out_not_mine);
    void finish(uint64_t ticket, accel_status status);
    void wake_worker();
    static accel_status execute(accel_bk_run &run, uint64_t ticket);
    static bool too_long(const accel_bk_run &run, uint64_t deadline_ns);
    void give_right_back();
    void wait_finished(uint64_t ticket, uint64_t deadline_ns);
    static void *work(void *queue);
    void worker_loop();
    void worker_rest(uint32_t how, uint64_t deadline_ns);

    const uint64_t depth_;
    uint64_t mask_ = 0;
    std::unique_ptr<Slot[]> slots_;
    alignas(64) std::atomic<uint64_t> submitted_{0};
    std::atomic<uint64_t> cancelled_{0};  // tickets up to this one do not start any more
    alignas(64) std::atomic<uint64_t> finished_{0};
    std::atomic<uint32_t> finished_word_{0};  // changes with every ticket: what waiters sleep on
    std::atomic<uint32_t> sleepers_{0};
    alignas(64) std::atomic<uint32_t> executing_{0};
    alignas(64) std::atomic<uint32_t> worker_{0};  // awake, or how it rests
    std::atomic<bool> stop_{false};
    bool started_ = false;
    pthread_t thread_{};
};

namespace accel::cpu {

inline constexpr uint32_t kQueueDepth = 256;

accel_status queue_create(accel_bk_device *device, const accel_bk_queue_desc *desc, accel_bk_queue **out_queue);
void queue_destroy(accel_bk_queue *queue);
accel_status queue_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out_ticket);
accel_status queue_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns);
accel_status queue_cancel(accel_bk_queue *queue, uint64_t ticket);

}  // namespace accel::cpu
