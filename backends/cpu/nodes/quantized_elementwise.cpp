// SPDX-License-Identifier: MIT
// Quantised elementwise operations. A stored byte has 256 values, so what depends on one operand is a table where it is not a short formula.
#include "nodes.h"

#include "../support.h"
#include "requantize.h"
#include "walk.h"

#include <array>
#include <cmath>
#include <cstring>

namespace accel::cpu {
namespace {

// The stored byte as the number it is.
int32_t stored_value(uint32_t type, int byte) { return type == ACCEL_TYPE_I8 ? static_cast<int8_t>(byte) : byte; }

using Table = std::array<uint8_t, 256>;

class TableStep : public Step {
public:
    TableStep(const View &x, const View &y, const Table &table, int threads)
        : walk_(make_walk<2>(y.dims, {y.strides, x.strides})),
          x_(x.value),
          y_(y.value),
          table_(table),
          threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const uint8_t *>(values[x_]);
        auto *y = reinterpret_cast<uint8_t *>(values[y_]);
        walk_.each(threads_, [&](const std::array<int64_t, 2> &at, int64_t count) {
            for (int64_t i = 0; i < count; ++i)
                y[at[0] + i * walk_.row_stride[0]] = table_[x[at[1] + i * walk_.row_stride[1]]];
        });
        return true;
    }

private:
    Walk<2> walk_;
    uint32_t x_, y_;
    Table table_;
    int threads_;
};

template <typename Function> void add_table(Builder &builder, const Node &node, Function function)
{
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    Table table;
    for (int byte = 0; byte < 256; ++byte)
        table[static_cast<size_t>(byte)] = static_cast<uint8_t>(function(stored_value(x.type, byte)));
    builder.add(std::make_unique<TableStep>(x, y, table, builder.threads()), {x.value, y.value});
}

// HALF_EVEN: real values in binary32. Signed bytes are moved up by 128 on the way, so that one loop does for both kinds.
struct RealOperand {
    uint8_t flip = 0;
    int32_t zero = 0;
    float scale = 1;

    explicit RealOperand(const Tensor &tensor)
        : flip(tensor.type == ACCEL_TYPE_I8 ? 128 : 0),
          zero(zero_point_of(tensor) + flip),
          scale(scale_of(tensor))
    {
    }
    float operator()(uint8_t byte) const { return static_cast<float>((byte ^ flip) - zero) * scale; }
};

struct RealRule {
    RealOperand a, b;
    float scale;
    float low, high;
    int32_t zero_point;

    template <typename Join> uint8_t operator()(uint8_t a_byte, uint8_t b_byte, Join join) const
    {
        constexpr float kRounder = 12582912.0f;  // 1.5 * 2^23: adding it leaves no bits for a fraction
        float value = join(a(a_byte), b(b_byte)) / scale;
        value = value < low ? low : value;
        value = value > high ? high : value;
        value = (value + kRounder) - kRounder;
        return static_cast<uint8_t>(static_cast<int32_t>(value) + zero_point);
    }
};

// TFLITE, NATURAL: what the operands come to before the last scaling.
struct IntegerPair {
    std::array<int32_t, 256> a, b;
};

struct IntegerRule {
    IntegerPair tables;
    quant::Multiplier multiplier;
    uint32_t rounding;
    StoredRange range;
    int32_t zero_point;

    template <typename Join> uint8_t operator()(uint8_t a, uint8_t b, Join join) const
    {
        const auto sum = static_cast<int64_t>(join(static_cast<int64_t>(tables.a[a]), static_cast<int64_t>(tables.b[b])));
        return static_cast<uint8_t>(range.clamp(static_cast<int64_t>(scale_integer(sum, multiplier, rounding)) + zero_point));
    }
};

struct JoinAdd {
    template <typename T> T operator()(T a, T b) const { return a + b; }
};
struct JoinSub {
    template <typename T> T operator()(T a, T b) const { return a - b; }
};
struct JoinMul {
    template <typename T> T operator()(T a, T b) const { return a * b; }
};

template <typename Rule, typename Join> class QuantizedBinaryStep : public Step {
public:
    QuantizedBinaryStep(const View &a, const View &b, const View &y, const Rule &rule, int threads)
        : walk_(make_walk<3>(y.dims, {y.strides, broadcast_strides(a.dims, a.strides, y.dims.size()),
                                      broadcast_strides(b.dims, b.strides, y.dims.size())})),
          a_(a.value),
          b_(b.value),
          y_(y.value),
          rule_(rule),
          threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *a = reinterpret_cast<const uint8_t *>(values[a_]), *b = reinterpret_cast<const uint8_t *>(values[b_]);
        auto *y = reinterpret_cast<uint8_t *>(values[y_]);
        walk_.each(threads_, [&](const std::array<int64_t, 3> &at, int64_t count) { row(y + at[0], a + at[1], b + at[2], count); });
        return true;
    }

private:
    // Rows that lie together, b's perhaps one value, make loops for the vectoriser.
    void row(uint8_t *__restrict y, const uint8_t *__restrict a, const uint8_t *__restrict b, int64_t count) const
    {
        const Rule &rule = rule_;
        const auto [y_step, a_step, b_step] = walk_.row_stride;
        if (y_step == 1 && a_step == 1 && b_step == 1)
            for (int64_t i = 0; i < count; ++i)
                y[i] = rule(a[i], b[i], Join{});
        else if (y_step == 1 && a_step == 1 && b_step == 0)
            for (int64_t i = 0; i < count; ++i)
                y[i] = rule(a[i], *b, Join{});
        else
            for (int64_t i = 0; i < count; ++i)
                y[i * y_step] = rule(a[i * a_step], b[i * b_step], Join{});
    }

