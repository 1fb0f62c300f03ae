// SPDX-License-Identifier: MIT
// Modules, examined one by one.
#pragma once

#include <string>

#include "common.h"
#include "findings.h"

namespace accel::tool {

/// Load a module and open its devices, in this process.
void examine_module(Findings &findings, const InstanceOptions &options, const std::string &name);

/// The same for every module of the list, each in a process of its own: one that ends it is named, the others are examined nevertheless.
/// False: not even listing survives, and nothing of the modules may be touched in this process.
bool examine_modules(Findings &findings, const InstanceOptions &options);

}  // namespace accel::tool
