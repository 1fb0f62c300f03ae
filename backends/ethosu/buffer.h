// SPDX-License-Identifier: MIT
// Memory of the NPU: contiguous, coherent, zeroed.      ~ kernel  ethosu_gem.c
#ifndef ACCEL_BACKENDS_ETHOSU_BUFFER_H
#define ACCEL_BACKENDS_ETHOSU_BUFFER_H

#include "device.h"

#include <memory>
#include <mutex>
#include <span>

namespace accel::ethosu
{

// A GEM object and, once asked for, its mapping and its dma-buf.
class Buffer
{
public:
    static accel_status create(const Device &device, uint64_t size_bytes, std::unique_ptr<Buffer> &out);
    ~Buffer();
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;

    uint32_t handle() const { return handle_; }
    uint64_t size_bytes() const { return size_bytes_; }

    // The same pointer every time. Any thread.
    accel_status map(void *&pointer);
    // The object's own dma-buf, kept; only where the device has fences. Any thread.
    accel_status dma_buf(const drm::Fd *&out);
    // A new descriptor of the dma-buf, for others. Any thread.
    accel_status export_dma_buf(int &fd);

private:
    Buffer(const Device &device, uint32_t handle, uint64_t size_bytes) : device_(device), handle_(handle), size_bytes_(size_bytes) {}

    const Device &device_;
    const uint32_t handle_;
    const uint64_t size_bytes_;
    std::mutex mutex_; // of what is made on first use
    void *pointer_ = nullptr;
    drm::Fd dma_buf_;
};

// A validated, immutable command stream in the kernel.
class CommandBuffer
{
public:
    static accel_status create(const Device &device, std::span<const uint32_t> words, std::unique_ptr<CommandBuffer> &out);
    ~CommandBuffer();
    CommandBuffer(const CommandBuffer &) = delete;
    CommandBuffer &operator=(const CommandBuffer &) = delete;

    uint32_t handle() const { return handle_; }

private:
    CommandBuffer(const Device &device, uint32_t handle) : device_(device), handle_(handle) {}

    const Device &device_;
    const uint32_t handle_;
};

} // namespace accel::ethosu

#endif
