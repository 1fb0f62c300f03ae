// SPDX-License-Identifier: MIT
//
// The register file that SET commands latch. A register that was never set has no value: reading it is a fault.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>

#include "opcodes.h"

namespace accel::devices::ethosu {

class Registers {
public:
    /// One-word SET. Faults when the opcode names no register of a U65.
    void set(uint16_t opcode, uint16_t value);

    /// Two-word SET; `param` holds address bits 39:32 or a shift.
    void set_wide(uint16_t opcode, uint16_t param, uint32_t payload);

    bool is_set(Reg reg) const { return narrow_set_[static_cast<size_t>(reg)]; }
    bool is_set(WideReg reg) const { return wide_set_[static_cast<size_t>(reg)]; }

    uint16_t get(Reg reg) const;
    int16_t get_signed(Reg reg) const { return static_cast<int16_t>(get(reg)); }

    /// value + 1, for the registers whose names end in M1.
    uint32_t get_plus_1(Reg reg) const { return get(reg) + 1u; }

    /// 40 bits, for addresses.
    uint64_t address(WideReg reg) const;
    /// 40 bits, sign extended.
    int64_t stride(WideReg reg) const;
    /// 32 bits, for lengths and multipliers.
    uint32_t payload(WideReg reg) const;
    /// Low 6 bits of the parameter.
    uint32_t shift(WideReg reg) const;

private:
    static constexpr size_t kNarrowCount = 0x190;
    static constexpr size_t kWideCount = 0x094;

    std::array<uint16_t, kNarrowCount> narrow_{};
    std::array<uint64_t, kWideCount> wide_{};
    std::bitset<kNarrowCount> narrow_set_;
    std::bitset<kWideCount> wide_set_;
};

}  // namespace accel::devices::ethosu
