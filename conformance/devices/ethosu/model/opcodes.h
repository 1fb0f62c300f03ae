// SPDX-License-Identifier: MIT
//
// Names of the command words, as listed in the register description that Arm publishes with its compiler.
#pragma once

#include <cstdint>

namespace accel::devices::ethosu {

/// Low 10 bits of a one-word command that starts or waits for work.
enum class Op : uint16_t {
    Stop = 0x000,
    Irq = 0x001,
    Conv = 0x002,
    Depthwise = 0x003,
    Pool = 0x005,
    Elementwise = 0x006,
    DmaStart = 0x010,
    DmaWait = 0x011,
    KernelWait = 0x012,
    PmuMask = 0x013,
};

/// Registers of 16 bits (control bits 0).
enum class Reg : uint16_t {
    IfmPadTop = 0x100,
    IfmPadLeft = 0x101,
    IfmPadRight = 0x102,
    IfmPadBottom = 0x103,
    IfmDepthM1 = 0x104,
    IfmPrecision = 0x105,
    IfmUpscale = 0x107,
    IfmZeroPoint = 0x109,
    IfmWidth0M1 = 0x10a,
    IfmHeight0M1 = 0x10b,
    IfmHeight1M1 = 0x10c,
    IfmIbEnd = 0x10d,
    IfmRegion = 0x10f,
    OfmWidthM1 = 0x111,
    OfmHeightM1 = 0x112,
    OfmDepthM1 = 0x113,
    OfmPrecision = 0x114,
    OfmBlkWidthM1 = 0x115,
    OfmBlkHeightM1 = 0x116,
    OfmBlkDepthM1 = 0x117,
    OfmZeroPoint = 0x118,
    OfmWidth0M1 = 0x11a,
    OfmHeight0M1 = 0x11b,
    OfmHeight1M1 = 0x11c,
    OfmRegion = 0x11f,
    KernelWidthM1 = 0x120,
    KernelHeightM1 = 0x121,
    KernelStride = 0x122,
    ParallelMode = 0x123,
    AccFormat = 0x124,
    Activation = 0x125,
    ActivationMin = 0x126,
    ActivationMax = 0x127,
    WeightRegion = 0x128,
    ScaleRegion = 0x129,
    AbStart = 0x12d,
    Blockdep = 0x12f,
    Dma0SrcRegion = 0x130,
    Dma0DstRegion = 0x131,
    Dma0Size0 = 0x132,
    Dma0Size1 = 0x133,
    Ifm2Broadcast = 0x180,
    Ifm2Scalar = 0x181,
    Ifm2Precision = 0x185,
    Ifm2ZeroPoint = 0x189,
    Ifm2Width0M1 = 0x18a,
    Ifm2Height0M1 = 0x18b,
    Ifm2Height1M1 = 0x18c,
    Ifm2IbStart = 0x18d,
    Ifm2Region = 0x18f,
};

/// Registers of 32 or 40 bits (control bits 1).
enum class WideReg : uint16_t {
    IfmBase0 = 0x000,
    IfmStrideX = 0x004,
    IfmStrideY = 0x005,
    IfmStrideC = 0x006,
    OfmBase0 = 0x010,
    OfmStrideX = 0x014,
    OfmStrideY = 0x015,
    OfmStrideC = 0x016,
    WeightBase = 0x020,
    WeightLength = 0x021,
    ScaleBase = 0x022,
    ScaleLength = 0x023,
    OfmScale = 0x024,
    OpaScale = 0x025,
    OpbScale = 0x026,
    Dma0Src = 0x030,
    Dma0Dst = 0x031,
    Dma0Len = 0x032,
    Dma0Skip0 = 0x033,
    Dma0Skip1 = 0x034,
    Ifm2Base0 = 0x080,
    Ifm2StrideX = 0x084,
    Ifm2StrideY = 0x085,
    Ifm2StrideC = 0x086,
    Weight1Base = 0x090,
    Weight1Length = 0x091,
    Scale1Base = 0x092,
    Scale1Length = 0x093,
};

enum class PoolMode : uint8_t { Max = 0,
                                Average = 1,
                                ReduceSum = 2 };

enum class ElementwiseMode : uint8_t { Mul = 0,
                                       Add,
                                       Sub,
                                       Min,
                                       Max,
                                       Lrelu,
                                       Abs,
                                       Clz,
                                       Shr,
                                       Shl };

}  // namespace accel::devices::ethosu
