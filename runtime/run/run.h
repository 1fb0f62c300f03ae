// SPDX-License-Identifier: MIT
// Runs: an entry point of a program with buffers bound, its scratch, and the list of steps that one submission takes.
#pragma once

#include <accel/backend.h>
#include <accel/layouts/conversion.h>
#include <accel/layouts/layout.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <span>
#include <vector>

#include "base/object.h"
#include "memory/buffer.h"
#include "memory/scratch.h"
#include "memory/state.h"
#include "memory/value_memory.h"
#include "program/open_sizes.h"
#include "program/program.h"
#include "timings.h"

namespace accel::runtime {

class Worker;

/// Where that memory begins.
struct MemoryPlace {
    accel_buffer *buffer = nullptr;
    uint64_t offset_bytes = 0;
};

/// What a submission does next.
struct Step {
    enum class Kind { Segment,
                      Copy } kind = Kind::Segment;
    uint32_t segment = 0;
    MemoryEnd from, to;
    uint32_t conversion = 0;  ///< number of a copy's
};

/// What a copy step does, who can do it, and how often it was done.
struct RunConversion {
    layouts::Conversion conversion;
    bool converts;  ///< else elements have the same places on both sides
    accel_layout from_shown, to_shown;
    accel_bk_view from_view, to_view;
    uint32_t zero;
    // Since the latest bind: a device that may do it, until it says that it cannot.
    OpenDevice *device = nullptr;
    accel_bk_buffer *from_on_device = nullptr, *to_on_device = nullptr;
    std::atomic<bool> refused{false};
    std::atomic<uint64_t> count{0};

    /// Both outlive this.
    RunConversion(const PortLayout &from, const PortLayout &to);
};

struct PortBinding {
    Ref<accel_buffer> buffer;
    uint64_t offset_bytes = 0;
    uint64_t size_bytes = 0;  ///< that the port may use
    bool is_default = false;  ///< the run's own memory with what the model gives; else the application bound it
};

/// What a run is asked to change.
struct BindRequest {
    std::span<const accel_binding> bindings;
    std::span<const accel_symbol_value> symbols;
    bool prepared_only = false;
};

/// The memory of a segment's ports in their order, and the buffers that it is in.
struct PortMemory {
    std::vector<accel_bk_memory> places;
    std::shared_ptr<std::vector<Ref<accel_buffer>>> buffers;
};

/// What a module made for a segment. Gives it back.
struct ModuleRun {
    std::shared_ptr<OpenDevice> device;
    std::shared_ptr<LoadedBlob> blob;
    uint32_t graph = 0;  ///< of the blob
    accel_bk_run *handle = nullptr;
    std::shared_ptr<std::vector<Ref<accel_buffer>>> held;  ///< buffers that it is bound to, by whichever body, until it is bound anew or is gone (H-2)

    ModuleRun() = default;
    ~ModuleRun();
    ModuleRun(const ModuleRun &) = delete;
    ModuleRun &operator=(const ModuleRun &) = delete;
};

/// A port whose size depends on data, after a submission.
struct ToldPort {
    bool known = false;
    std::vector<int64_t> dims;
    layouts::Layout layout;
    accel_layout shown{};
};

/// A segment's run on its device.
struct SegmentRun {
    std::shared_ptr<OpenDevice> device;
    std::shared_ptr<ModuleRun> made;  ///< of a segment for open sizes it may be that of the body before, which is bound again
    accel_bk_run *handle = nullptr;
    PortMemory bound;  ///< as the module has it; empty while a port is unbound
};

/// What a run is made of for one set of sizes; all that there is where no size is open.
struct RunBody {
    RunBody() = default;
    ~RunBody() { end(); }
    RunBody(const RunBody &) = delete;
    RunBody &operator=(const RunBody &) = delete;
    /// Allocates nothing, as a move would for the deque: what fails there had lost half of its members.
    void swap(RunBody &other) noexcept;
    /// Give back all that it has, to devices first. Allocates nothing, as a new one would for the deque.
    void end() noexcept;

