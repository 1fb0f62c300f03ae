// SPDX-License-Identifier: MIT
//
// The kernel interfaces that these tests speak, written down from their public description so that the program builds
// with any kernel headers: DRM core, vgem, udmabuf, dma-buf and sync_file. A driver's own are in its device's folder.
#pragma once

#include <sys/ioctl.h>

#include <cstdint>

namespace accel::uapi {

// DRM core
struct DrmVersion {
    int32_t major, minor, patch;
    uint64_t name_length;
    char *name;
    uint64_t date_length;
    char *date;
    uint64_t description_length;
    char *description;
};
struct DrmGetCap {
    uint64_t capability, value;
};
struct DrmGemClose {
    uint32_t handle, pad;
};
struct DrmPrimeHandle {
    uint32_t handle, flags;
    int32_t fd;
};
struct DrmSyncobjCreate {
    uint32_t handle, flags;
};
struct DrmModeCreateDumb {
    uint32_t height, width, bpp, flags, handle, pitch;
    uint64_t size;
};

inline constexpr unsigned long kDrmVersion = _IOWR('d', 0x00, DrmVersion);
inline constexpr unsigned long kDrmGemClose = _IOW('d', 0x09, DrmGemClose);
inline constexpr unsigned long kDrmGetCap = _IOWR('d', 0x0c, DrmGetCap);
inline constexpr unsigned long kDrmPrimeHandleToFd = _IOWR('d', 0x2d, DrmPrimeHandle);
inline constexpr unsigned long kDrmPrimeFdToHandle = _IOWR('d', 0x2e, DrmPrimeHandle);
inline constexpr unsigned long kDrmModeCreateDumb = _IOWR('d', 0xb2, DrmModeCreateDumb);
inline constexpr unsigned long kDrmSyncobjCreate = _IOWR('d', 0xbf, DrmSyncobjCreate);
inline constexpr uint64_t kDrmCapSyncobj = 0x13;
inline constexpr uint32_t kDrmReadWrite = 02, kDrmCloseOnExec = 02000000;

static_assert(kDrmVersion == 0xc0406400);

// dma-buf and sync_file
struct DmaBufSyncFile {
    uint32_t flags;
    int32_t fd;
};
struct SyncFileInfo {
    char name[32];
    int32_t status;
    uint32_t flags, num_fences, pad;
    uint64_t sync_fence_info;
};
struct SyncFenceInfo {
    char object_name[32], driver_name[32];
    int32_t status;
    uint32_t flags;
    uint64_t timestamp_ns;
};
static_assert(sizeof(SyncFileInfo) == 56 && sizeof(SyncFenceInfo) == 80);
inline constexpr uint32_t kDmaBufSyncRead = 1, kDmaBufSyncWrite = 2;
inline constexpr unsigned long kDmaBufExportSyncFile = _IOWR('b', 2, DmaBufSyncFile);
inline constexpr unsigned long kDmaBufImportSyncFile = _IOW('b', 3, DmaBufSyncFile);
inline constexpr unsigned long kSyncFileInfo = _IOWR('>', 4, SyncFileInfo);

// vgem and udmabuf
struct VgemFenceAttach {
    uint32_t handle, flags, out_fence, pad;
};
struct VgemFenceSignal {
    uint32_t fence, flags;
};
struct UdmabufCreate {
    uint32_t memfd, flags;
    uint64_t offset, size;
};
inline constexpr uint32_t kVgemFenceWrite = 1;
inline constexpr unsigned long kVgemFenceAttach = _IOWR('d', 0x41, VgemFenceAttach);
inline constexpr unsigned long kVgemFenceSignal = _IOW('d', 0x42, VgemFenceSignal);
inline constexpr unsigned long kUdmabufCreate = _IOW('u', 0x42, UdmabufCreate);

}  // namespace accel::uapi
