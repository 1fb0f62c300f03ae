// SPDX-License-Identifier: MIT
// From the options to a program: built from a model, or loaded.
#pragma once

#include "common.h"

namespace accel::tool {

/// accel_support, for keeps.
struct SupportRow {
    std::vector<uint32_t> nodes;
    uint32_t device, group, reason;
    std::string name, operation, why;
};
std::vector<SupportRow> support_of(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options, const char *target);

/// A program from a model file or from a saved program, with progress on a terminal when it takes over a second. A target comes in front of the devices; what it does not take goes
/// to the CPU where there are none. Notes tell of a rounding that was forced and of devices that got nothing to do.
Program make_program(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options, const char *target = nullptr);

/// Number of an entry point. A program with one needs no name; else the failure lists those that it has.
uint32_t find_entry(const Program &program, const std::string &name);

/// Those that have an operation to do, in order.
std::vector<Device> used_devices(const Program &program, const std::vector<Device> &devices);

}  // namespace accel::tool
