// SPDX-License-Identifier: MIT
// The thread that asks a module about its tickets, so that no thread of the application is inside the module: one that does not come back costs this thread
// and its device, and no deadline (docs/decisions/0013).
#pragma once

#include <accel/backend.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "device/device.h"

namespace accel::runtime {

/// One per queue of a device whose module does not promise that its waits come back.
///
/// Threads: any thread calls, any number at once. Blocks: each call for as long as it says, whatever the module does.
class Lookout {
public:
    /// Takes the module's queue over, once it has answered OK. entry is what lists the device. Sets the error detail.
    static accel_status make(std::shared_ptr<OpenDevice> device, std::shared_ptr<DeviceEntry> entry, accel_bk_queue *queue, uint32_t depth,
                             std::shared_ptr<Lookout> *out);
    Lookout(const Lookout &) = delete;
    Lookout &operator=(const Lookout &) = delete;

    /// The module has taken this ticket.
    void submitted(uint64_t ticket) { submitted_.store(ticket, std::memory_order_relaxed); }
    /// As the module's queue_wait, with its detail as the calling thread's module error; DEVICE_LOST once the device was abandoned. A deadline of 0 only looks.
    accel_status wait(uint64_t ticket, uint64_t deadline_ns);
    accel_status cancel();
    /// Destroy the module's queue and end the thread, or abandon the device. The last call.
    void close();
    /// Give the device up, and with it the thread, should it be in the module.
    void abandon(const char *why);

private:
    enum class Command { None,
                         Cancel,
                         Close };
    using Lock = std::unique_lock<std::mutex>;
    /// How a ticket has ended.
    struct Ended {
        uint64_t ticket = 0;
        bool known = false;
        accel_status status = ACCEL_STATUS_OK;
        char detail[256] = "";
    };
    /// A thread inside wait(); lives on its stack.
    struct Asker {
        uint64_t ticket;
        bool look;
        bool answered = false;
        Asker *next = nullptr;
    };

    Lookout(std::shared_ptr<OpenDevice> device, std::shared_ptr<DeviceEntry> entry, accel_bk_queue *queue, uint32_t depth);
    static void *enter(void *self);
    void loop();
    const Asker *find_oldest() const;
    void ask(Lock &lock, uint64_t ticket);
    bool ask_once(Lock &lock, uint64_t ticket, uint64_t timeout_ns);
    void catch_up(Lock &lock);
    void obey(Lock &lock);
    template <class Call> bool enter_module(Lock &lock, const char *slot, uint64_t due_in_ns, Call &&call);
    Ended &place(uint64_t ticket) { return ended_[ticket % ended_.size()]; }
    bool has_ended(uint64_t ticket) { return place(ticket).known && place(ticket).ticket == ticket; }
    accel_status tell(uint64_t ticket);
    accel_status tell_abandoned() const;
    void link(Asker &asker);
    void unlink(Asker &asker);
    void rest(Lock &lock, uint64_t deadline_ns);
    void notice();
    void abandon_locked(const char *why, const char *slot);
    accel_status command(Lock &lock, Command wanted);

    const std::shared_ptr<OpenDevice> device_;
    const std::shared_ptr<DeviceEntry> entry_;
    accel_bk_queue *const queue_;
    std::atomic<uint64_t> submitted_{0};
    pthread_t thread_{};

    std::mutex lock_;                   ///< guards what follows; never held inside the module
    std::condition_variable called_;    ///< wakes the thread
    std::condition_variable answered_;  ///< wakes those that wait for it
    std::vector<Ended> ended_;          ///< of the latest tickets, by number
    uint64_t settled_ = 0;              ///< every ticket up to this one has ended
    Asker *askers_ = nullptr;
    Command command_ = Command::None;
    Ended command_answer_;

    const char *inside_ = nullptr;  ///< the slot of the module that the thread is in …
    bool blocking_ = false;         ///< … to wait, not to look …
    uint64_t asked_ = 0;            ///< … for this ticket …
    uint64_t due_ns_ = 0;           ///< … and should be back from by then
    uint64_t seen_ns_ = 0;          ///< when somebody last saw that it is not
    uint64_t overdue_ns_ = 0;       ///< for how long it was seen to be late
    bool abandoned_ = false;
    bool closed_ = false;
};

}  // namespace accel::runtime
