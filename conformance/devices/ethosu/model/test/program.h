// SPDX-License-Identifier: MIT
//
// Hand-made command streams for the tests, and memory to run them on.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "array_bus.h"
#include "npu.h"
#include "opcodes.h"

namespace accel::devices::ethosu {

class Program {
public:
    Program &set(Reg reg, uint32_t value) { return word(static_cast<uint32_t>(reg) | (value & 0xffffu) << 16); }
    Program &set(WideReg reg, uint64_t value, uint32_t tile = 0)
    {
        word((static_cast<uint32_t>(reg) + tile) | 0x4000u | static_cast<uint32_t>(value >> 32) << 16);
        return word(static_cast<uint32_t>(value));
    }
    Program &scale(WideReg reg, uint32_t multiplier, uint32_t shift)
    {
        return set(reg, uint64_t{shift} << 32 | multiplier);
    }
    Program &op(Op op, uint32_t param = 0) { return word(static_cast<uint32_t>(op) | param << 16); }
    Program &word(uint32_t value)
    {
        for (uint32_t b = 0; b < 4; ++b) bytes_.push_back(static_cast<uint8_t>(value >> (8 * b)));
        return *this;
    }
    Program &stop() { return op(Op::Stop, 0xffff); }

    const std::vector<uint8_t> &bytes() const { return bytes_; }

private:
    std::vector<uint8_t> bytes_;
};

/// An NPU with one region (0) of memory.
struct Bench {
    static constexpr uint64_t kStream = 0x1'0000'0000;
    static constexpr uint64_t kMemory = 0x2'0000'0000;

    explicit Bench(size_t memory_bytes) : memory(memory_bytes, 0xee),
                                          npu(bus) { bus.map(kMemory, memory, true); }

    Result run(const Program &program, const std::atomic<bool> *abort = nullptr,
               std::atomic<uint32_t> *progress = nullptr)
    {
        streams.push_back(program.bytes());
        // Each stream has its own window, so that earlier ones cannot be found.
        const uint64_t address = kStream + next_stream++ * 0x100'0000;
        bus.map(address, streams.back(), false);
        Job job;
        job.stream_address = address;
        job.stream_size_bytes = static_cast<uint32_t>(streams.back().size());
        job.region_base[0] = kMemory;
        return npu.run(job, abort, progress);
    }

    std::vector<uint8_t> memory;
    std::deque<std::vector<uint8_t>> streams;
    uint64_t next_stream = 0;
    ArrayBus bus;
    Npu npu;
};

/// A 1x1 pooling over an NHWC int8 map of height x width x depth from offset 0 to `output`.
inline Program copy_program(uint32_t height, uint32_t width, uint32_t depth, uint64_t output)
{
    Program p;
    for (const bool ofm : {false, true}) {
        const auto reg = [ofm](Reg ifm_reg, Reg ofm_reg) { return ofm ? ofm_reg : ifm_reg; };
        const auto wide = [ofm](WideReg ifm_reg, WideReg ofm_reg) { return ofm ? ofm_reg : ifm_reg; };
        p.set(reg(Reg::IfmRegion, Reg::OfmRegion), 0);
        for (uint32_t tile = 0; tile < 4; ++tile) {
            p.set(wide(WideReg::IfmBase0, WideReg::OfmBase0), ofm ? output : 0, tile);
        }
        p.set(reg(Reg::IfmHeight0M1, Reg::OfmHeight0M1), height - 1);
        p.set(reg(Reg::IfmHeight1M1, Reg::OfmHeight1M1), height - 1);
        p.set(reg(Reg::IfmWidth0M1, Reg::OfmWidth0M1), width - 1);
        p.set(reg(Reg::IfmDepthM1, Reg::OfmDepthM1), depth - 1);
        p.set(wide(WideReg::IfmStrideX, WideReg::OfmStrideX), depth);
        p.set(wide(WideReg::IfmStrideY, WideReg::OfmStrideY), uint64_t{width} * depth);
        p.set(wide(WideReg::IfmStrideC, WideReg::OfmStrideC), 1);
        p.set(reg(Reg::IfmZeroPoint, Reg::OfmZeroPoint), 0);
    }
    p.set(Reg::IfmPrecision, 1).set(Reg::IfmUpscale, 0);
    p.set(Reg::IfmPadTop, 0).set(Reg::IfmPadLeft, 0).set(Reg::IfmPadBottom, 0).set(Reg::IfmPadRight, 0);
    p.set(Reg::OfmHeightM1, height - 1).set(Reg::OfmWidthM1, width - 1);
    p.set(Reg::OfmPrecision, 0x101).scale(WideReg::OfmScale, 1, 0);
    p.set(Reg::KernelHeightM1, 0).set(Reg::KernelWidthM1, 0).set(Reg::KernelStride, 0);
    p.set(Reg::Activation, 0).set(Reg::ActivationMin, 0x8000).set(Reg::ActivationMax, 0x7fff);
    p.set(Reg::OfmBlkHeightM1, 1).set(Reg::OfmBlkWidthM1, 1).set(Reg::OfmBlkDepthM1, 7);
    p.set(Reg::IfmIbEnd, 10).set(Reg::AbStart, 30).set(Reg::AccFormat, 0).set(Reg::Blockdep, 0);
    return p;
}

}  // namespace accel::devices::ethosu
