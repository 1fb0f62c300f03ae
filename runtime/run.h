// SPDX-License-Identifier: MIT
// Runs: an entry point of a program with buffers bound, its scratch, and the list of steps that one submission takes.
#pragma once

#include <accel/backend.h>

#include <atomic>
#include <mutex>
#include <span>
#include <vector>

#include "buffer.h"
#include "object.h"
#include "program.h"
#include "scratch.h"
#include "state.h"
#include "timings.h"
#include "value_memory.h"

namespace accel::runtime {

class QueueCore;

/// One end of a copy: memory in a buffer with a layout.
struct CopyEnd {
    bool is_port = false;
    uint32_t index = 0;  ///< of a program port or of a value
};

/// Where that memory begins.
struct MemoryPlace {
    accel_buffer *buffer = nullptr;
    uint64_t offset_bytes = 0;
};

/// What a submission does next.
struct Step {
    enum class Kind { Segment, Copy } kind = Kind::Segment;
    uint32_t segment = 0;
    CopyEnd from, to;
};

struct PortBinding {
    Ref<accel_buffer> buffer;
    uint64_t offset_bytes = 0;
};

/// A segment's run on its device.
struct SegmentRun {
    std::shared_ptr<OpenDevice> device;
    accel_bk_run *handle = nullptr;
    std::vector<accel_bk_memory> bound;  ///< in port order, as the module has them; empty while a port is unbound
};

}  // namespace accel::runtime

struct accel_run : accel::runtime::Object {
    explicit accel_run(const accel_run_desc &desc);
    ~accel_run() override;

    /// Make the segments' runs and the memory between them. Sets the error detail.
    accel_status prepare();
    accel_status bind(std::span<const accel_binding> bindings);
    accel_status bind_cost(uint32_t port, accel_bind_cost *out_cost);
    accel_status output_dims(uint32_t port, int64_t *dims, uint32_t dim_capacity, uint32_t *out_rank);
    accel_status timing(uint32_t index, accel_timing *out);
    /// All ports bound? Sets the error detail.
    accel_status check_ready() const;

    const accel_program &program() const { return *program_; }
    const accel::runtime::ProgramEntry &entry() const { return entry_; }
    /// Null without variables.
    std::span<const accel::runtime::Step> steps() const { return steps_; }
    const accel::runtime::SegmentRun &segment(uint32_t index) const { return segments_[index]; }
    /// Do a copy step, with the CPU. Allocates nothing.
    accel_status copy(const accel::runtime::Step &step);

    /// Take the turn of a submission in the state and the scratch that it shares, if it does. BUSY: see Turns. Sets the error detail.
    accel_status take_turn(accel::runtime::QueueCore &core, uint64_t sequence, std::span<const accel_fence_point> waits);
    /// Enter flight; false if it is in flight already, also after looking whether that flight has ended.
    bool begin_flight(accel::runtime::QueueCore &core);
    /// Leave flight. Refused: there was no submission.
    enum class Ended { Refused, Badly, Well };
    void end_flight(Ended how);
    /// Around each step of a submission.
    void note_begin(uint32_t step)
    {
        if (timings_) [[unlikely]]
            timings_->begin(step);
    }
    void note_end(uint32_t step)
    {
        if (timings_) [[unlikely]]
            timings_->end(step);
    }
    bool in_flight();
    /// A device that was given up may still be at work on it: what it reads and writes stays.
    void keep_memory();
    /// The queue whose device set was found to contain the program's.
    std::atomic<uint64_t> checked_queue_id{0};

private:
    accel_status prepare_scratch();
    accel_status prepare_segment(uint32_t index);
    accel_status create_on_module(uint32_t index, const accel_bk_run_desc &desc, accel_bk_run **out) const;
    accel_status prepare_memory(uint32_t value);
    accel_status prepare_state();
    uint32_t application_number(uint32_t port) const;
    void plan_steps();
    void plan_copies_before(uint32_t segment);
    accel_status check_binding(const accel_binding &binding, uint32_t number, std::span<const accel_binding> all) const;
    accel_status check_beside_scratch(const std::vector<accel::runtime::PortBinding> &ports) const;
    accel_status check_overlaps(const std::vector<accel::runtime::PortBinding> &ports) const;
    accel_status check_buffer_counts(const std::vector<accel::runtime::PortBinding> &ports) const;
    accel_status collect(uint32_t segment, const std::vector<accel::runtime::PortBinding> &ports, std::vector<accel_bk_memory> *out);
    accel_status source_memory(const accel::runtime::PortSource &source, uint64_t size_bytes, const std::shared_ptr<accel::runtime::OpenDevice> &device,
                               const std::vector<accel::runtime::PortBinding> &ports, accel_bk_memory *out);
    accel_status apply(std::vector<std::vector<accel_bk_memory>> &wanted);
    accel_status bind_segment(uint32_t segment, const std::vector<accel_bk_memory> &ports);
    void give_back(uint32_t index);
    const accel::runtime::PortLayout &layout_of(accel::runtime::CopyEnd end) const;
    accel::runtime::MemoryPlace place_of(accel::runtime::CopyEnd end) const;

    accel::runtime::Ref<accel_program> program_;
    const accel::runtime::ProgramEntry &entry_;  ///< of the program
    accel::runtime::Ref<accel_state> state_;
    accel::runtime::Ref<accel_scratch> scratch_;  ///< null: its own
    const std::vector<accel_scratch::Place> *scratch_places_ = nullptr;
    accel::runtime::Turn state_turn_, scratch_turn_;
    std::vector<accel::runtime::SegmentRun> segments_;
    accel::runtime::ValuePlaces places_;
    std::vector<accel::runtime::Ref<accel_buffer>> memories_;  ///< by value; null for one that lies in another's memory
    std::vector<accel::runtime::PortBinding> ports_;
    std::vector<accel::runtime::Step> steps_;
    std::vector<bool> is_copied_;  ///< by port: a step copies it with the CPU
    bool ready_ = false;
    const bool measures_;
    const int32_t priority_;
    std::unique_ptr<accel::runtime::Timings> timings_;  ///< of a run that measures

    std::mutex lock_;  ///< guards what follows against the thread that retires
    std::atomic<accel::runtime::QueueCore *> flight_{nullptr};
    std::atomic<bool> finished_{false};
};
