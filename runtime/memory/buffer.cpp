// SPDX-License-Identifier: MIT
// Allocates on one device of a set, shares with the others, and lets go in order.
#include "buffer.h"

#include <accel/border/fd.h>
#include <unistd.h>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "base/module_call.h"
#include "device/share.h"

using namespace accel::runtime;

accel_buffer::accel_buffer(accel_instance *instance) : Object(ObjectType::Buffer),
                                                       instance_(instance) {}

accel_buffer::~accel_buffer()
{
    // Importers first: the memory is the first part's.
    while (parts_.size() > 1) {
        destroy(parts_.back());
        parts_.pop_back();
    }
    if (parts_.empty())
        return;
    if (shared_pointer_)
        end_access(access_, whole());
    for (const Access &access : accesses_)
        end_access(access.access, access.part);
    destroy(parts_[0]);
}

void accel_buffer::destroy(const Part &part)
{
    tell_module(part.device->module_name(), "buffer_destroy", [&] { part.device->ops().buffer_destroy(part.handle); });
}

accel_bk_buffer *accel_buffer::find_locked(const OpenDevice &device) const
{
    for (const Part &part : parts_)
        if (part.device.get() == &device)
            return part.handle;
    return nullptr;
}

accel_bk_buffer *accel_buffer::on(const OpenDevice &device)
{
    const std::lock_guard guard(lock_);
    return find_locked(device);
}

accel_status accel_buffer::attach(const std::shared_ptr<OpenDevice> &device, accel_bk_buffer **out)
{
    const LogPause pause;
    const std::lock_guard guard(lock_);
    *out = find_locked(*device);
    if (*out)
        return ACCEL_STATUS_OK;
    ACCEL_TRY(share_with(device));
    *out = parts_.back().handle;
    return ACCEL_STATUS_OK;
}

accel_status accel_buffer::add_part(const std::shared_ptr<OpenDevice> &device, const accel_bk_buffer_desc &desc)
{
    if (device->lost() != ACCEL_STATUS_OK)
        return fail(device->lost(), "Q-12", this, "the device of module '%s' is lost; open it again", device->module_name());
    parts_.reserve(parts_.size() + 1);
    accel_bk_buffer *handle = nullptr;
    clear_module_error();
    const accel_status status = device->ops().buffer_create(device->handle(), &desc, &handle);
    if (status != ACCEL_STATUS_OK)
        return fail_from_module(status, device->module_name(), desc.import_kind ? "import a buffer" : "allocate a buffer", this);
    if (!handle)
        return fail(ACCEL_STATUS_INTERNAL, "M-9", this, "module '%s' answered OK to 'buffer_create' without a buffer", device->module_name());
    parts_.push_back({device, handle});
    if (!owner_.handle)
        owner_ = parts_[0];
    return ACCEL_STATUS_OK;
}

accel_status accel_buffer::keep_mapped()
{
    if (shared_pointer_)
        return ACCEL_STATUS_OK;
    void *pointer = nullptr;
    ACCEL_TRY(begin_access(access_, whole(), &pointer));
    shared_pointer_ = pointer;
    return ACCEL_STATUS_OK;
}

accel_status accel_buffer::share_with(const std::shared_ptr<OpenDevice> &device)
{
    const OpenDevice &owner = *owner_.device;
    const auto kind = static_cast<accel_handle_kind>(share_kind(owner, *device));
    if (!kind)
        return fail(ACCEL_STATUS_UNSUPPORTED, "B-8", this, "module '%s' imports none of the kinds that memory of module '%s' can leave it as",
                    device->module_name(), owner.module_name());
    accel_bk_buffer_desc desc{};
    desc.struct_size = sizeof desc;
    desc.size_bytes = std::max(memory_bytes_, size_bytes_);
    desc.align_bytes = align_bytes_;
    desc.import_kind = kind;
    desc.fd = -1;
    desc.access = access_;
    desc.usage = has_address_ ? usage_ | ACCEL_BUFFER_USAGE_MAP : usage_;
    if (kind == ACCEL_HANDLE_KIND_HOST_POINTER) {
        if (!has_address_)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-12", this, "module '%s' reaches this memory by its address, and it was made without MAP; name all devices, or MAP, when you create it",
                        device->module_name());
        ACCEL_TRY(keep_mapped());
        desc.host_pointer = shared_pointer_;
        return add_part(device, desc);
    }
    ACCEL_TRY(take_fd(kind, &desc.fd));
    const accel::border::Fd shared(desc.fd);
    return add_part(device, desc);
}

