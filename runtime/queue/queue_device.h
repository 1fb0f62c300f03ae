// SPDX-License-Identifier: MIT
// A device's own queue behind a queue, and who makes its waits.
#pragma once

#include <accel/backend.h>

#include <memory>

#include "device/device.h"

namespace accel::runtime {

class Lookout;

/// Owns the module's queue.
class QueueDevice {
public:
    /// Sets the error detail.
    static accel_status make(std::shared_ptr<OpenDevice> open, std::shared_ptr<DeviceEntry> entry, const accel_bk_queue_desc &desc, QueueDevice *out);
    QueueDevice() = default;
    QueueDevice(QueueDevice &&other) noexcept { *this = std::move(other); }
    QueueDevice &operator=(QueueDevice &&other) noexcept;
    ~QueueDevice();

    /// As the module's queue_wait; a deadline of 0 only looks. What the module said is the calling thread's module error. A module that does not promise to
    /// come back is asked by another thread, and DEVICE_LOST is the answer once it was given up.
    accel_status wait(uint64_t ticket, uint64_t deadline_ns) const;
    accel_status cancel() const;
    /// A ticket was given by queue_submit or queue_transfer. False: it is not the next one (M-3), and what it stands for cannot be waited for.
    bool submitted(uint64_t ticket);
    uint64_t latest_ticket() const { return latest_ticket_; }
    /// Its work does not end: give the device up, if that can be done.
    void abandon(const char *why) const;
    /// May it be given up at all?
    bool watched() const { return lookout_ != nullptr; }

    std::shared_ptr<OpenDevice> open;
    accel_bk_queue *queue = nullptr;
    const char *id = "";

private:
    uint64_t latest_ticket_ = 0;
    std::shared_ptr<Lookout> lookout_;  ///< null: threads of the application wait in the module
};

}  // namespace accel::runtime
