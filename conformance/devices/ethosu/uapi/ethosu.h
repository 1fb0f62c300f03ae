// SPDX-License-Identifier: MIT
//
// The calls of the ethosu driver (Linux 6.19 and later), written down from their public description so that the programs
// build with any kernel headers.
#pragma once

#include <sys/ioctl.h>

#include <cstdint>

namespace accel::uapi {

struct EthosuDevQuery {
    uint32_t type, size;
    uint64_t pointer;
};
struct EthosuNpuInfo {
    uint32_t id, config, sram_size, pmu_counters;
};
struct EthosuBoCreate {
    uint64_t size;
    uint32_t flags, handle;
};
struct EthosuBoWait {
    uint32_t handle, pad;
    int64_t timeout_ns;
};
struct EthosuBoMmapOffset {
    uint32_t handle, pad;
    uint64_t offset;
};
struct EthosuCmdstreamBoCreate {
    uint32_t size, flags;
    uint64_t data;
    uint32_t handle, pad;
};
struct EthosuJob {
    uint32_t cmd_bo, sram_size, region_bo_handles[8];
};
struct EthosuSubmit {
    uint64_t jobs;
    uint32_t job_count, perfmon_id;
};

inline constexpr unsigned long kEthosuDevQuery = _IOWR('d', 0x40, EthosuDevQuery);
inline constexpr unsigned long kEthosuBoCreate = _IOWR('d', 0x41, EthosuBoCreate);
inline constexpr unsigned long kEthosuBoWait = _IOWR('d', 0x42, EthosuBoWait);
inline constexpr unsigned long kEthosuBoMmapOffset = _IOWR('d', 0x43, EthosuBoMmapOffset);
inline constexpr unsigned long kEthosuCmdstreamBoCreate = _IOWR('d', 0x44, EthosuCmdstreamBoCreate);
inline constexpr unsigned long kEthosuSubmit = _IOWR('d', 0x45, EthosuSubmit);
inline constexpr uint32_t kEthosuNoMmap = 1;
inline constexpr unsigned kSramRegion = 2;

static_assert(kEthosuDevQuery == 0xc0106440 && kEthosuBoCreate == 0xc0106441 && kEthosuBoWait == 0xc0106442);
static_assert(kEthosuBoMmapOffset == 0xc0106443 && kEthosuCmdstreamBoCreate == 0xc0186444);
static_assert(kEthosuSubmit == 0xc0106445 && sizeof(EthosuJob) == 40 && sizeof(EthosuNpuInfo) == 16);

}  // namespace accel::uapi
