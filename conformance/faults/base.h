// SPDX-License-Identifier: MIT
// The faulty module: the tables of a correct module, with one slot broken. For the kill matrix only.
#pragma once

#include <accel/backend.h>

#include <mutex>
#include <string>
#include <vector>

namespace accel::faults {

struct Tables {
    accel_bk_module module;
    accel_bk_compiler compiler;
    accel_bk_device_ops device;
};

/// The correct module's, complete.
extern Tables base;
/// What the faulty module hands out. A fault replaces slots in it.
extern Tables mine;

struct Fault {
    const char *name;
    void (*plant)();
};
const std::vector<Fault> &table_faults();
const std::vector<Fault> &compiler_faults();
const std::vector<Fault> &memory_faults();
const std::vector<Fault> &queue_faults();
const std::vector<Fault> &number_faults();
const std::vector<Fault> &operation_faults();
const std::vector<Fault> &transport_faults();
/// Planted into the witness: what a broken library would do to a module.
const std::vector<Fault> &meddling_faults();

/// Guards whatever the faults remember; never held while the correct module is called with work to do.
std::mutex &state_lock();

}  // namespace accel::faults
