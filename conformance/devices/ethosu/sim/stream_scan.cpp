// SPDX-License-Identifier: MIT
// Walks a stream and notes the regions that its operations use.
#include "stream_scan.h"

namespace accel::devices::ethosu {
namespace {

// Opcodes as in the description of the command stream (Arm's public driver and Vela agree on them).
enum : uint32_t {
    kStop = 0x000,
    kConv = 0x002,
    kDepthwise = 0x003,
    kPool = 0x005,
    kElementwise = 0x006,
    kDmaStart = 0x010,
    kIfmRegion = 0x10f,
    kOfmRegion = 0x11f,
    kWeightRegion = 0x128,
    kScaleRegion = 0x129,
    kDmaSource = 0x130,
    kDmaDestination = 0x131,
    kIfm2Region = 0x18f,
    kOfmPrecision = 0x114,
    kIfm2Broadcast = 0x180
};
constexpr uint32_t kDmaInternal = 1u << 8;
constexpr uint32_t kGlobalScale = 1u << 8;
constexpr uint32_t kScalarOperand = 1u << 7;

/// Unary elementwise modes read one operand only: LRELU, ABS, CLZ.
constexpr bool is_unary(uint32_t mode) { return mode >= 5 && mode <= 7; }

struct State {
    uint32_t ifm = 0, ifm2 = 0, ofm = 0, weight = 0, scale = 0, dma_source = 0, dma_destination = 0, ofm_precision = 0, ifm2_broadcast = 0;

    void set(uint32_t opcode, uint32_t value)
    {
        switch (opcode) {
        case kIfmRegion: ifm = value; break;
        case kIfm2Region: ifm2 = value; break;
        case kOfmRegion: ofm = value; break;
        case kWeightRegion: weight = value; break;
        case kScaleRegion: scale = value; break;
        case kDmaSource: dma_source = value; break;
        case kDmaDestination: dma_destination = value; break;
        case kOfmPrecision: ofm_precision = value; break;
        case kIfm2Broadcast: ifm2_broadcast = value; break;
        default: break;
        }
    }
};

constexpr uint32_t bit(uint32_t region) { return 1u << (region & 7); }

void use(StreamUse &use, const State &state, uint32_t opcode, uint32_t parameter)
{
    const bool convolution = opcode == kConv || opcode == kDepthwise;
    if (opcode == kDmaStart) {
        use.used_regions |= bit(state.dma_source);
        if (!(state.dma_destination & kDmaInternal)) {
            use.used_regions |= bit(state.dma_destination);
            use.written_regions |= bit(state.dma_destination);
        }
        return;
    }
    if (!convolution && opcode != kPool && opcode != kElementwise) return;
    use.used_regions |= bit(state.ifm) | bit(state.ofm);
    use.written_regions |= bit(state.ofm);
    if (convolution) use.used_regions |= bit(state.weight);
    if ((convolution || opcode == kPool) && !(state.ofm_precision & kGlobalScale)) use.used_regions |= bit(state.scale);
    if (opcode == kElementwise && !is_unary(parameter) && !(state.ifm2_broadcast & kScalarOperand)) use.used_regions |= bit(state.ifm2);
}

}  // namespace

StreamUse scan_stream(std::span<const uint32_t> words)
{
    StreamUse result;
    State state;
    for (size_t index = 0; index < words.size(); ++index) {
        const uint32_t opcode = words[index] & 0x3ff, parameter = words[index] >> 16;
        const bool two_words = (words[index] & 0xc000) == 0x4000;
        if (two_words) {
            if (++index >= words.size()) return {};
            continue;
        }
        if (opcode == kStop) {
            result.valid = index + 1 == words.size();
            return result.valid ? result : StreamUse{};
        }
        state.set(opcode, parameter);
        use(result, state, opcode, parameter);
    }
    return {};
}

}  // namespace accel::devices::ethosu
