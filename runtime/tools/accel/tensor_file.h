// SPDX-License-Identifier: MIT
// Inputs and outputs as files: .png pictures and .npy arrays.
#pragma once

#include <optional>

#include "session.h"

namespace accel::tool {

/// How the bytes of a picture become values of a float port: (byte - mean) / deviation, per channel; one entry serves all channels.
struct PictureScale {
    std::vector<float> mean{0};
    std::vector<float> deviation{255};
};

/// real = (stored - zero_point) * scale
struct Scaling {
    float scale;
    int32_t zero_point;
};

/// Of a port that is quantised as a whole; nothing for others, and where no F32 is the scale.
std::optional<Scaling> scaling_of(const accel_port_info &port);

/// The file's values as the port wants them. The size must be the port's: nothing is resized or converted silently.
Dense load_tensor(const std::string &path, const accel_port_info &port, const PictureScale &scale);

/// Write a .npy file.
void save_npy(const std::string &path, const accel_port_info &port, const Dense &dense);

}  // namespace accel::tool
