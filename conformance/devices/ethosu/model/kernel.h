// SPDX-License-Identifier: MIT
//
// Kernel, stride, dilation and padding of a convolution or pooling operation.
#pragma once

#include <cstdint>

#include "feature_map.h"
#include "registers.h"

namespace accel::devices::ethosu {

struct Kernel {
    uint32_t height = 1;  // elements, before dilation
    uint32_t width = 1;
    uint32_t dilation_y = 1;
    uint32_t dilation_x = 1;
    uint32_t stride_y = 1;
    uint32_t stride_x = 1;
    bool part_kernel_first = false;
    uint32_t sub_height = 8;  // kernel elements that the hardware processes in one go
    uint32_t sub_width = 8;

    static Kernel from(const Registers &registers);

    uint32_t dilated_height() const { return (height - 1) * dilation_y + 1; }
    uint32_t dilated_width() const { return (width - 1) * dilation_x + 1; }
};

struct Padding {
    uint32_t top = 0;
    uint32_t left = 0;
    uint32_t bottom = 0;
    uint32_t right = 0;

    static Padding from(const Registers &registers);
    bool none() const { return (top | left | bottom | right) == 0; }
};

enum class Upscale : uint8_t { None = 0,
                               Nearest = 1,
                               Zeros = 2 };

Upscale upscale_from(const Registers &registers);

/// What a kernel operation reads: the size of the (upscaled) input without padding, and of the map in memory.
struct InputWindow {
    uint32_t height = 0;
    uint32_t width = 0;
    Extent in_memory;

    static InputWindow of(const Extent &ofm, uint32_t ifm_depth, const Kernel &kernel, const Padding &padding,
                          Upscale upscale);
};

Extent ofm_extent(const Registers &registers);

}  // namespace accel::devices::ethosu
