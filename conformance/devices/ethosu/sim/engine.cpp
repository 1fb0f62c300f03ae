// SPDX-License-Identifier: MIT
// The thread that executes jobs, and who waits for it.
#include "engine.h"

#include <cerrno>
#include <chrono>
#include <csignal>

namespace accel::devices::ethosu {

Engine::Engine(std::function<int()> before_job, std::chrono::nanoseconds clock_ahead)
    : before_job_(std::move(before_job)),
      clock_ahead_(clock_ahead)
{
    // A module's thread takes no signal of the application's (M-20).
    sigset_t foreign, before;
    sigfillset(&foreign);
    for (const int own : {SIGBUS, SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGSYS}) sigdelset(&foreign, own);
    pthread_sigmask(SIG_SETMASK, &foreign, &before);
    try {
        thread_ = std::thread([this] { work(); });
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Engine::~Engine()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Engine::submit(EngineJob job)
{
    {
        const std::lock_guard lock(mutex_);
        const EngineJob &queued = queue_.emplace_back(std::move(job));
        for (uint32_t region = 0; region < 8; ++region)
            if (queued.stream->written_regions & (1u << region)) ++queued.regions[region]->pending_jobs;
    }
    changed_.notify_all();
}

int Engine::wait(BufferObject &object, int64_t deadline_ns)
{
    std::unique_lock lock(mutex_);
    const auto idle = [&] { return object.pending_jobs == 0; };
    // steady_clock is CLOCK_MONOTONIC; far deadlines are cut so that the arithmetic of the wait cannot overflow.
    const auto now = std::chrono::steady_clock::now();
    const auto limit = now + std::chrono::hours(24);
    const bool plain = deadline_ns == 0 || deadline_ns == INT64_MAX;
    const std::chrono::steady_clock::time_point deadline{std::chrono::nanoseconds(deadline_ns) - (plain ? std::chrono::nanoseconds(0) : clock_ahead_)};
    if (!idle() && deadline > now) changed_.wait_until(lock, deadline < limit ? deadline : limit, idle);
    return idle() ? object.error : -ETIME;
}

void Engine::work()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
        if (stopping_) return;
        EngineJob job = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        const int error = execute(job);
        lock.lock();
        for (uint32_t region = 0; region < 8; ++region) {
            if (!(job.stream->written_regions & (1u << region))) continue;
            --job.regions[region]->pending_jobs;
            job.regions[region]->error = error;
        }
        job = {};  // whoever is told finds that the job holds nothing any more
        changed_.notify_all();
    }
}

int Engine::execute(const EngineJob &job)
{
    if (const int error = before_job_()) return error;
    Job registers;
    registers.stream_address = job.stream->address();
    registers.stream_size_bytes = static_cast<uint32_t>(job.stream->size_bytes());
    for (uint32_t region = 0; region < 8; ++region)
        if (job.regions[region]) registers.region_base[region] = job.regions[region]->address();
    const Result result = npu_.run(registers, &stopping_);
    if (result.stop == Stop::End) return 0;
    npu_.reset();
    // Silicon needs no memory of the host for a job: this is the model's own error.
    return result.stop == Stop::OutOfMemory ? -ENOMEM : -ECANCELED;
}

}  // namespace accel::devices::ethosu