accel_status accel_buffer::add_foreign(const std::shared_ptr<OpenDevice> &device, const ImportRequest &request)
{
    const bool takes = device->info().buffer_import_kinds & ACCEL_HANDLE_BIT(request.kind);
    // It may still reach the device through the one that imported it.
    const bool reaches = !parts_.empty() && share_kind(*owner_.device, *device);
    if (!takes) {
        if (reaches)
            return share_with(device);
        return fail(ACCEL_STATUS_UNSUPPORTED, "H-6", this, "module '%s' does not import this kind (%u) of memory; it imports the set 0x%x%s%s",
                    device->module_name(), request.kind, device->info().buffer_import_kinds, *device->no_import() ? ": " : "", device->no_import());
    }
    accel_bk_buffer_desc desc{};
    desc.struct_size = sizeof desc;
    desc.size_bytes = size_bytes_;
    desc.align_bytes = 1;
    desc.import_kind = request.kind;
    desc.fd = request.fd;
    desc.host_pointer = request.host_pointer;
    desc.offset_bytes = request.offset_bytes;
    desc.access = request.access;
    desc.usage = kAllUsages;
    const accel_status added = add_part(device, desc);
    return added == ACCEL_STATUS_UNSUPPORTED && reaches ? share_with(device) : added;
}

namespace {

accel_bk_access module_access(uint32_t wanted, MemoryRange part) { return {sizeof(accel_bk_access), part.offset_bytes, part.size_bytes, wanted, 0}; }

}  // namespace

accel_status accel_buffer::begin_access(uint32_t wanted, MemoryRange part, void **out_pointer)
{
    clear_module_error();
    *out_pointer = nullptr;
    const accel_bk_access access = module_access(wanted, part);
    const accel_status status = ops().buffer_map(owner_.handle, &access, out_pointer);
    if (status != ACCEL_STATUS_OK)
        return fail_from_module(status, owner_.device->module_name(), "map a buffer", this);
    if (!*out_pointer)
        return fail(ACCEL_STATUS_INTERNAL, "M-9", this, "module '%s' answered OK to 'buffer_map' without memory", owner_.device->module_name());
    return ACCEL_STATUS_OK;
}

void accel_buffer::end_access(uint32_t wanted, MemoryRange part)
{
    const accel_bk_access access = module_access(wanted, part);
    tell_module(owner_.device->module_name(), "buffer_unmap", [&] { ops().buffer_unmap(owner_.handle, &access); });
}

MemoryRange accel_buffer::part_of(const accel_map_desc &desc) const
{
    const uint64_t rest_bytes = desc.offset_bytes < size_bytes_ ? size_bytes_ - desc.offset_bytes : 0;
    if (desc.size_bytes > rest_bytes)
        return {};
    return {desc.offset_bytes, desc.size_bytes ? desc.size_bytes : rest_bytes};
}

accel_status accel_buffer::map(const accel_map_desc &desc, void **out_pointer)
{
    const MemoryRange part = part_of(desc);
    if (part.size_bytes == 0)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-13", this, "desc names %llu bytes at %llu of a buffer of %llu, expected a part of it that is not empty", static_cast<unsigned long long>(desc.size_bytes),
                    static_cast<unsigned long long>(desc.offset_bytes), static_cast<unsigned long long>(size_bytes_));
    const LogPause pause;
    const std::lock_guard guard(lock_);
    if (owner_.device->lost() != ACCEL_STATUS_OK)
        return fail(owner_.device->lost(), "Q-12", this, "the device that holds the buffer is lost");
    if (!(usage_ & ACCEL_BUFFER_USAGE_MAP))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-12", this, "the buffer was made for usage 0x%x, without MAP (0x%x); add it to desc.usage when you create it", usage_,
                    ACCEL_BUFFER_USAGE_MAP);
    if (accesses_.size() == accesses_.capacity())
        accesses_.reserve(std::max<size_t>(4, 2 * accesses_.size()));  // so that what is mapped is never lost for want of a place
    void *first = nullptr;
    ACCEL_TRY(begin_access(desc.access, part, &first));
    accesses_.push_back({part, desc.access});
    *out_pointer = static_cast<char *>(first) + part.offset_bytes;
    return ACCEL_STATUS_OK;
}

