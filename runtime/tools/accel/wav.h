// SPDX-License-Identifier: MIT
// Sound in .wav files.
#pragma once

#include "common.h"

namespace accel::tool {

/// One row of samples for each channel, 16-bit ones as numbers from -1 to below 1.
struct Sound {
    size_t channels, frames;
    std::vector<float> samples;
};

/// By its name, or by its first bytes where it has none.
bool is_sound(const std::string &path);

/// 16-bit PCM and 32-bit floats; throws Failure for others, with what to convert.
Sound read_wav(const std::string &path);

}  // namespace accel::tool
