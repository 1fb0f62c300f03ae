// SPDX-License-Identifier: MIT
// Inputs and outputs as files: .png and .jpg pictures, .wav sounds, .npy arrays and .pb tensors.
#pragma once

#include <optional>

#include "dense.h"
#include "picture.h"
#include "session.h"

namespace accel::tool {

/// How the bytes of a picture become values of a float port: (byte - mean) / deviation, per channel; one entry serves all channels.
struct PictureScale {
    std::vector<float> mean{0};
    std::vector<float> deviation{255};
    Resize resize = Resize::None;
};

/// real = (stored - zero_point) * scale
struct Scaling {
    float scale;
    int32_t zero_point;
};

/// Of a port that is quantised as a whole; nothing for others, and where no F32 is the scale.
std::optional<Scaling> scaling_of(const accel_port_info &port);

/// The file's values as the port wants them. The size must be the port's, unless scale says how a picture is resized: nothing is resized or converted silently.
Dense load_tensor(const std::string &path, const accel_port_info &port, const PictureScale &scale);

/// Write a .npy file.
void save_npy(const std::string &path, const accel_port_info &port, const Dense &dense);

/// The same file to standard output.
void print_npy(const accel_port_info &port, const Dense &dense);

}  // namespace accel::tool
