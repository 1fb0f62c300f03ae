// SPDX-License-Identifier: MIT
// Convolutions and depthwise convolutions of the model.
#include <algorithm>

#include "fault.h"
#include "kernel.h"
#include "operations.h"
#include "scales.h"
#include "shared_buffer.h"
#include "weights.h"
#include "window.h"

namespace accel::devices::ethosu {
namespace {

// 2^15 products of 8-bit inputs and 9-bit weights stay below 2^31.
constexpr size_t kMaxNarrowRun = size_t{1} << 15;

int64_t dot(const int16_t *input, const int16_t *weights, size_t count)
{
    int64_t total = 0;
    for (size_t begin = 0; begin < count; begin += kMaxNarrowRun) {
        const size_t end = std::min(count, begin + kMaxNarrowRun);
        int32_t sum = 0;
        for (size_t i = begin; i < end; ++i) sum += int32_t{input[i]} * weights[i];
        total += sum;
    }
    return total;
}

int64_t dot(const int32_t *input, const int16_t *weights, size_t count)
{
    int64_t total = 0;
    for (size_t i = 0; i < count; ++i) total += int64_t{input[i]} * weights[i];
    return total;
}

/// Everything that the inner loops need, read from the registers once.
struct Setup {
    Setup(const Machine &machine, bool depthwise)
        : kernel(Kernel::from(machine.registers)),
          padding(Padding::from(machine.registers)),
          upscale(upscale_from(machine.registers)),
          ifm(FeatureMap::ifm(machine.registers, machine.memory)),
          ifm_zero_point(zero_point_from(machine.registers, Reg::IfmZeroPoint, ifm.type())),
          output(machine.registers, machine.memory, machine.shram),
          ifm_depth(machine.registers.get_plus_1(Reg::IfmDepthM1)),
          window(InputWindow::of(output.extent(), ifm_depth, kernel, padding, upscale))
    {
        check_kernel_blocks(machine.registers, depthwise ? BlockUse::EqualDepth : BlockUse::SumsOverDepth, kernel,
                            upscale, ifm.type().size_bytes);
        if (ifm.type().size_bytes > 2) parse_error("a convolution cannot read 32-bit elements");
        if (depthwise && ifm_depth != output.extent().depth) {
            parse_error("a depthwise convolution needs as many input as output channels");
        }
        const uint64_t per_output = uint64_t{kernel.height} * kernel.width * (depthwise ? 1 : ifm_depth);
        machine.guard.claim(output.extent().elements(), per_output);
        const WeightShape shape{output.extent().depth, depthwise ? 1 : ifm_depth,
                                machine.registers.get_plus_1(Reg::OfmBlkDepthM1), depthwise,
                                ifm.type().size_bytes == 2};
        weights = read_weights(machine.registers, shape, kernel, machine.memory, machine.guard);
        wide_accumulator = machine.registers.get(Reg::AccFormat) == 1;
        if (!output.has_global_scale()) {
            scales = read_channel_scales(machine.registers, output.extent().depth, machine.memory);
        }
    }

    /// 32- or 40-bit accumulator, bias, scale, zero point, clamp.
    int32_t finish(int64_t sum, uint32_t channel) const
    {
        const uint32_t unused_bits = wide_accumulator ? 24 : 32;
        const int64_t accumulator =
            static_cast<int64_t>(static_cast<uint64_t>(sum) << unused_bits) >> unused_bits;
        if (output.has_global_scale()) {
            return output.finish(rescale(accumulator, output.global_scale(), output.rounding()));
        }
        const ChannelScale &scale = scales[channel];
        return output.finish(
            rescale(accumulator + scale.bias, {scale.multiplier, scale.shift}, output.rounding()));
    }

