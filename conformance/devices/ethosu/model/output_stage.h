// SPDX-License-Identifier: MIT
//
// What every operation does with its results: zero point, clamp, lookup table, write.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "feature_map.h"
#include "requantise.h"

namespace accel::devices::ethosu {

using Shram = std::array<uint8_t, Npu::kShramSizeBytes>;

/// The activation function: a clamp, then perhaps a lookup table in the last 2 KiB of SHRAM.
class Activation {
public:
    Activation(const Registers &registers, ElementType ofm, const Shram &shram);

    int32_t apply(int64_t value) const;

    /// The table in SHRAM, empty when there is none.
    AddressRange table_range() const { return table_range_; }

    /// 32-bit results are neither clamped nor offset by the zero point, unless a clip range makes them narrow.
    bool is_wide() const { return clip_.size_bytes == 4; }

private:
    int32_t look_up(int32_t value) const;
    int32_t interpolate(int32_t value) const;
    uint32_t table_word(uint32_t index) const;

    ElementType ofm_;
    ElementType clip_;
    int64_t minimum_ = 0;
    int64_t maximum_ = 0;
    bool has_table_ = false;
    const uint8_t *table_ = nullptr;
    AddressRange table_range_{0, 0};
};

class OutputStage {
public:
    OutputStage(const Registers &registers, MemoryPort &memory, const Shram &shram);

    const Extent &extent() const { return extent_; }
    ElementType type() const { return map_.type(); }
    Rounding rounding() const { return rounding_; }

    /// OFM_PRECISION bit 8: OFM_SCALE applies to all channels instead of the scale stream.
    bool has_global_scale() const { return has_global_scale_; }
    Scale global_scale() const { return global_scale_; }

    int32_t finish(int64_t scaled) const;

    void write_row(uint32_t y, const int32_t *elements) { map_.write_row(y, elements, extent_, memory_); }

private:
    MemoryPort &memory_;
    FeatureMap map_;
    Extent extent_;
    int32_t zero_point_ = 0;
    Rounding rounding_ = Rounding::Tfl;
    bool has_global_scale_ = false;
    Scale global_scale_;
    Activation activation_;
};

/// A zero point register, read as the element type says; faults when an 8-bit map has one of more than 8 bits.
int32_t zero_point_from(const Registers &registers, Reg reg, ElementType type);

/// A multiplier register with its shift.
Scale scale_from(const Registers &registers, WideReg reg);

}  // namespace accel::devices::ethosu
