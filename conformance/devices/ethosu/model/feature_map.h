// SPDX-License-Identifier: MIT
//
// A feature map in memory: up to four tiles, strides, NHWC or NHCWB16, 8, 16 or 32 bits per element.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "memory_port.h"
#include "registers.h"

namespace accel::devices::ethosu {

struct Extent {
    uint32_t height = 0;
    uint32_t width = 0;
    uint32_t depth = 0;

    uint64_t elements() const { return uint64_t{height} * width * depth; }
};

/// Elements as plain integers, height outermost, depth innermost.
struct Volume {
    Extent extent;
    std::vector<int32_t> elements;

    const int32_t *row(uint32_t y) const { return elements.data() + size_t{y} * extent.width * extent.depth; }
    int32_t *row(uint32_t y) { return elements.data() + size_t{y} * extent.width * extent.depth; }
};

struct ElementType {
    uint32_t size_bytes = 1;
    bool is_signed = true;

    int32_t lowest() const;
    int32_t highest() const;
};

class FeatureMap {
public:
    static FeatureMap ifm(const Registers &registers, MemoryPort &memory);
    static FeatureMap ifm2(const Registers &registers, MemoryPort &memory);
    static FeatureMap ofm(const Registers &registers, MemoryPort &memory);

    ElementType type() const { return type_; }

    /// Reads `extent` elements from the origin, `zero_point` subtracted.
    Volume read(Extent extent, int32_t zero_point, MemoryPort &memory, const WorkGuard &guard) const;

    /// Writes one row; each element is truncated to the element type.
    void write_row(uint32_t y, const int32_t *elements, Extent extent, MemoryPort &memory) const;

private:
    struct Names {
        Reg region, width0, height0, height1, precision;
        WideReg base0, stride_x, stride_y, stride_c;
        uint32_t size_bit;  // position of the element size inside the precision register
    };

    FeatureMap(const Registers &registers, const Names &names, MemoryPort &memory);

    void check_alignment() const;
    uint64_t row_address(uint32_t tile, uint32_t y) const;
    uint32_t tile_of(uint32_t x, uint32_t y, uint32_t *tile_x, uint32_t *tile_y) const;

    void read_run(uint64_t row, uint32_t tile_x, uint32_t width, uint32_t depth, int32_t *out, MemoryPort &memory,
                  std::vector<uint8_t> &bytes) const;
    void write_run(uint64_t row, uint32_t tile_x, uint32_t width, uint32_t depth, const int32_t *in,
                   MemoryPort &memory, std::vector<uint8_t> &bytes) const;
    void decode(const uint8_t *bytes, uint32_t count, int32_t *out) const;
    void encode(const int32_t *in, uint32_t count, uint8_t *bytes) const;

    ElementType type_;
    bool bricks_ = false;
    uint64_t region_base_ = 0;
    std::array<uint64_t, 4> tile_base_{};
    int64_t stride_x_ = 0;
    int64_t stride_y_ = 0;
    int64_t stride_c_ = 0;
    uint32_t width0_ = 0;
    uint32_t height0_ = 0;
    uint32_t height1_ = 0;
};

}  // namespace accel::devices::ethosu