    const accel_program *program = nullptr;      ///< that has the segments' blobs
    const ProgramEntry *entry = nullptr;         ///< of it
    std::shared_ptr<const SizeVariant> variant;  ///< the set of sizes, where some are open; while it is null one of them has no value
    std::vector<SegmentRun> segments;
    ValuePlaces places;
    std::vector<Ref<accel_buffer>> memories;  ///< by value; null for one that lies in another's memory
    std::vector<Step> steps;
    std::deque<RunConversion> conversions;  ///< by number
    std::vector<bool> is_copied;            ///< by port: a step copies it with the CPU
    std::vector<PortBinding> defaults;      ///< by input port, once they were needed
    std::vector<ToldPort> told;             ///< by port, where some have sizes that depend on data; else empty
    std::unique_ptr<Timings> timings;       ///< of a run that measures
};

}  // namespace accel::runtime

struct accel_run : accel::runtime::Object {
    explicit accel_run(const accel_run_desc &desc);
    ~accel_run() override;

    /// Make the segments' runs and the memory between them. Sets the error detail.
    accel_status prepare();
    accel_status bind(const accel::runtime::BindRequest &request);
    accel_status bind_cost(uint32_t port, accel_bind_cost *out_cost);
    accel_status port(uint32_t port, accel_port_info *out);
    accel_status timing(uint32_t index, accel_timing *out);
    /// Every open size has a value.
    bool has_sizes() const { return !open_sizes_ || body_.variant; }
    /// All sizes and ports bound? Sets the error detail.
    accel_status check_ready() const;

    /// With the sizes of now; the one that the run was made for while some have no value.
    const accel_program &program() const { return *body_.program; }
    const accel::runtime::ProgramEntry &entry() const { return *body_.entry; }
    std::span<const accel::runtime::Step> steps() const { return body_.steps; }
    const accel::runtime::SegmentRun &segment(uint32_t index) const { return body_.segments[index]; }
    /// Do a copy step, with the CPU. Allocates nothing.
    accel_status copy(const accel::runtime::Step &step);
    accel::runtime::RunConversion &conversion(const accel::runtime::Step &step) { return body_.conversions[step.conversion]; }
    accel::runtime::MemoryPlace place_of(accel::runtime::MemoryEnd end) const;
    /// accel_run_query
    accel_run_info facts();

