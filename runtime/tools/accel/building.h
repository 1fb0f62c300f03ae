// SPDX-License-Identifier: MIT
// From the options to a program: built from a model, or loaded.
#pragma once

#include "common.h"

namespace accel::tool {

/// A command that works with one set of sizes has not all of them.
class OpenSizes : public Failure {
public:
    using Failure::Failure;
};

/// accel_support, for keeps.
struct SupportRow {
    std::vector<uint32_t> nodes;
    uint32_t device, group, reason;
    std::string name, operation, why;
};
std::vector<SupportRow> support_of(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options, const char *target);

/// What each pass of the compiler makes of the model (passes.h).
nlohmann::json passes_over(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options, const char *target);

/// A program from a model file or from a saved program, with progress on a terminal when it takes over a second. A target comes in front of the devices; what it does not take goes
/// to the CPU where there are none. Notes tell of a rounding that was forced and of devices that got nothing to do.
Program make_program(const Instance &instance, const std::vector<Device> &devices, const ModelOptions &options, const char *target = nullptr);

/// The model of the options, imported once, of which several programs are built.
Model import_model(const Instance &instance, const ModelOptions &options);

/// The same of a model at hand: options.model is for sentences, and notes are the caller's to tell.
Program make_program_of(const Instance &instance, const Model &model, const std::vector<Device> &devices, const ModelOptions &options, std::vector<std::string> &notes);

/// Number of an entry point. A program with one needs no name; else the failure lists those that it has.
uint32_t find_entry(const Program &program, const std::string &name);

/// Those that have an operation to do, in order.
std::vector<Device> used_devices(const Program &program, const std::vector<Device> &devices);

}  // namespace accel::tool
