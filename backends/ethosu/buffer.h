// SPDX-License-Identifier: MIT
// Memory of the NPU: contiguous, coherent, zeroed.      ~ kernel  ethosu_gem.c
#pragma once

#include "device.h"

#include <memory>
#include <mutex>
#include <span>

namespace accel::ethosu {

// A GEM object and, once asked for, its mapping and its dma-buf.
class Buffer {
public:
    static accel_status create(const Device &device, uint64_t size_bytes, std::unique_ptr<Buffer> &out);
    ~Buffer();
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;

    uint32_t handle() const { return handle_; }
    uint64_t size_bytes() const { return size_bytes_; }

    // Where the CPU sees it: the same pointer every time. Any thread.
    accel_status map(void *&pointer);
    // Begins one CPU access: what the device wrote lies in its part afterwards. pointer: of the first byte. Any thread.
    accel_status begin_access(const accel_bk_access &access, void *&pointer);
    // Ends it: what the CPU wrote is the device's afterwards. One that fails goes on. Any thread.
    accel_status end_access(const accel_bk_access &access);
    // Parts of what map() gave, where the transport copies: bring the device's bytes, or take the CPU's there. Any thread.
    accel_status bring(uint64_t offset_bytes, uint64_t size_bytes) const { return sync(offset_bytes, size_bytes, ACCEL_ACCESS_READ); }
    accel_status take(uint64_t offset_bytes, uint64_t size_bytes) const { return sync(offset_bytes, size_bytes, ACCEL_ACCESS_WRITE); }
    // The object's own dma-buf, kept; only where the device has fences. Any thread.
    accel_status dma_buf(const drm::Fd *&out);
    // A new descriptor of the dma-buf, for others. Any thread.
    accel_status export_dma_buf(int &fd);

private:
    Buffer(const Device &device, uint32_t handle, uint64_t size_bytes) : device_(device),
                                                                         handle_(handle),
                                                                         size_bytes_(size_bytes) {}

    accel_status sync(uint64_t offset_bytes, uint64_t size_bytes, uint32_t access) const;

    const Device &device_;
    const uint32_t handle_;
    const uint64_t size_bytes_;
    std::mutex mutex_;         // of what follows, and of what a transport carries
    void *pointer_ = nullptr;  // made on first use, as is the dma-buf
    drm::Fd dma_buf_;
};

// A validated, immutable command stream in the kernel.
class CommandBuffer {
public:
    static accel_status create(const Device &device, std::span<const uint32_t> words, std::unique_ptr<CommandBuffer> &out);
    ~CommandBuffer();
    CommandBuffer(const CommandBuffer &) = delete;
    CommandBuffer &operator=(const CommandBuffer &) = delete;

    uint32_t handle() const { return handle_; }

private:
    CommandBuffer(const Device &device, uint32_t handle) : device_(device),
                                                           handle_(handle) {}

    const Device &device_;
    const uint32_t handle_;
};

}  // namespace accel::ethosu
