// SPDX-License-Identifier: MIT
// Clamps, looks up in tables, and writes results.
#include "output_stage.h"

#include <algorithm>

#include "fault.h"

namespace accel::devices::ethosu {
namespace {

constexpr uint32_t kTableBase = 46 * 1024;
constexpr uint32_t kTableSlotBytes = 256;
constexpr uint32_t kFirstTable = 16;
constexpr uint32_t kTableCount = 8;

ElementType clip_type(uint32_t code, ElementType ofm)
{
    switch (code) {
    case 0: return ofm;
    case 2: return {1, false};
    case 3: return {1, true};
    case 5: return {2, true};
    default: parse_error("the activation clip range does not exist");
    }
}

/// Bytes of the table that results of `clip` look up for elements of `ofm`.
uint32_t table_size_bytes(ElementType clip, ElementType ofm)
{
    if (clip.size_bytes == 1) return 256 * ofm.size_bytes;
    return 512 * 4;
}

}  // namespace

Activation::Activation(const Registers &registers, ElementType ofm, const Shram &shram) : ofm_(ofm)
{
    const uint16_t bits = registers.get(Reg::Activation);
    const uint32_t function = bits & 0xfffu;
    clip_ = clip_type(bits >> 12, ofm);
    minimum_ = clip_.lowest();
    maximum_ = clip_.highest();
    // The registers have 16 bits: they cannot clamp a 32-bit map.
    if (clip_.size_bytes < 4) {
        const bool as_signed = clip_.is_signed;
        const uint16_t low = registers.get(Reg::ActivationMin);
        const uint16_t high = registers.get(Reg::ActivationMax);
        minimum_ = std::max<int64_t>(minimum_, as_signed ? static_cast<int16_t>(low) : low);
        maximum_ = std::min<int64_t>(maximum_, as_signed ? static_cast<int16_t>(high) : high);
    }
    if (minimum_ > maximum_) parse_error("ACTIVATION_MIN is larger than ACTIVATION_MAX");
    has_table_ = function >= kFirstTable;
    if (!has_table_ && function != 0) parse_error("the activation function is not modelled");
    if (function >= kFirstTable + kTableCount) parse_error("the lookup table does not exist");
    if (!has_table_) return;
    const uint32_t offset = (function - kFirstTable) * kTableSlotBytes;
    if (clip_.size_bytes == 4 || offset + table_size_bytes(clip_, ofm) > kTableCount * kTableSlotBytes) {
        parse_error("the lookup table does not fit the table memory");
    }
    table_ = shram.data() + kTableBase + offset;
    table_range_ = {kTableBase + offset, kTableBase + offset + table_size_bytes(clip_, ofm)};
}

int32_t Activation::apply(int64_t value) const
{
    const auto clamped = static_cast<int32_t>(std::clamp(value, minimum_, maximum_));
    return has_table_ ? look_up(clamped) : clamped;
}

uint32_t Activation::table_word(uint32_t index) const
{
    const uint8_t *b = table_ + size_t{index} * 4;
    return uint32_t{b[0]} | uint32_t{b[1]} << 8 | uint32_t{b[2]} << 16 | uint32_t{b[3]} << 24;
}

int32_t Activation::look_up(int32_t value) const
{
    if (clip_.size_bytes == 2) return interpolate(value);
    const auto index = static_cast<uint32_t>(value - clip_.lowest());
    if (ofm_.size_bytes == 4) return static_cast<int32_t>(table_word(index));
    if (ofm_.size_bytes == 2) {
        const auto entry = static_cast<uint16_t>(table_[2 * index] | (table_[2 * index + 1] << 8));
        return ofm_.is_signed ? static_cast<int16_t>(entry) : entry;
    }
    return ofm_.is_signed ? static_cast<int8_t>(table_[index]) : table_[index];
}

// 16-bit tables hold base and slope; the low 7 bits of the value interpolate.
int32_t Activation::interpolate(int32_t value) const
{
    const int32_t from_lowest = value - clip_.lowest();
    const uint32_t word = table_word(static_cast<uint32_t>(from_lowest) >> 7);
    const auto base = static_cast<int16_t>(word & 0xffffu);
    const auto slope = static_cast<int16_t>(word >> 16);
    return base + ((slope * (from_lowest & 0x7f) + 64) >> 7);
}

OutputStage::OutputStage(const Registers &registers, MemoryPort &memory, const Shram &shram)
    : memory_(memory),
      map_(FeatureMap::ofm(registers, memory)),
      activation_(registers, map_.type(), shram)
{
    const AddressRange table = activation_.table_range();
    memory.log().read(AccessLog::kInternal + table.begin, table.end - table.begin);
    const uint16_t precision = registers.get(Reg::OfmPrecision);
    extent_ = {registers.get_plus_1(Reg::OfmHeightM1), registers.get_plus_1(Reg::OfmWidthM1),
               registers.get_plus_1(Reg::OfmDepthM1)};
    zero_point_ = zero_point_from(registers, Reg::OfmZeroPoint, map_.type());
    if ((precision >> 14) > 2) parse_error("the rounding mode does not exist");
    rounding_ = static_cast<Rounding>(precision >> 14);
    if (activation_.is_wide()) zero_point_ = 0;
    has_global_scale_ = ((precision >> 8) & 1u) != 0;
    if (has_global_scale_) global_scale_ = scale_from(registers, WideReg::OfmScale);
}

int32_t OutputStage::finish(int64_t scaled) const
{
    constexpr int64_t kFarOutside = int64_t{1} << 40;  // beyond every element type
    return activation_.apply(std::clamp(scaled, -kFarOutside, kFarOutside) + zero_point_);
}

int32_t zero_point_from(const Registers &registers, Reg reg, ElementType type)
{
    const uint16_t bits = registers.get(reg);
    const int32_t value = type.is_signed ? static_cast<int16_t>(bits) : bits;
    if (value < type.lowest() || value > type.highest()) {
        parse_error("a zero point of " + std::to_string(value) + " does not fit its feature map");
    }
    return value;
}

Scale scale_from(const Registers &registers, WideReg reg)
{
    return {registers.payload(reg), registers.shift(reg)};
}

}  // namespace accel::devices::ethosu
