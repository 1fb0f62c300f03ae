// SPDX-License-Identifier: MIT
// The thread that runs jobs, and the faults that can be ordered.
#include "job_thread.h"

#include <chrono>
#include <utility>

namespace accel::lane {

namespace {
constexpr auto kLook = std::chrono::microseconds(200);
constexpr auto kCrawlStep = std::chrono::milliseconds(20);
}  // namespace

JobThread::JobThread(std::atomic_ref<uint32_t> gate)
    : gate_(gate),
      thread_([this] { work(); }) {}

JobThread::~JobThread()
{
    reset();
    {
        const std::lock_guard lock(mutex_);
        state_ = State::Quit;
    }
    changed_.notify_all();
    thread_.join();
}

void JobThread::start(Order order, uint32_t progress_end, Work work)
{
    const std::lock_guard lock(mutex_);
    order_ = order;
    progress_end_ = progress_end;
    work_ = std::move(work);
    abort_ = false;
    progress_ = 0;
    state_ = State::Wanted;
    changed_.notify_all();
}

std::optional<Ending> JobThread::collect()
{
    const std::lock_guard lock(mutex_);
    if (state_ != State::Done) return std::nullopt;
    state_ = State::Idle;
    return ending_;
}

void JobThread::reset()
{
    abort_ = true;
    std::unique_lock lock(mutex_);
    if (state_ == State::Wanted) state_ = State::Idle;
    changed_.wait(lock, [this] { return state_ != State::Running; });
    state_ = State::Idle;
}

void JobThread::work()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return state_ == State::Wanted || state_ == State::Quit; });
        if (state_ == State::Quit) return;
        state_ = State::Running;
        lock.unlock();
        const Ending ending = run_one();
        lock.lock();
        ending_ = ending;
        state_ = State::Done;
        changed_.notify_all();
    }
}

template <typename Condition>
void JobThread::wait_for(Condition condition)
{
    while (!abort_ && !condition()) std::this_thread::sleep_for(kLook);
}

// A slow job of many operations: its progress stays inside the stream, because a driver may read the word it names.
void JobThread::crawl()
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(order_.argument);
    while (!abort_ && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(kCrawlStep);
        const uint32_t next = progress_ + 4;
        progress_ = next < progress_end_ ? next : 0;
    }
}

Ending JobThread::run_one()
{
    using clock = std::chrono::steady_clock;
    const auto delay = [this] {
        wait_for([end = clock::now() + std::chrono::milliseconds(order_.argument)] { return clock::now() >= end; });
    };
    switch (order_.fault) {
    case Fault::Hang:
    case Fault::Dead: wait_for([] { return false; }); break;
    case Fault::Hold: wait_for([this] { return gate_.load(std::memory_order_acquire) == 1; }); break;
    case Fault::Crawl: crawl(); break;
    case Fault::Delay:
    case Fault::BusError:
    case Fault::ParseError: delay(); break;
    default: break;
    }
    if (abort_) return Ending::Aborted;
    if (order_.fault == Fault::BusError) return Ending::BusError;
    if (order_.fault == Fault::ParseError) return Ending::ParseError;
    work_(abort_, progress_);
    return Ending::Worked;
}

}  // namespace accel::lane