    Walk<3> walk_;
    uint32_t a_, b_, y_;
    Rule rule_;
    int threads_;
};

template <typename Rule>
std::unique_ptr<Step> make_step(const Node &node, const View &a, const View &b, const View &y, const Rule &rule, int threads)
{
    switch (node.operation) {
    case ACCEL_OPERATION_ADD:
        return std::make_unique<QuantizedBinaryStep<Rule, JoinAdd>>(a, b, y, rule, threads);
    case ACCEL_OPERATION_SUB:
        return std::make_unique<QuantizedBinaryStep<Rule, JoinSub>>(a, b, y, rule, threads);
    default:
        return std::make_unique<QuantizedBinaryStep<Rule, JoinMul>>(a, b, y, rule, threads);
    }
}

RealRule real_rule(const Node &node, Clamp clamp, const Tensor &a, const Tensor &b, const Tensor &y)
{
    const StoredRange range = stored_range(y, clamp, node.rounding);
    const int32_t zero_point = zero_point_of(y);
    return {RealOperand(a), RealOperand(b), scale_of(y), static_cast<float>(range.low - zero_point), static_cast<float>(range.high - zero_point), zero_point};
}

// ADD and SUB bring both operands to a common scale of twice the larger one, with 20 more bits; MUL needs no preparation.
IntegerRule integer_rule(const Node &node, Clamp clamp, const Tensor &a, const Tensor &b, const Tensor &y)
{
    IntegerRule rule;
    rule.rounding = node.rounding;
    rule.range = stored_range(y, clamp, node.rounding);
    rule.zero_point = zero_point_of(y);
    const double scale_a = static_cast<double>(scale_of(a)), scale_b = static_cast<double>(scale_of(b)),
                 scale_y = static_cast<double>(scale_of(y));
    const bool product = node.operation == ACCEL_OPERATION_MUL;
    const double common = 2 * std::max(scale_a, scale_b);
    rule.multiplier = *quant::quantise(product ? scale_a * scale_b / scale_y : common / ((1 << kAdditionShift) * scale_y));
    const auto prepared = [&](const Tensor &tensor, int byte, double scale) {
        const int32_t value = stored_value(tensor.type, byte) - zero_point_of(tensor);
        return product ? value : scale_integer(int64_t{value} * (1 << kAdditionShift), *quant::quantise(scale / common), node.rounding);
    };
    for (int byte = 0; byte < 256; ++byte) {
        const auto at = static_cast<size_t>(byte);
        rule.tables.a[at] = prepared(a, byte, scale_a);
        rule.tables.b[at] = prepared(b, byte, scale_b);
    }
    return rule;
}

}  // namespace

void prepare_quantized_binary(Builder &builder, const Node &node)
{
    const Graph &graph = builder.graph();
    const Tensor &a_tensor = graph.tensor(node.inputs[0]), &b_tensor = graph.tensor(node.inputs[1]),
                 &y_tensor = graph.tensor(node.outputs[0]);
    const Clamp clamp = builder.fusion().clamp;
    const bool alike = a_tensor.shape == b_tensor.shape;
    const Layout layout = a_tensor.shape == y_tensor.shape ? builder.layout_of(node.inputs[0]) : Layout::kRowMajor;
    const View a = builder.view(node.inputs[0]), b = alike ? builder.in_layout(node.inputs[1], layout) : builder.view(node.inputs[1]);
    const View y = builder.define(node.outputs[0], layout);
    auto step = node.rounding == ACCEL_ROUNDING_HALF_EVEN
                    ? make_step(node, a, b, y, real_rule(node, clamp, a_tensor, b_tensor, y_tensor), builder.threads())
                    : make_step(node, a, b, y, integer_rule(node, clamp, a_tensor, b_tensor, y_tensor), builder.threads());
    builder.add(std::move(step), {a.value, b.value, y.value});
}

void prepare_quantized_choice(Builder &builder, const Node &node)
{
    const Tensor &y = builder.graph().tensor(node.outputs[0]);
    const Clamp clamp = node.operation == ACCEL_OPERATION_RELU ? Clamp{.min = 0.0f} : builder.fusion().clamp;
    const StoredRange range = stored_range(y, clamp, node.rounding);
    add_table(builder, node, [&](int32_t stored) { return range.clamp(stored); });
}

void prepare_requantize(Builder &builder, const Node &node)
{
    const Tensor &x = builder.graph().tensor(node.inputs[0]), &y = builder.graph().tensor(node.outputs[0]);
    const double ratio = static_cast<double>(scale_of(x)) / static_cast<double>(scale_of(y));
    const Requantizer requantizer(y, {}, node.rounding, {ratio}, 1);
    add_table(builder, node, [&](int32_t stored) { return requantizer.one(stored - zero_point_of(x), 0); });
}

}  // namespace accel::cpu
