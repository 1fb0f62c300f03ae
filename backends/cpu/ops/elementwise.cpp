// SPDX-License-Identifier: MIT
// Elementwise arithmetic and type conversion.
#include "../checker.h"
#include "../nodes/nodes.h"
#include "ops.h"

#include "../nodes/walk.h"

#include <limits>
#include <type_traits>

namespace accel::cpu
{
namespace
{

// Integers come as unsigned, where wrapping is defined.
struct Add {
    template <typename T> static T of(T a, T b) { return static_cast<T>(a + b); }
};
struct Sub {
    template <typename T> static T of(T a, T b) { return static_cast<T>(a - b); }
};
struct Mul {
    template <typename T> static T of(T a, T b) { return static_cast<T>(a * b); }
};

struct Div {
    template <typename T> static T of(T a, T b)
    {
        if constexpr (std::is_unsigned_v<T>) {
            using Signed = std::make_signed_t<T>;
            const auto x = static_cast<Signed>(a), y = static_cast<Signed>(b);
            if (y == 0)
                return 0;
            return y == -1 ? static_cast<T>(0 - a) : static_cast<T>(x / y);
        } else {
            return a / b;
        }
    }
};

// NaN stays NaN: both comparisons are false for it.
template <typename T> T bounded(T value, T low, T high)
{
    value = value < low ? low : value;
    return value > high ? high : value;
}

template <typename T, typename Operation> class BinaryStep : public Step
{
public:
    BinaryStep(const View &a, const View &b, const View &y, Clamp clamp, int threads)
        : walk_(make_walk<3>(y.dims, {y.strides, broadcast_strides(a.dims, a.strides, y.dims.size()),
                                      broadcast_strides(b.dims, b.strides, y.dims.size())})),
          a_(a.value), b_(b.value), y_(y.value), threads_(threads)
    {
        if constexpr (std::is_floating_point_v<T>) {
            low_ = clamp.min;
            high_ = clamp.max;
        } else {
            (void)clamp;
        }
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *a = reinterpret_cast<const T *>(values[a_]), *b = reinterpret_cast<const T *>(values[b_]);
        auto *y = reinterpret_cast<T *>(values[y_]);
        walk_.each(threads_, [&](const std::array<int64_t, 3> &at, int64_t count) { row(y + at[0], a + at[1], b + at[2], count); });
        return true;
    }

private:
    void row(T *y, const T *a, const T *b, int64_t count) const
    {
        const int64_t y_step = walk_.row_stride[0], a_step = walk_.row_stride[1], b_step = walk_.row_stride[2];
        if (y_step == 1 && a_step == 1 && b_step == 1)
            for (int64_t i = 0; i < count; ++i)
                y[i] = one(a[i], b[i]);
        else if (y_step == 1 && a_step == 1 && b_step == 0)
            for (int64_t i = 0; i < count; ++i)
                y[i] = one(a[i], *b);
        else
            for (int64_t i = 0; i < count; ++i)
                y[i * y_step] = one(a[i * a_step], b[i * b_step]);
    }

    T one(T a, T b) const { return bounded(Operation::template of<T>(a, b), low_, high_); }

    Walk<3> walk_;
    uint32_t a_, b_, y_;
    T low_ = std::numeric_limits<T>::lowest(), high_ = std::numeric_limits<T>::max();
    int threads_;
};

template <typename T> std::unique_ptr<Step> make_binary(uint32_t operation, Clamp clamp, const View &a, const View &b, const View &y, int threads)
{
    switch (operation) {
    case ACCEL_OPERATION_ADD:
        return std::make_unique<BinaryStep<T, Add>>(a, b, y, clamp, threads);
    case ACCEL_OPERATION_SUB:
        return std::make_unique<BinaryStep<T, Sub>>(a, b, y, clamp, threads);
    case ACCEL_OPERATION_MUL:
        return std::make_unique<BinaryStep<T, Mul>>(a, b, y, clamp, threads);
    default:
        return std::make_unique<BinaryStep<T, Div>>(a, b, y, clamp, threads);
    }
}

// Floats become integers by truncation; beyond the range they saturate and NaN becomes 0, so that no input is undefined.
template <typename From, typename To> To converted(From x)
{
    if constexpr (std::is_same_v<To, bool>) {
        return x != 0;
    } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        using Limits = std::numeric_limits<To>;
        if (!(x > static_cast<From>(Limits::min())))
            return x == x ? Limits::min() : 0;
        return x >= static_cast<From>(Limits::max()) ? Limits::max() : static_cast<To>(x);
    } else {
        return static_cast<To>(x);
    }
}

template <typename From, typename To> class CastStep : public Step
{
public:
    CastStep(const View &x, const View &y, int threads)
        : walk_(make_walk<2>(y.dims, {y.strides, x.strides})), x_(x.value), y_(y.value), threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const From *>(values[x_]);
        auto *y = reinterpret_cast<To *>(values[y_]);
        const int64_t y_step = walk_.row_stride[0], x_step = walk_.row_stride[1];
        walk_.each(threads_, [&](const std::array<int64_t, 2> &at, int64_t count) {
            const From *from = x + at[1];
            To *to = y + at[0];
            if (y_step == 1 && x_step == 1)
                for (int64_t i = 0; i < count; ++i)
                    to[i] = converted<From, To>(from[i]);
            else
                for (int64_t i = 0; i < count; ++i)
                    to[i * y_step] = converted<From, To>(from[i * x_step]);
        });
        return true;
    }

private:
    Walk<2> walk_;
    uint32_t x_, y_;
    int threads_;
};

