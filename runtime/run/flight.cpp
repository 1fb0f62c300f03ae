// SPDX-License-Identifier: MIT
// The flight of a run: what has to be bound before it, whose turn it is, and how it ends.
#include "base/check.h"
#include "fence/worker.h"
#include "model/model.h"
#include "run.h"

using namespace accel::runtime;

bool accel_run::begin_flight(Worker &worker)
{
    if (state_) [[unlikely]]
        state_->turns().look(worker);
    if (scratch_) [[unlikely]]
        scratch_->turns().look(worker);
    Worker *none = nullptr;
    bool begun = flight_.compare_exchange_strong(none, &worker, std::memory_order_acq_rel);
    if (!begun && !in_flight()) [[unlikely]] {
        none = nullptr;
        begun = flight_.compare_exchange_strong(none, &worker, std::memory_order_acq_rel);
    }
    if (begun) {
        submission_count_.fetch_add(1, std::memory_order_relaxed);
        forget_told();
    }
    return begun;
}

void accel_run::end_flight(Ended how, accel_status status)
{
    const std::lock_guard guard(lock_);
    if (how == Ended::Refused || how == Ended::Unbegun) [[unlikely]]
        submission_count_.fetch_sub(1, std::memory_order_relaxed);
    if (how != Ended::Refused) [[likely]]
        latest_status_.store(status, std::memory_order_relaxed);
    if (body_.timings && how != Ended::Refused) [[unlikely]] {
        body_.timings->close(how == Ended::Well);
        told_timings_ = {};
    }
    if (scratch_) [[unlikely]]
        scratch_->turns().give_back(scratch_turn_);
    if (state_) [[unlikely]]
        state_->turns().give_back(state_turn_);
    flight_.store(nullptr, std::memory_order_release);
}

accel_status accel_run::take_turn(Worker &worker, uint64_t sequence, std::span<const accel_fence_point> waits)
{
    const bool has_state = !state_ || state_->turns().take(state_turn_, worker, sequence, waits);
    if (has_state && (!scratch_ || scratch_->turns().take(scratch_turn_, worker, sequence, waits))) [[likely]]
        return ACCEL_STATUS_OK;
    return fail(ACCEL_STATUS_BUSY, has_state ? "R-13" : "R-10", this,
                "the run's %s is in flight on another queue, and this submission waits for no fence value that the latest one with it signals; wait for one, or submit to that queue",
                has_state ? "scratch" : "state");
}

void accel_run::keep_memory()
{
    keep();
    if (scratch_)
        scratch_->keep_memory();
    for (const auto *bindings : {&ports_, &body_.defaults})
        for (const PortBinding &port : *bindings)
            if (port.buffer)
                port.buffer->keep();
    for (const Ref<accel_buffer> &memory : body_.memories)
        if (memory)
            memory->keep();
    if (body_.variant && body_.variant->program)
        body_.variant->program->keep();
    program_->keep();
    if (program_->model)
        program_->model->keep();
}

bool accel_run::in_flight()
{
    if (!flight_.load(std::memory_order_acquire))
        return false;
    Worker *worker;
    {
        // While the run is in flight its queue has not retired it, so the queue is alive; the lock keeps that true until it is counted.
        const std::lock_guard guard(lock_);
        worker = flight_.load(std::memory_order_relaxed);
        if (!worker)
            return false;
        worker->ref();
    }
    worker->poll();
    worker->unref();
    return flight_.load(std::memory_order_acquire) != nullptr;
}

accel_status accel_run::check_ready() const
{
    if (ready_) [[likely]]
        return ACCEL_STATUS_OK;
    if (!has_sizes())
        return guarded([&] {
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-7", this, "sizes are not bound: %s; give them with accel_run_bind", open_sizes_->missing(sizes_).c_str());
        });
    for (uint32_t i = 0; i < ports_.size(); ++i) {
        const ProgramPort &port = entry().ports[i];
        if (!ports_[i].buffer)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-2", this, "port %u ('%s') is not bound", application_number(i), port.name.c_str());
        if (!has_memory(ports_, i) && ports_[i].size_bytes >= port.layout.size_bytes)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-2", this, "port %u ('%s') was bound for other sizes, at offset %llu; those of now need a multiple of %llu%s: bind it again",
                        application_number(i), port.name.c_str(), static_cast<unsigned long long>(ports_[i].offset_bytes), static_cast<unsigned long long>(port.layout.align_bytes),
                        body_.is_copied[i] ? ", and memory with MAP, as the CPU copies it" : "");
        if (!has_memory(ports_, i))
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-2", this, "port %u ('%s') has %llu bytes, which were bound for other sizes; those of now need %llu: bind more", application_number(i),
                        port.name.c_str(), static_cast<unsigned long long>(ports_[i].size_bytes), static_cast<unsigned long long>(port.layout.size_bytes));
    }
    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-2", this, "a bind failed in between, and a module could not take back what it had; bind the ports again");
}
