// SPDX-License-Identifier: MIT
// Functions of one f32 operand, on the kernels of kernels/floats.h. In other types they are rows of kernels/elements.h.
#include "../checker.h"
#include "../nodes/nodes.h"
#include "ops.h"

#include "../kernels/floats.h"
#include "../nodes/walk.h"

namespace accel::cpu {
namespace {

// Function: void(const float *x, int64_t count, float *y)
template <typename Function> class FunctionStep : public Step {
public:
    FunctionStep(const View &x, const View &y, Function function, int threads)
        : walk_(make_walk<2>(y.dims, {y.strides, x.strides})),
          x_(x.value),
          y_(y.value),
          function_(function),
          threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const float *>(values[x_]);
        auto *y = reinterpret_cast<float *>(values[y_]);
        walk_.each(threads_, [&](const std::array<int64_t, 2> &at, int64_t count) {
            if (walk_.row_stride[0] == 1 && walk_.row_stride[1] == 1)
                function_(x + at[1], count, y + at[0]);
            else
                scattered(x + at[1], count, y + at[0]);
        });
        return true;
    }

private:
    void scattered(const float *x, int64_t count, float *y) const
    {
        constexpr int64_t kPiece = 256;
        float from[kPiece], to[kPiece];
        for (int64_t first = 0; first < count; first += kPiece) {
            const int64_t some = std::min(kPiece, count - first);
            for (int64_t i = 0; i < some; ++i)
                from[i] = x[(first + i) * walk_.row_stride[1]];
            function_(from, some, to);
            for (int64_t i = 0; i < some; ++i)
                y[(first + i) * walk_.row_stride[0]] = to[i];
        }
    }

    Walk<2> walk_;
    uint32_t x_, y_;
    Function function_;
    int threads_;
};

template <typename Function> std::unique_ptr<Step> make_step(const View &x, const View &y, Function function, int threads)
{
    return std::make_unique<FunctionStep<Function>>(x, y, function, threads);
}

template <typename Function> void add_function(Builder &builder, const Node &node, Function function)
{
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    builder.add(make_step(x, y, function, builder.threads()), {x.value, y.value});
}

auto bounding(Clamp clamp)
{
    return [bound = float_kernels().bound, clamp](const float *x, int64_t count, float *y) { bound(x, count, clamp.min, clamp.max, y); };
}

struct Mapped {
    uint32_t operation;
    FloatKernels::Map FloatKernels::*kernel;
};
constexpr Mapped kMapped[] = {
    {ACCEL_OPERATION_SIGMOID, &FloatKernels::sigmoid},
    {ACCEL_OPERATION_TANH, &FloatKernels::tanh},
    {ACCEL_OPERATION_EXP, &FloatKernels::exp},
    {ACCEL_OPERATION_ERF, &FloatKernels::erf},
    {ACCEL_OPERATION_LOG, &FloatKernels::log},
    {ACCEL_OPERATION_SIN, &FloatKernels::sin},
    {ACCEL_OPERATION_COS, &FloatKernels::cos},
    {ACCEL_OPERATION_SQRT, &FloatKernels::sqrt},
    {ACCEL_OPERATION_FLOOR, &FloatKernels::floor},
    {ACCEL_OPERATION_CEIL, &FloatKernels::ceil},
    {ACCEL_OPERATION_ROUND, &FloatKernels::round},
};

void prepare_unary(Builder &builder, const Node &node)
{
    if (builder.graph().tensor(node.inputs[0]).type != ACCEL_TYPE_F32)
        return prepare_elements(builder, node);
    const FloatKernels &kernels = float_kernels();
    if (node.operation == ACCEL_OPERATION_SIGMOID && builder.fusion().by_operand)
        return add_function(builder, node, kernels.silu);
    if (const auto mapped = std::ranges::find(kMapped, node.operation, &Mapped::operation); mapped != std::end(kMapped))
        return add_function(builder, node, kernels.*mapped->kernel);
    const float alpha = node.real(ACCEL_ATTRIBUTE_ALPHA, 0.01f);
    add_function(builder, node, [leaky = kernels.leaky, alpha](const float *x, int64_t count, float *y) { leaky(x, count, alpha, y); });
}

void check_choice(const Checker &c)
{
    const bool stored = quantizable(c.input(0).type) && (c.input(0).quantization != nullptr || c.output().quantization != nullptr);
    if (!stored)
        return c.operation() == ACCEL_OPERATION_RELU ? check_elements(c) : c.types({ACCEL_TYPE_F32});
    c.same_type(c.result(), c.input(0).type);
    c.per_tensor(c.operand(0));
    c.equal_quantization(c.operand(0), c.result());
}

void prepare_choice(Builder &builder, const Node &node)
{
    if (is_quantized(builder.graph(), node))
        return prepare_quantized_choice(builder, node);
    if (builder.graph().tensor(node.inputs[0]).type != ACCEL_TYPE_F32)
        return prepare_elements(builder, node);
    add_function(builder, node, bounding(node.operation == ACCEL_OPERATION_RELU ? Clamp{.min = 0.0f} : builder.fusion().clamp));
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_RELU, 1, check_choice, prepare_choice},
    {ACCEL_OPERATION_CLIP, 1, check_choice, prepare_choice},
    {ACCEL_OPERATION_SIGMOID, 1, check_elements, prepare_unary},
    {ACCEL_OPERATION_TANH, 1, check_elements, prepare_unary},
    {ACCEL_OPERATION_EXP, 1, check_elements, prepare_unary},
    {ACCEL_OPERATION_LEAKY_RELU, 1, check_elements, prepare_unary},
    {ACCEL_OPERATION_ERF, 1, check_elements, prepare_unary},
    {ACCEL_OPERATION_LOG, 1, check_elements, prepare_unary},
    {ACCEL_OPERATION_SIN, 1, check_elements, prepare_unary},
    {ACCEL_OPERATION_COS, 1, check_elements, prepare_unary},
    {ACCEL_OPERATION_SQRT, 1, check_elements, prepare_unary},
    {ACCEL_OPERATION_FLOOR, 1, check_elements, prepare_unary},
    {ACCEL_OPERATION_CEIL, 1, check_elements, prepare_unary},
    {ACCEL_OPERATION_ROUND, 1, check_elements, prepare_unary},
};

}  // namespace

std::unique_ptr<Step> make_clamp_step(const View &y, Clamp clamp, int threads) { return make_step(y, y, bounding(clamp), threads); }

const std::span<const CpuOp> kFunctionOps = kRows;

}  // namespace accel::cpu
