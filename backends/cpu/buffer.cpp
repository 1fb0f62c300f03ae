// SPDX-License-Identifier: MIT
// Makes, imports, maps and exports buffers.
#include "buffer.h"

#include "host.h"
#include "memory.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <memory>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

accel_bk_buffer::~accel_bk_buffer()
{
    if (mapping != nullptr)
        munmap(mapping, mapping_bytes);
}

namespace accel::cpu {
namespace {

// Not in a function: a child after fork would wait for a thread of the parent that was making it.
const auto kPageBytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));

uint64_t page_bytes() { return kPageBytes; }

accel_status map_failed(int error, uint64_t size_bytes)
{
    const auto size = static_cast<unsigned long long>(size_bytes);
    if (error == EACCES || error == EPERM)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "the memory does not permit the requested access");
    if (error == ENFILE || error == EMFILE)
        return fail(ACCEL_STATUS_RESOURCE, "", "no file descriptors left");
    return fail(ACCEL_STATUS_OUT_OF_MEMORY, "", "%llu bytes could not be mapped: %s", size, std::strerror(error));
}

accel_status map_memory(accel_bk_buffer &buffer, uint64_t bytes, int protection, int flags, uint64_t offset_bytes)
{
    void *mapping = mmap(nullptr, bytes, protection, flags, buffer.fd.get(), static_cast<off_t>(offset_bytes));
    if (mapping == MAP_FAILED)
        return map_failed(errno, bytes);
    buffer.mapping = mapping;
    buffer.mapping_bytes = bytes;
    return ACCEL_STATUS_OK;
}

accel_status allocate(accel_bk_buffer &buffer, const accel_bk_buffer_desc &desc)
{
    const uint64_t align = desc.align_bytes == 0 ? kAlignBytes : desc.align_bytes;
    const uint64_t slack = align > page_bytes() ? align : 0;
    if ((align & (align - 1)) != 0)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "alignment %llu is no power of two", static_cast<unsigned long long>(align));
    if (buffer.size_bytes > (uint64_t{1} << 47) || slack > (uint64_t{1} << 40))
        return fail(ACCEL_STATUS_OUT_OF_MEMORY, "", "%llu bytes exceed the address space",
                    static_cast<unsigned long long>(buffer.size_bytes));
    const uint64_t bytes = round_up(buffer.size_bytes, page_bytes()) + slack;
    if ((desc.export_kinds & ~kExportKinds) != 0)
        return fail(ACCEL_STATUS_UNSUPPORTED, "", "export kinds 0x%x are not offered, only 0x%x", desc.export_kinds & ~kExportKinds,
                    kExportKinds);
    buffer.export_kinds = desc.export_kinds;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (desc.export_kinds != 0) {
        flags = MAP_SHARED;
        buffer.fd = border::Fd(memfd_create("accel-buffer", MFD_CLOEXEC | MFD_ALLOW_SEALING));
        if (!buffer.fd.valid())
            return map_failed(errno, bytes);
        if (ftruncate(buffer.fd.get(), static_cast<off_t>(bytes)) != 0)
            return map_failed(errno, bytes);
        // Nobody who gets the fd can shorten the memory under a run.
        fcntl(buffer.fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
    }
    if (const accel_status status = map_memory(buffer, bytes, PROT_READ | PROT_WRITE, flags, 0); status != ACCEL_STATUS_OK)
        return status;
    buffer.data = reinterpret_cast<std::byte *>(round_up(reinterpret_cast<uintptr_t>(buffer.mapping), align));
    return ACCEL_STATUS_OK;
}

// Size of the file behind a descriptor of that kind; negative when it is of another kind.
int64_t foreign_bytes(int fd, uint32_t kind)
{
    if (kind == ACCEL_HANDLE_KIND_DMA_BUF) {
        dma_buf_sync nothing{};  // neither read nor write: a dma-buf refuses it with EINVAL, anything else with ENOTTY
        if (ioctl(fd, DMA_BUF_IOCTL_SYNC, &nothing) != 0 && errno != EINVAL)
            return -1;
        return lseek(fd, 0, SEEK_END);
    }
    struct stat status;
    if (fcntl(fd, F_GET_SEALS) < 0 || fstat(fd, &status) != 0)
        return -1;
    return status.st_size;
}

