// SPDX-License-Identifier: MIT
// Buffer objects: creation, mapping, waiting.
#include <sys/mman.h>

#include <cerrno>

#include "device.h"
#include "harness.h"

namespace accel::uapi {
namespace {

UAPI_CASE(create, "bo-create-rounds-and-zeroes")
{
    const Device device = Device::open_first();
    const Buffer buffer(device, 5000);
    require_equal(static_cast<long long>(buffer.size_bytes()), 8192, "size of a 5000 byte object");
    require(buffer.holds(0, buffer.size_bytes()), "a new object is not zero");
}

UAPI_CASE(create_refused, "bo-create-refusals")
{
    const Device device = Device::open_first();
    uint32_t handle = 0;
    uint64_t size_bytes = 0;
    require_errno(device.create_bo(size_bytes, 0, handle), EINVAL, "size 0");
    size_bytes = 4096;
    require_errno(device.create_bo(size_bytes, 0x80, handle), EINVAL, "unknown flag");
    size_bytes = uint64_t{1} << 32;
    require_errno(device.create_bo(size_bytes, 0, handle), ENOMEM, "4 GiB");
}

UAPI_CASE(map_refused, "bo-map-refusals")
{
    const Device device = Device::open_first();
    uint64_t offset = 0;
    require_errno(device.map_offset(4711, offset), ENOENT, "offset of an unknown handle");
    EthosuBoMmapOffset padded{1, 1, 0};
    require_errno(call(device.fd(), kEthosuBoMmapOffset, &padded), EINVAL, "pad that is not zero");
    uint32_t handle = 0;
    uint64_t size_bytes = 4096;
    require_errno(device.create_bo(size_bytes, kEthosuNoMmap, handle), 0, "NO_MMAP object");
    if (device.map_offset(handle, offset) == 0) {
        void *mapped = mmap(nullptr, size_bytes, PROT_READ, MAP_SHARED, device.fd(), static_cast<off_t>(offset));
        require(mapped == MAP_FAILED, "an object with NO_MMAP can be mapped");
    }
}

UAPI_CASE(wait_refused, "bo-wait-refusals")
{
    const Device device = Device::open_first();
    require_errno(device.wait(4711, 0), EINVAL, "wait for an unknown handle");
    const Buffer buffer(device, 4096);
    EthosuBoWait padded{buffer.handle(), 1, 0};
    require_errno(call(device.fd(), kEthosuBoWait, &padded), EINVAL, "pad that is not zero");
    require_errno(device.wait(buffer.handle(), 0), 0, "poll of an idle object");
}

}  // namespace
}  // namespace accel::uapi
