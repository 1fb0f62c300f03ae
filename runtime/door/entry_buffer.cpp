// SPDX-License-Identifier: MIT
// Entry points of the buffer: check, call, return.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cstring>

#include "base/check.h"
#include "instance/device_set.h"
#include "memory/buffer.h"
#include "run/join.h"

using namespace accel::runtime;

namespace {

constexpr uint32_t kAccessMask = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE;
constexpr uint32_t kMemoryKinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DMA_BUF) | ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_MEMFD) |
                                  ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_HOST_POINTER);

accel_status invalid(const char *rule, const char *sentence) { return fail(ACCEL_STATUS_INVALID_ARGUMENT, rule, nullptr, "%s", sentence); }

accel_status check_access_set(uint32_t access)
{
    if (access == 0 || access & ~kAccessMask)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-26", nullptr, "access is 0x%x, expected a set of READ and WRITE that is not empty", access);
    return ACCEL_STATUS_OK;
}

accel_status check_map(const accel_map_desc &desc)
{
    if (desc.flags)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "desc.flags is 0x%x, expected 0", desc.flags);
    return check_access_set(desc.access);
}

accel_status check_purpose(uint32_t usage, uint32_t export_kinds)
{
    ACCEL_TRY(check_reserved_kinds(export_kinds, "desc.export_kinds"));
    if (export_kinds & ~kMemoryKinds)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "desc.export_kinds is 0x%x, which names kinds that are no memory", export_kinds);
    if (usage & ~kAllUsages)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "desc.usage is 0x%x, expected a set of enum accel_buffer_usage", usage);
    return ACCEL_STATUS_OK;
}

accel_status create(const accel_buffer_desc &desc, accel_buffer **out_buffer)
{
    if (desc.size_bytes == 0 || desc.size_bytes > INT64_MAX)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-2", nullptr, "desc.size_bytes is %llu, expected at least 1 and less than 2^63",
                    static_cast<unsigned long long>(desc.size_bytes));
    if (desc.align_bytes && !std::has_single_bit(desc.align_bytes))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-2", nullptr, "desc.align_bytes is %llu, expected 0 or a power of two",
                    static_cast<unsigned long long>(desc.align_bytes));
    ACCEL_TRY(check_purpose(desc.usage, desc.export_kinds));
    if (desc.reserved)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "desc.reserved is 0x%x, expected 0", desc.reserved);
    std::vector<std::shared_ptr<OpenDevice>> open;
    accel_instance *instance = nullptr;
    ACCEL_TRY(open_device_set(desc.devices, desc.device_count, "desc.devices", &open, &instance));
    return make_buffer(instance, {desc.size_bytes, desc.align_bytes, desc.export_kinds, desc.usage ? desc.usage : kAllUsages}, open, out_buffer);
}

// What an fd claims to be, checked before any device sees it.
accel_status check_descriptor(const accel_buffer_import_desc &desc)
{
    const int flags = fcntl(desc.fd, F_GETFL);
    if (flags < 0)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-7", nullptr, "desc.fd is %d, which is no open file descriptor", desc.fd);
    if (desc.kind == ACCEL_HANDLE_KIND_MEMFD && fcntl(desc.fd, F_GET_SEALS) < 0)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-7", nullptr, "desc.fd (%d) is no memfd", desc.fd);
    if (desc.kind == ACCEL_HANDLE_KIND_DMA_BUF) {
        char link[64], target[64] = "";
        snprintf(link, sizeof link, "/proc/self/fd/%d", desc.fd);
        const ssize_t length = readlink(link, target, sizeof target - 1);
        if (length >= 0 && strncmp(target, "/dmabuf", 7) != 0)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-7", nullptr, "desc.fd (%d) is no dma-buf", desc.fd);
    }
    const bool sealed = desc.kind == ACCEL_HANDLE_KIND_MEMFD && (fcntl(desc.fd, F_GET_SEALS) & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE));
    if (desc.access & ACCEL_ACCESS_WRITE && ((flags & O_ACCMODE) == O_RDONLY || sealed))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-7", nullptr, "desc.fd (%d) does not permit writing, which desc.access asks for", desc.fd);
    struct stat facts {};
    const off_t end = desc.kind == ACCEL_HANDLE_KIND_MEMFD && fstat(desc.fd, &facts) == 0 ? facts.st_size
                      : desc.kind == ACCEL_HANDLE_KIND_DMA_BUF                            ? lseek(desc.fd, 0, SEEK_END)  // a dma-buf tells its size so
                                                                                          : -1;
    if (end >= 0 && desc.offset_bytes + desc.size_bytes > static_cast<uint64_t>(end))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-7", nullptr, "desc.fd (%d) has %lld bytes, offset + size is %llu", desc.fd, static_cast<long long>(end),
                    static_cast<unsigned long long>(desc.offset_bytes + desc.size_bytes));
    return ACCEL_STATUS_OK;
}

