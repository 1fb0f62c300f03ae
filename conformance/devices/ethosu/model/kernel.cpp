// SPDX-License-Identifier: MIT
// Reads kernel, padding and upscaling from registers.
#include "kernel.h"

#include "fault.h"

namespace accel::devices::ethosu {
namespace {

uint32_t input_size(uint32_t ofm, uint32_t stride, uint32_t kernel, uint32_t before, uint32_t after)
{
    const int64_t size = (int64_t{ofm} - 1) * stride + kernel - before - after;
    if (size < 1) parse_error("the padding is larger than the input");
    if (size > 1 << 17) parse_error("the input is larger than a feature map can be");
    return static_cast<uint32_t>(size);
}

}  // namespace

Kernel Kernel::from(const Registers &registers)
{
    const uint32_t bits = registers.get(Reg::KernelStride);
    Kernel kernel;
    kernel.stride_x = 1 + (bits & 1u) + ((bits >> 6) & 1u) * 2;
    kernel.stride_y = 1 + ((bits >> 1) & 1u) + ((bits >> 9) & 1u) * 2;
    kernel.part_kernel_first = ((bits >> 2) & 1u) != 0;
    kernel.dilation_x = 1 + ((bits >> 3) & 1u);
    kernel.dilation_y = 1 + ((bits >> 4) & 1u);
    const uint32_t decomposition = ((bits >> 5) & 1u) != 0 ? 4 : 8;
    kernel.sub_width = decomposition / kernel.dilation_x;
    kernel.sub_height = decomposition / kernel.dilation_y;
    const uint32_t last_x = registers.get(Reg::KernelWidthM1);
    const uint32_t last_y = registers.get(Reg::KernelHeightM1);
    if (last_x % kernel.dilation_x != 0 || last_y % kernel.dilation_y != 0) {
        parse_error("the kernel size does not fit its dilation");
    }
    kernel.width = last_x / kernel.dilation_x + 1;
    kernel.height = last_y / kernel.dilation_y + 1;
    return kernel;
}

Padding Padding::from(const Registers &registers)
{
    Padding padding;
    padding.top = registers.get(Reg::IfmPadTop);
    padding.left = registers.get(Reg::IfmPadLeft);
    padding.bottom = registers.get(Reg::IfmPadBottom);
    padding.right = registers.get(Reg::IfmPadRight);
    if (padding.top > 127 || padding.left > 127 || padding.bottom > 255 || padding.right > 255) {
        parse_error("the padding does not fit its register");
    }
    return padding;
}

Upscale upscale_from(const Registers &registers)
{
    const uint32_t mode = registers.get(Reg::IfmUpscale);
    if (mode > 2) parse_error("the upscale mode does not exist");
    return static_cast<Upscale>(mode);
}

InputWindow InputWindow::of(const Extent &ofm, uint32_t ifm_depth, const Kernel &kernel, const Padding &padding,
                            Upscale upscale)
{
    InputWindow window;
    window.height = input_size(ofm.height, kernel.stride_y, kernel.dilated_height(), padding.top, padding.bottom);
    window.width = input_size(ofm.width, kernel.stride_x, kernel.dilated_width(), padding.left, padding.right);
    const uint32_t factor = upscale == Upscale::None ? 1 : 2;
    window.in_memory = {(window.height + factor - 1) / factor, (window.width + factor - 1) / factor, ifm_depth};
    return window;
}

Extent ofm_extent(const Registers &registers)
{
    return {registers.get_plus_1(Reg::OfmHeightM1), registers.get_plus_1(Reg::OfmWidthM1),
            registers.get_plus_1(Reg::OfmDepthM1)};
}

}  // namespace accel::devices::ethosu