    Kernel kernel;
    Padding padding;
    Upscale upscale;
    FeatureMap ifm;
    int32_t ifm_zero_point;
    OutputStage output;
    uint32_t ifm_depth;
    InputWindow window;
    std::vector<int16_t> weights;
    std::vector<ChannelScale> scales;
    bool wide_accumulator = false;
};

template <typename Element>
int64_t convolve_at(const Setup &setup, const PaddedInput<Element> &input, uint32_t y, uint32_t x,
                    const int16_t *weights)
{
    const Kernel &kernel = setup.kernel;
    // Without dilation a kernel row is one run of memory.
    const uint32_t runs = kernel.dilation_x == 1 ? 1 : kernel.width;
    const size_t run = kernel.dilation_x == 1 ? size_t{kernel.width} * input.depth : input.depth;
    int64_t sum = 0;
    for (uint32_t ky = 0; ky < kernel.height; ++ky) {
        for (uint32_t kx = 0; kx < runs; ++kx) {
            sum += dot(input.at(y + ky * kernel.dilation_y, x + kx * kernel.dilation_x), weights, run);
            weights += run;
        }
    }
    return sum;
}

template <typename Element>
void convolve(Setup &setup, const PaddedInput<Element> &input, const WorkGuard &guard)
{
    const Extent &ofm = setup.output.extent();
    const size_t filter = size_t{setup.kernel.height} * setup.kernel.width * input.depth;
    std::vector<int32_t> row(size_t{ofm.width} * ofm.depth);
    for (uint32_t y = 0; y < ofm.height; ++y) {
        guard.check_abort();
        for (uint32_t x = 0; x < ofm.width; ++x) {
            for (uint32_t c = 0; c < ofm.depth; ++c) {
                const int64_t sum = convolve_at(setup, input, y * setup.kernel.stride_y, x * setup.kernel.stride_x,
                                                setup.weights.data() + c * filter);
                row[size_t{x} * ofm.depth + c] = setup.finish(sum, c);
            }
        }
        setup.output.write_row(y, row.data());
    }
}

template <typename Element>
void convolve_depthwise(Setup &setup, const PaddedInput<Element> &input, const WorkGuard &guard)
{
    const Extent &ofm = setup.output.extent();
    const Kernel &kernel = setup.kernel;
    std::vector<int32_t> row(size_t{ofm.width} * ofm.depth);
    std::vector<int64_t> sums(ofm.depth);
    for (uint32_t y = 0; y < ofm.height; ++y) {
        guard.check_abort();
        for (uint32_t x = 0; x < ofm.width; ++x) {
            std::fill(sums.begin(), sums.end(), 0);
            const int16_t *weights = setup.weights.data();
            for (uint32_t ky = 0; ky < kernel.height; ++ky) {
                for (uint32_t kx = 0; kx < kernel.width; ++kx, weights += ofm.depth) {
                    const Element *in = input.at(y * kernel.stride_y + ky * kernel.dilation_y,
                                                 x * kernel.stride_x + kx * kernel.dilation_x);
                    for (uint32_t c = 0; c < ofm.depth; ++c) sums[c] += int64_t{in[c]} * weights[c];
                }
            }
            for (uint32_t c = 0; c < ofm.depth; ++c) row[size_t{x} * ofm.depth + c] = setup.finish(sums[c], c);
        }
        setup.output.write_row(y, row.data());
    }
}

template <typename Element>
void run(const Machine &machine, Setup &setup, bool depthwise)
{
    PaddedInput<Element> input;
    {
        const Volume volume =
            setup.ifm.read(setup.window.in_memory, setup.ifm_zero_point, machine.memory, machine.guard);
        input = pad_and_upscale<Element>(volume, setup.window, setup.padding, setup.upscale, machine.guard);
    }
    if (depthwise) {
        convolve_depthwise(setup, input, machine.guard);
    } else {
        convolve(setup, input, machine.guard);
    }
}

void run(const Machine &machine, bool depthwise)
{
    Setup setup(machine, depthwise);
    if (setup.ifm.type().size_bytes == 1) {
        run<int16_t>(machine, setup, depthwise);
    } else {
        run<int32_t>(machine, setup, depthwise);
    }
}

}  // namespace

void run_convolution(const Machine &machine)
{
    run(machine, false);
}

void run_depthwise(const Machine &machine)
{
    run(machine, true);
}

}  // namespace accel::devices::ethosu
