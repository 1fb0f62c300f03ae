// SPDX-License-Identifier: MIT
// Closes a descriptor once, and duplicates one.
#include "module/fd.h"

#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace accel::module
{

Fd &Fd::operator=(Fd &&other) noexcept
{
    if (this != &other) {
        const Fd old(std::exchange(fd_, other.release()));
    }
    return *this;
}

Fd::~Fd()
{
    if (fd_ >= 0)
        ::close(fd_);
}

int Fd::release() { return std::exchange(fd_, -1); }

std::optional<int> Fd::duplicate() const
{
    const int copy = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);
    return copy < 0 ? std::nullopt : std::optional(copy);
}

} // namespace accel::module
