// SPDX-License-Identifier: MIT
// accel_bk_transport over an open device node.
//
//   module ── request, map, share, fence_… ──┬──► this table ── ioctl, mmap ──► /dev/accel/accelN
//                                            └──► a device model's table, played in this process or carried to another (conformance/carried)
//
// A module reaches its node through such a table alone, so that a simulated device, a jail or another machine can stand in the kernel's place. Here that costs a call: the kernel follows pointers by itself, so what a request says of its
// pointers is not read, and mapped memory is the device's own, so `sync` is NULL.
//
// What is true:
// - Results are 0 or a negative errno, as the kernel gave it. EINTR is tried again; EAGAIN goes to the module, as some drivers mean something by it. So libdrm's ioctl wrapper, which repeats it, is not used.
// - Every slot may be called by any thread at once; the only lock is that of the maps, and it is not held in a request.
// - Descriptors that are made are close-on-exec and the caller's. The node's own is this object's, and is closed in a child after fork; maps are not there in a child.
// - Waits have instants, not durations: a wait that a signal cut short goes on to the same end.
//
// Not chosen: handing the descriptor to modules and leaving the rest to them. node_fd is there for libraries that want one, and a module has to work without (docs/decisions/0019-transport.md).
#pragma once

#include <accel/backend.h>
#include <accel/border/fd.h>

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

    int fd() const { return fd_.get(); }
    MappedRanges &maps() { return maps_; }

private:
    border::Fd fd_;
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