    /// Take the turn of a submission in the state and the scratch that it shares, if it does. BUSY: see Turns. Sets the error detail.
    accel_status take_turn(accel::runtime::Worker &worker, uint64_t sequence, std::span<const accel_fence_point> waits);
    /// Enter flight; false if it is in flight already, also after looking whether that flight has ended.
    bool begin_flight(accel::runtime::Worker &worker);
    /// Leave flight. Refused: there was no submission; Unbegun: nothing of it was executed.
    enum class Ended { Refused,
                       Unbegun,
                       Badly,
                       Well };
    void end_flight(Ended how, accel_status status);
    /// Around each step of a submission.
    void note_begin(uint32_t step)
    {
        if (body_.timings) [[unlikely]]
            body_.timings->begin(step);
    }
    void note_end(uint32_t step)
    {
        if (body_.timings) [[unlikely]]
            body_.timings->end(step);
    }
    bool in_flight();
    /// The segment tells of each submission how large its outputs are.
    bool tells_sizes(uint32_t segment) const { return body_.entry->segments[segment].tells_sizes; }
    /// Ask it, once, when it has ended with OK or LIMIT. Errors: what the submission fails with instead; the sentence is the thread's error.
    accel_status take_sizes(uint32_t segment, accel_status ended);
    /// A device that was given up may still be at work on it: what it reads and writes stays.
    void keep_memory();
    /// The queue whose device set was found to contain the program's.
    std::atomic<uint64_t> checked_queue_id{0};

protected:
    void let_go() override;

private:
    accel_status prepare_scratch();
    /// before: where runs for open sizes are taken from.
    accel_status prepare_body(const accel::runtime::RunBody *before);
    /// Of the planned sizes; those of other sets are the run's own. Null: all is.
    const std::vector<accel_scratch::Place> *scratch_places() const { return body_.program == program_.get() ? scratch_places_ : nullptr; }
    accel_status prepare_segment(uint32_t index, const accel::runtime::RunBody *before);
    accel_status take_back_shared(const accel::runtime::RunBody &other, accel_status status);
    accel_status tell_port(uint32_t port, std::span<const int64_t> sizes, accel_status ended);
    void forget_told();
    accel_bind_cost sizes_cost() const;
    accel_status create_on_module(uint32_t index, const accel_bk_run_desc &desc, accel_bk_run **out) const;
    accel_status prepare_memory(uint32_t value);
    accel_status prepare_state();
    uint32_t application_number(uint32_t port) const;
    void plan_steps();
    void plan_copies_before(uint32_t segment);
    accel_status bind_sizes(const accel::runtime::BindRequest &request);
    void collect_times();
    accel_status find_body(const std::vector<int64_t> &sizes, bool prepared_only, accel::runtime::RunBody *out);
    accel_status check_variables(const accel::runtime::RunBody &body) const;
    accel_status bind_ports(std::span<const accel_binding> bindings);
    accel_status check_binding(const accel_binding &binding, uint32_t number, std::span<const accel_binding> all, uint64_t *out_size_bytes) const;
    accel_status check_memory(const accel_binding &binding, uint32_t number, uint64_t *out_size_bytes) const;
    /// Bound, and long enough and where it has to be for the sizes of now.
    bool has_memory(const std::vector<accel::runtime::PortBinding> &ports, uint32_t port) const;
    accel_status check_beside_scratch(const std::vector<accel::runtime::PortBinding> &ports) const;
    accel_status check_overlaps(const std::vector<accel::runtime::PortBinding> &ports) const;
    accel_status take_defaults(std::vector<accel::runtime::PortBinding> *ports);
    accel_status make_defaults();
    accel_status check_buffer_counts(const std::vector<accel::runtime::PortBinding> &ports) const;
    accel_status collect(uint32_t segment, const std::vector<accel::runtime::PortBinding> &ports, accel::runtime::PortMemory *out);
    accel_status source_memory(const accel::runtime::PortSource &source, uint64_t size_bytes, const std::shared_ptr<accel::runtime::OpenDevice> &device,
                               const std::vector<accel::runtime::PortBinding> &ports, accel_bk_memory *out);
    accel_status apply(std::vector<accel::runtime::PortMemory> &wanted);
    accel_status bind_segment(uint32_t segment, const accel::runtime::PortMemory &memory);
    void give_back(uint32_t index);
    void offer_conversions();
    void plan_copy(accel::runtime::MemoryEnd from, accel::runtime::MemoryEnd to);
    /// Of a body that is about to go.
    void add_counts(const accel::runtime::RunBody &body);

    accel::runtime::Ref<accel_program> program_;
    const uint32_t entry_number_;
    const std::shared_ptr<accel::runtime::OpenSizes> open_sizes_;  ///< of the entry point; null: every size is fixed
    std::vector<int64_t> sizes_;                                   ///< of the open ones
    accel::runtime::Ref<accel_state> state_;
    accel::runtime::Ref<accel_scratch> scratch_;  ///< null: its own
    const std::vector<accel_scratch::Place> *scratch_places_ = nullptr;
    accel::runtime::Turn state_turn_, scratch_turn_;
    std::vector<accel::runtime::PortBinding> ports_;
    accel::runtime::RunBody body_;
    accel_run_info counts_{};                                ///< of bodies that are gone
    std::unique_ptr<accel::runtime::Timings> told_timings_;  ///< of the latest submission, where its body is gone
    accel_status told_status_ = ACCEL_STATUS_OK;             ///< of asking the modules for them
    bool ready_ = false;
    const bool measures_;
    const int32_t priority_;

    std::mutex lock_;  ///< guards what follows against the thread that retires
    std::atomic<accel::runtime::Worker *> flight_{nullptr};
    std::atomic<uint64_t> submission_count_{0};
    std::atomic<uint32_t> latest_status_{ACCEL_STATUS_NOT_READY};  ///< of the latest submission that has ended
};
