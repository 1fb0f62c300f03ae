// SPDX-License-Identifier: MIT
// The thread that runs jobs on the model, and the faults that can be ordered.
#include "job_runner.h"

#include <chrono>

namespace accel::lane {

using devices::ethosu::Job;
using devices::ethosu::Result;
using devices::ethosu::Stop;

namespace {
constexpr auto kLook = std::chrono::microseconds(200);
constexpr auto kCrawlStep = std::chrono::milliseconds(20);
}  // namespace

ModelRunner::ModelRunner(devices::ethosu::Bus &bus, std::atomic_ref<uint32_t> gate)
    : npu_(bus), gate_(gate), thread_([this] { work(); }) {}

ModelRunner::~ModelRunner() {
    reset();
    {
        const std::lock_guard lock(mutex_);
        state_ = State::Quit;
    }
    changed_.notify_all();
    thread_.join();
}

void ModelRunner::start(const Job &job, Order order) {
    const std::lock_guard lock(mutex_);
    job_ = job;
    order_ = order;
    abort_ = false;
    progress_ = 0;
    state_ = State::Wanted;
    changed_.notify_all();
}

std::optional<Result> ModelRunner::collect() {
    const std::lock_guard lock(mutex_);
    if (state_ != State::Done) return std::nullopt;
    state_ = State::Idle;
    return result_;
}

void ModelRunner::reset() {
    abort_ = true;
    std::unique_lock lock(mutex_);
    if (state_ == State::Wanted) state_ = State::Idle;
    changed_.wait(lock, [this] { return state_ != State::Running; });
    state_ = State::Idle;
    npu_.reset();
}

void ModelRunner::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return state_ == State::Wanted || state_ == State::Quit; });
        if (state_ == State::Quit) return;
        state_ = State::Running;
        lock.unlock();
        Result result = run_one();
        lock.lock();
        result_ = std::move(result);
        state_ = State::Done;
        changed_.notify_all();
    }
}

template <typename Condition>
void ModelRunner::wait_for(Condition condition) {
    while (!abort_ && !condition()) std::this_thread::sleep_for(kLook);
}

// A slow job of many operations: QREAD moves, and stays inside the stream because the driver reads the word it names.
void ModelRunner::crawl() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(order_.argument);
    while (!abort_ && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(kCrawlStep);
        const uint32_t next = progress_ + 4;
        progress_ = next < job_.stream_size_bytes ? next : 0;
    }
}

Result ModelRunner::run_one() {
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
    if (abort_) return {Stop::Aborted, 0, "reset"};
    if (order_.fault == Fault::BusError) return {Stop::BusError, 0, "ordered bus error"};
    if (order_.fault == Fault::ParseError) return {Stop::ParseError, 0, "ordered parse error"};
    return npu_.run(job_, &abort_, &progress_);
}

}  // namespace accel::lane
