// SPDX-License-Identifier: MIT
// Confirms driver and hardware of an opened node, and tells what it is.
#include "device.h"

#include "blob.h"
#include "drm/span.h"
#include "module/host.h"
#include "uapi/ethosu_accel.h"

#include <cstddef>

namespace accel::ethosu {
namespace {

// NPU_INFO fields: architecture major [31:28] of id, log2 of MACs per cycle [3:0] of config.
constexpr uint32_t kArchU65 = 1;
constexpr uint32_t kMacsLog2 = 8;

}  // namespace

accel_status Device::identify()
{
    drm::Version version;
    if (const int error = node_.version(version))
        return module::fail(drm::status_of(error), "", "asking the node for its driver failed with errno %d", -error);
    if (version.name != uapi::kDriverName)
        return module::fail(ACCEL_STATUS_INCOMPATIBLE, "", "the node's driver is \"%s\", expected \"%s\"", version.name.c_str(),
                            uapi::kDriverName);
    driver_version_ = std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch);
    if (version.major != 1)
        return module::fail(ACCEL_STATUS_INCOMPATIBLE, "", "the driver speaks version %s of its interface, expected 1",
                            driver_version_.c_str());
    return check_hardware();
}

accel_status Device::check_hardware()
{
    uapi::NpuInfo npu{};
    uapi::DevQuery query{uapi::kQueryNpuInfo, sizeof npu, reinterpret_cast<uint64_t>(&npu)};
    if (const int error = node_.request(uapi::kDevQuery, &query, {drm::span_out(offsetof(uapi::DevQuery, pointer), &npu, sizeof npu)}))
        return module::fail(drm::status_of(error), "", "the NPU's description is not to be had: errno %d", -error);
    const uint32_t arch = npu.id >> 28;
    const uint32_t macs_log2 = npu.config & 0xf;
    if (arch != kArchU65 || macs_log2 != kMacsLog2)
        return module::fail(ACCEL_STATUS_UNSUPPORTED, "",
                            "the NPU has architecture %u and 2^%u MACs, expected an Ethos-U65 "
                            "(architecture 1) with 2^8",
                            arch, macs_log2);
    return ACCEL_STATUS_OK;
}

void Device::info(accel_bk_device_info &info) const
{
    info.name = "Arm Ethos-U65-256";
    info.target = kTarget;
    info.driver_version = driver_version_.c_str();
    info.firmware_version = "";
    info.isolation = ACCEL_ISOLATION_KERNEL_VALIDATOR;
    info.queue_depth = kQueueDepth;
    info.job_timeout_ns = kJobTimeoutNs;
    info.buffer_align_bytes = kBufferAlignmentBytes;
    // The kernel's buffers are write-combined, a model's the process' own.
    info.flags = node_.copies() ? 0u : uint32_t{ACCEL_BK_DEVICE_FLAG_COHERENT};
    if (!has_fences())
        return;
    info.buffer_export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DMA_BUF);
    info.fence_export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE);
    info.fence_wait_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE);
}

}  // namespace accel::ethosu
