// SPDX-License-Identifier: MIT
// Who compiles: the places of a program's device set, each with its compiler.
#pragma once

#include <accel/accel.h>

#include <memory>
#include <vector>

#include "compiler/target.h"
#include "instance/device_handle.h"
#include "program.h"

namespace accel::runtime {

/// By place: a target without hardware first, then the devices.
struct BuildTargets {
    std::vector<CompileTarget> targets;
    std::vector<std::shared_ptr<OpenDevice>> open;
};

/// Fills in the program's places and devices, too. Each option goes to its module. Errors: those of accel_program_build that are about devices, targets and options.
accel_status find_build_targets(const accel_program_desc &desc, accel_program &program, BuildTargets *out);

}  // namespace accel::runtime
