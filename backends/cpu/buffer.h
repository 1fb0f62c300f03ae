// SPDX-License-Identifier: MIT
// Linear memory that steps read and write in place: anonymous, a memfd's, a dma-buf's or the application's.
#pragma once

#include <accel/backend.h>
#include <accel/border/fd.h>

#include <cstddef>
#include <cstdint>

struct accel_bk_buffer {
    std::byte *data = nullptr;
    uint64_t size_bytes = 0;
    void *mapping = nullptr;  // what munmap gets; null for host pointers
    uint64_t mapping_bytes = 0;
    accel::border::Fd fd;  // own duplicate
    bool is_dma_buf = false;
    uint32_t export_kinds = 0;
    uint32_t access = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE;

    accel_bk_buffer() = default;
    accel_bk_buffer(const accel_bk_buffer &) = delete;
    accel_bk_buffer &operator=(const accel_bk_buffer &) = delete;
    ~accel_bk_buffer();
};

namespace accel::cpu {

inline constexpr uint32_t kImportKinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_HOST_POINTER) | ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_MEMFD) |
                                         ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DMA_BUF);
inline constexpr uint32_t kExportKinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_MEMFD);

accel_status buffer_create(accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out_buffer);
void buffer_destroy(accel_bk_buffer *buffer);
accel_status buffer_map(accel_bk_buffer *buffer, const accel_bk_access *access, void **out_pointer);
accel_status buffer_unmap(accel_bk_buffer *buffer, const accel_bk_access *access);
accel_status buffer_export(accel_bk_buffer *buffer, accel_handle_kind kind, int *out_fd);

// Cache maintenance around CPU access (set of enum accel_access) to a dma-buf. False: the exporter reported an error.
bool sync_dma_buf(const accel_bk_buffer &buffer, bool begin, uint32_t access);

}  // namespace accel::cpu
