// SPDX-License-Identifier: MIT
// How many multiply-accumulates a second a device reaches at best, measured.
#pragma once

#include <optional>

#include "common.h"

namespace accel::tool {

/// Of convolutions that grow until a run takes long enough, each timed several times; the best rate of all. type: F32, or I8 for quantised ones. Nothing where the device takes none. Takes some tenths of a second.
std::optional<double> measured_macs_per_s(const Instance &instance, const Device &device, uint32_t type, unsigned threads);

}  // namespace accel::tool
