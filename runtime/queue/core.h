// SPDX-License-Identifier: MIT
// The inside of a queue: a preallocated ring of submissions, executed in order. It outlives the application's handle while some thread waits in it.
//
// A submission goes through a ring slot:
//   Held    waits for fences, its deadline, its predecessors, or is between two of its segments; the pump moves it on
//   Native  its last segment is in the device's own queue
//   Ended   its status is known; it is retired, in order, as soon as those before it are
//
//      head                started                       tail
//       │ Native  Ended  Native │ Held   Held   Held   Held │ free …        depth slots, in turns
//       └─ retired from here    └─ the one that the pump works on
//
// Ring positions: [head, started) are Native or Ended, `started` is the one that the pump works on, [started, tail) are Held. So work is handed over in the order of submit, and
// what is handed over is retired in that order; what a device is given behind its own earlier work needs no wait in between (order_allows).
//
// The pump is run by threads that wait for a fence (wait_until), by the hold thread (drive), and, without host copies, by submit and by queries (poll). One at a time copies
// (pumping_), with the lock open; the others find that and come again.
//
// Locks, the outer one first; any may be left out:
//   QueueCore::lock_ > accel_run::lock_ > Turns::lock_ > accel_fence::lock_ > accel_instance::hold_lock_
//   QueueCore::lock_ > HoldThread::lock_, beneath which a queue's is tried and never waited for (nothing_held)
//   QueueCore::lock_ > Lookout::lock_
// No thread holds the locks of two queues, or a buffer's beside a queue's (resolve takes those before). The module is called with the queue's lock held where it may not wait for work: submit,
// transfer, fence, cancel, a look at a ticket. Waits, copies, and the ends of runs and buffers, which call modules and the application's release functions (sweep), have it open.
//
// Not chosen: a thread per queue that executes it. Most submissions are one segment without open waits, which the caller hands over itself; two switches of threads cost more than that. And a
// list that grows in place of the ring: submit then allocates, and can fail where nobody can be told (rule Q-3 says BUSY instead).
#pragma once

#include <accel/backend.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "base/log.h"
#include "base/object.h"
#include "fence/fence.h"
#include "instance/device_handle.h"
#include "instance/instance.h"
#include "memory/buffer.h"
#include "queue_device.h"

struct accel_run;

namespace accel::runtime {

/// A copy or fill. References are the submission's.
struct Transfer {
    Ref<accel_buffer> source;
    Ref<accel_buffer> destination;
    uint64_t source_offset_bytes = 0;
    uint64_t destination_offset_bytes = 0;
    uint64_t size_bytes = 0;
    uint8_t fill_value = 0;
    // Filled in by QueueCore::resolve.
    uint32_t device = UINT32_MAX;  ///< position in the queue of the device that copies; UINT32_MAX: the CPU does
    accel_bk_buffer *source_on_device = nullptr;
    accel_bk_buffer *destination_on_device = nullptr;
};

/// What submit is asked for; everything is borrowed.
struct Submission {
    accel_run *run = nullptr;
    const Transfer *transfer = nullptr;
    const accel_fence_point *waits = nullptr;
    const accel_fence_point *signals = nullptr;
    uint32_t wait_count = 0;
    uint32_t signal_count = 0;
    uint64_t deadline_ns = 0;
};

/// Why the pump stopped.
struct HeldBlocker {
    enum class Kind {
        None,    ///< nothing is held
        Ticket,  ///< submission `sequence` is being executed by a device
        Fence,   ///< a fence has not reached `value`
        Soon     ///< another thread is at work here, or a device is busy: look again soon
    } kind = Kind::None;
    uint64_t sequence = 0;
    uint64_t value = 0;
    uint64_t wake_ns = UINT64_MAX;  ///< look again at this instant: a deadline
    Ref<accel_fence> fence;
    bool progress = false;  ///< something moved
};

class QueueCore final : public Worker {
public:
    static accel_status make(std::vector<Ref<accel_device>> devices, std::vector<std::shared_ptr<OpenDevice>> open, uint32_t depth, int32_t priority,
                             Ref<QueueCore> *out);
    QueueCore(const QueueCore &) = delete;
    QueueCore &operator=(const QueueCore &) = delete;

    void ref() override { references_.fetch_add(1, std::memory_order_relaxed); }
    void unref() override;
    uint64_t id() const { return id_; }
    void set_id(uint64_t id) { id_ = id; }
    accel_instance *instance() const { return devices_[0]->instance(); }
    const std::vector<Ref<accel_device>> &devices() const { return devices_; }
    int32_t priority() const { return priority_; }
    uint32_t depth() const { return depth_; }
    /// Position of a device among the queue's, UINT32_MAX if it is not one of them.
    uint32_t position(const OpenDevice *open) const;

    /// Find the device of the queue that can make a copy. Takes the buffers' locks, so not under the queue's.
    void resolve(Transfer &transfer) const;
    accel_status submit(const Submission &submission, const Object *blame);
    accel_status cancel();
    /// Cancel what has not started and wait for what has, or give up the device on which it does not end. No submit may follow.
    void shutdown();

    /// Move on and retire what can be without waiting or copying.
    void poll() override;
    /// Help until a submission has been retired, or until the deadline.
    void wait_until(uint64_t sequence, uint64_t deadline_ns) override;
    bool wait_native(uint64_t sequence, uint64_t deadline_ns) override;
    /// One pass of the hold thread.
    HeldBlocker drive();
    /// True if nothing is held for sure. Called under the hold thread's lock.
    bool nothing_held();
    accel_status sync_file(uint64_t sequence, int *out_fd) override;

