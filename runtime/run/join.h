// SPDX-License-Identifier: MIT
// Recipes: one allocation for several ports.
#pragma once

#include <accel/accel.h>

#include <span>

namespace accel::runtime {

accel_status join_ports(std::span<const accel_join_port> ports, uint32_t usage, uint32_t export_kinds, accel_buffer_recipe *recipe);

}  // namespace accel::runtime
