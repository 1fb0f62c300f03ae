// SPDX-License-Identifier: MIT
// Encodes operations, register by register.
#include "emit.h"

#include "stream/stream.h"

#include <algorithm>

// Field facts: the Linux ethosu driver's stream validator and Vela's register
// generator. Two of the validator's rules shape this file: kernel, padding and
// stride are set before every CONV, DEPTHWISE and POOL, and every POOL and
// ELEMENTWISE sets the global-scale bit so that no scale stream is demanded.

namespace accel::ethosu {
namespace {

using enum Command;

constexpr uint32_t kStopMask = 0xffff;
constexpr uint32_t kSignedBit = 1;
constexpr uint32_t kGlobalScaleBit = 1u << 8;
constexpr uint32_t kOperandToScaleShift = 8;
constexpr uint32_t kReversedBit = 1u << 6;
constexpr uint32_t kRoundingShift = 14;
constexpr uint32_t kAccumulatorInt32 = 0;

// The registers of one feature map, by role.
struct MapCommands {
    Command region, base0, base1, base2, base3;
    Command height0, height1, width0, stride_y, stride_x, stride_c, zero_point;
};

constexpr MapCommands kIfm{SET0_IFM_REGION, SET1_IFM_BASE0, SET1_IFM_BASE1, SET1_IFM_BASE2,
                           SET1_IFM_BASE3, SET0_IFM_HEIGHT0_M1, SET0_IFM_HEIGHT1_M1, SET0_IFM_WIDTH0_M1,
                           SET1_IFM_STRIDE_Y, SET1_IFM_STRIDE_X, SET1_IFM_STRIDE_C, SET0_IFM_ZERO_POINT};
constexpr MapCommands kIfm2{SET0_IFM2_REGION, SET1_IFM2_BASE0, SET1_IFM2_BASE1, SET1_IFM2_BASE2,
                            SET1_IFM2_BASE3, SET0_IFM2_HEIGHT0_M1, SET0_IFM2_HEIGHT1_M1, SET0_IFM2_WIDTH0_M1,
                            SET1_IFM2_STRIDE_Y, SET1_IFM2_STRIDE_X, SET1_IFM2_STRIDE_C, SET0_IFM2_ZERO_POINT};
constexpr MapCommands kOfm{SET0_OFM_REGION, SET1_OFM_BASE0, SET1_OFM_BASE1, SET1_OFM_BASE2,
                           SET1_OFM_BASE3, SET0_OFM_HEIGHT0_M1, SET0_OFM_HEIGHT1_M1, SET0_OFM_WIDTH0_M1,
                           SET1_OFM_STRIDE_Y, SET1_OFM_STRIDE_X, SET1_OFM_STRIDE_C, SET0_OFM_ZERO_POINT};

uint32_t minus_one(int64_t extent) { return static_cast<uint32_t>(extent - 1); }

uint32_t region_of(const Place &place)
{
    switch (place.space) {
    case Space::kConstants:
        return kConstantsRegion;
    case Space::kScratch:
        return kScratchRegion;
    case Space::kPort:
        break;
    }
    return kFirstPortRegion + std::min(place.port, kPortRegionCount - 1);
}

class Emitter {
public:
    explicit Emitter(size_t capacity_words) : out_(capacity_words) { set(SET0_PARALLEL_MODE, 0); }

    void operation(const Op &op)
    {
        input(op);
        output(op);
        if (has_kernel(op.kind))
            kernel(op);
        if (has_weights(op.kind))
            coefficients(op);
        else
            set_scale(SET1_OFM_SCALE, op.ofm_scale);
        set(SET0_ACTIVATION, 0);
        set(SET0_ACTIVATION_MIN, static_cast<uint32_t>(op.clamp.min));
        set(SET0_ACTIVATION_MAX, static_cast<uint32_t>(op.clamp.max));
        block(op);
        if (is_elementwise(op.kind))
            second_input(op);
        start(op);
    }

