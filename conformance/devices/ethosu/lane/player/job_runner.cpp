// SPDX-License-Identifier: MIT
// Gives streams to the model on the thread that the lane has for jobs.
#include "job_runner.h"

namespace accel::lane {

using devices::ethosu::Job;
using devices::ethosu::Result;
using devices::ethosu::Stop;

void ModelRunner::start(const Job &job, Order order)
{
    thread_.start(order, job.stream_size_bytes, [this, job](const std::atomic<bool> &abort, std::atomic<uint32_t> &progress) {
        result_ = npu_.run(job, &abort, &progress);
    });
}

std::optional<Result> ModelRunner::collect()
{
    const std::optional<Ending> ending = thread_.collect();
    if (!ending) return std::nullopt;
    switch (*ending) {
    case Ending::BusError: return Result{Stop::BusError, 0, "ordered bus error"};
    case Ending::ParseError: return Result{Stop::ParseError, 0, "ordered parse error"};
    case Ending::Aborted: return Result{Stop::Aborted, 0, "reset"};
    case Ending::Worked: break;
    }
    return result_;
}

void ModelRunner::reset()
{
    thread_.reset();
    npu_.reset();
}

}  // namespace accel::lane
