// SPDX-License-Identifier: MIT
// Buffers: one piece of memory, and its name on every device that uses it.
#pragma once

#include <accel/backend.h>

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/object.h"
#include "base/release.h"
#include "device/device.h"
#include "instance/instance.h"

struct accel_state;

namespace accel::runtime {

constexpr uint32_t kAllUsages = ACCEL_BUFFER_USAGE_PORT | ACCEL_BUFFER_USAGE_STATE | ACCEL_BUFFER_USAGE_SCRATCH | ACCEL_BUFFER_USAGE_MAP;

struct BufferRequest {
    uint64_t size_bytes = 0;
    uint64_t align_bytes = 0;   ///< 0: what the devices like
    uint32_t export_kinds = 0;  ///< that the application will ask for
    uint32_t usage = kAllUsages;
};

/// A part of a buffer.
struct MemoryRange {
    uint64_t offset_bytes = 0;
    uint64_t size_bytes = 0;
};

struct ImportRequest {
    accel_handle_kind kind = ACCEL_HANDLE_KIND_HOST_POINTER;
    int fd = -1;
    void *host_pointer = nullptr;
    uint64_t offset_bytes = 0;
    uint64_t size_bytes = 0;
    uint32_t access = 0;
};

using DeviceSet = std::span<const std::shared_ptr<OpenDevice>>;

/// Allocate on one of the devices, for all of them.
accel_status allocate_buffer(accel_instance *instance, const BufferRequest &request, DeviceSet devices, uint32_t allocator, accel_buffer **out_buffer);
/// Allocate for all devices, or answer UNSUPPORTED naming the pair. Sets the error detail.
accel_status make_buffer(accel_instance *instance, const BufferRequest &request, DeviceSet devices, accel_buffer **out_buffer);
accel_status import_buffer(accel_instance *instance, const ImportRequest &request, DeviceSet devices, accel_buffer **out_buffer);

}  // namespace accel::runtime

struct accel_buffer : accel::runtime::Object {
    explicit accel_buffer(accel_instance *instance);
    ~accel_buffer() override;

    uint64_t size_bytes() const { return size_bytes_; }
    uint64_t align_bytes() const { return align_bytes_; }
    uint32_t export_kinds() const { return export_kinds_; }
    bool imported() const { return import_kind_ != 0; }
    uint32_t access() const { return access_; }
    /// Set of enum accel_buffer_usage.
    uint32_t usage() const { return usage_; }
    accel_instance *instance() const { return instance_.get(); }

    /// The buffer's name on a device; null if it was not made for it.
    accel_bk_buffer *on(const accel::runtime::OpenDevice &device);
    /// As on(), but makes the memory known to the device first if that is possible.
    accel_status attach(const std::shared_ptr<accel::runtime::OpenDevice> &device, accel_bk_buffer **out);

    /// CPU access for the application, counted.
    accel_status map(const accel_map_desc &desc, void **out_pointer);
    accel_status unmap(const accel_map_desc &desc);
    /// CPU access for the runtime's own copies: not counted, cannot be unbalanced by the application.
    accel_status begin_access(uint32_t access, accel::runtime::MemoryRange part, void **out_pointer);
    void end_access(uint32_t access, accel::runtime::MemoryRange part);
    /// A part that is a state's alone until it gives it back. False: another state has some of it.
    bool give_to_state(const accel_state *state, accel::runtime::MemoryRange part);
    void take_from_state(const accel_state *state);
    /// The foreign memory is on loan until the buffer ends.
    void lend(accel::runtime::Release release) { release_ = std::move(release); }
    accel_status export_fd(accel_handle_kind kind, int *out_fd);

protected:
    void let_go() override { instance_ = {}; }

private:
    friend accel_status accel::runtime::allocate_buffer(accel_instance *, const accel::runtime::BufferRequest &, accel::runtime::DeviceSet, uint32_t, accel_buffer **);
    friend accel_status accel::runtime::import_buffer(accel_instance *, const accel::runtime::ImportRequest &, accel::runtime::DeviceSet, accel_buffer **);

    /// The memory on one device. parts_[0] allocated or imported it; the others import it from there.
    struct Part {
        std::shared_ptr<accel::runtime::OpenDevice> device;
        accel_bk_buffer *handle;
    };
    struct Access {
        accel::runtime::MemoryRange part;
        uint32_t access;
    };
    /// What a description names; an empty part if it lies beyond the buffer.
    accel::runtime::MemoryRange part_of(const accel_map_desc &desc) const;
    accel::runtime::MemoryRange whole() const { return {0, size_bytes_}; }
    accel_status add_part(const std::shared_ptr<accel::runtime::OpenDevice> &device, const accel_bk_buffer_desc &desc);
    accel_status add_foreign(const std::shared_ptr<accel::runtime::OpenDevice> &device, const accel::runtime::ImportRequest &request);
    accel_status share_with(const std::shared_ptr<accel::runtime::OpenDevice> &device);
    accel_status keep_mapped();
    accel_status take_fd(accel_handle_kind kind, int *out_fd);
    static void destroy(const Part &part);
    accel_bk_buffer *find_locked(const accel::runtime::OpenDevice &device) const;
    const accel_bk_device_ops &ops() const { return owner_.device->ops(); }

    accel::runtime::Ref<accel_instance> instance_;
    accel::runtime::Release release_;  ///< outlives the parts, which the destructor ends
    std::mutex lock_;
    Part owner_{};                                                  ///< parts_[0], set before anybody else knows the buffer: read without the lock
    std::vector<Part> parts_;                                       ///< grows under the lock
    uint64_t size_bytes_ = 0, memory_bytes_ = 0, align_bytes_ = 1;  ///< memory_bytes_: with what importing devices need behind it
    uint32_t export_kinds_ = 0, import_kind_ = 0, access_ = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE;
    uint32_t usage_ = accel::runtime::kAllUsages;
    bool has_address_ = true;       ///< the module was told that it will be mapped
    std::vector<Access> accesses_;  ///< the application's maps that are not ended
    struct StatePart {
        const accel_state *state;
        accel::runtime::MemoryRange part;
    };
    std::vector<StatePart> state_parts_;  ///< that the application gave to states
    void *shared_pointer_ = nullptr;      ///< mapping of parts_[0] that lives as long as the buffer, for parts that import it
};