template <typename From, typename To> void add_cast(Builder &builder, const View &x, const View &y)
{
    builder.add(std::make_unique<CastStep<From, To>>(x, y, builder.threads()), {x.value, y.value});
}

template <typename From> void cast_from(Builder &builder, const View &x, const View &y)
{
    switch (y.type) {
    case ACCEL_TYPE_F32:
        return add_cast<From, float>(builder, x, y);
    case ACCEL_TYPE_I8:
        return add_cast<From, int8_t>(builder, x, y);
    case ACCEL_TYPE_U8:
        return add_cast<From, uint8_t>(builder, x, y);
    case ACCEL_TYPE_I32:
        return add_cast<From, int32_t>(builder, x, y);
    case ACCEL_TYPE_I64:
        return add_cast<From, int64_t>(builder, x, y);
    default:
        return add_cast<From, bool>(builder, x, y);
    }
}

class ScaledAddStep : public Step
{
public:
    ScaledAddStep(const View &y, const View &c, float factor, Clamp clamp, int threads)
        : walk_(make_walk<2>(y.dims, {y.strides, broadcast_strides(c.dims, c.strides, y.dims.size())})), y_(y.value), c_(c.value),
          factor_(factor), clamp_(clamp), threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        auto *y = reinterpret_cast<float *>(values[y_]);
        const auto *c = reinterpret_cast<const float *>(values[c_]);
        walk_.each(threads_, [&](const std::array<int64_t, 2> &at, int64_t count) {
            for (int64_t i = 0; i < count; ++i) {
                float &value = y[at[0] + i * walk_.row_stride[0]];
                value = bounded(value + factor_ * c[at[1] + i * walk_.row_stride[1]], clamp_.min, clamp_.max);
            }
        });
        return true;
    }

private:
    Walk<2> walk_;
    uint32_t y_, c_;
    float factor_;
    Clamp clamp_;
    int threads_;
};

} // namespace

std::unique_ptr<Step> make_add_step(const View &a, const View &b, const View &y, Clamp clamp, int threads)
{
    return std::make_unique<BinaryStep<float, Add>>(a, b, y, clamp, threads);
}

std::unique_ptr<Step> make_scaled_add_step(const View &y, const View &c, float factor, Clamp clamp, int threads)
{
    return std::make_unique<ScaledAddStep>(y, c, factor, clamp, threads);
}

