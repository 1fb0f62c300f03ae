// SPDX-License-Identifier: MIT
// Hands lists to the driver, and waits for them there.
#include "queue.h"

#include <drm/span.h>
#include <module/host.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "program.h"
#include "uapi.h"

using namespace accel;
using namespace accel::template_drm;

accel_status accel_bk_device::create_queue(const accel_bk_queue_desc &, std::unique_ptr<accel_bk_queue> &out)
{
    // >>> queue_create
    out = std::make_unique<accel_bk_queue>(*this);
    uapi::Context context{};
    if (const int error = node.request(uapi::kContextCreate, &context)) return module::fail(status_of(error), "", "the driver makes no context: errno %d", -error);
    out->context = context.context;
    return ACCEL_STATUS_OK;
    // <<<
}

accel_bk_queue::~accel_bk_queue()
{
    uapi::Context gone{context, 0};
    if (context) device.node.request(uapi::kContextDestroy, &gone);
}

accel_status accel_bk_queue::submit(const accel_bk_submit &submit, uint64_t &ticket)
{
    // >>> queue_submit
    if (const accel_status fault = module::fault_point("template_drm.submit")) return fault;
    const auto &jobs = submit.run->jobs;
    uapi::Submit request{reinterpret_cast<uint64_t>(jobs.data()), static_cast<uint32_t>(jobs.size()), context, 0};
    if (const int error = device.node.request(uapi::kSubmit, &request, {drm::span_in(offsetof(uapi::Submit, jobs), jobs.data(), jobs.size() * sizeof jobs[0])}))
        return module::fail(status_of(error), "", "the driver refuses the jobs: errno %d", -error);
    ticket = request.number;
    return ACCEL_STATUS_OK;
    // <<<
}

accel_status accel_bk_queue::wait(uint64_t ticket, uint64_t timeout_ns)
{
    // >>> queue_wait
    const uint64_t deadline_ns = timeout_ns == 0 ? 0 : std::min<uint64_t>(drm::deadline_after(timeout_ns), INT64_MAX);
    uapi::Wait request{context, 0, ticket, static_cast<int64_t>(deadline_ns)};
    const int error = device.node.request(uapi::kWait, &request, {drm::span_instant(offsetof(uapi::Wait, deadline_ns))});
    if (error == -EINTR || error == -EMFILE || error == -ENOMEM) return ACCEL_STATUS_TIMEOUT;  // no wait was made, so this is no answer about the jobs
    return error == 0 || error == -ETIME ? status_of(error) : module::fail(status_of(error), "", "the jobs ended with errno %d", -error);
    // <<<
}
