// SPDX-License-Identifier: MIT
// A value in the place of a port, for its readers and writers.
#pragma once

#include "emit.h"
#include "parts/entry.h"

namespace accel::runtime {

/// The port's readers and writers get a value in its place, which is copied before the first reads it, or after the last segment; the entry's transfers tell of the copy and of its reason.
void put_value_for_port(ProgramEntry &entry, uint32_t number, const char *reason);

}  // namespace accel::runtime
