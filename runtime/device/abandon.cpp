// SPDX-License-Identifier: MIT
// Giving a device up whose module does not come back.
#include <cstdio>
#include <type_traits>

#include "base/error.h"
#include "base/log.h"
#include "base/per_process.h"
#include "device.h"

namespace accel::runtime {

namespace {

/// A slot that does nothing: what it was to end stays, since the module may still use it.
template <class Slot> struct Dead;
template <class... Arguments> struct Dead<void (*)(Arguments...)> {
    static void call(Arguments...) {}
};
template <class... Arguments> struct Dead<accel_bind_cost (*)(Arguments...)> {
    static accel_bind_cost call(Arguments...) { return ACCEL_BIND_COST_FREE; }
};
template <class... Arguments> struct Dead<accel_status (*)(Arguments...)> {
    static accel_status call(Arguments...)
    {
        set_module_error("Q-13", "the device was abandoned, because its module did not come back; end the process and start it again");
        return ACCEL_STATUS_DEVICE_LOST;
    }
};

template <class Slot> constexpr void kill(Slot &slot) { slot = Dead<Slot>::call; }

constexpr accel_bk_device_ops make_dead_ops()
{
    accel_bk_device_ops ops{};
    ops.struct_size = sizeof ops;
    kill(ops.device_open), kill(ops.device_close), kill(ops.device_info);
    kill(ops.buffer_create), kill(ops.buffer_destroy), kill(ops.buffer_map), kill(ops.buffer_unmap), kill(ops.buffer_export);
    kill(ops.program_load), kill(ops.program_unload), kill(ops.program_scratch);
    kill(ops.run_create), kill(ops.run_destroy), kill(ops.run_bind), kill(ops.run_bind_cost), kill(ops.run_sizes), kill(ops.run_timings);
    kill(ops.queue_create), kill(ops.queue_destroy), kill(ops.queue_submit), kill(ops.queue_wait), kill(ops.queue_fence), kill(ops.queue_cancel),
        kill(ops.queue_transfer);
    return ops;
}

constexpr accel_bk_device_ops dead_ops = make_dead_ops();
std::atomic<OpenDevice *> abandoned_devices{nullptr};
PerProcess<std::mutex> abandon_lock;

}  // namespace

void OpenDevice::abandon(std::shared_ptr<OpenDevice> self, std::shared_ptr<DeviceEntry> entry, const char *why, const char *slot)
{
    std::unique_lock guard(*abandon_lock);
    if (abandoned())
        return;
    snprintf(abandoned_why_, sizeof abandoned_why_, "device '%s' was abandoned, because %s%s%s; end the process and start it again", entry->id(), why,
             *slot ? " " : "", slot);
    ops_.store(&dead_ops, std::memory_order_release);
    mark_lost(ACCEL_STATUS_DEVICE_LOST);
    self_ = std::move(self);
    entry_ = std::move(entry);
    next_abandoned_ = abandoned_devices.exchange(this);
    abandoned_.store(true, std::memory_order_release);
    guard.unlock();
    log_format(ACCEL_LOG_LEVEL_ERROR, 0, "", "%s", abandoned_why_);
}

}  // namespace accel::runtime
