// SPDX-License-Identifier: MIT
// Buffers of the example device.
#pragma once

#include <accel/backend.h>

#include <cstdlib>
#include <memory>

struct Free {
    void operator()(unsigned char *memory) const { std::free(memory); }
};

/// Memory that the device can use.
struct accel_bk_buffer {
    accel_status map(const accel_bk_access &access, void *&pointer);
    accel_status unmap(const accel_bk_access &access);

    unsigned char *memory = nullptr;
    std::unique_ptr<unsigned char, Free> own;  ///< empty where the memory is the application's
};
