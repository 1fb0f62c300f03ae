// SPDX-License-Identifier: MIT
// How an operation is cut into blocks, and how the block buffers share the
// Ethos-U65-256's internal memory (SHRAM). Any block that fits is correct; the
// choice decides only how often inputs and weights are fetched again.
#pragma once

#include "layout/layout.h"
#include "op.h"

#include <optional>

namespace accel::ethosu {

// The block of an operation whose kind, extents and kernel are set. Nothing when
// no block fits, which no operation within the limits of bounds.h reaches.
std::optional<Block> choose_block(const Op &op);

// Part-kernel-first traversal uses the multipliers better for shallow inputs.
bool prefers_part_kernel(int64_t ifm_channels, int64_t kernel_elements);

}  // namespace accel::ethosu