    std::optional<Stream> finish()
    {
        set(OP0_STOP, kStopMask);
        if (out_.overflowed())
            return std::nullopt;
        return Stream{out_.take(), std::move(relocations_)};
    }

private:
    void set(Command command, uint32_t parameter) { out_.put(command_word(command, parameter)); }

    void set_wide(Command command, uint32_t payload, uint32_t parameter = 0)
    {
        out_.put(command_word(command, parameter));
        out_.put(payload);
    }

    void set_address(Command command, uint64_t address)
    {
        set_wide(command, static_cast<uint32_t>(address), static_cast<uint32_t>(address >> 32) & 0xff);
    }

    void set_scale(Command command, quant::Multiplier multiplier)
    {
        set_wide(command, multiplier.scale, static_cast<uint32_t>(multiplier.shift) & 0x3f);
    }

    uint32_t position() const { return static_cast<uint32_t>(out_.size_words()); }

    void feature_map(const MapCommands &commands, const FeatureMap &map)
    {
        if (map.place.space == Space::kPort)
            relocations_.push_back({position(), position() + 1, map.place.port, map.place.offset_bytes});
        set(commands.region, region_of(map.place));
        set_address(commands.base0, map.place.offset_bytes);
        set_address(commands.base1, 0);
        set_address(commands.base2, 0);
        set_address(commands.base3, 0);
        set(commands.height0, minus_one(map.extent.height));
        set(commands.height1, minus_one(map.extent.height));
        set(commands.width0, minus_one(map.extent.width));
        set_address(commands.stride_y, static_cast<uint64_t>(map.strides.y_bytes));
        set_address(commands.stride_x, static_cast<uint64_t>(map.strides.x_bytes));
        set_address(commands.stride_c, static_cast<uint64_t>(map.strides.c_bytes));
        set(commands.zero_point, static_cast<uint32_t>(map.zero_point));
    }

    void input(const Op &op)
    {
        feature_map(kIfm, op.ifm);
        set(SET0_IFM_DEPTH_M1, minus_one(op.ifm.extent.channels));
        set(SET0_IFM_PRECISION, (op.ifm.is_signed ? kSignedBit : 0) | static_cast<uint32_t>(op.scaled_operand) << kOperandToScaleShift);
        set(SET0_IFM_UPSCALE, 0);
    }

    void second_input(const Op &op)
    {
        feature_map(kIfm2, op.ifm2);
        set(SET0_IFM2_PRECISION, op.ifm2.is_signed ? kSignedBit : 0);
        const layout::Extent &a = op.ifm.extent;
        const layout::Extent &b = op.ifm2.extent;
        set(SET0_IFM2_BROADCAST, (a.height != b.height ? 1u : 0u) | (a.width != b.width ? 2u : 0u) | (a.channels != b.channels ? 4u : 0u) |
                                     (op.reversed ? kReversedBit : 0));
        if (op.kind == OpKind::kMultiply)
            return;
        set_scale(SET1_OPA_SCALE, op.operand_scale);
        set_wide(SET1_OPB_SCALE, 0);
    }

    void output(const Op &op)
    {
        feature_map(kOfm, op.ofm);
        set(SET0_OFM_HEIGHT_M1, minus_one(op.ofm.extent.height));
        set(SET0_OFM_WIDTH_M1, minus_one(op.ofm.extent.width));
        set(SET0_OFM_DEPTH_M1, minus_one(op.ofm.extent.channels));
        set(SET0_OFM_PRECISION, (op.ofm.is_signed ? kSignedBit : 0) | (has_weights(op.kind) ? 0 : kGlobalScaleBit) |
                                    static_cast<uint32_t>(op.rounding) << kRoundingShift);
    }

