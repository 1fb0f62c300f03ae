// SPDX-License-Identifier: MIT
// Confirms the driver, describes the device, and says what the driver's errors mean.
#include "device.h"

#include <module/host.h>

#include <cerrno>

#include "compiler.h"
#include "uapi.h"

using namespace accel;
using namespace accel::template_drm;

accel_status template_drm::status_of(int negative_errno)
{
    switch (-negative_errno) {
    case ETIME: return ACCEL_STATUS_TIMEOUT;
    case EFAULT: return ACCEL_STATUS_JOB_FAILED;
    case ETIMEDOUT: return ACCEL_STATUS_JOB_TIMEOUT;
    case ECANCELED: return ACCEL_STATUS_CONTEXT_LOST;
    case EIO: return ACCEL_STATUS_DEVICE_LOST;
    default: return drm::status_of(negative_errno);
    }
}

accel_status accel_bk_device::open(const accel_bk_open &open, std::unique_ptr<accel_bk_device> &out)
{
    // >>> device_open
    if (open.transport == nullptr) return module::fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "the device is behind a node, but no transport is given");
    out = std::make_unique<accel_bk_device>(*open.transport);
    drm::Version version;
    if (const int error = out->node.version(version)) return module::fail(drm::status_of(error), "", "asking the node for its driver failed with errno %d", -error);
    if (version.name != uapi::kDriverName || version.major != uapi::kMajor)
        return module::fail(ACCEL_STATUS_INCOMPATIBLE, "", "the node's driver is \"%s\" %d, expected \"%s\" %d", version.name.c_str(), version.major, uapi::kDriverName, uapi::kMajor);
    out->driver_version = std::to_string(version.major) + "." + std::to_string(version.minor);
    // Whoever had it before may have lost it.
    uapi::Reset reset{};
    if (const int error = out->node.request(uapi::kReset, &reset)) return module::fail(status_of(error), "", "the device does not come out of its reset: errno %d", -error);
    return ACCEL_STATUS_OK;
    // <<<
}

accel_status accel_bk_device::info(accel_bk_device_info &info)
{
    info.name = "Adder behind a driver";
    info.target = kTarget;
    info.driver_version = driver_version.c_str();
    info.firmware_version = "";
    info.isolation = ACCEL_ISOLATION_KERNEL_VALIDATOR;
    info.queue_depth = uapi::kDepth;
    info.job_timeout_ns = uapi::kJobTimeoutNs;
    info.buffer_align_bytes = kAlignBytes;
    // Whatever the CPU does is seen, unless a transport carries it.
    info.flags = node.copies() ? 0u : uint32_t{ACCEL_BK_DEVICE_FLAG_COHERENT};
    return ACCEL_STATUS_OK;
}
