// SPDX-License-Identifier: MIT
// An open NPU.                                        ~ kernel  ethosu_drv.c
#pragma once

#include "drm/node.h"

#include <cstdint>
#include <string>

namespace accel::ethosu {

// The driver ends a job whose stream makes no progress for this long.
inline constexpr uint64_t kJobTimeoutNs = 500'000'000;
inline constexpr uint32_t kQueueDepth = 32;
inline constexpr uint64_t kBufferAlignmentBytes = 16;

class Device {
public:
    explicit Device(const accel_bk_transport &transport) : node_(transport) {}

    // Confirms driver and hardware; nothing else may be called before.
    accel_status identify();
    void info(accel_bk_device_info &info) const;

    const drm::Node &node() const { return node_; }
    // Pollable completion that carries errors; without it completion is BO_WAIT's.
    bool has_fences() const { return node_.has_bridge(); }

private:
    accel_status check_hardware();

    drm::Node node_;
    std::string driver_version_;
};

}  // namespace accel::ethosu
