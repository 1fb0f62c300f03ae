// SPDX-License-Identifier: MIT
// Finds the block of an operation that fits SHRAM and fetches least.
#include "block.h"

#include <algorithm>
#include <limits>

// Shared-memory facts of the U65-256 (48 banks of 1 KiB, two for outputs, two at
// the top for lookup tables; input and accumulator buffers are double) are those
// of Vela's architecture description.

namespace accel::ethosu {
namespace {

using layout::align_up;

constexpr int64_t kBankBytes = 1024;
constexpr int64_t kOutputBanks = 2;
constexpr int64_t kLookupStart = 46;
constexpr int64_t kIfmBankGranule = 8;
constexpr int64_t kAccumulatorBankGranule = 16;
constexpr int64_t kAccumulatorBytes = 4;
constexpr int64_t kMicroHeight = 2;
constexpr int64_t kMicroWidth = 2;
constexpr int64_t kMicroDepth = 8;
constexpr int64_t kMaxBlockHeight = 32;
constexpr int64_t kMaxBlockWidth = 64;
constexpr int64_t kMaxBlockDepth = 128;
constexpr int64_t kDepthSplit = 16;
constexpr int64_t kSubKernel = 8;

int64_t divide_up(int64_t value, int64_t by) { return (value + by - 1) / by; }

int64_t double_banks(int64_t bytes, int64_t granule) { return align_up(divide_up(bytes, kBankBytes) * 2, granule); }

layout::Extent ifm_block(const Op &op, const Block &block)
{
    const Kernel &kernel = op.kernel;
    layout::Extent need;
    need.height = (block.height - 1) * kernel.stride_y + std::min(kernel.dilated_height(), kSubKernel);
    need.width = (block.width - 1) * kernel.stride_x + std::min(kernel.dilated_width(), kSubKernel);
    need.height = align_up(need.height, kMicroHeight);
    need.width = align_up(need.width, kMicroWidth);
    need.channels = block.depth;
    if (op.kind == OpKind::kConv)
        need.channels = align_up(std::min<int64_t>(op.ifm.extent.channels, op.part_kernel ? 16 : 32), kMicroDepth);
    return need;
}

// Sets the bank numbers; false when the buffers do not fit.
bool lay_out_shram(const Op &op, Block &block)
{
    const layout::Extent need = ifm_block(op, block);
    const int64_t ifm_banks = double_banks(need.height * need.width * align_up(need.channels, kMicroDepth), kIfmBankGranule);
    const int64_t ifm_end = kOutputBanks + ifm_banks;
    block.ifm2_start = static_cast<uint32_t>(ifm_end);
    if (is_elementwise(op.kind)) {
        block.ifm_end = kLookupStart;
        block.accumulator_start = kLookupStart;
        return ifm_end + ifm_banks <= kLookupStart;
    }
    const int64_t accumulator_banks =
        double_banks(block.height * block.width * align_up(block.depth, kMicroDepth) * kAccumulatorBytes, kAccumulatorBankGranule);
    block.ifm_end = static_cast<uint32_t>(ifm_end);
    block.accumulator_start = static_cast<uint32_t>(std::max<int64_t>(kLookupStart - accumulator_banks, 0));
    return ifm_end <= kLookupStart - accumulator_banks;
}

// Elements fetched for the whole operation.
int64_t fetch_cost(const Op &op, const Block &block)
{
    const int64_t down = divide_up(op.ofm.extent.height, block.height);
    const int64_t across = divide_up(op.ofm.extent.width, block.width);
    const int64_t deep = divide_up(op.ofm.extent.channels, block.depth);
    const layout::Extent need = ifm_block(op, block);
    const int64_t sub_kernels = divide_up(op.kernel.dilated_height(), kSubKernel) * divide_up(op.kernel.dilated_width(), kSubKernel);
    const int64_t ifm = need.height * need.width * op.ifm.extent.channels * sub_kernels * (op.kind == OpKind::kConv ? deep : 1);
    int64_t weights = 0;
    if (has_weights(op.kind))
        weights = op.kernel.elements() * op.ofm.extent.channels * (op.kind == OpKind::kConv ? op.ifm.extent.channels : 1);
    return (ifm + weights) * down * across;
}

int64_t largest(int64_t extent, int64_t granule, int64_t limit) { return std::min(align_up(extent, granule), limit); }

}  // namespace

bool prefers_part_kernel(int64_t ifm_channels, int64_t kernel_elements)
{
    if (ifm_channels <= 8)
        return true;
    // channels cancel out of both utilisations
    const int64_t part = align_up(ifm_channels, 8) * align_up(kernel_elements, 4);
    const int64_t depth = align_up(ifm_channels, 32) * kernel_elements;
    return depth > part;
}

std::optional<Block> choose_block(const Op &op)
{
    const int64_t max_height = largest(op.ofm.extent.height, kMicroHeight, kMaxBlockHeight);
    const int64_t max_width = largest(op.ofm.extent.width, kMicroWidth, kMaxBlockWidth);
    const int64_t max_depth = largest(op.ofm.extent.channels, kMicroDepth, kMaxBlockDepth);
    std::optional<Block> best;
    int64_t best_cost = std::numeric_limits<int64_t>::max();
    int64_t depth = std::min(max_depth, kDepthSplit);
    while (true) {
        for (int64_t height = kMicroHeight; height <= max_height; height += kMicroHeight)
            for (int64_t width = kMicroWidth; width <= max_width; width += kMicroWidth) {
                Block block{height, width, depth, 0, 0, 0};
                if (!lay_out_shram(op, block))
                    break;  // wider blocks need more
                const int64_t cost = fetch_cost(op, block);
                if (cost < best_cost) {
                    best_cost = cost;
                    best = block;
                }
            }
        if (depth >= max_depth)
            return best;
        depth = std::min(depth + kDepthSplit, max_depth);
    }
}

}  // namespace accel::ethosu
