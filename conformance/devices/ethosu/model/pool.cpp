// SPDX-License-Identifier: MIT
// Poolings and channel sums of the model.
#include <algorithm>

#include "fault.h"
#include "kernel.h"
#include "operations.h"
#include "shared_buffer.h"
#include "window.h"

namespace accel::devices::ethosu {
namespace {

struct Setup {
    Setup(const Machine &machine, PoolMode mode)
        : kernel(Kernel::from(machine.registers)),
          padding(Padding::from(machine.registers)),
          upscale(upscale_from(machine.registers)),
          ifm(FeatureMap::ifm(machine.registers, machine.memory)),
          ifm_zero_point(zero_point_from(machine.registers, Reg::IfmZeroPoint, ifm.type())),
          output(machine.registers, machine.memory, machine.shram),
          ifm_depth(machine.registers.get_plus_1(Reg::IfmDepthM1)),
          window(InputWindow::of(output.extent(), ifm_depth, kernel, padding, upscale))
    {
        check_kernel_blocks(machine.registers,
                            mode == PoolMode::ReduceSum ? BlockUse::SumsOverDepth : BlockUse::EqualDepth, kernel,
                            upscale, ifm.type().size_bytes);
    }

    int64_t scaled(int64_t value) const
    {
        return output.has_global_scale() ? rescale(value, output.global_scale(), output.rounding()) : value;
    }

    Kernel kernel;
    Padding padding;
    Upscale upscale;
    FeatureMap ifm;
    int32_t ifm_zero_point;
    OutputStage output;
    uint32_t ifm_depth;
    InputWindow window;
};

/// The kernel elements along one axis whose positions are inside the input.
struct Taps {
    uint32_t begin;
    uint32_t end;

    static Taps of(uint32_t position, uint32_t elements, uint32_t dilation, uint32_t before, uint32_t size)
    {
        Taps taps{0, elements};
        while (taps.begin < taps.end && position + taps.begin * dilation < before) ++taps.begin;
        while (taps.end > taps.begin && position + (taps.end - 1) * dilation >= before + size) --taps.end;
        return taps;
    }
    uint32_t count() const { return end - begin; }
};

int64_t divide_half_away(int64_t value, int64_t divisor)
{
    return value >= 0 ? (value + divisor / 2) / divisor : (value - divisor / 2) / divisor;
}

/// Per channel over the valid positions of one window.
void reduce_window(const Setup &setup, const PaddedInput<int32_t> &input, PoolMode mode, uint32_t y, uint32_t x,
                   Taps rows, Taps columns, std::vector<int64_t> &results)
{
    const Kernel &kernel = setup.kernel;
    std::fill(results.begin(), results.end(), mode == PoolMode::Max ? INT32_MIN : 0);
    for (uint32_t ky = rows.begin; ky < rows.end; ++ky) {
        for (uint32_t kx = columns.begin; kx < columns.end; ++kx) {
            const int32_t *in = input.at(y + ky * kernel.dilation_y, x + kx * kernel.dilation_x);
            for (uint32_t c = 0; c < input.depth; ++c) {
                results[c] = mode == PoolMode::Max ? std::max<int64_t>(results[c], in[c]) : results[c] + in[c];
            }
        }
    }
}

/// With padding, or without a global scale, the hardware itself divides an average by the number of positions that are
/// not padding. Vela's two code generators show both: one clears the global scale bit, the other sets a scale of 1.
bool divides_itself(const Setup &setup, PoolMode mode)
{
    if (mode != PoolMode::Average) return false;
    if (!setup.output.has_global_scale()) return true;
    if (setup.padding.none()) return false;
    const Scale scale = setup.output.global_scale();
    if (scale.multiplier != 1 || scale.shift != 0) {
        parse_error("a padded average needs an OFM_SCALE of 1: the hardware divides by the valid positions itself");
    }
    return true;
}

int64_t finish_window(const Setup &setup, bool divide, int64_t value, uint32_t valid)
{
    if (!divide) return setup.scaled(value);
    return valid == 0 ? 0 : divide_half_away(value, valid);
}

void pool_windows(const Machine &machine, Setup &setup, PoolMode mode, const PaddedInput<int32_t> &input)
{
    const Extent &ofm = setup.output.extent();
    const Kernel &kernel = setup.kernel;
    std::vector<int32_t> row(size_t{ofm.width} * ofm.depth);
    std::vector<int64_t> results(ofm.depth);
    const bool divide = divides_itself(setup, mode);
    for (uint32_t oy = 0; oy < ofm.height; ++oy) {
        machine.guard.check_abort();
        const uint32_t y = oy * kernel.stride_y;
        const Taps rows = Taps::of(y, kernel.height, kernel.dilation_y, setup.padding.top, setup.window.height);
        for (uint32_t ox = 0; ox < ofm.width; ++ox) {
            const uint32_t x = ox * kernel.stride_x;
            const Taps columns =
                Taps::of(x, kernel.width, kernel.dilation_x, setup.padding.left, setup.window.width);
            const uint32_t valid = rows.count() * columns.count();
            reduce_window(setup, input, mode, y, x, rows, columns, results);
            for (uint32_t c = 0; c < ofm.depth; ++c) {
                row[size_t{ox} * ofm.depth + c] =
                    setup.output.finish(finish_window(setup, divide, results[c], valid));
            }
        }
        setup.output.write_row(oy, row.data());
    }
}

/// Sums over the channels; the output is one channel deep.
void reduce_channels(const Machine &machine, Setup &setup, const PaddedInput<int32_t> &input)
{
    const Extent &ofm = setup.output.extent();
    if (ofm.depth != 1 || setup.kernel.height != 1 || setup.kernel.width != 1) {
        parse_error("REDUCE_SUM needs an output of one channel and a kernel of one element");
    }
    std::vector<int32_t> row(ofm.width);
    for (uint32_t y = 0; y < ofm.height; ++y) {
        machine.guard.check_abort();
        for (uint32_t x = 0; x < ofm.width; ++x) {
            const int32_t *in = input.at(y * setup.kernel.stride_y, x * setup.kernel.stride_x);
            int64_t sum = 0;
            for (uint32_t c = 0; c < input.depth; ++c) sum += in[c];
            row[x] = setup.output.finish(setup.scaled(sum));
        }
        setup.output.write_row(y, row.data());
    }
}

}  // namespace

void run_pool(const Machine &machine, PoolMode mode)
{
    Setup setup(machine, mode);
    const Extent &ofm = setup.output.extent();
    if (mode != PoolMode::ReduceSum && setup.ifm_depth != ofm.depth) {
        parse_error("pooling needs as many input as output channels");
    }
    machine.guard.claim(uint64_t{ofm.height} * ofm.width, setup.ifm_depth, setup.kernel.height, setup.kernel.width);
    const Volume volume =
        setup.ifm.read(setup.window.in_memory, setup.ifm_zero_point, machine.memory, machine.guard);
    const auto input =
        pad_and_upscale<int32_t>(volume, setup.window, setup.padding, setup.upscale, machine.guard);
    if (mode == PoolMode::ReduceSum) {
        reduce_channels(machine, setup, input);
    } else {
        pool_windows(machine, setup, mode, input);
    }
}

}  // namespace accel::devices::ethosu
