// SPDX-License-Identifier: MIT
// Requests of the Linux ethosu driver (drivers/accel/ethosu, Linux 6.19 and later).
// Layouts and numbers are facts of its public uAPI header, written out here so that
// a module also builds where the installed kernel headers are older.
#ifndef ACCEL_BACKENDS_ETHOSU_UAPI_ETHOSU_ACCEL_H
#define ACCEL_BACKENDS_ETHOSU_UAPI_ETHOSU_ACCEL_H

#include <cstdint>
#include <drm.h>

namespace accel::ethosu::uapi {

inline constexpr const char *kDriverName = "ethosu";
inline constexpr int kRegionCount = 8;

struct DevQuery {
    uint32_t type;
    uint32_t size;
    uint64_t pointer;
};
inline constexpr uint32_t kQueryNpuInfo = 0;

struct NpuInfo {
    uint32_t id;
    uint32_t config;
    uint32_t sram_size;
    uint32_t pmu_counters;
};

struct BoCreate {
    uint64_t size;  // in: wanted; out: rounded up to pages
    uint32_t flags;
    uint32_t handle;  // out
};

struct BoWait {
    uint32_t handle;
    uint32_t pad;
    int64_t timeout_ns;  // CLOCK_MONOTONIC instant
};

struct BoMmapOffset {
    uint32_t handle;
    uint32_t pad;
    uint64_t offset;  // out
};

struct CmdstreamBoCreate {
    uint32_t size;  // bytes
    uint32_t flags;
    uint64_t data;
    uint32_t handle;  // out
    uint32_t pad;
};

struct Job {
    uint32_t cmd_bo;
    uint32_t sram_size;
    uint32_t region_bo_handles[kRegionCount];
};

struct Submit {
    uint64_t jobs;
    uint32_t job_count;
    uint32_t perfmon_id;
};

template <typename Argument> constexpr unsigned long request(unsigned long number)
{
    return DRM_IOWR(DRM_COMMAND_BASE + number, Argument);
}

inline constexpr unsigned long kDevQuery = request<DevQuery>(0);
inline constexpr unsigned long kBoCreate = request<BoCreate>(1);
inline constexpr unsigned long kBoWait = request<BoWait>(2);
inline constexpr unsigned long kBoMmapOffset = request<BoMmapOffset>(3);
inline constexpr unsigned long kCmdstreamBoCreate = request<CmdstreamBoCreate>(4);
inline constexpr unsigned long kSubmit = request<Submit>(5);

static_assert(kDevQuery == 0xc0106440 && kBoCreate == 0xc0106441 && kBoWait == 0xc0106442 && kBoMmapOffset == 0xc0106443 &&
              kCmdstreamBoCreate == 0xc0186444 && kSubmit == 0xc0106445 && sizeof(Job) == 40 && sizeof(NpuInfo) == 16);

}  // namespace accel::ethosu::uapi

#endif
