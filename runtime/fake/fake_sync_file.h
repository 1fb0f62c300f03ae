// SPDX-License-Identifier: MIT
// Stands in for the kernel's sync_file where no driver makes one: an eventfd to which this process' own ioctl() answers SYNC_IOC_FILE_INFO.
#pragma once

#include <cstdint>

namespace accel::runtime::fake {

class SyncFile {
public:
    SyncFile();
    ~SyncFile();
    SyncFile(const SyncFile &) = delete;
    SyncFile &operator=(const SyncFile &) = delete;
    int fd() const { return fd_; }
    /// Signal it; error: 0, or the negative errno value that it carries.
    void signal(int error = 0);

private:
    int fd_;
};

}  // namespace accel::runtime::fake
