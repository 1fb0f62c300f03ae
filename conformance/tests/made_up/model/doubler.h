// SPDX-License-Identifier: MIT
// The model of a made-up device: it doubles words.
#pragma once

#include <cstddef>
#include <cstdint>

namespace accel::devices::acme {

/// Doubles so many words in place, modulo 2^32.
void double_words(uint32_t *words, size_t count);

}  // namespace accel::devices::acme
