// SPDX-License-Identifier: MIT
// State: memory of a program's variables, and the order of those who work on it.
#pragma once

#include <accel/accel.h>

#include <atomic>
#include <mutex>
#include <span>
#include <vector>

#include "buffer.h"
#include "object.h"
#include "program.h"
#include "queue_core.h"

namespace accel::runtime {

/// Where a variable lies.
struct StatePlace {
    Ref<accel_buffer> buffer;
    uint64_t offset_bytes = 0;
};

}  // namespace accel::runtime

struct accel_state : accel::runtime::Object {
    explicit accel_state(accel_program *program);

    /// Memory for all variables that `memory` does not name, and their first values. Sets the error detail.
    accel_status prepare(std::span<const accel_memory_binding> memory);
    /// First values. BUSY in flight.
    accel_status reset();
    /// Take another's values. BUSY in flight.
    accel_status copy_from(accel_state &other);

    accel_program &program() const { return *program_; }
    const accel::runtime::StatePlace &place(uint32_t variable) const { return places_[variable]; }
    /// In flight somewhere, also after looking whether that has ended?
    bool in_flight();
    accel_status check_idle();

    /// Held from check_order() to note(), so that the order of submits is that of their queue.
    std::mutex &submit_lock() { return submit_lock_; }
    /// May this submission follow the latest one? Errors: BUSY.
    accel_status check_order(const accel::runtime::QueueCore &core, const accel::runtime::Submission &submission);
    /// It has been accepted.
    void note(accel::runtime::QueueCore &core, const accel::runtime::Submission &submission);
    /// A run of it enters and leaves flight.
    void enter() { flights_.fetch_add(1, std::memory_order_acq_rel); }
    void leave();

protected:
    void let_go() override { program_ = {}; }

private:
    accel_status check_memory(const accel_memory_binding &binding, uint32_t number) const;
    accel_status allocate();
    accel_status open_devices(uint32_t variable, std::vector<std::shared_ptr<accel::runtime::OpenDevice>> *out) const;
    accel_status write_first(uint32_t variable);
    void forget_latest();

    accel::runtime::Ref<accel_program> program_;
    std::vector<accel::runtime::StatePlace> places_;  ///< by variable

    std::mutex submit_lock_;
    uint64_t latest_queue_ = 0;                      ///< of the latest submission, guarded by submit_lock_
    std::vector<accel_fence_point> latest_signals_;  ///< its own; fences are only compared
    std::atomic<uint32_t> flights_{0};
    std::mutex latest_lock_;
    accel::runtime::Ref<accel::runtime::QueueCore> latest_core_;  ///< while it is in flight
};
