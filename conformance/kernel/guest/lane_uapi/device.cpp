// SPDX-License-Identifier: MIT
// The driver's ioctls, one function each.
#include "device.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>

#include "harness.h"

namespace accel::uapi {
namespace {

std::string driver_name(int fd) {
    char name[64] = {};
    DrmVersion version{};
    version.name = name;
    version.name_length = sizeof(name) - 1;
    return call(fd, kDrmVersion, &version) == 0 ? std::string(name) : std::string();
}

uint64_t address(const void *pointer) { return reinterpret_cast<uintptr_t>(pointer); }

}  // namespace

File::~File() {
    if (fd_ >= 0) close(fd_);
}

int call(int fd, unsigned long request, void *argument) {
    for (;;) {
        if (ioctl(fd, request, argument) == 0) return 0;
        if (errno != EINTR) return errno;
    }
}

int64_t now_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

Device Device::open_first() { return open_driver("/dev/accel", "ethosu"); }

Device Device::open_driver(const std::string &folder, const std::string &driver) {
    const std::unique_ptr<DIR, int (*)(DIR *)> nodes(opendir(folder.c_str()), closedir);
    while (const dirent *node = nodes ? readdir(nodes.get()) : nullptr) {
        if (node->d_name[0] == '.') continue;
        File file(open((folder + "/" + node->d_name).c_str(), O_RDWR | O_CLOEXEC));
        if (file.fd() >= 0 && driver_name(file.fd()) == driver) return Device(std::move(file));
    }
    throw Failure("no node of driver " + driver + " in " + folder);
}

EthosuNpuInfo Device::info() const {
    EthosuNpuInfo info{};
    EthosuDevQuery query{0, sizeof(info), address(&info)};
    require_errno(call(fd(), kEthosuDevQuery, &query), 0, "DEV_QUERY");
    return info;
}

int Device::create_bo(uint64_t &size_bytes, uint32_t flags, uint32_t &handle) const {
    EthosuBoCreate create{size_bytes, flags, 0};
    const int error = call(fd(), kEthosuBoCreate, &create);
    size_bytes = create.size;
    handle = create.handle;
    return error;
}

int Device::create_stream(const std::vector<uint32_t> &words, uint32_t &handle) const {
    EthosuCmdstreamBoCreate create{static_cast<uint32_t>(words.size() * 4), 0, address(words.data()), 0, 0};
    const int error = call(fd(), kEthosuCmdstreamBoCreate, &create);
    handle = create.handle;
    return error;
}

int Device::map_offset(uint32_t handle, uint64_t &offset) const {
    EthosuBoMmapOffset map{handle, 0, 0};
    const int error = call(fd(), kEthosuBoMmapOffset, &map);
    offset = map.offset;
    return error;
}

int Device::wait(uint32_t handle, int64_t timeout_ns) const {
    EthosuBoWait wait{handle, 0, timeout_ns ? now_ns() + timeout_ns : 0};
    return call(fd(), kEthosuBoWait, &wait);
}

int Device::submit(const std::vector<EthosuJob> &jobs) const {
    EthosuSubmit submit{address(jobs.data()), static_cast<uint32_t>(jobs.size()), 0};
    return call(fd(), kEthosuSubmit, &submit);
}

int Device::export_bo(uint32_t handle, int &fd_out) const {
    DrmPrimeHandle prime{handle, kDrmReadWrite | kDrmCloseOnExec, -1};
    const int error = call(fd(), kDrmPrimeHandleToFd, &prime);
    fd_out = prime.fd;
    return error;
}

int Device::import_fd(int dma_buf, uint32_t &handle) const {
    DrmPrimeHandle prime{0, 0, dma_buf};
    const int error = call(fd(), kDrmPrimeFdToHandle, &prime);
    handle = prime.handle;
    return error;
}

void Device::close_handle(uint32_t handle) const {
    DrmGemClose close{handle, 0};
    call(fd(), kDrmGemClose, &close);
}

Buffer::Buffer(const Device &device, size_t size_bytes) : device_(device) {
    uint64_t rounded = size_bytes;
    require_errno(device.create_bo(rounded, 0, handle_), 0, "BO_CREATE");
    size_bytes_ = rounded;
    uint64_t offset = 0;
    require_errno(device.map_offset(handle_, offset), 0, "BO_MMAP_OFFSET");
    void *mapped = mmap(nullptr, size_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, device.fd(),
                        static_cast<off_t>(offset));
    require(mapped != MAP_FAILED, std::string("mmap of a buffer object: ") + strerrorname_np(errno));
    bytes_ = static_cast<uint8_t *>(mapped);
    int exported = -1;
    require_errno(device.export_bo(handle_, exported), 0, "PRIME_HANDLE_TO_FD");
    dma_buf_ = File(exported);
}

Buffer::~Buffer() {
    munmap(bytes_, size_bytes_);
    device_.close_handle(handle_);
}

void Buffer::fill(uint8_t value) { std::memset(bytes_, value, size_bytes_); }

bool Buffer::holds(uint8_t value, size_t count) const {
    return std::all_of(bytes_, bytes_ + count, [value](uint8_t byte) { return byte == value; });
}

EthosuJob make_job(uint32_t cmd_bo, std::initializer_list<std::pair<unsigned, uint32_t>> regions,
                   uint32_t sram_size_bytes) {
    EthosuJob job{};
    job.cmd_bo = cmd_bo;
    job.sram_size = sram_size_bytes;
    for (const auto &[region, handle] : regions) job.region_bo_handles[region] = handle;
    return job;
}

File export_sync_file(int dma_buf, uint32_t flags) {
    DmaBufSyncFile sync{flags, -1};
    require_errno(call(dma_buf, kDmaBufExportSyncFile, &sync), 0, "DMA_BUF_IOCTL_EXPORT_SYNC_FILE");
    return File(sync.fd);
}

int import_sync_file(int dma_buf, int sync_file, uint32_t flags) {
    DmaBufSyncFile sync{flags, sync_file};
    return call(dma_buf, kDmaBufImportSyncFile, &sync);
}

bool poll_sync_file(int sync_file, int timeout_ms) {
    pollfd wanted{sync_file, POLLIN, 0};
    return poll(&wanted, 1, timeout_ms) == 1 && (wanted.revents & POLLIN) != 0;
}

int sync_file_status(int sync_file) {
    SyncFileInfo info{};
    require_errno(call(sync_file, kSyncFileInfo, &info), 0, "SYNC_IOC_FILE_INFO");
    return info.status;
}

}  // namespace accel::uapi