accel_status import_fd(accel_bk_buffer &buffer, const accel_bk_buffer_desc &desc)
{
    const int64_t available = foreign_bytes(desc.fd, desc.import_kind);
    const char *kind = desc.import_kind == ACCEL_HANDLE_KIND_MEMFD ? "memfd" : "dma-buf";
    if (available < 0)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "file descriptor %d is no %s", desc.fd, kind);
    if (desc.offset_bytes > static_cast<uint64_t>(available) || desc.size_bytes > static_cast<uint64_t>(available) - desc.offset_bytes)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "the %s has %lld bytes, offset %llu and size %llu need more", kind,
                    static_cast<long long>(available), static_cast<unsigned long long>(desc.offset_bytes),
                    static_cast<unsigned long long>(desc.size_bytes));
    buffer.fd = border::Fd(border::Fd::duplicate(desc.fd).value_or(-1));
    if (!buffer.fd.valid())
        return map_failed(errno, 0);
    buffer.is_dma_buf = desc.import_kind == ACCEL_HANDLE_KIND_DMA_BUF;
    const uint64_t lead = desc.offset_bytes % page_bytes();
    const int protection = PROT_READ | ((desc.access & ACCEL_ACCESS_WRITE) != 0 ? PROT_WRITE : 0);
    const accel_status status = map_memory(buffer, desc.size_bytes + lead, protection, MAP_SHARED, desc.offset_bytes - lead);
    if (status == ACCEL_STATUS_OK)
        buffer.data = static_cast<std::byte *>(buffer.mapping) + lead;
    return status;
}

accel_status import_foreign(accel_bk_buffer &buffer, const accel_bk_buffer_desc &desc)
{
    if (desc.export_kinds != 0)
        return fail(ACCEL_STATUS_UNSUPPORTED, "", "imported memory is not exported again");
    buffer.access = desc.access;
    switch (desc.import_kind) {
    case ACCEL_HANDLE_KIND_HOST_POINTER:
        if (desc.host_pointer == nullptr)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "the host pointer is NULL");
        buffer.data = static_cast<std::byte *>(desc.host_pointer) + desc.offset_bytes;
        return ACCEL_STATUS_OK;
    case ACCEL_HANDLE_KIND_MEMFD:
    case ACCEL_HANDLE_KIND_DMA_BUF:
        return import_fd(buffer, desc);
    default:
        return fail(ACCEL_STATUS_UNSUPPORTED, "", "memory of kind %u cannot be imported", desc.import_kind);
    }
}

}  // namespace

accel_status buffer_create(accel_bk_device *, const accel_bk_buffer_desc *desc, accel_bk_buffer **out_buffer)
{
    *out_buffer = nullptr;
    return guarded([&] {
        if (const accel_status status = fault_point("cpu.buffer"); status != ACCEL_STATUS_OK)
            return status;
        auto buffer = std::make_unique<accel_bk_buffer>();
        buffer->size_bytes = desc->size_bytes;
        const accel_status status = desc->import_kind == 0 ? allocate(*buffer, *desc) : import_foreign(*buffer, *desc);
        if (status == ACCEL_STATUS_OK)
            *out_buffer = buffer.release();
        return status;
    });
}

void buffer_destroy(accel_bk_buffer *buffer) { delete buffer; }

bool sync_dma_buf(const accel_bk_buffer &buffer, bool begin, uint32_t access)
{
    if (!buffer.is_dma_buf)
        return true;
    dma_buf_sync sync{};
    sync.flags = begin ? DMA_BUF_SYNC_START : DMA_BUF_SYNC_END;
    if ((access & ACCEL_ACCESS_READ) != 0)
        sync.flags |= DMA_BUF_SYNC_READ;
    if ((access & ACCEL_ACCESS_WRITE) != 0)
        sync.flags |= DMA_BUF_SYNC_WRITE;
    int result;
    do
        result = ioctl(buffer.fd.get(), DMA_BUF_IOCTL_SYNC, &sync);
    while (result != 0 && (errno == EINTR || errno == EAGAIN));
    return result == 0;
}

accel_status buffer_map(accel_bk_buffer *buffer, const accel_bk_access *access, void **out_pointer)
{
    if (!sync_dma_buf(*buffer, true, access->access))
        return fail(ACCEL_STATUS_IO, "", "the dma-buf did not begin CPU access: %s", std::strerror(errno));
    *out_pointer = buffer->data;
    return ACCEL_STATUS_OK;
}

accel_status buffer_unmap(accel_bk_buffer *buffer, const accel_bk_access *access)
{
    if (!sync_dma_buf(*buffer, false, access->access))
        return fail(ACCEL_STATUS_IO, "", "the dma-buf did not end CPU access: %s", std::strerror(errno));
    return ACCEL_STATUS_OK;
}

accel_status buffer_export(accel_bk_buffer *buffer, accel_handle_kind kind, int *out_fd)
{
    *out_fd = -1;
    if (kind != ACCEL_HANDLE_KIND_MEMFD || (buffer->export_kinds & ACCEL_HANDLE_BIT(kind)) == 0)
        return fail(ACCEL_STATUS_UNSUPPORTED, "", "the buffer was not made to be exported as kind %d", static_cast<int>(kind));
    const std::optional<int> fd = buffer->fd.duplicate();
    if (!fd)
        return fail(ACCEL_STATUS_RESOURCE, "", "no file descriptors left");
    *out_fd = *fd;
    return ACCEL_STATUS_OK;
}

}  // namespace accel::cpu
