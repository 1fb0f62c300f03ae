// SPDX-License-Identifier: MIT
// A program with one run, its buffers and a queue, ready to run again and again.
#pragma once

#include <accel/accel.hpp>

#include <string>
#include <vector>

namespace accel::split {

class Job {
public:
    Job(const Instance &instance, const std::vector<Device> &devices, const Program &program);
    /// Reproducible values: whole numbers in I8, in [-1, 1) in F32.
    void fill_inputs(uint64_t seed) const;
    void run_once();
    /// Bytes of all outputs.
    std::string outputs() const;
    const Program &program() const { return program_; }

private:
    Program program_;
    std::vector<Buffer> buffers_;
    Run run_;
    Queue queue_;
    Fence fence_;
    uint64_t value_ = 0;
};

/// Rows of the transfer report.
std::vector<accel_transfer> transfers(const Program &program);
/// Ids of the devices of all operations, in order, one letter word each: "cpu cpu ethosu-sim cpu".
std::string placement(const Program &program);

}  // namespace accel::split
