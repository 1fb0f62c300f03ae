// SPDX-License-Identifier: MIT
// What the node says about itself.
#include <cerrno>
#include <cstdio>
#include <string>

#include "device.h"
#include "harness.h"

namespace accel::uapi {
namespace {

UAPI_CASE(version, "query-version")
{
    const Device device = Device::open_first();
    char name[32] = {};
    DrmVersion version{};
    version.name = name;
    version.name_length = sizeof(name);
    require_errno(call(device.fd(), kDrmVersion, &version), 0, "VERSION");
    require_equal(version.major, 1, "driver major");
    require_equal(static_cast<long long>(version.name_length), 6, "length of the driver's name");
    note("driver " + std::string(name) + " " + std::to_string(version.major) + "." + std::to_string(version.minor));
}

UAPI_CASE(npu_info, "query-npu-info")
{
    const EthosuNpuInfo info = Device::open_first().info();
    require_equal(info.id >> 28, 1, "architecture major (1 is U65)");
    require_equal(info.config & 0xf, 8, "log2 of MACs per cycle");
    note("id 0x" + [&] { char text[16]; std::snprintf(text, sizeof(text), "%08x", info.id); return std::string(text); }() +
         ", " + std::to_string(1u << (info.config & 0xf)) + " MACs, " + std::to_string(info.sram_size) +
         " bytes of SRAM, " + std::to_string(info.pmu_counters) + " counters");
}

UAPI_CASE(query_sizes, "query-sizes")
{
    const Device device = Device::open_first();
    EthosuDevQuery query{0, 0, 0};
    require_errno(call(device.fd(), kEthosuDevQuery, &query), 0, "query without a buffer");
    require_equal(query.size, sizeof(EthosuNpuInfo), "size that the kernel names");
    EthosuNpuInfo info{};
    query = {0, 8, reinterpret_cast<uintptr_t>(&info)};
    require_errno(call(device.fd(), kEthosuDevQuery, &query), EINVAL, "query with a buffer that is too small");
    query = {77, sizeof(info), reinterpret_cast<uintptr_t>(&info)};
    require_errno(call(device.fd(), kEthosuDevQuery, &query), EINVAL, "query of an unknown type");
    query = {0, sizeof(info), 8};
    require_errno(call(device.fd(), kEthosuDevQuery, &query), EFAULT, "query into an unmapped address");
}

UAPI_CASE(no_syncobj, "query-no-syncobj")
{
    const Device device = Device::open_first();
    DrmGetCap cap{kDrmCapSyncobj, 99};
    const int error = call(device.fd(), kDrmGetCap, &cap);
    require(error != 0 || cap.value == 0, "the driver claims syncobjs");
    DrmSyncobjCreate create{};
    require_errno(call(device.fd(), kDrmSyncobjCreate, &create), EOPNOTSUPP, "SYNCOBJ_CREATE");
}

}  // namespace
}  // namespace accel::uapi
