// SPDX-License-Identifier: MIT
// The kernel driver and its device, played: one open file, memory, contexts with their lists, and the thread that stands for the hardware.
//
// Lists run one after the other, in the order of their submission. A list that hangs is ended by the driver when its time is over; its context is lost with what is behind it, and no
// other is. When the device is lost, all lists end with -EIO until somebody resets it; when it is gone, everything answers -ENODEV.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "../uapi.h"

namespace accel::template_drm {

/// What befalls the device instead of a list of jobs.
enum class Mishap { kNone,
                    kFault,
                    kHang,
                    kLoss,
                    kGone };

class Driver {
public:
    /// before_list is asked before each list, on the device's thread.
    explicit Driver(std::function<Mishap()> before_list);
    ~Driver();
    Driver(const Driver &) = delete;
    Driver &operator=(const Driver &) = delete;

    /// 0 or a negative errno, as uapi.h has them. Threads: any.
    int ioctl(unsigned long request, void *argument);
    /// Memory lies where it lies, and goes with its object.
    int map(uint64_t offset, uint64_t size_bytes, void **out);

private:
    struct Memory {
        explicit Memory(uint64_t size);
        ~Memory();
        uint64_t size_bytes;
        unsigned char *bytes;
    };
    using MemoryRef = std::shared_ptr<Memory>;

    /// A job whose operands were found and measured; it keeps its memory.
    struct Ready {
        uapi::Job job;
        std::array<MemoryRef, 3> memory;
        float *operand(int index) const;
    };
    struct List {
        uint32_t context;
        uint64_t number;
        std::vector<Ready> jobs;
    };
    struct Context {
        uint64_t submitted = 0, finished = 0;
        bool lost = false;
        std::array<int, size_t{2} * uapi::kDepth> results{};  ///< of the latest ones
    };

    int answer(unsigned long request, void *argument);
    static int version(void *argument);
    int create(uapi::BoCreate &request);
    int map_offset(uapi::BoMap &request);
    int close_handle(uint32_t handle);
    int create_context(uapi::Context &request);
    int submit(uapi::Submit &request);
    int wait(const uapi::Wait &request, std::unique_lock<std::mutex> &lock);
    int reset(const uapi::Reset &request);

    int prepare(const uapi::Job &job, Ready &out) const;
    void work();
    int run(const List &list, std::unique_lock<std::mutex> &lock);
    void end(const List &list, int result);

    const std::function<Mishap()> before_list_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    std::map<uint32_t, MemoryRef> memory_;
    std::map<uint32_t, Context> contexts_;
    std::deque<List> lists_;
    uint32_t next_handle_ = 1, next_context_ = 1;
    bool lost_ = false, gone_ = false, stopping_ = false;
    std::thread thread_;
};

}  // namespace accel::template_drm
