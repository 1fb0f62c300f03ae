// SPDX-License-Identifier: MIT
// Waiting for fences, and helping meanwhile.
#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include "base/trace.h"
#include "device/transport_kernel.h"
#include "fence.h"
#include "instance/holder.h"

namespace accel::runtime {

namespace {

// A blocked thread looks up this often: something else than what it waits for may fail the value.
constexpr uint64_t kSliceNs = 20'000'000;
// With several points and only one of them to wait for at a time.
constexpr uint64_t kShortSliceNs = 200'000;
constexpr uint32_t kInlineWaiters = 8;

uint64_t slice_end(uint64_t deadline_ns, uint64_t slice_ns) { return std::min(deadline_ns, deadline_after(slice_ns)); }

/// Registers one parker with several fences.
class Registration {
public:
    Registration(const accel_fence_point *points, uint32_t count) : points_(points),
                                                                    count_(count)
    {
        if (count > kInlineWaiters)
            more_.reset(new (std::nothrow) Waiter[count]);
        waiters_ = count > kInlineWaiters ? more_.get() : inline_;
        for (uint32_t i = 0; waiters_ && i < count; ++i) {
            waiters_[i].parker = &parker_;
            points[i].fence->add_waiter(waiters_[i]);
        }
    }
    ~Registration()
    {
        for (uint32_t i = 0; waiters_ && i < count_; ++i)
            points_[i].fence->remove_waiter(waiters_[i]);
    }
    Registration(const Registration &) = delete;
    Registration &operator=(const Registration &) = delete;
    // Without memory for the waiters it still polls.
    void park(uint64_t deadline_ns) { parker_.park(waiters_ ? deadline_ns : slice_end(deadline_ns, kShortSliceNs)); }

private:
    const accel_fence_point *points_;
    uint32_t count_;
    Parker parker_;
    Waiter inline_[kInlineWaiters];
    std::unique_ptr<Waiter[]> more_;
    Waiter *waiters_;
};

struct Look {
    uint32_t pending_count = 0;
    uint32_t first_pending = 0;
    uint32_t failed = UINT32_MAX;
    uint32_t reached = UINT32_MAX;
};

Look look(const accel_fence_point *points, uint32_t count)
{
    Look result;
    for (uint32_t i = count; i-- > 0;) {
        const accel_status state = points[i].fence->state(points[i].value);
        if (state == ACCEL_STATUS_NOT_READY) {
            ++result.pending_count;
            result.first_pending = i;
        } else if (state == ACCEL_STATUS_OK) {
            result.reached = i;
        } else {
            result.failed = i;
        }
    }
    return result;
}

/// Is the wait over? With any, a failure counts like reaching: it is what happened first.
bool decide(const Look &seen, bool any, uint32_t *index, bool *failed)
{
    *failed = seen.failed != UINT32_MAX && !(any && seen.reached < seen.failed);
    if (*failed)
        *index = seen.failed;
    else if (any ? seen.reached != UINT32_MAX : seen.pending_count == 0)
        *index = any ? seen.reached : 0;
    else
        return false;
    return true;
}

/// Block on one submission or descriptor behind the pending points; false if all of them depend on the host.
bool block_on_work(const accel_fence_point *points, uint32_t count, const Look &seen, uint64_t deadline_ns)
{
    const uint64_t until_ns = slice_end(deadline_ns, seen.pending_count == 1 ? kSliceNs : kShortSliceNs);
    for (uint32_t i = seen.first_pending; i < count; ++i) {
        const FenceBlocker block = points[i].fence->blocker(points[i].value);
        if (block.kind == FenceBlocker::Kind::Submission) {
            block.worker->wait_until(block.sequence, until_ns);
            block.worker->unref();
            return true;
        }
        if (block.kind == FenceBlocker::Kind::Descriptor) {
            wait_sync_file(block.fd, until_ns);
            return true;
        }
    }
    return false;
}

void progress_all(const accel_fence_point *points, uint32_t count)
{
    for (uint32_t i = 0; i < count; ++i)
        if (points[i].fence->state(points[i].value) == ACCEL_STATUS_NOT_READY)
            points[i].fence->progress(points[i].value);
}

}  // namespace

accel_status wait_points(const accel_fence_point *points, uint32_t count, bool any, uint64_t deadline_ns, uint32_t *out_index)
{
    bool failed = false;
    for (bool first = true;; first = false) {
        Look seen = look(points, count);
        if (!decide(seen, any, out_index, &failed) && (!first || count > 1 || deadline_ns == 0)) {
            progress_all(points, count);
            seen = look(points, count);
        }
        if (decide(seen, any, out_index, &failed))
            return failed ? points[*out_index].fence->state(points[*out_index].value) : ACCEL_STATUS_OK;
        if (deadline_ns == 0 || (deadline_ns != UINT64_MAX && remaining_ns(deadline_ns) == 0))
            return ACCEL_STATUS_TIMEOUT;
        if (block_on_work(points, count, seen, deadline_ns))
            continue;
        Registration registration(points, count);
        // A change between the look and the registration must not be slept through.
        const Look again = look(points, count);
        bool host_only = !decide(again, any, out_index, &failed);
        for (uint32_t i = 0; host_only && i < count; ++i) {
            const FenceBlocker block = points[i].fence->blocker(points[i].value);
            if (block.kind == FenceBlocker::Kind::Submission)
                block.worker->unref();
            host_only = block.kind == FenceBlocker::Kind::Host || block.kind == FenceBlocker::Kind::None;
        }
        if (host_only)
            registration.park(deadline_ns);
    }
}

namespace {

/// The host thread's attention for several points, for as long as it is wanted.
class HostWork {
public:
    HostWork() = default;
    void begin(const accel_fence_point *points, uint32_t count)
    {
        watches_.reserve(count);
        for (uint32_t i = 0; i < count; ++i) {
            if (points[i].fence->state(points[i].value) != ACCEL_STATUS_NOT_READY)
                continue;
            Holder &thread = points[i].fence->instance()->hold_thread();
            points[i].fence->set_watched();
            watches_.push_back({&thread, thread.watch(points[i].fence, points[i].value, {})});
        }
    }
    ~HostWork()
    {
        for (const Watch &watch : watches_)
            watch.thread->unwatch(watch.name);
    }
    HostWork(const HostWork &) = delete;
    HostWork &operator=(const HostWork &) = delete;

private:
    struct Watch {
        Holder *thread;
        uint64_t name;
    };
    std::vector<Watch> watches_;
};

}  // namespace

accel_status wait_points_idle(const accel_fence_point *points, uint32_t count, bool any, uint64_t deadline_ns, uint32_t *out_index)
{
    bool failed = false;
    const auto decided = [&] { return decide(look(points, count), any, out_index, &failed); };
    const auto answer = [&] { return failed ? points[*out_index].fence->state(points[*out_index].value) : ACCEL_STATUS_OK; };
    if (decided())
        return answer();
    progress_all(points, count);
    if (decided())
        return answer();
    if (deadline_ns == 0)
        return ACCEL_STATUS_TIMEOUT;
    HostWork work;
    work.begin(points, count);
    Registration registration(points, count);
    while (!decided()) {
        if (deadline_ns != UINT64_MAX && remaining_ns(deadline_ns) == 0)
            return ACCEL_STATUS_TIMEOUT;
        registration.park(deadline_ns);
    }
    return answer();
}

void block_on(accel_fence &fence, uint64_t value, uint64_t deadline_ns)
{
    const FenceBlocker block = fence.blocker(value);
    bool waited = block.kind == FenceBlocker::Kind::None;
    if (block.kind == FenceBlocker::Kind::Submission) {
        waited = block.worker->wait_native(block.sequence, deadline_ns);
        block.worker->unref();
    } else if (block.kind == FenceBlocker::Kind::Descriptor) {
        wait_sync_file(block.fd, deadline_ns);
        fence.progress(value);
        waited = true;
    }
    if (waited)
        return;
    const accel_fence_point point = {&fence, value};
    Registration registration(&point, 1);
    if (fence.state(value) == ACCEL_STATUS_NOT_READY)
        registration.park(slice_end(deadline_ns, kSliceNs));
}

}  // namespace accel::runtime