accel_status accel_buffer::unmap(const accel_map_desc &desc)
{
    const MemoryRange part = part_of(desc);
    const LogPause pause;
    const std::lock_guard guard(lock_);
    const auto found = std::find_if(accesses_.rbegin(), accesses_.rend(), [&](const Access &open) {
        return open.access == desc.access && open.part.offset_bytes == part.offset_bytes && open.part.size_bytes == part.size_bytes;
    });
    if (found == accesses_.rend())
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-10", this, "no access 0x%x to %llu bytes at %llu is open; %zu others are", desc.access, static_cast<unsigned long long>(part.size_bytes),
                    static_cast<unsigned long long>(part.offset_bytes), accesses_.size());
    clear_module_error();
    const accel_bk_access access = module_access(found->access, found->part);
    const accel_status status = ops().buffer_unmap(owner_.handle, &access);
    if (status != ACCEL_STATUS_OK)
        return fail_from_module(status, owner_.device->module_name(), "unmap a buffer", this);
    *found = accesses_.back();  // in no order
    accesses_.pop_back();
    return ACCEL_STATUS_OK;
}

bool accel_buffer::give_to_state(const accel_state *state, MemoryRange part)
{
    const std::lock_guard guard(lock_);
    const uint64_t end = part.offset_bytes + part.size_bytes;
    const bool taken = std::any_of(state_parts_.begin(), state_parts_.end(), [&](const StatePart &other) {
        return other.state != state && other.part.offset_bytes < end && part.offset_bytes < other.part.offset_bytes + other.part.size_bytes;
    });
    if (!taken)
        state_parts_.push_back({state, part});
    return !taken;
}

void accel_buffer::take_from_state(const accel_state *state)
{
    const std::lock_guard guard(lock_);
    std::erase_if(state_parts_, [state](const StatePart &part) { return part.state == state; });
}

accel_status accel_buffer::export_fd(accel_handle_kind kind, int *out_fd)
{
    if (kind > 31 || !(export_kinds_ & ACCEL_HANDLE_BIT(kind)))
        return fail(ACCEL_STATUS_UNSUPPORTED, "B-4", this, "kind %u was not among export_kinds (0x%x) when the buffer was made", kind, export_kinds_);
    return take_fd(kind, out_fd);
}

/// A descriptor of the memory, which is the caller's.
accel_status accel_buffer::take_fd(accel_handle_kind kind, int *out_fd)
{
    clear_module_error();
    int fd = -1;
    const accel_status status = ops().buffer_export(owner_.handle, kind, &fd);
    if (status != ACCEL_STATUS_OK)
        return fail_from_module(status, owner_.device->module_name(), "export a buffer", this);
    if (fd < 0)
        return fail(ACCEL_STATUS_INTERNAL, "M-9", this, "module '%s' answered OK to 'buffer_export' without a descriptor", owner_.device->module_name());
    *out_fd = fd;
    return ACCEL_STATUS_OK;
}

