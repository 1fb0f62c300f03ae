// SPDX-License-Identifier: MIT
// An ioctl of this process that answers for eventfds.
#include "fake_sync_file.h"

#include <linux/sync_file.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

namespace {

std::mutex lock;
std::map<int, int> states;  ///< eventfd-id -> the status of sync_file_info: 0 pending, 1 signalled, negative: an error

/// The same for all duplicates of one eventfd; -1 if it is none.
int eventfd_id(int fd)
{
    char path[64], line[128];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    FILE *file = fopen(path, "re");
    int id = -1;
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "eventfd-id: %d", &id) == 1)
            break;
    if (file)
        fclose(file);
    return id;
}

}  // namespace

// Found before libc's by everything that is linked into the test.
extern "C" int ioctl(int fd, unsigned long request, ...) noexcept
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (request == SYNC_IOC_FILE_INFO) {
        const std::lock_guard guard(lock);
        const auto found = states.find(eventfd_id(fd));
        if (found != states.end()) {
            static_cast<sync_file_info *>(argument)->status = found->second;
            return 0;
        }
    }
    return static_cast<int>(syscall(SYS_ioctl, fd, request, argument));
}

namespace accel::runtime::fake {

SyncFile::SyncFile() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    const std::lock_guard guard(lock);
    const int id = eventfd_id(fd_);
    if (id < 0)
        abort();
    states[id] = 0;
}

SyncFile::~SyncFile()
{
    const std::lock_guard guard(lock);
    states.erase(eventfd_id(fd_));
    close(fd_);
}

void SyncFile::signal(int error)
{
    {
        const std::lock_guard guard(lock);
        states[eventfd_id(fd_)] = error ? error : 1;
    }
    const uint64_t one = 1;
    if (write(fd_, &one, sizeof one) != sizeof one)
        abort();
}

}  // namespace accel::runtime::fake
