// SPDX-License-Identifier: MIT
// What an application says about the layouts of ports.
#pragma once

#include <span>

#include "plan.h"
#include "variables.h"

namespace accel::runtime {

/// Choices that are for one entry point, judged against the ports of its graph, which is ready to be compiled. Errors: INVALID_ARGUMENT; NOT_FOUND no port of that name.
accel_status take_choices(const Graph &graph, std::span<const VariableUse> variables, std::span<const accel_port_choice> choices, PortChoices *out);

}  // namespace accel::runtime
