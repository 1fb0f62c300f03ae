// SPDX-License-Identifier: MIT
// An entry point of a program ready to run again and again: buffers, run, queue, fence.
#pragma once

#include "common.h"
#include "dense.h"
#include "port_memory.h"

namespace accel::tool {

class Session {
public:
    /// run_flags: enum accel_run_flag.
    Session(const Instance &instance, const std::vector<Device> &devices, Program program, uint32_t entry, uint32_t run_flags = 0);

    const Program &program() const { return program_; }
    uint32_t input_count() const { return info_.input_count; }
    uint32_t output_count() const { return info_.port_count - info_.input_count; }
    accel_port_info input(uint32_t index) const { return program_.port(index, entry_); }
    /// With the sizes of the latest run, where they depend on data.
    accel_port_info output(uint32_t index) const { return run_.port(info_.input_count + index); }
    uint32_t segment_count() const { return info_.segment_count; }

    /// Convert to the port's layout and store.
    void write(uint32_t input_index, const Dense &dense);
    Dense read(uint32_t output_index) const;
    /// Fill every input with small reproducible values.
    void fill_inputs(uint32_t seed);
    /// Submit and wait.
    void run();
    /// Of the latest run.
    std::vector<accel_timing> timings() const { return run_.timings(); }

private:
    Program program_;
    uint32_t entry_;
    accel_entry_info info_;
    PortMemory memory_;
    Run run_;
    Queue queue_;
    Fence fence_;
    uint64_t value_ = 0;
};

uint64_t element_count(const accel_port_info &port);

}  // namespace accel::tool
