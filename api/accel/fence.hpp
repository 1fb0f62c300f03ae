// SPDX-License-Identifier: MIT
// Fences for accel.hpp.
#ifndef ACCEL_FENCE_HPP
#define ACCEL_FENCE_HPP

#include <accel/instance.hpp>

#include <optional>
#include <vector>

namespace accel {
inline namespace v0_2 {

class Fence : public Counted<accel_fence, accel_fence_ref, accel_fence_unref> {
public:
    using Counted::Counted;
    /// accel_fence_create
    static Fence create(const Instance &instance, uint32_t export_kinds = 0, uint64_t initial_value = 0)
    {
        auto desc = sized<accel_fence_desc>();
        desc.initial_value = initial_value;
        desc.export_kinds = export_kinds;
        return Fence(made(accel_fence_create, instance.get(), &desc));
    }
    /// accel_fence_import of a sync_file
    static Fence from_sync_file(const Instance &instance, int fd)
    {
        auto desc = sized<accel_fence_import_desc>();
        desc.kind = ACCEL_HANDLE_KIND_SYNC_FILE;
        desc.fd = fd;
        return Fence(made(accel_fence_import, instance.get(), &desc));
    }
    /// accel_fence_wait; false when the time was over
    bool wait(uint64_t value, uint64_t timeout_ns = ACCEL_TIMEOUT_FOREVER) const
    {
        const accel_status status = accel_fence_wait(handle_, value, timeout_ns);
        if (status == ACCEL_STATUS_TIMEOUT) return false;
        check(status);
        return true;
    }
    /// accel_fence_wait_many; flags of enum accel_wait_flag. The position of the point that decided; nothing when the time was over.
    static std::optional<uint32_t> wait_many(const std::vector<accel_fence_point> &points, uint32_t flags = 0, uint64_t timeout_ns = ACCEL_TIMEOUT_FOREVER)
    {
        uint32_t index = 0;
        const accel_status status = accel_fence_wait_many(points.data(), static_cast<uint32_t>(points.size()), flags, timeout_ns, &index);
        if (status == ACCEL_STATUS_TIMEOUT) return std::nullopt;
        check(status);
        return index;
    }
    /// accel_fence_query; throws once the timeline has failed
    uint64_t value() const
    {
        uint64_t value = 0;
        check(accel_fence_query(handle_, &value));
        return value;
    }
    void signal(uint64_t value) const { check(accel_fence_signal(handle_, value)); }
    void fail(uint64_t value, accel_status reason) const { check(accel_fence_fail(handle_, value, reason)); }
    /// accel_fence_export; the descriptor is the caller's to close.
    int export_fd(uint64_t value, accel_handle_kind kind) const
    {
        int fd = -1;
        check(accel_fence_export(handle_, value, kind, &fd));
        return fd;
    }
    accel_fence_point at(uint64_t value) const { return {handle_, value}; }
};

}  // namespace v0_2
}  // namespace accel

#endif  // ACCEL_FENCE_HPP
