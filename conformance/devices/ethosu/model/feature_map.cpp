// SPDX-License-Identifier: MIT
// Reads and writes elements where the registers say that they lie.
#include "feature_map.h"

#include <algorithm>
#include <limits>

#include "fault.h"

namespace accel::devices::ethosu {
namespace {

constexpr uint32_t kBrickDepth = 16;

WideReg plus(WideReg reg, uint32_t offset)
{
    return static_cast<WideReg>(static_cast<uint32_t>(reg) + offset);
}

}  // namespace

int32_t ElementType::lowest() const
{
    if (!is_signed) return 0;
    return size_bytes == 1 ? -128 : size_bytes == 2 ? -32768
                                                    : std::numeric_limits<int32_t>::min();
}

int32_t ElementType::highest() const
{
    if (size_bytes == 4) return std::numeric_limits<int32_t>::max();
    const int32_t unsigned_max = size_bytes == 1 ? 255 : 65535;
    return is_signed ? unsigned_max / 2 : unsigned_max;
}

FeatureMap FeatureMap::ifm(const Registers &registers, MemoryPort &memory)
{
    return FeatureMap(registers,
                      {Reg::IfmRegion, Reg::IfmWidth0M1, Reg::IfmHeight0M1, Reg::IfmHeight1M1, Reg::IfmPrecision,
                       WideReg::IfmBase0, WideReg::IfmStrideX, WideReg::IfmStrideY, WideReg::IfmStrideC, 2},
                      memory);
}

FeatureMap FeatureMap::ifm2(const Registers &registers, MemoryPort &memory)
{
    return FeatureMap(registers,
                      {Reg::Ifm2Region, Reg::Ifm2Width0M1, Reg::Ifm2Height0M1, Reg::Ifm2Height1M1,
                       Reg::Ifm2Precision, WideReg::Ifm2Base0, WideReg::Ifm2StrideX, WideReg::Ifm2StrideY,
                       WideReg::Ifm2StrideC, 2},
                      memory);
}

FeatureMap FeatureMap::ofm(const Registers &registers, MemoryPort &memory)
{
    return FeatureMap(registers,
                      {Reg::OfmRegion, Reg::OfmWidth0M1, Reg::OfmHeight0M1, Reg::OfmHeight1M1, Reg::OfmPrecision,
                       WideReg::OfmBase0, WideReg::OfmStrideX, WideReg::OfmStrideY, WideReg::OfmStrideC, 1},
                      memory);
}

FeatureMap::FeatureMap(const Registers &registers, const Names &names, MemoryPort &memory)
{
    const uint16_t precision = registers.get(names.precision);
    const uint32_t size_code = (precision >> names.size_bit) & 3u;
    const uint32_t layout_code = (precision >> 6) & 3u;
    type_.is_signed = (precision & 1u) != 0;
    type_.size_bytes = 1u << size_code;
    if (size_code == 3 || (size_code == 2 && !type_.is_signed)) parse_error("the element type does not exist");
    if (layout_code > 1) parse_error("the feature map layout does not exist");
    bricks_ = layout_code == 1;
    region_base_ = memory.base(registers.get(names.region));
    for (uint32_t tile = 0; tile < 4; ++tile) tile_base_[tile] = registers.address(plus(names.base0, tile));
    stride_x_ = registers.stride(names.stride_x);
    stride_y_ = registers.stride(names.stride_y);
    stride_c_ = registers.stride(names.stride_c);
    width0_ = registers.get_plus_1(names.width0);
    height0_ = registers.get_plus_1(names.height0);
    height1_ = registers.get_plus_1(names.height1);
    check_alignment();
}

void FeatureMap::check_alignment() const
{
    const int64_t quantum = bricks_ ? kBrickDepth : static_cast<int64_t>(type_.size_bytes);
    for (const uint64_t base : tile_base_) {
        if (base % static_cast<uint64_t>(quantum) != 0) parse_error("a feature map base is not aligned");
    }
    if (stride_y_ % quantum != 0 || (bricks_ ? stride_c_ : stride_x_) % quantum != 0) {
        parse_error("a feature map stride is not aligned");
    }
}

uint64_t FeatureMap::row_address(uint32_t tile, uint32_t y) const
{
    return region_base_ + tile_base_[tile] + static_cast<uint64_t>(y) * static_cast<uint64_t>(stride_y_);
}

uint32_t FeatureMap::tile_of(uint32_t x, uint32_t y, uint32_t *tile_x, uint32_t *tile_y) const
{
    const bool right = x >= width0_;
    const uint32_t split_y = right ? height1_ : height0_;
    const bool lower = y >= split_y;
    *tile_x = right ? x - width0_ : x;
    *tile_y = lower ? y - split_y : y;
    return (right ? 1u : 0u) + (lower ? 2u : 0u);
}

Volume FeatureMap::read(Extent extent, int32_t zero_point, MemoryPort &memory, const WorkGuard &guard) const
{
    guard.claim_elements(extent.height, extent.width, extent.depth);
    Volume volume{extent, {}};
    std::vector<uint8_t> bytes;
    for (uint32_t y = 0; y < extent.height; ++y) {
        guard.check_abort();
        // Grown row by row: a refused address stops an absurd extent before its memory is taken.
        volume.elements.resize(volume.elements.size() + size_t{extent.width} * extent.depth);
        int32_t *out = volume.row(y);
        for (uint32_t x = 0; x < extent.width;) {
            uint32_t tile_x = 0, tile_y = 0;
            const uint32_t tile = tile_of(x, y, &tile_x, &tile_y);
            const uint32_t run = x < width0_ ? std::min(width0_, extent.width) - x : extent.width - x;
            read_run(row_address(tile, tile_y), tile_x, run, extent.depth, out + size_t{x} * extent.depth, memory,
                     bytes);
            x += run;
        }
        if (zero_point != 0) {
            for (size_t i = 0; i < size_t{extent.width} * extent.depth; ++i) {
                // 32-bit elements wrap.
                out[i] = static_cast<int32_t>(static_cast<uint32_t>(out[i]) - static_cast<uint32_t>(zero_point));
            }
        }
    }
    return volume;
}

void FeatureMap::write_row(uint32_t y, const int32_t *elements, Extent extent, MemoryPort &memory) const
{
    std::vector<uint8_t> bytes;
    for (uint32_t x = 0; x < extent.width;) {
        uint32_t tile_x = 0, tile_y = 0;
        const uint32_t tile = tile_of(x, y, &tile_x, &tile_y);
        const uint32_t run = x < width0_ ? std::min(width0_, extent.width) - x : extent.width - x;
        write_run(row_address(tile, tile_y), tile_x, run, extent.depth, elements + size_t{x} * extent.depth, memory,
                  bytes);
        x += run;
    }
}

void FeatureMap::read_run(uint64_t row, uint32_t tile_x, uint32_t width, uint32_t depth, int32_t *out,
                          MemoryPort &memory, std::vector<uint8_t> &bytes) const
{
    const uint32_t size = type_.size_bytes;
    if (!bricks_ && stride_x_ == static_cast<int64_t>(uint64_t{depth} * size)) {
        bytes.resize(size_t{width} * depth * size);
        memory.read(row + static_cast<uint64_t>(tile_x) * static_cast<uint64_t>(stride_x_), bytes.data(),
                    bytes.size());
        decode(bytes.data(), width * depth, out);
        return;
    }
    const uint32_t step_c = bricks_ ? kBrickDepth : depth;
    const uint64_t step_x = bricks_ ? kBrickDepth * size : static_cast<uint64_t>(stride_x_);
    bytes.resize(size_t{step_c} * size);
    for (uint32_t c = 0; c < depth; c += step_c) {
        const uint32_t count = std::min(step_c, depth - c);
        const uint64_t brick = row + (c / step_c) * static_cast<uint64_t>(stride_c_);
        for (uint32_t x = 0; x < width; ++x) {
            memory.read(brick + (tile_x + x) * step_x, bytes.data(), size_t{count} * size);
            decode(bytes.data(), count, out + size_t{x} * depth + c);
        }
    }
}

void FeatureMap::write_run(uint64_t row, uint32_t tile_x, uint32_t width, uint32_t depth, const int32_t *in,
                           MemoryPort &memory, std::vector<uint8_t> &bytes) const
{
    const uint32_t size = type_.size_bytes;
    if (!bricks_ && stride_x_ == static_cast<int64_t>(uint64_t{depth} * size)) {
        bytes.resize(size_t{width} * depth * size);
        encode(in, width * depth, bytes.data());
        memory.write(row + static_cast<uint64_t>(tile_x) * static_cast<uint64_t>(stride_x_), bytes.data(),
                     bytes.size());
        return;
    }
    const uint32_t step_c = bricks_ ? kBrickDepth : depth;
    const uint64_t step_x = bricks_ ? kBrickDepth * size : static_cast<uint64_t>(stride_x_);
    bytes.resize(size_t{step_c} * size);
    for (uint32_t c = 0; c < depth; c += step_c) {
        const uint32_t count = std::min(step_c, depth - c);
        const uint64_t brick = row + (c / step_c) * static_cast<uint64_t>(stride_c_);
        for (uint32_t x = 0; x < width; ++x) {
            encode(in + size_t{x} * depth + c, count, bytes.data());
            memory.write(brick + (tile_x + x) * step_x, bytes.data(), size_t{count} * size);
        }
    }
}

void FeatureMap::decode(const uint8_t *bytes, uint32_t count, int32_t *out) const
{
    if (type_.size_bytes == 1) {
        for (uint32_t i = 0; i < count; ++i) out[i] = type_.is_signed ? static_cast<int8_t>(bytes[i]) : bytes[i];
    } else if (type_.size_bytes == 2) {
        for (uint32_t i = 0; i < count; ++i) {
            const auto value = static_cast<uint16_t>(bytes[2 * i] | (bytes[2 * i + 1] << 8));
            out[i] = type_.is_signed ? static_cast<int16_t>(value) : value;
        }
    } else {
        for (uint32_t i = 0; i < count; ++i) {
            const uint8_t *b = bytes + 4 * size_t{i};
            out[i] = static_cast<int32_t>(uint32_t{b[0]} | uint32_t{b[1]} << 8 | uint32_t{b[2]} << 16 |
                                          uint32_t{b[3]} << 24);
        }
    }
}

void FeatureMap::encode(const int32_t *in, uint32_t count, uint8_t *bytes) const
{
    for (uint32_t i = 0; i < count; ++i) {
        const auto value = static_cast<uint32_t>(in[i]);
        for (uint32_t b = 0; b < type_.size_bytes; ++b) *bytes++ = static_cast<uint8_t>(value >> (8 * b));
    }
}

}  // namespace accel::devices::ethosu
