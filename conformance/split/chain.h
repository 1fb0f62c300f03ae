// SPDX-License-Identifier: MIT
// A model whose middle both devices take and whose ends only the CPU takes: float in, int8 convolutions, float out.
#pragma once

#include "support/graph.h"

namespace accel::split {

/// Fewer channels than a conversion turns at once, so that each byte is touched by itself and is seen.
constexpr int64_t kChannels = 7, kSide = 6;

conformance::GraphBuilder convolution_chain(unsigned convolutions);

}  // namespace accel::split