    void kernel(const Op &op)
    {
        const Kernel &k = op.kernel;
        set(SET0_IFM_PAD_TOP, static_cast<uint32_t>(k.pad_top));
        set(SET0_IFM_PAD_LEFT, static_cast<uint32_t>(k.pad_left));
        set(SET0_IFM_PAD_BOTTOM, static_cast<uint32_t>(k.pad_bottom));
        set(SET0_IFM_PAD_RIGHT, static_cast<uint32_t>(k.pad_right));
        set(SET0_KERNEL_HEIGHT_M1, minus_one(k.dilated_height()));
        set(SET0_KERNEL_WIDTH_M1, minus_one(k.dilated_width()));
        const uint32_t x = minus_one(k.stride_x);
        const uint32_t y = minus_one(k.stride_y);
        set(SET0_KERNEL_STRIDE, (x & 1) | (y & 1) << 1 | (op.part_kernel ? 1u : 0u) << 2 | minus_one(k.dilation_x) << 3 |
                                    minus_one(k.dilation_y) << 4 | (x >> 1) << 6 | (y >> 1) << 9);
    }

    void coefficients(const Op &op)
    {
        set(SET0_WEIGHT_REGION, kConstantsRegion);
        set_address(SET1_WEIGHT_BASE, op.weights.offset_bytes);
        set_wide(SET1_WEIGHT_LENGTH, static_cast<uint32_t>(op.weights.length_bytes));
        set(SET0_SCALE_REGION, kConstantsRegion);
        set_address(SET1_SCALE_BASE, op.scales.offset_bytes);
        set_wide(SET1_SCALE_LENGTH, static_cast<uint32_t>(op.scales.length_bytes));
    }

    void block(const Op &op)
    {
        set(SET0_OFM_BLK_HEIGHT_M1, minus_one(op.block.height));
        set(SET0_OFM_BLK_WIDTH_M1, minus_one(op.block.width));
        set(SET0_OFM_BLK_DEPTH_M1, minus_one(op.block.depth));
        set(SET0_IFM_IB_END, op.block.ifm_end);
        set(SET0_AB_START, op.block.accumulator_start);
        if (is_elementwise(op.kind))
            set(SET0_IFM2_IB_START, op.block.ifm2_start);
        set(SET0_ACC_FORMAT, kAccumulatorInt32);
    }

    // One operation at a time: nothing overlaps the one before, whatever it read
    // or wrote. Blocks of consecutive operations are not interleaved either.
    void start(const Op &op)
    {
        set(SET0_BLOCKDEP, 0);
        if (started_)
            set(OP0_KERNEL_WAIT, 0);
        started_ = true;
        switch (op.kind) {
        case OpKind::kConv:
            return set(OP0_CONV, 0);
        case OpKind::kDepthwise:
            return set(OP0_DEPTHWISE, 0);
        case OpKind::kMaxPool:
            return set(OP0_POOL, static_cast<uint32_t>(PoolMode::kMax));
        case OpKind::kAveragePool:
            return set(OP0_POOL, static_cast<uint32_t>(PoolMode::kAverage));
        case OpKind::kAdd:
            return set(OP0_ELEMENTWISE, static_cast<uint32_t>(ElementwiseMode::kAdd));
        case OpKind::kSubtract:
            return set(OP0_ELEMENTWISE, static_cast<uint32_t>(ElementwiseMode::kSubtract));
        case OpKind::kMultiply:
            return set(OP0_ELEMENTWISE, static_cast<uint32_t>(ElementwiseMode::kMultiply));
        }
    }

    stream::Writer<uint32_t> out_;
    std::vector<Relocation> relocations_;
    bool started_ = false;
};

}  // namespace

std::optional<Stream> emit(std::span<const Op> ops, size_t capacity_words)
{
    Emitter emitter(capacity_words);
    for (const Op &op : ops)
        emitter.operation(op);
    return emitter.finish();
}

void relocate(std::span<uint32_t> words, const Relocation &at, uint32_t region, uint64_t offset_bytes)
{
    const uint64_t address = offset_bytes + at.offset_bytes;
    uint32_t &region_word = words[at.region_word];
    region_word = (region_word & 0xffff) | region << 16;
    uint32_t &base_word = words[at.address_word];
    base_word = (base_word & 0xffff) | (static_cast<uint32_t>(address >> 32) & 0xff) << 16;
    words[at.address_word + 1] = static_cast<uint32_t>(address);
}

}  // namespace accel::ethosu
