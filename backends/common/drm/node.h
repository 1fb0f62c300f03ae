// SPDX-License-Identifier: MIT
// A device node behind a transport: who answers, and the sync_file bridge.
//
// Drivers of this family take no fences at submit. The bridge makes their implicit
// dma-buf fences explicit: a job's fence leaves as a sync_file right after submit,
// foreign fences enter on a buffer of the job before it, and inputs get the job's
// fence as a reader, so that later writers wait.
#pragma once

#include <accel/backend.h>
#include <accel/border/fd.h>

#include <cstdint>
#include <initializer_list>
#include <string>

namespace accel::drm {

using border::Fd;

struct Version {
    std::string name;
    int major = 0;
    int minor = 0;
    int patch = 0;
};

// Results are 0 or a negative errno, as the transport gives them.
//
// Handles, dma-bufs and syncobjs are DRM's own, alike for all drivers: they go through libdrm where the node's descriptor is here, and through the
// transport where it is not, with the same answers. What a driver defines goes through the transport always: libdrm repeats EAGAIN without end, and
// some drivers mean something by it.
class Node {
public:
    explicit Node(const accel_bk_transport &transport) : transport_(transport) {}

    // For libdrm; -1 where there is none. Borrowed.
    int fd() const;

    bool simulated() const { return (transport_.flags & ACCEL_BK_TRANSPORT_FLAG_SIMULATED) != 0; }
    // Does the transport have what the bridge needs?
    bool has_bridge() const;

    // `spans` say what each pointer, descriptor and instant in the argument is (span.h); parents come first.
    int request(unsigned long number, void *argument, std::initializer_list<accel_bk_span> spans = {}) const;
    // align_bytes: a power of two, 0 for a page.
    int map(uint64_t offset, uint64_t size_bytes, void **pointer, uint64_t align_bytes = 0) const;
    void unmap(void *pointer, uint64_t size_bytes) const;
    // Mapped memory: bring what the device wrote before the CPU reads (READ), take what the CPU wrote there (WRITE). Does nothing where the memory is
    // the device's own.
    bool copies() const { return transport_.sync != nullptr; }
    int sync(void *pointer, uint64_t size_bytes, uint32_t access) const;
    int version(Version &out) const;
    void close_handle(uint32_t handle) const;

    // The memory of a dma-buf. What the node knows already has its old handle, which is not to be closed twice. -EOPNOTSUPP without a kernel.
    int adopt(const Fd &dma_buf, uint32_t &handle) const;

    // With has_bridge() only.
    int share(uint32_t handle, Fd &dma_buf) const;
    int fence_from(const Fd &dma_buf, uint32_t access, Fd &sync_file) const;
    int fence_to(const Fd &dma_buf, uint32_t access, int sync_file) const;
    int fence_wait(const Fd &sync_file, uint64_t deadline_ns) const;
    // CLOCK_MONOTONIC; -ENOTTY when the transport is too old to know.
    int fence_time(const Fd &sync_file, uint64_t &signalled_ns) const;

private:
    const accel_bk_transport &transport_;
};

// libdrm answers -1 with errno, or that errno negated: the latter, or 0.
int result_of_libdrm(int answer);

// What an errno of an allocation or set-up request means to the caller.
accel_status status_of(int negative_errno);

// CLOCK_MONOTONIC now.
uint64_t now_ns();

// now + timeout, UINT64_MAX when it never comes.
uint64_t deadline_after(uint64_t timeout_ns);

}  // namespace accel::drm
