// SPDX-License-Identifier: MIT
// The driver's ioctls, one function each.
#include "device.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "harness.h"

namespace accel::uapi {
namespace {

uint64_t address(const void *pointer) { return reinterpret_cast<uintptr_t>(pointer); }

}  // namespace

EthosuNpuInfo Device::info() const
{
    EthosuNpuInfo info{};
    EthosuDevQuery query{0, sizeof(info), address(&info)};
    require_errno(call(fd(), kEthosuDevQuery, &query), 0, "DEV_QUERY");
    return info;
}

int Device::create_bo(uint64_t &size_bytes, uint32_t flags, uint32_t &handle) const
{
    EthosuBoCreate create{size_bytes, flags, 0};
    const int error = call(fd(), kEthosuBoCreate, &create);
    size_bytes = create.size;
    handle = create.handle;
    return error;
}

int Device::create_stream(const std::vector<uint32_t> &words, uint32_t &handle) const
{
    EthosuCmdstreamBoCreate create{static_cast<uint32_t>(words.size() * 4), 0, address(words.data()), 0, 0};
    const int error = call(fd(), kEthosuCmdstreamBoCreate, &create);
    handle = create.handle;
    return error;
}

int Device::map_offset(uint32_t handle, uint64_t &offset) const
{
    EthosuBoMmapOffset map{handle, 0, 0};
    const int error = call(fd(), kEthosuBoMmapOffset, &map);
    offset = map.offset;
    return error;
}

int Device::wait(uint32_t handle, int64_t timeout_ns) const
{
    EthosuBoWait wait{handle, 0, timeout_ns ? now_ns() + timeout_ns : 0};
    return call(fd(), kEthosuBoWait, &wait);
}

int Device::submit(const std::vector<EthosuJob> &jobs) const
{
    EthosuSubmit submit{address(jobs.data()), static_cast<uint32_t>(jobs.size()), 0};
    return call(fd(), kEthosuSubmit, &submit);
}

Buffer::Buffer(const Device &device, size_t size_bytes) : device_(device)
{
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

Buffer::~Buffer()
{
    munmap(bytes_, size_bytes_);
    device_.close_handle(handle_);
}

void Buffer::fill(uint8_t value) { std::memset(bytes_, value, size_bytes_); }

bool Buffer::holds(uint8_t value, size_t count) const
{
    return std::all_of(bytes_, bytes_ + count, [value](uint8_t byte) { return byte == value; });
}

EthosuJob make_job(uint32_t cmd_bo, std::initializer_list<std::pair<unsigned, uint32_t>> regions,
                   uint32_t sram_size_bytes)
{
    EthosuJob job{};
    job.cmd_bo = cmd_bo;
    job.sram_size = sram_size_bytes;
    for (const auto &[region, handle] : regions) job.region_bo_handles[region] = handle;
    return job;
}

}  // namespace accel::uapi
