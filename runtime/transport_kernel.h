// SPDX-License-Identifier: MIT
// accel_bk_transport over an open device node.
#pragma once

#include <accel/backend.h>

#include "mapped_ranges.h"

namespace accel::runtime {

/// Owns the file descriptor.
class KernelTransport {
public:
    explicit KernelTransport(int fd);
    ~KernelTransport();
    KernelTransport(const KernelTransport &) = delete;
    KernelTransport &operator=(const KernelTransport &) = delete;
    const accel_bk_transport *table() const { return &table_; }

    int fd() const { return fd_; }
    MappedRanges &maps() { return maps_; }

private:
    int fd_;
    MappedRanges maps_;
    accel_bk_transport table_{};
};

/// Wait for a sync_file: 0 signalled, -ETIME not yet, else the error that it carries. deadline_ns as in accel_bk_transport::fence_wait.
int wait_sync_file(int fd, uint64_t deadline_ns);

/// When the last fence of a sync_file signalled; as accel_bk_transport::fence_time.
int sync_file_time(int fd, uint64_t *out_signalled_ns);

/// Does this descriptor answer as a sync_file?
bool is_sync_file(int fd);

}  // namespace accel::runtime
