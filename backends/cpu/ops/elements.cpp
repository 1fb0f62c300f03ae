// SPDX-License-Identifier: MIT
// Operations that work element by element, on the rows of kernels/elements.h: operands stretched to each other, in every type that has a loop.
//
// Stored integers with scales, and F32 functions that vectors serve better, have steps of their own (nodes/nodes.h, functions.cpp).
#include "../checker.h"
#include "../held.h"
#include "../nodes/nodes.h"
#include "ops.h"

#include "../kernels/elements.h"
#include "../nodes/walk.h"

namespace accel::cpu {
namespace {

template <size_t N> class ElementStep : public Step {
public:
    ElementStep(ElementKernel kernel, const std::array<View, N> &x, const View &y, const ElementFactors &factors, int threads)
        : walk_(make_walk<N + 1>(y.dims, strides(x, y))),
          y_(y.value),
          y_bytes_(static_cast<int64_t>(held_bytes(y.type))),
          kernel_(kernel),
          factors_(factors),
          threads_(threads)
    {
        for (size_t i = 0; i < N; ++i) {
            x_[i] = x[i].value;
            x_bytes_[i] = static_cast<int64_t>(held_bytes(x[i].type));
        }
    }

    bool run(Values values, StepState *) const noexcept override
    {
        walk_.each(threads_, [&](const std::array<int64_t, N + 1> &at, int64_t count) {
            ElementRun run{values[y_] + at[0] * y_bytes_, {}, walk_.row_stride[0], {}, count, factors_};
            for (size_t i = 0; i < N; ++i) {
                run.x[i] = values[x_[i]] + at[i + 1] * x_bytes_[i];
                run.x_step[i] = walk_.row_stride[i + 1];
            }
            kernel_(run);
        });
        return true;
    }

private:
    static std::array<Dims, N + 1> strides(const std::array<View, N> &x, const View &y)
    {
        std::array<Dims, N + 1> made{y.strides};
        for (size_t i = 0; i < N; ++i)
            made[i + 1] = broadcast_strides(x[i].dims, x[i].strides, y.dims.size());
        return made;
    }

    Walk<N + 1> walk_;
    uint32_t y_;
    int64_t y_bytes_;
    std::array<uint32_t, N> x_{};
    std::array<int64_t, N> x_bytes_{};
    ElementKernel kernel_;
    ElementFactors factors_;
    int threads_;
};

template <size_t N> std::unique_ptr<Step> make_step(ElementKernel kernel, const std::array<View, N> &x, const View &y, const ElementFactors &factors, int threads)
{
    return std::make_unique<ElementStep<N>>(kernel, x, y, factors, threads);
}

// The operand whose type says which loop it is: the first, or of a WHERE what is chosen.
size_t typed_operand(const ElementRow &row) { return row.operands == 3 ? 1 : 0; }

bool has_scales(const Checker &c)
{
    for (const auto numbers : {c.inputs(), c.outputs()})
        for (const uint32_t tensor : numbers)
            if (c.tensor(tensor).quantization != nullptr)
                return true;
    return false;
}

ElementFactors factors_of(Builder &builder, const Node &node)
{
    ElementFactors factors;
    factors.low = builder.fusion().clamp.min;
    factors.high = builder.fusion().clamp.max;
    switch (node.operation) {
    case ACCEL_OPERATION_LEAKY_RELU:
        factors.alpha = static_cast<double>(node.real(ACCEL_ATTRIBUTE_ALPHA, 0.01f));
        break;
    case ACCEL_OPERATION_MOD:
        factors.mode = node.integer(ACCEL_ATTRIBUTE_FMOD, 0) != 0;
        break;
    case ACCEL_OPERATION_BIT_SHIFT:
        factors.mode = node.find(ACCEL_ATTRIBUTE_DIRECTION)->text() == "RIGHT";
        break;
    case ACCEL_OPERATION_IS_INF:
        factors.mode = (node.integer(ACCEL_ATTRIBUTE_DETECT_POSITIVE, 1) != 0 ? 1 : 0) | (node.integer(ACCEL_ATTRIBUTE_DETECT_NEGATIVE, 1) != 0 ? 2 : 0);
        break;
    case ACCEL_OPERATION_POW:
        factors.second = builder.graph().tensor(node.inputs[1]).type;
        break;
    default:
        break;
    }
    return factors;
}

// The first operand as large as the result decides the layout: channels last only where it has the axes for it.
std::vector<View> operands_in(Builder &builder, const Node &node, Layout &layout)
{
    const graph::Shape &result = builder.graph().tensor(node.outputs[0]).shape;
    const auto full = [&](uint32_t tensor) { return builder.graph().tensor(tensor).shape == result; };
    const auto first = std::ranges::find_if(node.inputs, full);
    layout = first == node.inputs.end() ? Layout::kRowMajor : builder.layout_of(*first);
    std::vector<View> operands;
    for (const uint32_t tensor : node.inputs)
        operands.push_back(full(tensor) ? builder.in_layout(tensor, layout) : builder.view(tensor));
    return operands;
}

template <size_t N> void add_step(Builder &builder, ElementKernel kernel, const std::array<View, N> &x, const View &y, const ElementFactors &factors)
{
    std::array<uint32_t, N + 1> values{y.value};
    for (size_t i = 0; i < N; ++i)
        values[i + 1] = x[i].value;
    builder.add(make_step(kernel, x, y, factors, builder.threads()), values);
}

}  // namespace

std::unique_ptr<Step> make_add_step(const View &a, const View &b, const View &y, Clamp clamp, int threads)
{
    ElementFactors factors;
    factors.low = clamp.min;
    factors.high = clamp.max;
    return make_step<2>(find_element_kernel(ACCEL_OPERATION_ADD, ACCEL_TYPE_F32), {a, b}, y, factors, threads);
}

void check_elements(const Checker &c)
{
    const ElementRow &row = *find_element_row(c.operation());
    const size_t typed = typed_operand(row);
    const uint32_t type = c.input(typed).type;
    if (type >= kElementTypes || row.kernels[type] == nullptr)
        refuse(ACCEL_REASON_TYPE, c.operand(typed), type, ACCEL_TYPE_F32);
    for (size_t i = 0; i < c.inputs().size(); ++i) {
        if (c.operation() == ACCEL_OPERATION_POW && i == 1) {
            if (find_element_kernel(ACCEL_OPERATION_ADD, c.input(i).type) == nullptr)
                refuse(ACCEL_REASON_TYPE, c.operand(i), c.input(i).type, ACCEL_TYPE_F32);
        } else {
            c.same_type(c.operand(i), i < typed ? uint32_t{ACCEL_TYPE_BOOL} : type);
        }
    }
    c.same_type(c.result(), row.result != 0 ? row.result : type);
    if (has_scales(c))
        refuse(ACCEL_REASON_QUANTIZATION, c.operand(0));
    const Clamp clamp{c.real(ACCEL_ATTRIBUTE_CLAMP_MIN, Clamp{}.min), c.real(ACCEL_ATTRIBUTE_CLAMP_MAX, Clamp{}.max)};
    if (find_element_kernel(ACCEL_OPERATION_SQRT, type) == nullptr && !clamp.none())
        refuse_attribute(ACCEL_ATTRIBUTE_CLAMP_MIN);
    if (c.operation() == ACCEL_OPERATION_BIT_SHIFT && c.applied().string(ACCEL_ATTRIBUTE_DIRECTION) != "LEFT" && c.applied().string(ACCEL_ATTRIBUTE_DIRECTION) != "RIGHT")
        refuse_attribute(ACCEL_ATTRIBUTE_DIRECTION);
}

void prepare_elements(Builder &builder, const Node &node)
{
    if (node.inputs.size() == 1 && graph::find_operation(node.operation)->input_count_max == graph::kUnbounded)
        return builder.alias(node.outputs[0], builder.view(node.inputs[0]));
    const ElementRow &row = *find_element_row(node.operation);
    const uint32_t type = builder.graph().tensor(node.inputs[typed_operand(row)]).type;
    ElementFactors factors = factors_of(builder, node);
    Layout layout;
    const std::vector<View> x = operands_in(builder, node, layout);
    const View y = builder.define(node.outputs[0], layout);
    if (row.operands == 3)
        return add_step<3>(builder, row.kernels[type], {x[0], x[1], x[2]}, y, factors);
    if (x.size() == 1)
        return add_step<1>(builder, row.kernels[type], {x[0]}, y, factors);
    const bool mean = node.operation == ACCEL_OPERATION_MEAN;
    const ElementKernel joined = mean ? find_element_kernel(ACCEL_OPERATION_SUM, type) : row.kernels[type];
    add_step<2>(builder, joined, {x[0], x[1]}, y, factors);
    for (size_t i = 2; i < x.size(); ++i)
        add_step<2>(builder, joined, {y, x[i]}, y, factors);
    factors.alpha = static_cast<double>(x.size());
    if (mean)
        add_step<1>(builder, row.kernels[type], {y}, y, factors);
}

namespace {

void check_cast(const Checker &c)
{
    const uint32_t from = c.input(0).type, to = c.output().type;
    if (find_cast_kernel(ACCEL_TYPE_F32, from) == nullptr)
        refuse(ACCEL_REASON_TYPE, c.operand(0), from, ACCEL_TYPE_F32);
    if (find_cast_kernel(from, to) == nullptr)
        refuse(ACCEL_REASON_TYPE, c.result(), to, ACCEL_TYPE_F32);
    if (has_scales(c))
        refuse(ACCEL_REASON_QUANTIZATION, c.operand(0));
    if (const int64_t said = c.integer(ACCEL_ATTRIBUTE_TO, to); said != to)
        refuse_attribute(ACCEL_ATTRIBUTE_TO, said, to);
}

void prepare_cast(Builder &builder, const Node &node)
{
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    add_step<1>(builder, find_cast_kernel(x.type, y.type), {x}, y, {});
}

void check_binary(const Checker &c)
{
    if (!quantizable(c.input(0).type) || c.operation() == ACCEL_OPERATION_DIV || !has_scales(c))
        return check_elements(c);
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
    is_quantized(builder.graph(), node) ? prepare_quantized_binary(builder, node) : prepare_elements(builder, node);
}

constexpr CpuOp kArithmetic[] = {
    {ACCEL_OPERATION_ADD, 1, check_binary, prepare_binary},
    {ACCEL_OPERATION_SUB, 1, check_binary, prepare_binary},
    {ACCEL_OPERATION_MUL, 1, check_binary, prepare_binary},
    {ACCEL_OPERATION_DIV, 1, check_binary, prepare_binary},
    {ACCEL_OPERATION_CAST, 1, check_cast, prepare_cast},
};

bool is_elsewhere(uint32_t operation)
{
    const auto lists = [operation](std::span<const CpuOp> family) { return std::ranges::find(family, operation, &CpuOp::operation) != family.end(); };
    return lists(kArithmetic) || lists(kFunctionOps);
}

struct Rows {
    std::array<CpuOp, 256> ops{};
    size_t count = 0;

    Rows() noexcept
    {
        for (const auto table : {unary_rows(), function_rows(), binary_rows(), choice_rows()})
            for (const ElementRow &row : table)
                if (!is_elsewhere(row.operation))
                    ops.at(count++) = {row.operation, 1, check_elements, prepare_elements};
    }
};

}  // namespace

const std::span<const CpuOp> kArithmeticOps = kArithmetic;

std::span<const CpuOp> element_ops()
{
    static const Rows rows;
    return {rows.ops.data(), rows.count};
}

}  // namespace accel::cpu
