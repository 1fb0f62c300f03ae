// SPDX-License-Identifier: MIT
//
// An open accel node of the ethosu driver and what belongs to it. Calls that can be refused return errno values, so that
// cases can ask for a refusal; the plain helpers throw Failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "drm.h"
#include "ethosu.h"

namespace accel::uapi {

class Device : public Node {
public:
    /// Opens the first accel node whose driver calls itself "ethosu".
    static Device open_first() { return Device(open("/dev/accel", "ethosu")); }

    EthosuNpuInfo info() const;
    int create_bo(uint64_t &size_bytes, uint32_t flags, uint32_t &handle) const;
    int create_stream(const std::vector<uint32_t> &words, uint32_t &handle) const;
    int map_offset(uint32_t handle, uint64_t &offset) const;
    /// Waits until `timeout_ns` from now; 0 polls.
    int wait(uint32_t handle, int64_t timeout_ns) const;
    int submit(const std::vector<EthosuJob> &jobs) const;

private:
    explicit Device(Node node) : Node(std::move(node)) {}
};

/// A mapped buffer object with its dma-buf.
class Buffer {
public:
    Buffer(const Device &device, size_t size_bytes);
    ~Buffer();
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;

    uint32_t handle() const { return handle_; }
    size_t size_bytes() const { return size_bytes_; }
    uint8_t *bytes() const { return bytes_; }
    int dma_buf() const { return dma_buf_.fd(); }

    void fill(uint8_t value);
    /// True if the first `count` bytes all have this value.
    bool holds(uint8_t value, size_t count) const;

private:
    const Device &device_;
    uint32_t handle_ = 0;
    size_t size_bytes_ = 0;
    uint8_t *bytes_ = nullptr;
    File dma_buf_;
};

/// A job that uses `cmd_bo` with (region, handle) pairs.
EthosuJob make_job(uint32_t cmd_bo, std::initializer_list<std::pair<unsigned, uint32_t>> regions,
                   uint32_t sram_size_bytes = 0);

}  // namespace accel::uapi
