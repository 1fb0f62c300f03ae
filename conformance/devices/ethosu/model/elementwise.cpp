// SPDX-License-Identifier: MIT
// Elementwise operations of the model, with their broadcasts and scales.
#include <algorithm>

#include "fault.h"
#include "kernel.h"
#include "operations.h"
#include "shared_buffer.h"

namespace accel::devices::ethosu {
namespace {

constexpr uint32_t kBroadcastHeight = 1u << 0;
constexpr uint32_t kBroadcastWidth = 1u << 1;
constexpr uint32_t kBroadcastDepth = 1u << 2;
constexpr uint32_t kReversed = 1u << 6;
constexpr uint32_t kScalar = 1u << 7;

bool is_unary(ElementwiseMode mode)
{
    return mode == ElementwiseMode::Lrelu || mode == ElementwiseMode::Abs || mode == ElementwiseMode::Clz;
}

bool adds(ElementwiseMode mode)
{
    return mode == ElementwiseMode::Add || mode == ElementwiseMode::Sub;
}

/// The second operand, broadcast by strides of 0.
struct SecondOperand {
    Volume volume;
    size_t step_y = 0;
    size_t step_x = 0;
    size_t step_c = 0;

    int32_t at(uint32_t y, uint32_t x, uint32_t c) const
    {
        return volume.elements[y * step_y + x * step_x + c * step_c];
    }
};

SecondOperand read_scalar(const Registers &registers)
{
    const uint16_t precision = registers.get(Reg::Ifm2Precision);
    const ElementType type{std::min(4u, 1u << ((precision >> 2) & 3u)), (precision & 1u) != 0};
    const uint16_t bits = registers.get(Reg::Ifm2Scalar);
    const int32_t value = type.is_signed ? static_cast<int16_t>(bits) : bits;
    SecondOperand operand;
    operand.volume = {{1, 1, 1}, {value - zero_point_from(registers, Reg::Ifm2ZeroPoint, type)}};
    return operand;
}

SecondOperand read_second(const Machine &machine, const Extent &ofm, uint32_t broadcast)
{
    if ((broadcast & kScalar) != 0) return read_scalar(machine.registers);
    const FeatureMap map = FeatureMap::ifm2(machine.registers, machine.memory);
    const int32_t zero_point = zero_point_from(machine.registers, Reg::Ifm2ZeroPoint, map.type());
    Extent extent = ofm;
    if ((broadcast & kBroadcastHeight) != 0) extent.height = 1;
    if ((broadcast & kBroadcastWidth) != 0) extent.width = 1;
    if ((broadcast & kBroadcastDepth) != 0) extent.depth = 1;
    SecondOperand operand;
    operand.volume = map.read(extent, zero_point, machine.memory, machine.guard);
    operand.step_y = extent.height == 1 ? 0 : size_t{extent.width} * extent.depth;
    operand.step_x = extent.width == 1 ? 0 : extent.depth;
    operand.step_c = extent.depth == 1 ? 0 : 1;
    return operand;
}

/// How ADD and SUB bring their operands to one scale before they meet.
class OperandScaling {
public:
    OperandScaling() = default;

    OperandScaling(const Registers &registers, ElementType ifm)
    {
        mode_ = (registers.get(Reg::IfmPrecision) >> 8) & 3u;
        if (mode_ == 3) parse_error("the operand scaling mode does not exist");
        if (mode_ != 0 && ifm.size_bytes > 2) parse_error("32-bit operands cannot be scaled with 32 bits");
        left_shift_ = ifm.size_bytes == 1 ? 20 : 15;
        a_ = scale_from(registers, WideReg::OpaScale);
        if (mode_ != 0) return;
        b_ = scale_from(registers, WideReg::OpbScale);
        if (a_.multiplier > 0xffff || b_.multiplier > 0xffff) parse_error("a 16-bit operand scale has more bits");
    }

    bool is_narrow() const { return mode_ == 0; }

    int64_t scale_a(int64_t value) const
    {
        if (mode_ == 0) return value * a_.multiplier;
        return mode_ == 1 ? scaled(value) : aligned(value);
    }
    int64_t scale_b(int64_t value) const
    {
        if (mode_ == 0) return value * b_.multiplier;
        return mode_ == 2 ? scaled(value) : aligned(value);
    }

private:
    // The operand with the smaller scale: TensorFlow Lite's arithmetic on the left-shifted value, with its rounding.
    int64_t scaled(int64_t value) const
    {
        return rescale(value << left_shift_, {a_.multiplier, a_.shift + left_shift_}, Rounding::Tfl);
    }
    // The operand with the larger scale, whose factor is exactly one half.
    int64_t aligned(int64_t value) const { return value << (left_shift_ - 1); }

