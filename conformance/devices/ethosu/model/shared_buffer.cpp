// SPDX-License-Identifier: MIT
// Adds up the banks that an operation's blocks take.
#include "shared_buffer.h"

#include <algorithm>

#include "fault.h"

namespace accel::devices::ethosu {
namespace {

constexpr uint32_t kMaxBlockWidth = 64;
constexpr uint32_t kMaxBlockHeight = 32;
constexpr uint32_t kMaxBlockDepth = 128;
constexpr uint32_t kBankBytes = 1024;
constexpr uint32_t kBanks = 48;
constexpr uint32_t kOutputBanks = 2;
constexpr uint32_t kTableBanks = 2;
constexpr uint32_t kFirstTable = 16;

uint32_t round_up(uint32_t value, uint32_t quantum)
{
    return (value + quantum - 1) / quantum * quantum;
}

/// Two buffers of `bytes`, so that one fills while the other is worked on.
uint32_t double_buffer_banks(uint64_t bytes)
{
    return static_cast<uint32_t>((bytes + kBankBytes - 1) / kBankBytes) * 2;
}

/// The block registers; an operation never needs more than its output.
Extent block_from(const Registers &registers)
{
    const Extent block{registers.get_plus_1(Reg::OfmBlkHeightM1), registers.get_plus_1(Reg::OfmBlkWidthM1),
                       registers.get_plus_1(Reg::OfmBlkDepthM1)};
    if (block.width % 2 != 0 || block.height % 2 != 0 || block.depth % 8 != 0 || block.width > kMaxBlockWidth ||
        block.height > kMaxBlockHeight || block.depth > kMaxBlockDepth) {
        parse_error("the OFM block is not a multiple of 2 x 2 x 8 up to 64 x 32 x 128");
    }
    const Extent ofm = ofm_extent(registers);
    return {std::min(block.height, round_up(ofm.height, 2)), std::min(block.width, round_up(ofm.width, 2)),
            std::min(block.depth, round_up(ofm.depth, 8))};
}

uint32_t input_block_size(uint32_t block, uint32_t stride, uint32_t dilated_kernel, Upscale upscale)
{
    constexpr uint32_t kSubKernel = 8;
    uint32_t size = (block - 1) * stride + std::min(dilated_kernel, kSubKernel);
    if (upscale == Upscale::Nearest) ++size;
    if (upscale != Upscale::None) size = (size + 1) / 2;
    return round_up(size, 2);
}

uint32_t input_block_depth(const Registers &registers, BlockUse use, const Extent &block, const Kernel &kernel,
                           uint32_t ifm_size_bytes)
{
    if (use == BlockUse::EqualDepth) return block.depth;
    const uint32_t most = ifm_size_bytes == 2 || kernel.part_kernel_first ? 16 : 32;
    return round_up(std::min(registers.get_plus_1(Reg::IfmDepthM1), most), ifm_size_bytes == 2 ? 4 : 8);
}

uint32_t input_banks(uint32_t height, uint32_t width, uint32_t depth, uint32_t size_bytes)
{
    return double_buffer_banks(uint64_t{height} * width * round_up(depth * size_bytes, 8));
}

uint32_t last_bank(const Registers &registers)
{
    return (registers.get(Reg::Activation) & 0xfffu) >= kFirstTable ? kBanks - kTableBanks : kBanks;
}

void check_formats(const Registers &registers)
{
    if (registers.get(Reg::AccFormat) > 1) parse_error("the accumulator format is not an integer format");
    if (registers.get(Reg::Blockdep) > 3) parse_error("BLOCKDEP is larger than 3");
}

uint32_t accumulator_banks(const Registers &registers, const Extent &block)
{
    // A plane of one row under a flat kernel needs one row of accumulators only.
    const bool flat = registers.get(Reg::OfmHeightM1) == 0 && registers.get(Reg::KernelHeightM1) == 0;
    const uint32_t bits = registers.get(Reg::AccFormat) == 1 ? 40 : 32;
    return double_buffer_banks(uint64_t{flat ? 1 : block.height} * block.width * block.depth * bits / 8);
}

}  // namespace

void check_kernel_blocks(const Registers &registers, BlockUse use, const Kernel &kernel, Upscale upscale,
                         uint32_t ifm_size_bytes)
{
    check_formats(registers);
    const Extent block = block_from(registers);
    const uint32_t ifm_end = registers.get(Reg::IfmIbEnd);
    const uint32_t accumulators = registers.get(Reg::AbStart);
    const uint32_t height = input_block_size(block.height, kernel.stride_y, kernel.dilated_height(), upscale);
    const uint32_t width = input_block_size(block.width, kernel.stride_x, kernel.dilated_width(), upscale);
    const uint32_t depth = input_block_depth(registers, use, block, kernel, ifm_size_bytes);
    if (ifm_end < kOutputBanks + input_banks(height, width, depth, ifm_size_bytes)) {
        parse_error("the input blocks do not fit the shared buffer below IFM_IB_END");
    }
    if (ifm_end > accumulators) parse_error("the input blocks overlap the accumulators in the shared buffer");
    if (accumulators + accumulator_banks(registers, block) > last_bank(registers)) {
        parse_error("the accumulators do not fit the shared buffer above AB_START");
    }
}

void check_elementwise_blocks(const Registers &registers, uint32_t ifm_size_bytes, uint32_t ifm2_size_bytes)
{
    check_formats(registers);
    const Extent block = block_from(registers);
    const uint32_t end = registers.get(Reg::IfmIbEnd);
    const uint32_t first_end = ifm2_size_bytes == 0 ? end : registers.get(Reg::Ifm2IbStart);
    if (end > last_bank(registers) ||
        first_end < kOutputBanks + input_banks(block.height, block.width, block.depth, ifm_size_bytes)) {
        parse_error("the first operand's blocks do not fit the shared buffer");
    }
    if (ifm2_size_bytes == 0) return;
    if (end < first_end + input_banks(block.height, block.width, block.depth, ifm2_size_bytes)) {
        parse_error("the second operand's blocks do not fit the shared buffer");
    }
}

}  // namespace accel::devices::ethosu
