// SPDX-License-Identifier: MIT
// The thread's loop: queues and fences in turns, and what it sleeps on.
#include "hold.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <system_error>

#include "base/clock.h"
#include "base/host_thread.h"
#include "base/log.h"
#include "core.h"
#include "fence/fence.h"

namespace accel::runtime {

namespace {

constexpr uint32_t kDescriptorsMax = 31;
// While it waits for one submission it looks up this often for new work; with several it takes turns.
constexpr uint64_t kAloneSliceNs = 1'000'000;
constexpr uint64_t kTurnSliceNs = 100'000;

}  // namespace

/// What a pass over all work found that the thread could sleep on.
struct HoldThread::Sleep {
    bool progress = false;
    bool retry_soon = false;
    uint64_t wake_ns = UINT64_MAX;
    uint32_t work_count = 0;   ///< submissions that are being executed
    Worker *worker = nullptr;  ///< of one of them; counted reference
    uint64_t sequence = 0;
    pollfd descriptors[1 + kDescriptorsMax];
    uint32_t descriptor_count = 1;

    void take(Worker *executing, uint64_t number)
    {
        ++work_count;
        if (worker)
            worker->unref();
        worker = executing;
        sequence = number;
    }
};

std::shared_ptr<HoldThread> HoldThread::make()
{
    const std::shared_ptr<HoldThread> made(new HoldThread);
    made->make_wake_fd();
    auto own = std::make_unique<std::shared_ptr<HoldThread>>(made);
    if (const int error = start_thread("accel-hold", enter, own.get(), &made->thread_))
        throw std::system_error(error, std::generic_category());
    (void)own.release();  // the thread's now
    return made;
}

HoldThread::HoldThread() = default;

HoldThread::~HoldThread()
{
    if (wake_fd_ >= 0)
        close(wake_fd_);
}

void *HoldThread::enter(void *self)
{
    const std::unique_ptr<std::shared_ptr<HoldThread>> own(static_cast<std::shared_ptr<HoldThread> *>(self));
    (*own)->loop();
    return nullptr;
}

void HoldThread::make_wake_fd() { wake_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void HoldThread::wake()
{
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof one);
}

void HoldThread::stop()
{
    stopping_.store(true);
    wake();
    if (pthread_equal(pthread_self(), thread_))
        pthread_detach(thread_);
    else
        pthread_join(thread_, nullptr);
}

void HoldThread::add(QueueCore &core)
{
    {
        const std::lock_guard guard(lock_);
        if (!core.hold_listed) {
            core.ref();
            core.hold_listed = true;
            QueueCore **link = &first_;
            while (*link && (*link)->priority() > core.priority())
                link = &(*link)->hold_next;
            core.hold_next = *link;
            *link = &core;
        }
    }
    wake();
}

/// Take a queue off the list; true if it was on it. Called with the lock.
bool HoldThread::unlist(QueueCore &core)
{
    if (!core.hold_listed)
        return false;
    QueueCore **link = &first_;
    while (*link != &core)
        link = &(*link)->hold_next;
    *link = core.hold_next;
    core.hold_listed = false;
    return true;
}

void HoldThread::remove(QueueCore &core)
{
    std::unique_lock lock(lock_);
    if (unlist(core))
        core.unref();
    const uint64_t pass = pass_;
    if (!pthread_equal(pthread_self(), thread_))
        passed_.wait(lock, [&] { return resting_ || pass_ != pass; });
}

uint64_t HoldThread::watch(accel_fence *fence, uint64_t value, border::Fd eventfd)
{
    fence->wake_hold_thread();
    uint64_t name;
    {
        const std::lock_guard guard(lock_);
        name = ++watch_count_;
        watches_.push_back({fence, value, std::move(eventfd), name});
    }
    wake();
    return name;
}

void HoldThread::unwatch(uint64_t name) { end_watch(name, false); }

void HoldThread::loop()
{
    while (!stopping_.load()) {
        {
            const std::lock_guard guard(lock_);
            resting_ = false;
        }
        Sleep sleep;
        drive_queues(sleep);
        check_watches(sleep);
        if (sleep.worker && !sleep.progress && !stopping_.load())
            wait_for_work(sleep);
        if (sleep.worker)
            sleep.worker->unref();
        {
            const std::lock_guard guard(lock_);
            ++pass_;
            resting_ = true;
        }
        passed_.notify_all();
        if (!sleep.progress && !stopping_.load())
            rest(sleep);
    }
}

void HoldThread::drive_queues(Sleep &sleep)
{
    // Every queue is counted before the lock opens: others may take it off the list and drop it meanwhile.
    std::unique_lock lock(lock_);
    QueueCore *core = first_;
    if (core)
        core->ref();
    lock.unlock();
    while (core) {
        HeldBlocker blocker = core->drive();
        sleep.progress |= blocker.progress;
        sleep.wake_ns = std::min(sleep.wake_ns, blocker.wake_ns);
        if (blocker.kind == HeldBlocker::Kind::Ticket) {
            core->ref();
            sleep.take(core, blocker.sequence);
        } else if (blocker.kind == HeldBlocker::Kind::Fence) {
            want(*blocker.fence, blocker.value, sleep);
        } else if (blocker.kind == HeldBlocker::Kind::Soon) {
            sleep.retry_soon = true;
        }
        blocker.fence = {};
        lock.lock();
        // Taken off the list meanwhile: where it stood is lost, start a new pass.
        const bool listed = core->hold_listed;
        QueueCore *next = listed ? core->hold_next : nullptr;
        if (next)
            next->ref();
        sleep.progress |= !listed;
        bool leaves = false;
        if (listed && blocker.kind == HeldBlocker::Kind::None) {
            leaves = core->nothing_held() && unlist(*core);
            sleep.retry_soon |= !leaves;
        }
        lock.unlock();
        if (leaves)
            core->unref();
        core->unref();
        core = next;
    }
}

void HoldThread::want(accel_fence &fence, uint64_t value, Sleep &sleep)
{
    fence.wake_hold_thread();
    fence.progress(value);
    const FenceBlocker block = fence.blocker(value);
    if (block.kind == FenceBlocker::Kind::None)
        sleep.progress = true;
    else if (block.kind == FenceBlocker::Kind::Submission)
        sleep.take(block.worker, block.sequence);
    else if (block.kind == FenceBlocker::Kind::Descriptor && sleep.descriptor_count <= kDescriptorsMax)
        sleep.descriptors[sleep.descriptor_count++] = {block.fd, POLLIN, 0};
    else if (block.kind == FenceBlocker::Kind::Descriptor)
        sleep.retry_soon = true;
}

void HoldThread::tell(const border::Fd &eventfd)
{
    const uint64_t one = 1;
    if (eventfd.valid())
        [[maybe_unused]]
        const ssize_t written = write(eventfd.get(), &one, sizeof one);
}

void HoldThread::forget(accel_fence *fence)
{
    const std::lock_guard guard(lock_);
    for (size_t index = 0; index < watches_.size();) {
        if (watches_[index].fence != fence) {
            ++index;
            continue;
        }
        // The last reference may have been the work's own, dropped right after it ended.
        if (fence->state(watches_[index].value) != ACCEL_STATUS_NOT_READY)
            tell(watches_[index].eventfd);
        watches_.erase(watches_.begin() + static_cast<ptrdiff_t>(index));
    }
}

void HoldThread::check_watches(Sleep &sleep)
{
    // The list may change whenever the lock is open: entries are met by position, and every one is met while nothing else happens.
    for (size_t index = 0;; ++index) {
        std::unique_lock lock(lock_);
        if (index >= watches_.size())
            return;
        if (!watches_[index].fence->try_ref())
            continue;
        const auto fence = Ref<accel_fence>::adopt(watches_[index].fence);
        const uint64_t value = watches_[index].value, name = watches_[index].name;
        lock.unlock();
        want(*fence, value, sleep);
        if (fence->state(value) == ACCEL_STATUS_NOT_READY)
            continue;
        end_watch(name, true);
        sleep.progress = true;
    }
}

void HoldThread::end_watch(uint64_t name, bool tells)
{
    const std::lock_guard guard(lock_);
    for (size_t index = 0; index < watches_.size(); ++index) {
        if (watches_[index].name != name)
            continue;
        if (tells)
            tell(watches_[index].eventfd);
        watches_.erase(watches_.begin() + static_cast<ptrdiff_t>(index));
        return;
    }
}

void HoldThread::wait_for_work(Sleep &sleep)
{
    const bool alone = sleep.work_count == 1 && sleep.descriptor_count == 1 && !sleep.retry_soon;
    const uint64_t until_ns = deadline_after(alone ? kAloneSliceNs : kTurnSliceNs);
    // False: it is held itself, and the next pass over the list moves it.
    if (sleep.worker->wait_native(sleep.sequence, until_ns))
        sleep.progress = true;
    else
        sleep.retry_soon = true;
}

void HoldThread::rest(Sleep &sleep)
{
    sleep.descriptors[0] = {wake_fd_, POLLIN, 0};
    uint64_t left_ns = sleep.retry_soon ? kTurnSliceNs : remaining_ns(sleep.wake_ns);
    // Nobody can wake it then: it looks up by itself, until there is a descriptor again.
    if (wake_fd_ < 0)
        left_ns = std::min(left_ns, kAloneSliceNs);
    const timespec timeout = {static_cast<time_t>(left_ns / 1'000'000'000u), static_cast<long>(left_ns % 1'000'000'000u)};
    ppoll(sleep.descriptors, sleep.descriptor_count, left_ns == UINT64_MAX ? nullptr : &timeout, nullptr);
    uint64_t count;
    if (wake_fd_ < 0)
        make_wake_fd();
    else
        [[maybe_unused]]
        const ssize_t taken = read(wake_fd_, &count, sizeof count);
}

}  // namespace accel::runtime