    uint32_t mode_ = 0;
    uint32_t left_shift_ = 20;
    Scale a_;
    Scale b_;
};

int64_t shift_right(int64_t value, int64_t amount, Rounding rounding)
{
    if (amount < 0 || amount > 63) return 0;
    const auto shift = static_cast<uint32_t>(amount);
    if (rounding == Rounding::Truncate) return value >> shift;
    return rounding == Rounding::Natural ? shift_half_up(value, shift) : shift_half_away(value, shift);
}

int64_t shift_left(int64_t value, int64_t amount)
{
    if (amount < 0 || amount > 31) return 0;
    return static_cast<int32_t>(static_cast<uint32_t>(value) << amount);
}

class Calculator {
public:
    Calculator(ElementwiseMode mode, ElementType ifm, const OutputStage &output, const OperandScaling &operands)
        : mode_(mode),
          output_(output),
          operands_(operands)
    {
        // With 16-bit operand scales and 8-bit operands the compiler relies on one rounding only.
        // The multiplier array is busy with 32-bit products: Vela's softmax and mean, and the tables that they keep
        // for it, show that then only the shift applies.
        shift_only_ = mode == ElementwiseMode::Mul && ifm.size_bytes == 4;
        single_rounding_ = adds(mode) && operands.is_narrow() && ifm.size_bytes == 1 &&
                           output.rounding() == Rounding::Tfl;
    }

    int64_t operator()(int64_t a, int64_t b) const
    {
        switch (mode_) {
        case ElementwiseMode::Mul: return scaled(a * b);
        case ElementwiseMode::Add: return scaled(operands_.scale_a(a) + operands_.scale_b(b));
        case ElementwiseMode::Sub: return scaled(operands_.scale_a(a) - operands_.scale_b(b));
        case ElementwiseMode::Min: return scaled(std::min(a, b));
        case ElementwiseMode::Max: return scaled(std::max(a, b));
        case ElementwiseMode::Lrelu: return a < 0 ? scaled(a) : a;
        case ElementwiseMode::Abs: return scaled(a < 0 ? -a : a);
        case ElementwiseMode::Clz: return a == 0 ? 32 : __builtin_clz(static_cast<uint32_t>(a));
        case ElementwiseMode::Shr: return shift_right(a, b, output_.rounding());
        case ElementwiseMode::Shl: return shift_left(a, b);
        }
        return 0;
    }

private:
    int64_t scaled(int64_t value) const
    {
        if (!output_.has_global_scale()) return value;
        Scale scale = output_.global_scale();
        if (shift_only_) scale.multiplier = 1;
        if (single_rounding_) return shift_half_away(static_cast<Wide>(value) * scale.multiplier, scale.shift);
        return rescale(value, scale, output_.rounding());
    }

    ElementwiseMode mode_;
    const OutputStage &output_;
    const OperandScaling &operands_;
    bool single_rounding_ = false;
    bool shift_only_ = false;
};

OperandScaling operand_scaling(const Machine &machine, ElementwiseMode mode, ElementType ifm)
{
    return adds(mode) ? OperandScaling(machine.registers, ifm) : OperandScaling();
}

/// Element size of the second feature map, 0 when there is none.
uint32_t second_size_bytes(const Machine &machine, uint32_t broadcast)
{
    if ((broadcast & kScalar) != 0) return 0;
    return FeatureMap::ifm2(machine.registers, machine.memory).type().size_bytes;
}

}  // namespace

void run_elementwise(const Machine &machine, ElementwiseMode mode)
{
    const Registers &registers = machine.registers;
    const FeatureMap ifm = FeatureMap::ifm(registers, machine.memory);
    OutputStage output(registers, machine.memory, machine.shram);
    const Extent &ofm = output.extent();
    if (registers.get_plus_1(Reg::IfmDepthM1) != ofm.depth) {
        parse_error("an elementwise operation needs as many input as output channels");
    }
    if (upscale_from(registers) != Upscale::None) parse_error("an elementwise operation cannot upscale");
    const int32_t zero_point = zero_point_from(registers, Reg::IfmZeroPoint, ifm.type());
    const uint32_t broadcast = is_unary(mode) ? kScalar : registers.get(Reg::Ifm2Broadcast);
    check_elementwise_blocks(registers, ifm.type().size_bytes, second_size_bytes(machine, broadcast));
    const Volume first = ifm.read(ofm, zero_point, machine.memory, machine.guard);
    SecondOperand second;
    second.volume = {{1, 1, 1}, {0}};
    if (!is_unary(mode)) second = read_second(machine, ofm, broadcast);
    const OperandScaling operands = operand_scaling(machine, mode, ifm.type());
    const Calculator calculate(mode, ifm.type(), output, operands);
    const bool reversed = !is_unary(mode) && (broadcast & kReversed) != 0;

    // All rows are calculated before the first is written: input and output may be the same memory.
    Volume results{ofm, std::vector<int32_t>(ofm.elements())};
    for (uint32_t y = 0; y < ofm.height; ++y) {
        machine.guard.check_abort();
        const int32_t *in = first.row(y);
        int32_t *out = results.row(y);
        for (uint32_t x = 0; x < ofm.width; ++x) {
            for (uint32_t c = 0; c < ofm.depth; ++c) {
                const int64_t b = second.at(y, x, c);
                const int64_t a = *in++;
                *out++ = output.finish(reversed ? calculate(b, a) : calculate(a, b));
            }
        }
    }
    for (uint32_t y = 0; y < ofm.height; ++y) output.write_row(y, results.row(y));
}

}  // namespace accel::devices::ethosu