    // The hold thread's list, guarded by its lock.
    QueueCore *hold_next = nullptr;
    bool hold_listed = false;

private:
    enum class State { Free,
                       Held,
                       Native,
                       Ended };
    static constexpr uint64_t kNone = UINT64_MAX;
    static constexpr uint32_t kCarriedMax = 4;  ///< foreign fences that go to a device at once; the runtime waits for more
    struct Carried {
        accel_fence_point point;
        int fd;  ///< the fence's own
    };
    struct Slot {
        State state = State::Free;
        accel_status status = ACCEL_STATUS_OK;
        Ref<accel_run> run;
        Transfer transfer;
        bool has_transfer = false;
        bool begun = false;      ///< waits, deadline and order are behind it
        bool executing = false;  ///< a device has the segment of step `step`
        bool cancelled = false;
        bool wants_fence = false;
        bool keeps_waits = false;  ///< its device did not take the foreign fences: the runtime waits
        std::vector<Point> signals;
        std::vector<accel_fence_point> waits;  ///< each fence is a counted reference
        Carried carried[kCarriedMax];          ///< waits that the first step's device makes; each is one of waits
        uint32_t carried_count = 0;
        uint32_t signal_count = 0;
        uint32_t wait_count = 0;
        uint32_t wait_next = 0;
        uint32_t step = 0;
        uint32_t device = 0;
        uint64_t ticket = 0;
        uint64_t deadline_ns = 0;
        uint64_t begin_ns = 0;          ///< of the submission, while a trace is recorded
        uint64_t segment_begin_ns = 0;  ///< of the segment
        char detail[256] = "";          ///< about a failure
        bool holds_something() const { return run || transfer.source || transfer.destination; }
    };
    using Lock = PausedLock;

    explicit QueueCore(int32_t priority);
    ~QueueCore();
    Slot &slot(uint64_t sequence) { return slots_[sequence % depth_]; }

    accel_status check_order(const Submission &submission, const Object *blame);
    static accel_status make_room(Slot &slot, const Submission &in);
    accel_status fill(Slot &slot, const Submission &submission);
    void drop(Slot &slot);
    accel_status start_directly(Slot &slot, bool *started);
    uint32_t step_device(const Slot &slot) const;
    bool carry(Slot &slot, const accel_fence_point &wait);
    accel_status look_at_carried(Slot &slot);
    bool settle_carried(Slot &slot);
    void take_back(Slot &slot);
    accel_status judge_carried(Slot &slot, accel_status status);
    accel_status judge_files(Slot &slot);
    accel_status judge_sizes(Slot &slot, accel_status ended);
    uint32_t carried_fds(const Slot &slot, int32_t *fds) const;
    accel_status submit_run(Slot &slot, const QueueDevice &queue, uint32_t flags);
    accel_status submit_transfer(Slot &slot, const QueueDevice &queue, uint32_t flags);
    void end_span(const Slot &slot) const;
    uint32_t step_count(const Slot &slot) const;
    /// With the CPU.
    bool step_is_copy(const Slot &slot) const;
    uint32_t converting_device(const Slot &slot) const;
    accel_status submit_conversion(Slot &slot, const QueueDevice &queue, uint32_t flags);
    bool leave_to_cpu(Slot &slot);
    bool order_allows(const Slot &slot);
    accel_status submit_native(Slot &slot);

    HeldBlocker pump(Lock &lock, bool may_copy);
    HeldBlocker advance(Slot &slot, Lock &lock, bool may_copy);
    bool begin(Slot &slot, HeldBlocker *blocker);
    bool pass_waits(Slot &slot, HeldBlocker *blocker);
    accel_status copy_unlocked(Slot &slot, Lock &lock);
    void end(Slot &slot, accel_status status);
    accel_status look(Slot &slot);
    accel_status blame(Slot &slot, uint32_t device, accel_status status, const char *what);
    accel_status refuse_ticket(Slot &slot, uint32_t device);
    accel_status refuse_end(Slot &slot, accel_status status);
    static void keep_memory(Slot &slot);
    bool drain();
    uint64_t oldest_in_flight();
    void note_loss(accel_status status, uint32_t device);
    bool reap();
    void retire(Slot &slot);
    void sweep(Lock &lock);
    void keep_sync_files(Slot &slot);
    void block(const HeldBlocker &blocker, uint64_t deadline_ns, uint32_t fruitless);
    void hold();

    std::atomic<uint32_t> references_{1};
    uint64_t id_ = 0;
    std::vector<Ref<accel_device>> devices_;
    std::vector<QueueDevice> queues_;
    uint32_t depth_ = 0;
    const int32_t priority_;

    std::mutex lock_;
    std::unique_ptr<Slot[]> slots_;
    uint64_t head_ = 0, started_ = 0, tail_ = 0;
    bool pumping_ = false;     ///< a thread is in a host copy with the lock open
    uint32_t husk_count_ = 0;  ///< free slots that still hold what their work alone kept alive
    bool was_held_ = false;    ///< the hold thread has had to do with it
    accel_status lost_ = ACCEL_STATUS_OK;
};

}  // namespace accel::runtime

struct accel_queue : accel::runtime::Object {
    explicit accel_queue(accel::runtime::Ref<accel::runtime::QueueCore> core);
    ~accel_queue() override;
    accel::runtime::QueueCore &core() const { return *core_; }

private:
    accel::runtime::Ref<accel::runtime::QueueCore> core_;
};
