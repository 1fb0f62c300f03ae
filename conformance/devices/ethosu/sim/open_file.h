// SPDX-License-Identifier: MIT
// What a process gets from open(): a handle table, and the driver's ioctls on it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "engine.h"

namespace accel::devices::ethosu {

/// Answers as the ethosu driver of Linux 6.19 and later does, with two differences, both because this device cannot make sync_files: BO_WAIT answers
/// -ECANCELED for a buffer whose latest job failed (the kernel answers 0 and puts the error on the fence), and an address outside a buffer is found
/// when the job runs, not when it is submitted.
class OpenFile {
public:
    explicit OpenFile(Engine &engine) : engine_(engine) {}

    /// 0 or a negative errno.
    int ioctl(unsigned long request, void *argument);
    int map(uint64_t offset, uint64_t size_bytes, void **out_pointer);

private:
    using ObjectRef = std::shared_ptr<BufferObject>;
    uint32_t add(ObjectRef object);
    ObjectRef find(uint32_t handle);
    int version(void *argument);
    int query(void *argument);
    int create(void *argument);
    int wait(void *argument);
    int map_offset(void *argument);
    int create_stream(void *argument);
    int submit(void *argument);
    int submit_job(const void *job);
    int close_handle(void *argument);

    Engine &engine_;
    std::mutex mutex_;
    std::map<uint32_t, ObjectRef> handles_;
    uint32_t next_handle_ = 1;
};

}  // namespace accel::devices::ethosu