accel_status check_import(const accel_buffer_import_desc &desc)
{
    ACCEL_TRY(check_reserved_kinds(desc.kind > 31 ? 0 : ACCEL_HANDLE_BIT(desc.kind), "desc.kind"));
    if (desc.kind > 31 || !(kMemoryKinds & ACCEL_HANDLE_BIT(desc.kind)))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-7", nullptr, "desc.kind is %u, which is no kind of memory", desc.kind);
    ACCEL_TRY(check_access_set(desc.access));
    if (desc.size_bytes == 0 || desc.size_bytes > INT64_MAX || desc.offset_bytes > static_cast<uint64_t>(INT64_MAX) - desc.size_bytes)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-2", nullptr, "desc.size_bytes is %llu at offset %llu, expected at least 1 and an end below 2^63",
                    static_cast<unsigned long long>(desc.size_bytes), static_cast<unsigned long long>(desc.offset_bytes));
    if (desc.kind != ACCEL_HANDLE_KIND_HOST_POINTER)
        return desc.host_pointer ? invalid("B-7", "desc.host_pointer is set, but desc.kind is a file descriptor") : check_descriptor(desc);
    if (!desc.host_pointer)
        return invalid("B-7", "desc.host_pointer is NULL, but desc.kind is HOST_POINTER");
    if (reinterpret_cast<uintptr_t>(desc.host_pointer) > UINTPTR_MAX - desc.offset_bytes - desc.size_bytes)
        return invalid("B-7", "desc.host_pointer + offset + size is beyond the address space");
    return ACCEL_STATUS_OK;
}

accel_status import(const accel_buffer_import_desc &desc, accel_buffer **out_buffer)
{
    ACCEL_TRY(check_import(desc));
    if (desc.release && desc.kind != ACCEL_HANDLE_KIND_HOST_POINTER)
        return invalid("B-11", "desc.release is set, but only memory of kind HOST_POINTER is lent; descriptors are duplicated");
    std::vector<std::shared_ptr<OpenDevice>> open;
    accel_instance *instance = nullptr;
    ACCEL_TRY(open_device_set(desc.devices, desc.device_count, "desc.devices", &open, &instance));
    ImportRequest request;
    request.kind = static_cast<accel_handle_kind>(desc.kind);
    request.fd = desc.kind == ACCEL_HANDLE_KIND_HOST_POINTER ? -1 : desc.fd;
    request.host_pointer = desc.host_pointer;
    request.offset_bytes = desc.offset_bytes;
    request.size_bytes = desc.size_bytes;
    request.access = desc.access;
    ACCEL_TRY(import_buffer(instance, request, open, out_buffer));
    (*out_buffer)->lend({desc.release, desc.release_user});
    return ACCEL_STATUS_OK;
}

}  // namespace

extern "C" {

enum accel_status accel_buffer_create(const struct accel_buffer_desc *desc, struct accel_buffer **out_buffer)
{
    if (!out_buffer)
        return fail_null("out_buffer");
    *out_buffer = nullptr;
    accel_buffer_desc given;
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    return guarded([&] { return create(given, out_buffer); });
}

enum accel_status accel_buffer_import(const struct accel_buffer_import_desc *desc, struct accel_buffer **out_buffer)
{
    if (!out_buffer)
        return fail_null("out_buffer");
    *out_buffer = nullptr;
    accel_buffer_import_desc given;
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    return guarded([&] { return import(given, out_buffer); });
}

struct accel_buffer *accel_buffer_ref(struct accel_buffer *buffer) { return ref_handle(buffer); }
void accel_buffer_unref(struct accel_buffer *buffer) { unref_handle(buffer); }

enum accel_status accel_buffer_query(struct accel_buffer *buffer, struct accel_buffer_info *info)
{
    ACCEL_TRY(check_handle(buffer, "buffer"));
    ACCEL_TRY(check_out(info, "info"));
    accel_buffer_info facts{};
    facts.object_id = buffer->id();
    facts.size_bytes = buffer->size_bytes();
    facts.align_bytes = buffer->align_bytes();
    facts.export_kinds = buffer->export_kinds();
    facts.imported = buffer->imported();
    facts.usage = buffer->usage();
    copy_out(facts, info);
    return ACCEL_STATUS_OK;
}

enum accel_status accel_buffer_export(struct accel_buffer *buffer, enum accel_handle_kind kind, int *out_fd)
{
    if (!out_fd)
        return fail_null("out_fd");
    *out_fd = -1;
    ACCEL_TRY(check_handle(buffer, "buffer"));
    return buffer->export_fd(kind, out_fd);
}

enum accel_status accel_buffer_map(struct accel_buffer *buffer, const struct accel_map_desc *desc, void **out_pointer)
{
    if (!out_pointer)
        return fail_null("out_pointer");
    *out_pointer = nullptr;
    ACCEL_TRY(check_handle(buffer, "buffer"));
    accel_map_desc given;
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    ACCEL_TRY(check_map(given));
    if (given.access & ~buffer->access())
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-7", buffer, "access 0x%x was asked for, the buffer was imported with 0x%x", given.access, buffer->access());
    return guarded([&] { return buffer->map(given, out_pointer); });
}

enum accel_status accel_buffer_unmap(struct accel_buffer *buffer, const struct accel_map_desc *desc)
{
    ACCEL_TRY(check_handle(buffer, "buffer"));
    accel_map_desc given;
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    ACCEL_TRY(check_map(given));
    return buffer->unmap(given);
}

enum accel_status accel_buffer_join(const struct accel_join_desc *desc, struct accel_buffer_recipe *recipe)
{
    ACCEL_TRY(check_out(recipe, "recipe"));
    accel_buffer_recipe result{};
    result.refusing_port = result.refused_port = ACCEL_NONE;
    result.reason = "";
    copy_out(result, recipe);
    accel_join_desc given;
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    if (given.port_count == 0)
        return invalid("B-8", "desc.port_count is 0, expected at least one port");
    ACCEL_TRY(check_purpose(given.usage, given.export_kinds));
    const accel_status status = guarded([&] {
        std::vector<accel_join_port> ports;
        ACCEL_TRY(copy_in_array(given.ports, given.port_count, given.port_size, "desc.ports", &ports));
        return join_ports(ports, given.usage ? given.usage : kAllUsages, given.export_kinds, &result);
    });
    copy_out(result, recipe);
    return status;
}

}  // extern "C"