void check_binary(const Checker &c)
{
    if (!quantizable(c.input(0).type) || c.operation() == ACCEL_OPERATION_DIV) {
        c.types({ACCEL_TYPE_F32, ACCEL_TYPE_I32, ACCEL_TYPE_I64});
        c.same_type(c.operand(1), c.input(0).type);
        const Clamp clamp{c.real(ACCEL_ATTRIBUTE_CLAMP_MIN, Clamp{}.min), c.real(ACCEL_ATTRIBUTE_CLAMP_MAX, Clamp{}.max)};
        if (c.input(0).type != ACCEL_TYPE_F32 && !clamp.none())
            refuse_attribute(ACCEL_ATTRIBUTE_CLAMP_MIN);
        return;
    }
    for (const uint32_t tensor : {c.operand(0), c.operand(1), c.result()}) {
        if (!quantizable(c.tensor(tensor).type))
            refuse(ACCEL_REASON_TYPE, tensor, c.tensor(tensor).type, ACCEL_TYPE_I8);
        c.per_tensor(tensor);
    }
    const auto a = static_cast<double>(c.quantization(c.operand(0)).scales[0]), b = static_cast<double>(c.quantization(c.operand(1)).scales[0]);
    const bool product = c.operation() == ACCEL_OPERATION_MUL;
    c.ratio(product ? a * b : a);
    c.ratio(product ? a * b : b);
    c.rounding();
}

void prepare_binary(Builder &builder, const Node &node)
{
    if (is_quantized(builder.graph(), node))
        return prepare_quantized_binary(builder, node);
    // The larger operand decides the layout; channels last only where both have the axes for it.
    const graph::Shape &result = builder.graph().tensor(node.outputs[0]).shape;
    const bool a_full = builder.graph().tensor(node.inputs[0]).shape == result, b_full = builder.graph().tensor(node.inputs[1]).shape == result;
    const Layout layout = a_full || b_full ? builder.layout_of(node.inputs[a_full ? 0 : 1]) : Layout::kRowMajor;
    const View a = a_full ? builder.in_layout(node.inputs[0], layout) : builder.view(node.inputs[0]);
    const View b = b_full ? builder.in_layout(node.inputs[1], layout) : builder.view(node.inputs[1]);
    const View y = builder.define(node.outputs[0], layout);
    const auto make = y.type == ACCEL_TYPE_F32 ? make_binary<float> : y.type == ACCEL_TYPE_I32 ? make_binary<uint32_t> : make_binary<uint64_t>;
    builder.add(make(node.operation, builder.fusion().clamp, a, b, y, builder.threads()), {a.value, b.value, y.value});
}

void check_cast(const Checker &c)
{
    for (const uint32_t tensor : {c.operand(0), c.result()}) {
        const uint32_t type = c.tensor(tensor).type;
        if (type != ACCEL_TYPE_F32 && type != ACCEL_TYPE_I8 && type != ACCEL_TYPE_U8 && type != ACCEL_TYPE_I32 && type != ACCEL_TYPE_I64 &&
            type != ACCEL_TYPE_BOOL)
            refuse(ACCEL_REASON_TYPE, tensor, type, ACCEL_TYPE_F32);
        if (c.tensor(tensor).quantization != nullptr)
            refuse(ACCEL_REASON_QUANTIZATION, tensor);
    }
    const int64_t to = c.integer(ACCEL_ATTRIBUTE_TO, c.output().type);
    if (to != c.output().type)
        refuse_attribute(ACCEL_ATTRIBUTE_TO, to, c.output().type);
}

void prepare_cast(Builder &builder, const Node &node)
{
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    switch (x.type) {
    case ACCEL_TYPE_F32:
        return cast_from<float>(builder, x, y);
    case ACCEL_TYPE_I8:
        return cast_from<int8_t>(builder, x, y);
    case ACCEL_TYPE_U8:
        return cast_from<uint8_t>(builder, x, y);
    case ACCEL_TYPE_I32:
        return cast_from<int32_t>(builder, x, y);
    case ACCEL_TYPE_I64:
        return cast_from<int64_t>(builder, x, y);
    default:
        return cast_from<uint8_t>(builder, x, y); // a BOOL is 0 or 1 in a byte, but untrusted
    }
}

} // namespace accel::cpu
