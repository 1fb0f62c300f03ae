// SPDX-License-Identifier: MIT
// Latches registers, and refuses what is no register.
#include "registers.h"

#include <cstdio>

#include "fault.h"

namespace accel::devices::ethosu {
namespace {

std::string hex(uint32_t value)
{
    char text[16];
    std::snprintf(text, sizeof text, "0x%03x", value);
    return text;
}

bool is_narrow_register(uint16_t opcode)
{
    switch (static_cast<Reg>(opcode)) {
    case Reg::IfmPadTop:
    case Reg::IfmPadLeft:
    case Reg::IfmPadRight:
    case Reg::IfmPadBottom:
    case Reg::IfmDepthM1:
    case Reg::IfmPrecision:
    case Reg::IfmUpscale:
    case Reg::IfmZeroPoint:
    case Reg::IfmWidth0M1:
    case Reg::IfmHeight0M1:
    case Reg::IfmHeight1M1:
    case Reg::IfmIbEnd:
    case Reg::IfmRegion:
    case Reg::OfmWidthM1:
    case Reg::OfmHeightM1:
    case Reg::OfmDepthM1:
    case Reg::OfmPrecision:
    case Reg::OfmBlkWidthM1:
    case Reg::OfmBlkHeightM1:
    case Reg::OfmBlkDepthM1:
    case Reg::OfmZeroPoint:
    case Reg::OfmWidth0M1:
    case Reg::OfmHeight0M1:
    case Reg::OfmHeight1M1:
    case Reg::OfmRegion:
    case Reg::KernelWidthM1:
    case Reg::KernelHeightM1:
    case Reg::KernelStride:
    case Reg::ParallelMode:
    case Reg::AccFormat:
    case Reg::Activation:
    case Reg::ActivationMin:
    case Reg::ActivationMax:
    case Reg::WeightRegion:
    case Reg::ScaleRegion:
    case Reg::AbStart:
    case Reg::Blockdep:
    case Reg::Dma0SrcRegion:
    case Reg::Dma0DstRegion:
    case Reg::Dma0Size0:
    case Reg::Dma0Size1:
    case Reg::Ifm2Broadcast:
    case Reg::Ifm2Scalar:
    case Reg::Ifm2Precision:
    case Reg::Ifm2ZeroPoint:
    case Reg::Ifm2Width0M1:
    case Reg::Ifm2Height0M1:
    case Reg::Ifm2Height1M1:
    case Reg::Ifm2IbStart:
    case Reg::Ifm2Region:
        return true;
    }
    return false;
}

bool is_wide_register(uint16_t opcode)
{
    const bool feature_map = opcode <= 0x006 || (opcode >= 0x010 && opcode <= 0x016) ||
                             (opcode >= 0x080 && opcode <= 0x086);
    const bool constants_and_scales = opcode >= 0x020 && opcode <= 0x026;
    const bool dma = opcode >= 0x030 && opcode <= 0x034;
    const bool second_core = opcode >= 0x090 && opcode <= 0x093;
    return feature_map || constants_and_scales || dma || second_core;
}

}  // namespace

void Registers::set(uint16_t opcode, uint16_t value)
{
    if (!is_narrow_register(opcode)) parse_error("command " + hex(opcode) + " is unknown to a U65");
    narrow_[opcode] = value;
    narrow_set_[opcode] = true;
}

void Registers::set_wide(uint16_t opcode, uint16_t param, uint32_t payload)
{
    if (!is_wide_register(opcode)) parse_error("command with payload " + hex(opcode) + " is unknown to a U65");
    wide_[opcode] = (static_cast<uint64_t>(param) << 32) | payload;
    wide_set_[opcode] = true;
}

uint16_t Registers::get(Reg reg) const
{
    if (!is_set(reg)) {
        parse_error("register " + hex(static_cast<uint16_t>(reg)) + " is needed but was never set");
    }
    return narrow_[static_cast<size_t>(reg)];
}

uint64_t Registers::address(WideReg reg) const
{
    if (!is_set(reg)) {
        parse_error("register with payload " + hex(static_cast<uint16_t>(reg)) + " is needed but was never set");
    }
    return wide_[static_cast<size_t>(reg)] & 0xff'ffff'ffffu;
}

int64_t Registers::stride(WideReg reg) const
{
    return static_cast<int64_t>(address(reg) << 24) >> 24;
}

uint32_t Registers::payload(WideReg reg) const
{
    return static_cast<uint32_t>(address(reg));
}

uint32_t Registers::shift(WideReg reg) const
{
    return static_cast<uint32_t>(address(reg) >> 32) & 0x3fu;
}

}  // namespace accel::devices::ethosu
