// SPDX-License-Identifier: MIT
// File descriptors with an owner.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <utility>

namespace accel::border {

/// A file descriptor with an owner, or none. Threads: one at a time.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd &&other) noexcept : fd_(other.release()) {}
    /// What was owned before is closed.
    Fd &operator=(Fd &&other) noexcept
    {
        if (this != &other) {
            const Fd old(std::exchange(fd_, other.release()));
        }
        return *this;
    }
    ~Fd()
    {
        if (fd_ >= 0) ::close(fd_);
    }

    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }
    /// Gives the descriptor away.
    int release() { return std::exchange(fd_, -1); }
    /// A new descriptor of the same file, close-on-exec, and none of the first three, which programs take for their own; nothing where none is left.
    std::optional<int> duplicate() const { return duplicate(fd_); }
    /// The same of a descriptor that somebody else owns.
    static std::optional<int> duplicate(int fd)
    {
        const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
        return copy < 0 ? std::nullopt : std::optional(copy);
    }

private:
    int fd_ = -1;
};

}  // namespace accel::border
