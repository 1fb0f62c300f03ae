// SPDX-License-Identifier: MIT
// Who holds work back for an instance and signals its eventfds: the thread of queue/hold.h, as fences and queues call it.
#pragma once

#include <accel/accel.h>
#include <accel/border/fd.h>

#include <cstdint>
#include <memory>

namespace accel::runtime {

class QueueCore;

/// Made when it is first needed, and stopped by its instance. Any thread.
class Holder {
public:
    virtual ~Holder() = default;
    Holder(const Holder &) = delete;
    Holder &operator=(const Holder &) = delete;

    /// Drive this queue until nothing of it is held. Allocates nothing.
    virtual void add(QueueCore &core) = 0;
    /// Forget a queue that has nothing held any more; afterwards the thread has no reference to it.
    virtual void remove(QueueCore &core) = 0;
    /// Do the work in front of a value, and write to an eventfd when it is reached or fails; without one whoever waits hears of it by the fence. Answers a name of the watch.
    /// Throws std::bad_alloc.
    virtual uint64_t watch(accel_fence *fence, uint64_t value, border::Fd eventfd) = 0;
    /// Of what it is still watching.
    virtual void unwatch(uint64_t name) = 0;
    /// The fence is about to go: its watches end without a signal.
    virtual void forget(accel_fence *fence) = 0;
    virtual void wake() = 0;
    /// End the thread. Called on the thread itself when it drops the last reference to its instance.
    virtual void stop() = 0;

protected:
    Holder() = default;
};

/// Throws std::bad_alloc, and std::system_error if no thread can be made.
using MakeHolder = std::shared_ptr<Holder> (*)();

}  // namespace accel::runtime
