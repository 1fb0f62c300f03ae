// SPDX-License-Identifier: MIT
// What the slots of the fake backends work on.
#pragma once

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "fake_backend.h"

struct accel_bk_device {
    accel::runtime::fake::Control *control;
    bool is_cpu;
};
struct accel_bk_buffer {
    accel_bk_device *device;
    void *memory;
    uint64_t size_bytes;
    bool owned;
};
struct accel_bk_program {
    accel_bk_device *device;
    uint8_t addend;
    uint64_t size_bytes;
    uint32_t input_count, output_count;
};
struct accel_bk_run {
    accel_bk_program *program;
    accel_bk_memory bindings[32];
    uint32_t binding_count;
};
struct accel_bk_queue {
    accel_bk_device *device;
    std::mutex lock;
    std::condition_variable changed;
    uint64_t submitted = 0, finished = 0;
    static constexpr uint32_t kDepth = 8;
    struct Entry {
        accel_bk_run *run = nullptr;  ///< null: the transfer
        accel_bk_transfer transfer{};
        std::vector<int> waits;
    };
    Entry entries[kDepth];
    accel_status results[kDepth] = {};
};

namespace accel::runtime::fake {

inline void may_throw(const Control &control, const char *slot)
{
    const char *throws = control.throws;
    if (throws && strcmp(throws, slot) == 0)
        throw std::runtime_error("a fault of the fake");
}

/// What a device that was given up keeps is not lost: its module knows it.
template <class T> T *known(T *made)
{
    static std::mutex lock;
    static auto &all = *new std::vector<const void *>;  // reachable to the end, so that what is kept on purpose is no leak
    const std::lock_guard guard(lock);
    all.push_back(made);
    return made;
}

/// An eventfd, or nothing from a device that is blank.
accel_status give_fd(const Control &control, int *out);

}  // namespace accel::runtime::fake
