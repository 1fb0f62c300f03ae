// SPDX-License-Identifier: MIT
//
// An open node of a DRM driver, and what every driver has: buffers that are exported and imported, fences as sync_files.
// Calls that can be refused return errno values, so that cases can ask for a refusal; the plain helpers throw Failure.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "uapi.h"

namespace accel::uapi {

/// A file descriptor with an owner.
class File {
public:
    explicit File(int fd = -1) : fd_(fd) {}
    ~File();
    File(File &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    File &operator=(File &&other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }
    int fd() const { return fd_; }

private:
    int fd_;
};

/// 0 or the errno value.
int call(int fd, unsigned long request, void *argument);

/// CLOCK_MONOTONIC.
int64_t now_ns();
inline constexpr int64_t kMillisecond_ns = 1000000;

class Node {
public:
    /// Opens the first node in the folder whose driver has this name.
    static Node open(const std::string &folder, const std::string &driver);

    int fd() const { return file_.fd(); }

    int export_bo(uint32_t handle, int &fd) const;
    int import_fd(int fd, uint32_t &handle) const;
    void close_handle(uint32_t handle) const;

private:
    explicit Node(File file) : file_(std::move(file)) {}
    File file_;
};

/// The fence that a dma-buf's users wait for, as a sync_file. `flags` says as who: a reader or a writer.
File export_sync_file(int dma_buf, uint32_t flags);
int import_sync_file(int dma_buf, int sync_file, uint32_t flags);
/// Waits for the sync_file; true when it has signalled.
bool poll_sync_file(int sync_file, int timeout_ms);
/// 1 signalled, 0 active, negative errno failed.
int sync_file_status(int sync_file);

}  // namespace accel::uapi