namespace accel::runtime {

namespace {

uint64_t liked_align(DeviceSet devices, uint64_t wanted)
{
    for (const auto &device : devices)
        wanted = std::max(wanted, device->info().buffer_align_bytes);
    return std::max<uint64_t>(wanted, 1);
}

/// What address, offset and size of memory have to be multiples of for a device to import it.
uint64_t import_align(const OpenDevice &device)
{
    const accel_bk_device_info &info = device.info();
    return std::max<uint64_t>(info.import_align_bytes ? info.import_align_bytes : info.buffer_align_bytes, 1);
}

uint64_t round_up(uint64_t size_bytes, uint64_t align_bytes)
{
    uint64_t sum;
    return __builtin_add_overflow(size_bytes, align_bytes - 1, &sum) ? size_bytes : sum / align_bytes * align_bytes;
}

}  // namespace

accel_status allocate_buffer(accel_instance *instance, const BufferRequest &request, DeviceSet devices, uint32_t allocator, accel_buffer **out_buffer)
{
    auto buffer = Ref<accel_buffer>::adopt(new accel_buffer(instance));
    buffer->size_bytes_ = buffer->memory_bytes_ = request.size_bytes;
    buffer->align_bytes_ = liked_align(devices, request.align_bytes);
    buffer->export_kinds_ = request.export_kinds;
    buffer->usage_ = request.usage;
    buffer->has_address_ = request.usage & ACCEL_BUFFER_USAGE_MAP;
    accel_bk_buffer_desc desc{};
    desc.struct_size = sizeof desc;
    desc.fd = -1;
    desc.export_kinds = request.export_kinds;
    for (const auto &other : devices) {
        const uint32_t kind = other == devices[allocator] ? 0 : share_kind(*devices[allocator], *other);
        if (kind && kind != ACCEL_HANDLE_KIND_HOST_POINTER)
            desc.export_kinds |= ACCEL_HANDLE_BIT(kind);
        buffer->has_address_ |= kind == ACCEL_HANDLE_KIND_HOST_POINTER;
        if (kind) {
            buffer->align_bytes_ = std::max(buffer->align_bytes_, import_align(*other));
            buffer->memory_bytes_ = round_up(buffer->memory_bytes_, import_align(*other));
        }
    }
    desc.size_bytes = buffer->memory_bytes_;
    desc.align_bytes = buffer->align_bytes_;
    desc.access = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE;
    desc.usage = buffer->has_address_ ? request.usage | ACCEL_BUFFER_USAGE_MAP : request.usage;
    ACCEL_TRY(buffer->add_part(devices[allocator], desc));
    for (const auto &device : devices)
        if (!buffer->find_locked(*device))
            ACCEL_TRY(buffer->share_with(device));
    *out_buffer = buffer.release();
    return ACCEL_STATUS_OK;
}

accel_status make_buffer(accel_instance *instance, const BufferRequest &request, DeviceSet devices, accel_buffer **out_buffer)
{
    const SharePlan plan = plan_share(devices);
    if (!plan.possible())
        return fail(ACCEL_STATUS_UNSUPPORTED, "B-8", nullptr, "no device can allocate what the others can use: %s", plan.reason.c_str());
    const std::vector<uint32_t> allocators = find_allocators(devices, request.export_kinds);
    if (allocators.empty())
        return fail(ACCEL_STATUS_UNSUPPORTED, "B-4", nullptr, "no device of the set can export all of 0x%x; module '%s' exports 0x%x", request.export_kinds,
                    devices[plan.allocator]->module_name(), devices[plan.allocator]->info().buffer_export_kinds);
    accel_status status = ACCEL_STATUS_UNSUPPORTED;
    // A device may take the kind and not this memory.
    for (size_t i = 0; i < allocators.size() && status == ACCEL_STATUS_UNSUPPORTED; ++i)
        status = allocate_buffer(instance, request, devices, allocators[i], out_buffer);
    return status;
}

accel_status import_buffer(accel_instance *instance, const ImportRequest &request, DeviceSet devices, accel_buffer **out_buffer)
{
    auto buffer = Ref<accel_buffer>::adopt(new accel_buffer(instance));
    buffer->size_bytes_ = request.size_bytes;
    buffer->import_kind_ = request.kind;
    buffer->access_ = request.access;
    // The importer comes first, so that the others can reach the memory through it.
    std::vector<std::shared_ptr<OpenDevice>> ordered(devices.begin(), devices.end());
    std::stable_partition(ordered.begin(), ordered.end(),
                          [&](const auto &device) { return (device->info().buffer_import_kinds & ACCEL_HANDLE_BIT(request.kind)) != 0; });
    std::vector<std::shared_ptr<OpenDevice>> later;  // what takes the kind and not this memory may reach it through another
    for (const auto &device : ordered) {
        if (buffer->find_locked(*device))
            continue;
        const accel_status status = buffer->add_foreign(device, request);
        if (status == ACCEL_STATUS_UNSUPPORTED && device != ordered.back())
            later.push_back(device);
        else if (status != ACCEL_STATUS_OK)
            return status;
    }
    for (const auto &device : later)
        ACCEL_TRY(buffer->add_foreign(device, request));
    *out_buffer = buffer.release();
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
