// SPDX-License-Identifier: MIT
// The slots of the fake backends that are about queues.
#pragma once

#include "fake_objects.h"

namespace accel::runtime::fake {

accel_status queue_create(accel_bk_device *device, const accel_bk_queue_desc *, accel_bk_queue **out);
void queue_destroy(accel_bk_queue *queue);
accel_status queue_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out_ticket);
accel_status queue_transfer(accel_bk_queue *queue, const accel_bk_transfer *transfer, uint64_t *out_ticket);
accel_status queue_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns);
accel_status queue_fence(accel_bk_queue *queue, uint64_t, accel_handle_kind, int *out);
accel_status queue_cancel(accel_bk_queue *queue, uint64_t ticket);

}  // namespace accel::runtime::fake
