// SPDX-License-Identifier: MIT
// The module under test, called directly: what the library's checks would hide is seen here.
#pragma once

#include <accel/accel.hpp>
#include <accel/backend.h>

#include <memory>
#include <string>
#include <vector>

#include "graph.h"
#include "node_transport.h"

namespace accel::conformance {

/// Loads the module that serves the device under test. The entry is called once per process, so cases of the chapter `module` use this and no Room.
class ModuleDoor {
public:
    static ModuleDoor &get();

    const std::string &library() const { return library_; }
    const accel_bk_host *host() const { return &host_; }
    const accel_bk_module &module() const { return *module_; }
    /// Skip when the module has no such table.
    const accel_bk_compiler &compiler() const;
    const accel_bk_device_ops &device() const;
    const std::string &target() const { return target_; }
    accel_bk_compile_options options() const;

    /// Where the module under test lies, found without loading it.
    static std::string find_library();
    /// Host services that do nothing but print.
    static accel_bk_host plain_host();

private:
    ModuleDoor();
    std::string library_, target_;
    accel_bk_host host_{};
    const accel_bk_module *module_ = nullptr;
};

/// Answers of query for a graph.
struct Answers {
    accel_status status = ACCEL_STATUS_OK;
    std::vector<accel_bk_support> nodes;
    bool one_group() const;
};
Answers query(const ModuleDoor &door, GraphBuilder &graph);

/// A built graph, or the status of build.
class Blob {
public:
    Blob(const ModuleDoor &door, GraphBuilder &graph);
    ~Blob()
    {
        if (blob_) blob_->release(blob_);
    }
    Blob(const Blob &) = delete;
    Blob &operator=(const Blob &) = delete;
    accel_status status() const { return status_; }
    const accel_bk_blob &get() const { return *blob_; }
    std::string bytes() const { return {static_cast<const char *>(blob_->bytes), blob_->byte_count}; }
    std::vector<accel_bk_constant> constants(GraphBuilder &graph) const;

private:
    accel_status status_;
    accel_bk_blob *blob_ = nullptr;
};

/// The device of the module, opened without the library: no transport for a CPU, the model's for a simulated device, the kernel's for one with a node.
class DoorDevice {
public:
    explicit DoorDevice(const ModuleDoor &door);
    ~DoorDevice();
    DoorDevice(const DoorDevice &) = delete;
    DoorDevice &operator=(const DoorDevice &) = delete;
    const accel_bk_device_ops &ops() const { return ops_; }
    accel_bk_device *get() const { return device_; }
    accel_bk_device_info info() const;
    /// The device is reached without shared memory: requests and mapped memory are copied.
    bool copies() const { return transport_ && (transport_->flags & ACCEL_BK_TRANSPORT_FLAG_COPYING) != 0; }

private:
    void open_node();
    void open_model();
    const ModuleDoor &door_;
    const accel_bk_device_ops &ops_;
    accel_bk_device *device_ = nullptr;
    const accel_bk_device_model *model_ = nullptr;
    accel_bk_simulation *simulation_ = nullptr;
    std::unique_ptr<NodeTransport> node_;
    const accel_bk_transport *transport_ = nullptr;
};

/// y = a + b on a DoorDevice with buffers and a run of its own.
class DoorSum {
public:
    /// elements_per_channel makes the work longer.
    DoorSum(const ModuleDoor &door, const DoorDevice &device, int64_t side = 4);
    ~DoorSum();
    DoorSum(const DoorSum &) = delete;
    DoorSum &operator=(const DoorSum &) = delete;
    accel_bk_run *run() const { return run_; }
    const std::string &bytes() const { return bytes_; }
    const accel_bk_port &port(size_t index) const { return ports_[index]; }
    uint64_t size_bytes(size_t port) const { return sizes_bytes_[port]; }
    /// Every element of input a or b (0, 1) becomes value.
    void set(size_t input, int value) const;
    /// Is every element of y value?
    bool holds(int value) const;
    /// An access of the whole memory of a port, and its end. Both throw.
    void *open(size_t port, uint32_t access) const;
    void close(size_t port, uint32_t access) const;
    /// The same through a pointer that open gave.
    void fill(void *pointer, size_t input, int value) const;
    bool is_filled(const void *pointer, int value) const;

private:
    const accel_bk_device_ops &ops_;
    std::string bytes_;
    bool is_float_ = false;
    uint64_t elements_ = 0;
    std::vector<accel_bk_port> ports_;  ///< without their layouts
    std::vector<uint64_t> sizes_bytes_;
    std::vector<accel_bk_buffer *> buffers_;
    accel_bk_program *program_ = nullptr;
    accel_bk_run *run_ = nullptr;
};

class DoorQueue {
public:
    DoorQueue(const DoorDevice &device, uint32_t depth);
    ~DoorQueue() { ops_.queue_destroy(queue_); }
    DoorQueue(const DoorQueue &) = delete;
    DoorQueue &operator=(const DoorQueue &) = delete;
    accel_status submit(const DoorSum &sum, uint64_t *out_ticket) const;
    accel_status wait(uint64_t ticket, uint64_t timeout_ns) const { return ops_.queue_wait(queue_, ticket, timeout_ns); }
    accel_bk_queue *get() const { return queue_; }

private:
    const accel_bk_device_ops &ops_;
    accel_bk_queue *queue_ = nullptr;
};

/// The Adder's graph in a type that the module claims.
GraphBuilder door_sum_graph(const ModuleDoor &door, int64_t side);

}  // namespace accel::conformance
