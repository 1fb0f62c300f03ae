// SPDX-License-Identifier: MIT
// Fetches an operation's streams, and puts each weight where it belongs.
#include "weights.h"

#include <algorithm>

#include "fault.h"
#include "weight_stream.h"

namespace accel::devices::ethosu {
namespace {

constexpr uint32_t kUblockDepth = 8;  // the 256-MAC configuration: 8 channels in, 8 channels out

uint32_t round_up(uint32_t value, uint32_t quantum)
{
    return (value + quantum - 1) / quantum * quantum;
}

/// Walks the loops in which the MAC array consumes weights: OFM block, IFM block, sub-kernel, then channel
/// micro-blocks and kernel elements.
class OrderWalk {
public:
    OrderWalk(const WeightShape &shape, const Kernel &kernel) : shape_(shape),
                                                                kernel_(kernel) {}

    std::vector<int64_t> run()
    {
        const uint32_t ifm_block = kernel_.part_kernel_first || shape_.ifm_is_16_bit ? 16 : 32;
        for (uint32_t ofm = 0; ofm < shape_.ofm_depth; ofm += shape_.ofm_block_depth) {
            const uint32_t ofm_depth = std::min(shape_.ofm_block_depth, shape_.ofm_depth - ofm);
            for (uint32_t ifm = 0; ifm < shape_.ifm_depth; ifm += ifm_block) {
                block(ofm, ofm_depth, ifm, ifm_block_depth(ifm, ifm_block));
            }
        }
        return std::move(order_);
    }

private:
    uint32_t ifm_block_depth(uint32_t ifm, uint32_t ifm_block) const
    {
        if (shape_.depthwise) return kUblockDepth;
        return kernel_.part_kernel_first ? std::min(ifm_block, shape_.ifm_depth - ifm) : ifm_block;
    }

    void block(uint32_t ofm, uint32_t ofm_depth, uint32_t ifm, uint32_t ifm_depth)
    {
        for (uint32_t y = 0; y < kernel_.height; y += kernel_.sub_height) {
            for (uint32_t x = 0; x < kernel_.width; x += kernel_.sub_width) {
                sub_kernel(ofm, ofm_depth, ifm, ifm_depth, y, x);
            }
        }
    }

    void sub_kernel(uint32_t ofm, uint32_t ofm_depth, uint32_t ifm, uint32_t ifm_depth, uint32_t y, uint32_t x)
    {
        const uint32_t height = std::min(kernel_.sub_height, kernel_.height - y);
        const uint32_t width = std::min(kernel_.sub_width, kernel_.width - x);
        uint32_t elements = height * width;
        if (kernel_.part_kernel_first) elements = round_up(elements, shape_.ifm_is_16_bit ? 2 : 4);
        if (shape_.depthwise) elements = round_up(elements, 4);
        const uint32_t outer = kernel_.part_kernel_first ? ifm_depth : 1;
        const uint32_t inner = kernel_.part_kernel_first ? 1 : ifm_depth;
        for (uint32_t ifm_outer = 0; ifm_outer < outer; ifm_outer += kUblockDepth) {
            for (uint32_t ofm_ublock = 0; ofm_ublock < ofm_depth; ofm_ublock += kUblockDepth) {
                for (uint32_t element = 0; element < elements; ++element) {
                    const bool inside = element < height * width;
                    for (uint32_t ifm_inner = 0; ifm_inner < inner; ifm_inner += kUblockDepth) {
                        ublock(ofm + ofm_ublock, ifm + ifm_outer + ifm_inner, y + element / width,
                               x + element % width, inside);
                    }
                }
            }
        }
    }

    void ublock(uint32_t ofm, uint32_t ifm, uint32_t y, uint32_t x, bool inside)
    {
        const uint32_t ifm_lanes = shape_.depthwise ? 1 : kUblockDepth;
        for (uint32_t o = ofm; o < ofm + kUblockDepth; ++o) {
            for (uint32_t i = ifm; i < ifm + ifm_lanes; ++i) {
                const bool used = inside && o < shape_.ofm_depth && i < shape_.ifm_depth;
                order_.push_back(used ? position(o, i, y, x) : -1);
            }
        }
    }

    int64_t position(uint32_t o, uint32_t i, uint32_t y, uint32_t x) const
    {
        const int64_t element = int64_t{y} * kernel_.width + x;
        if (shape_.depthwise) return element * shape_.ofm_depth + o;
        return (int64_t{o} * kernel_.height * kernel_.width + element) * shape_.ifm_depth + i;
    }

    const WeightShape &shape_;
    const Kernel &kernel_;
    std::vector<int64_t> order_;
};

std::vector<uint8_t> fetch_stream(const Registers &registers, MemoryPort &memory, const WorkGuard &guard)
{
    const uint64_t base = registers.address(WideReg::WeightBase);
    const uint32_t length = registers.payload(WideReg::WeightLength);
    if (base % 16 != 0 || length % 16 != 0) parse_error("the weight stream is not aligned to 16 bytes");
    guard.claim_elements(length);
    const uint64_t address = memory.base(registers.get(Reg::WeightRegion)) + base;
    std::vector<uint8_t> stream;
    constexpr uint32_t kPiece = 1u << 20;
    for (uint32_t done = 0; done < length;) {
        const uint32_t piece = std::min(kPiece, length - done);
        stream.resize(size_t{done} + piece);
        memory.read(address + done, stream.data() + done, piece);
        done += piece;
    }
    return stream;
}

}  // namespace

std::vector<int64_t> weight_stream_order(const WeightShape &shape, const Kernel &kernel)
{
    return OrderWalk(shape, kernel).run();
}

std::vector<int16_t> read_weights(const Registers &registers, const WeightShape &shape, const Kernel &kernel,
                                  MemoryPort &memory, const WorkGuard &guard)
{
    const std::vector<uint8_t> stream = fetch_stream(registers, memory, guard);
    guard.claim_elements(round_up(shape.ofm_depth, kUblockDepth), round_up(shape.ifm_depth, kUblockDepth),
                         uint64_t{kernel.height} * kernel.width);
    const std::vector<int64_t> order = weight_stream_order(shape, kernel);
    const std::vector<int16_t> in_stream = decode_weight_stream(stream.data(), stream.size(), order.size());
    if (in_stream.size() != order.size()) {
        parse_error("the weight stream holds " + std::to_string(in_stream.size()) + " weights, the operation needs " +
                    std::to_string(order.size()));
    }
    std::vector<int16_t> dense(size_t{shape.ofm_depth} * shape.ifm_depth * kernel.height * kernel.width);
    for (size_t i = 0; i < order.size(); ++i) {
        if (order[i] >= 0) dense[static_cast<size_t>(order[i])] = in_stream[i];
    }
    return dense;
}

}  // namespace accel::devices::ethosu
