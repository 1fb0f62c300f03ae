// SPDX-License-Identifier: MIT
// The module under the runtime: its tables called without libaccel, to know what libaccel adds.
#pragma once

#include <accel/backend.h>

#include <string>
#include <vector>

namespace accel::bench {

class Direct {
public:
    /// Loads the module and opens its device. Throws std::runtime_error.
    explicit Direct(const std::string &module_path);
    ~Direct();
    Direct(const Direct &) = delete;
    Direct &operator=(const Direct &) = delete;

    /// Build and load a graph of one group, with buffers of its own.
    void prepare(const accel_graph_desc &graph);
    const accel_bk_device_ops &ops() const { return *module_->device; }
    accel_bk_buffer *buffer() const { return buffers_.front(); }
    accel_bk_run *run() const { return run_; }
    uint64_t submit()
    {
        uint64_t ticket = 0;
        ops().queue_submit(queue_, &submit_, &ticket);
        return ticket;
    }
    void wait(uint64_t ticket) { ops().queue_wait(queue_, ticket, ACCEL_TIMEOUT_FOREVER); }

private:
    void *library_ = nullptr;
    const accel_bk_module *module_ = nullptr;
    accel_bk_host host_{};
    accel_bk_device *device_ = nullptr;
    accel_bk_program *program_ = nullptr;
    accel_bk_run *run_ = nullptr;
    accel_bk_queue *queue_ = nullptr;
    std::vector<accel_bk_buffer *> buffers_;
    accel_bk_submit submit_{};
};

}  // namespace accel::bench
