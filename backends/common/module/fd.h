// SPDX-License-Identifier: MIT
// File descriptors with an owner.
#ifndef ACCEL_BACKENDS_COMMON_MODULE_FD_H
#define ACCEL_BACKENDS_COMMON_MODULE_FD_H

#include <optional>

namespace accel::module
{

// A file descriptor with an owner. One thread at a time.
class Fd
{
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd &&other) noexcept : fd_(other.release()) {}
    Fd &operator=(Fd &&other) noexcept;
    ~Fd();

    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }
    // Gives the descriptor away.
    int release();
    // A new descriptor of the same file, close-on-exec; nothing where none is left.
    std::optional<int> duplicate() const;

private:
    int fd_ = -1;
};

} // namespace accel::module

#endif
