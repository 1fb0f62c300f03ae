// SPDX-License-Identifier: MIT
// Memory of the device: a GEM handle and its map.
#pragma once

#include "device.h"

struct accel_bk_buffer {
    accel_bk_buffer(const accel_bk_device &the_device, uint64_t size) : device(the_device),
                                                                        size_bytes(size) {}
    accel_bk_buffer(const accel_bk_buffer &) = delete;
    accel_bk_buffer &operator=(const accel_bk_buffer &) = delete;
    ~accel_bk_buffer();

    /// Zeros, and mapped.
    static accel_status create(const accel_bk_device &device, uint64_t size_bytes, std::unique_ptr<accel_bk_buffer> &out);

    accel_status map(const accel_bk_access &access, void *&pointer);
    accel_status unmap(const accel_bk_access &access);
    /// Where the transport copies: bring what the device wrote (ACCEL_ACCESS_READ), or take what the CPU wrote there (WRITE).
    accel_status sync(uint64_t offset_bytes, uint64_t byte_count, uint32_t access) const;

    const accel_bk_device &device;
    uint64_t size_bytes;
    uint32_t handle = 0;
    void *memory = nullptr;
};
