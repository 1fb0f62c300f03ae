// SPDX-License-Identifier: MIT
//
// An open accel node of the ethosu driver and what belongs to it. Calls that can be refused return errno values, so that
// cases can ask for a refusal; the plain helpers throw Failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "uapi.h"

namespace accel::uapi {

/// A file descriptor with an owner.
class File {
public:
    explicit File(int fd = -1) : fd_(fd) {}
    ~File();
    File(File &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    File &operator=(File &&other) noexcept { std::swap(fd_, other.fd_); return *this; }
    int fd() const { return fd_; }

private:
    int fd_;
};

/// 0 or the errno value.
int call(int fd, unsigned long request, void *argument);

/// CLOCK_MONOTONIC.
int64_t now_ns();
inline constexpr int64_t kMillisecond_ns = 1000000;

class Device {
public:
    /// Opens the first accel node whose driver calls itself "ethosu".
    static Device open_first();
    /// Opens any node of a DRM driver, by its name.
    static Device open_driver(const std::string &folder, const std::string &driver);

    int fd() const { return file_.fd(); }

    EthosuNpuInfo info() const;
    int create_bo(uint64_t &size_bytes, uint32_t flags, uint32_t &handle) const;
    int create_stream(const std::vector<uint32_t> &words, uint32_t &handle) const;
    int map_offset(uint32_t handle, uint64_t &offset) const;
    /// Waits until `timeout_ns` from now; 0 polls.
    int wait(uint32_t handle, int64_t timeout_ns) const;
    int submit(const std::vector<EthosuJob> &jobs) const;
    int export_bo(uint32_t handle, int &fd) const;
    int import_fd(int fd, uint32_t &handle) const;
    void close_handle(uint32_t handle) const;

private:
    explicit Device(File file) : file_(std::move(file)) {}
    File file_;
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

/// The fence that a dma-buf's users wait for, as a sync_file. `flags` says as who: a reader or a writer.
File export_sync_file(int dma_buf, uint32_t flags);
int import_sync_file(int dma_buf, int sync_file, uint32_t flags);
/// Waits for the sync_file; true when it has signalled.
bool poll_sync_file(int sync_file, int timeout_ms);
/// 1 signalled, 0 active, negative errno failed.
int sync_file_status(int sync_file);

}  // namespace accel::uapi
