// SPDX-License-Identifier: MIT
// The calls that every DRM driver answers, one function each.
#include "drm.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <memory>

#include "harness.h"

namespace accel::uapi {
namespace {

std::string driver_name(int fd)
{
    char name[64] = {};
    DrmVersion version{};
    version.name = name;
    version.name_length = sizeof(name) - 1;
    return call(fd, kDrmVersion, &version) == 0 ? std::string(name) : std::string();
}

}  // namespace

File::~File()
{
    if (fd_ >= 0) close(fd_);
}

int call(int fd, unsigned long request, void *argument)
{
    for (;;) {
        if (ioctl(fd, request, argument) == 0) return 0;
        if (errno != EINTR) return errno;
    }
}

int64_t now_ns()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

Node Node::open(const std::string &folder, const std::string &driver)
{
    const std::unique_ptr<DIR, int (*)(DIR *)> nodes(opendir(folder.c_str()), closedir);
    while (const dirent *node = nodes ? readdir(nodes.get()) : nullptr) {
        if (node->d_name[0] == '.') continue;
        File file(::open((folder + "/" + node->d_name).c_str(), O_RDWR | O_CLOEXEC));
        if (file.fd() >= 0 && driver_name(file.fd()) == driver) return Node(std::move(file));
    }
    throw Failure("no node of driver " + driver + " in " + folder);
}

int Node::export_bo(uint32_t handle, int &fd_out) const
{
    DrmPrimeHandle prime{handle, kDrmReadWrite | kDrmCloseOnExec, -1};
    const int error = call(fd(), kDrmPrimeHandleToFd, &prime);
    fd_out = prime.fd;
    return error;
}

int Node::import_fd(int dma_buf, uint32_t &handle) const
{
    DrmPrimeHandle prime{0, 0, dma_buf};
    const int error = call(fd(), kDrmPrimeFdToHandle, &prime);
    handle = prime.handle;
    return error;
}

void Node::close_handle(uint32_t handle) const
{
    DrmGemClose close{handle, 0};
    call(fd(), kDrmGemClose, &close);
}

File export_sync_file(int dma_buf, uint32_t flags)
{
    DmaBufSyncFile sync{flags, -1};
    require_errno(call(dma_buf, kDmaBufExportSyncFile, &sync), 0, "DMA_BUF_IOCTL_EXPORT_SYNC_FILE");
    return File(sync.fd);
}

int import_sync_file(int dma_buf, int sync_file, uint32_t flags)
{
    DmaBufSyncFile sync{flags, sync_file};
    return call(dma_buf, kDmaBufImportSyncFile, &sync);
}

bool poll_sync_file(int sync_file, int timeout_ms)
{
    pollfd wanted{sync_file, POLLIN, 0};
    return poll(&wanted, 1, timeout_ms) == 1 && (wanted.revents & POLLIN) != 0;
}

int sync_file_status(int sync_file)
{
    SyncFileInfo info{};
    require_errno(call(sync_file, kSyncFileInfo, &info), 0, "SYNC_IOC_FILE_INFO");
    return info.status;
}

}  // namespace accel::uapi
