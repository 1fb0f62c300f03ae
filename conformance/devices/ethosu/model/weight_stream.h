// SPDX-License-Identifier: MIT
//
// Decoder of the compressed weight stream ("mlw"): slices of Golomb-Rice coded or raw symbols, palettes, zero runs.
// The format is that of Arm's published reference decoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace accel::devices::ethosu {

/// Decodes the whole stream into signed 9-bit weights. Faults on a malformed stream, on one that ends early,
/// and on one that holds more than `max_weights`.
std::vector<int16_t> decode_weight_stream(const uint8_t *bytes, size_t size_bytes, uint64_t max_weights);

}  // namespace accel::devices::ethosu
