// SPDX-License-Identifier: MIT
// Queues for accel.hpp.
#ifndef ACCEL_QUEUE_HPP
#define ACCEL_QUEUE_HPP

#include <accel/fence.hpp>
#include <accel/run.hpp>

#include <initializer_list>
#include <vector>

namespace accel {
inline namespace v0_2 {

class Queue : public Counted<accel_queue, accel_queue_ref, accel_queue_unref> {
public:
    using Counted::Counted;
    /// accel_queue_create
    static Queue create(const std::vector<Device> &devices, uint32_t depth = 0, int32_t priority = ACCEL_PRIORITY_NORMAL)
    {
        const auto list = handles(devices);
        auto desc = sized<accel_queue_desc>();
        desc.devices = list.data();
        desc.device_count = static_cast<uint32_t>(list.size());
        desc.depth = depth;
        desc.priority = priority;
        return Queue(made(accel_queue_create, &desc));
    }
    static Queue create(const accel_queue_desc &desc) { return Queue(made(accel_queue_create, &desc)); }
    accel_queue_info info() const { return asked<accel_queue_info>(accel_queue_query, handle_); }
    /// accel_queue_submit; an empty run only waits and signals. Lists in braces are not copied.
    void submit(const Run &run, std::initializer_list<accel_fence_point> waits, std::initializer_list<accel_fence_point> signals, uint64_t deadline_ns = 0) const
    {
        submit(submission(run, waits.begin(), waits.size(), signals.begin(), signals.size(), deadline_ns));
    }
    void submit(const Run &run, const std::vector<accel_fence_point> &waits, const std::vector<accel_fence_point> &signals, uint64_t deadline_ns = 0) const
    {
        submit(submission(run, waits.data(), waits.size(), signals.data(), signals.size(), deadline_ns));
    }
    void submit(const accel_submit &submit) const { check(accel_queue_submit(handle_, &submit)); }
    /// accel_queue_transfer
    void transfer(const accel_transfer_op &op) const { check(accel_queue_transfer(handle_, &op)); }
    void copy(const Buffer &source, uint64_t source_offset_bytes, const Buffer &destination, uint64_t destination_offset_bytes, uint64_t size_bytes,
              const std::vector<accel_fence_point> &waits, const std::vector<accel_fence_point> &signals) const
    {
        auto op = transfer_op(destination, destination_offset_bytes, size_bytes, waits, signals);
        op.source = source.get();
        op.source_offset_bytes = source_offset_bytes;
        transfer(op);
    }
    void fill(const Buffer &destination, uint64_t offset_bytes, uint64_t size_bytes, uint8_t value, const std::vector<accel_fence_point> &waits,
              const std::vector<accel_fence_point> &signals) const
    {
        auto op = transfer_op(destination, offset_bytes, size_bytes, waits, signals);
        op.fill_value = value;
        transfer(op);
    }
    /// accel_queue_cancel
    void cancel() const { check(accel_queue_cancel(handle_)); }

private:
    static accel_submit submission(const Run &run, const accel_fence_point *waits, size_t wait_count, const accel_fence_point *signals, size_t signal_count, uint64_t deadline_ns)
    {
        auto submit = sized<accel_submit>();
        submit.run = run.get();
        submit.waits = waits;
        submit.wait_count = static_cast<uint32_t>(wait_count);
        submit.signals = signals;
        submit.signal_count = static_cast<uint32_t>(signal_count);
        submit.deadline_ns = deadline_ns;
        return submit;
    }
    static accel_transfer_op transfer_op(const Buffer &destination, uint64_t offset_bytes, uint64_t size_bytes, const std::vector<accel_fence_point> &waits,
                                         const std::vector<accel_fence_point> &signals)
    {
        auto op = sized<accel_transfer_op>();
        op.destination = destination.get();
        op.destination_offset_bytes = offset_bytes;
        op.size_bytes = size_bytes;
        op.waits = waits.data();
        op.wait_count = static_cast<uint32_t>(waits.size());
        op.signals = signals.data();
        op.signal_count = static_cast<uint32_t>(signals.size());
        return op;
    }
};

}  // namespace v0_2
}  // namespace accel

#endif  // ACCEL_QUEUE_HPP
