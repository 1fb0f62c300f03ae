// SPDX-License-Identifier: MIT
// Makes a module's queue with or without a lookout, and hands its calls on.
#include "queue_device.h"

#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/module_call.h"
#include "lookout.h"

namespace accel::runtime {

accel_status QueueDevice::make(std::shared_ptr<OpenDevice> open, std::shared_ptr<DeviceEntry> entry, const accel_bk_queue_desc &desc, QueueDevice *out)
{
    clear_module_error();
    accel_bk_queue *queue = nullptr;
    const accel_status status = open->ops().queue_create(open->handle(), &desc, &queue);
    if (status != ACCEL_STATUS_OK)
        return fail_from_module(status, open->module_name(), "queue_create", nullptr);
    if (!queue)
        return fail(ACCEL_STATUS_INTERNAL, "M-9", nullptr, "module '%s' answered OK to 'queue_create' without a queue", open->module_name());
    QueueDevice made;
    made.id = entry->id();
    made.open = open;
    made.queue = queue;
    if (!open->waits_inline())
        ACCEL_TRY(Lookout::make(std::move(open), std::move(entry), queue, desc.depth, &made.lookout_));
    *out = std::move(made);
    return ACCEL_STATUS_OK;
}

QueueDevice &QueueDevice::operator=(QueueDevice &&other) noexcept
{
    std::swap(open, other.open);
    std::swap(queue, other.queue);
    std::swap(id, other.id);
    std::swap(latest_ticket_, other.latest_ticket_);
    std::swap(lookout_, other.lookout_);
    return *this;
}

QueueDevice::~QueueDevice()
{
    if (lookout_)
        lookout_->close();
    else if (open)
        tell_module(open->module_name(), "queue_destroy", [&] { open->ops().queue_destroy(queue); });
}

accel_status QueueDevice::wait(uint64_t ticket, uint64_t deadline_ns) const
{
    if (lookout_)
        return lookout_->wait(ticket, deadline_ns);
    clear_module_error();
    return ask_for_ticket(open->module_name(), [&] { return open->ops().queue_wait(queue, ticket, deadline_ns ? remaining_ns(deadline_ns) : 0); });
}

accel_status QueueDevice::cancel() const
{
    if (lookout_)
        return lookout_->cancel();
    clear_module_error();
    return open->ops().queue_cancel ? ask_module(open->module_name(), "queue_cancel", [&] { return open->ops().queue_cancel(queue, 0); }) : ACCEL_STATUS_OK;
}

bool QueueDevice::submitted(uint64_t ticket)
{
    if (ticket != latest_ticket_ + 1) [[unlikely]]
        return false;
    latest_ticket_ = ticket;
    if (lookout_)
        lookout_->submitted(ticket);
    return true;
}

void QueueDevice::abandon(const char *why) const
{
    if (lookout_)
        lookout_->abandon(why);
}

}  // namespace accel::runtime
