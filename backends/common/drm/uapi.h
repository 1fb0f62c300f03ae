// SPDX-License-Identifier: MIT
// The two requests that every DRM node takes, whatever driver is behind it. The
// layout is that of the public drm.h; it is repeated here so that a module builds
// without libdrm's headers.
#ifndef ACCEL_BACKENDS_COMMON_DRM_UAPI_H
#define ACCEL_BACKENDS_COMMON_DRM_UAPI_H

#include <cstddef>
#include <cstdint>

namespace accel::drm
{

struct VersionRequest {
    int32_t major;
    int32_t minor;
    int32_t patch;
    size_t name_length;
    char *name;
    size_t date_length;
    char *date;
    size_t description_length;
    char *description;
};

struct GemCloseRequest {
    uint32_t handle;
    uint32_t pad;
};

// _IOC of <asm-generic/ioctl.h>: direction [31:30], size [29:16], type [15:8], number [7:0].
enum class Direction : unsigned long { kWrite = 1, kRead = 2, kReadWrite = 3 };

constexpr unsigned long request(Direction direction, unsigned long number, size_t size_bytes)
{
    return static_cast<unsigned long>(direction) << 30 | size_bytes << 16 | 'd' << 8 | number;
}

inline constexpr unsigned long kVersion = request(Direction::kReadWrite, 0x00, sizeof(VersionRequest));
inline constexpr unsigned long kGemClose = request(Direction::kWrite, 0x09, sizeof(GemCloseRequest));

// Numbers of a driver's own requests begin here.
inline constexpr unsigned long kDriverBase = 0x40;

static_assert(sizeof(void *) != 8 || kVersion == 0xc0406400);
static_assert(kGemClose == 0x40086409);

} // namespace accel::drm

#endif
