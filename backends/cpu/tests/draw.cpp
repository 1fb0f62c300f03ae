// SPDX-License-Identifier: MIT
// What each operation reads, drawn so that most of it can be claimed and some cannot.
#include "draw.h"

#include "kernels/elements.h"
#include "ops/ops.h"

#include <accel/graph/rules.h>
#include <accel/graph/view.h>

#include <algorithm>

namespace accel::cpu::test {

Draw::Draw(uint32_t operation, uint32_t seed) : random_(seed),
                                                operation_(operation)
{
    constexpr uint32_t kTypes[] = {ACCEL_TYPE_F32, ACCEL_TYPE_F32, ACCEL_TYPE_F32, ACCEL_TYPE_F32, ACCEL_TYPE_F32, ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_I8,
                                   ACCEL_TYPE_I8, ACCEL_TYPE_U8, ACCEL_TYPE_U8, ACCEL_TYPE_U8, ACCEL_TYPE_I32, ACCEL_TYPE_I64, ACCEL_TYPE_BOOL, ACCEL_TYPE_F64};
    type_ = kTypes[below(std::size(kTypes))];
    scales_ = scales();
    is_recurrent() ? recurrent() : operands();
    uint32_t results = operation_ == ACCEL_OPERATION_SPLIT || operation_ == ACCEL_OPERATION_TOP_K || is_recurrent() ? 2 : 1;
    if (operation_ == ACCEL_OPERATION_LAYER_NORMALIZATION)
        results += below(3);
    for (uint32_t i = 0; i < results; ++i) {
        const bool places = operation_ == ACCEL_OPERATION_TOP_K && i == 1;
        results_.push_back(places ? graph_.tensor(ACCEL_TYPE_I64, {1}) : graph_.tensor(result_type(), {1}, result_scales()));
    }
    if (below(3) == 0 && !quantizable(type_) && clamps())
        attributes_.floats = {{ACCEL_ATTRIBUTE_CLAMP_MIN, {-0.25f}}, {ACCEL_ATTRIBUTE_CLAMP_MAX, {0.5f}}};
    attributes_.rounding = quantizable(type_) || operation_ == ACCEL_OPERATION_QUANTIZE ? ACCEL_ROUNDING_HALF_EVEN + below(3) : 0;
    graph_.node(operation_, inputs_, results_, attributes_);
    for (const uint32_t result : results_)
        graph_.output(result);
    fit();
}

bool Draw::is_plain_element() const { return find_element_row(operation_) != nullptr && type_ != ACCEL_TYPE_F32 && !scales_; }

accel_graph_desc Draw::known(std::vector<accel_tensor_desc> &tensors)
{
    accel_graph_desc desc = graph_.desc();
    tensors.assign(desc.tensors, desc.tensors + desc.tensor_count);
    for (uint32_t i = 0; i < desc.input_count; ++i) {
        tensors[desc.inputs[i]].data = data_[i].data();
        tensors[desc.inputs[i]].data_bytes = data_[i].size();
    }
    desc.tensors = tensors.data();
    return desc;
}

Dims Draw::dims(size_t rank)
{
    Dims made;
    while (made.size() < rank)
        made.push_back(between(1, 5));
    return made;
}

std::optional<Scales> Draw::scales()
{
    if (!quantizable(type_) || below(12) == 0)
        return std::nullopt;
    return Scales{{0.01f * static_cast<float>(between(1, 9))}, {type_ == ACCEL_TYPE_U8 ? 128 : static_cast<int32_t>(between(-9, 9))}, 0};
}

Bytes Draw::values(uint32_t type, int64_t number)
{
    Bytes bytes;
    const auto fill = [&]<typename T>(T least, int64_t low, int64_t high, double unit) {
        std::vector<T> made;
        while (static_cast<int64_t>(made.size()) < number)
            made.push_back(static_cast<T>(static_cast<double>(between(low, high)) * unit + static_cast<double>(least)));
        bytes = bytes_of(made);
    };
    if (type == ACCEL_TYPE_F32)
        fill(float{}, -100, 100, 0.01);
    else if (type == ACCEL_TYPE_F64)
        fill(double{}, -100, 100, 0.01);
    else if (type == ACCEL_TYPE_I32)
        fill(int32_t{1}, -50, 50, 2);  // no divisor is 0
    else if (type == ACCEL_TYPE_I64)
        fill(int64_t{1}, -50, 50, 2);
    else
        fill(uint8_t{}, 0, type == ACCEL_TYPE_BOOL ? 1 : 255, 1);
    return bytes;
}

uint32_t Draw::given(uint32_t type, const Dims &dims, std::optional<Scales> scales, Bytes bytes, bool constant)
{
    if (constant)
        return inputs_.emplace_back(graph_.constant(type, dims, bytes, std::move(scales)));
    data_.push_back(std::move(bytes));
    return inputs_.emplace_back(graph_.input(type, dims, std::move(scales)));
}

void Draw::bias(int64_t channels)
{
    const uint32_t type = quantizable(type_) ? uint32_t{ACCEL_TYPE_I32} : type_;
    if (below(2))
        given(type, {channels}, std::nullopt, values(type, channels), below(4) != 0);
}

void Draw::window(size_t axes, bool wide)
{
    Dims strides, pads;
    for (size_t axis = 0; axis < 2 * axes; ++axis) {
        strides.push_back(between(1, 2));
        pads.push_back(below(wide ? 3 : 2));
    }
    strides.resize(axes);
    ints(ACCEL_ATTRIBUTE_STRIDES, strides);
    ints(ACCEL_ATTRIBUTE_PADS, pads);
}

// What convolutions, products and normalisations read.
void Draw::weighted(size_t axes, Dims x)
{
    switch (operation_) {
    case ACCEL_OPERATION_CONV: {
        const int64_t groups = between(1, 2), inputs = between(1, 3), outputs = groups * between(1, 3);
        x = dims(axes + 2), x[1] = groups * inputs;
        Dims w = dims(axes + 2);
        w[0] = outputs, w[1] = inputs;
        operand(x), weights(w), bias(outputs);
        ints(ACCEL_ATTRIBUTE_GROUP, {groups});
        return window(axes, true);
    }
    case ACCEL_OPERATION_CONV_TRANSPOSE: {
        const int64_t groups = between(1, 2), inputs = below(3) == 0 ? 1 : between(1, 3), outputs = between(1, 40);
        x = dims(axes + 2), x[1] = groups * inputs;
        Dims w = dims(axes + 2);
        w[0] = x[1], w[1] = inputs == 1 && below(2) ? 1 : outputs;
        operand(x), weights(w), bias(groups * w[1]);
        ints(ACCEL_ATTRIBUTE_GROUP, {groups}), ints(ACCEL_ATTRIBUTE_OUTPUT_PADDING, Dims(axes, below(2)));
        return window(axes, true);
    }
    case ACCEL_OPERATION_GEMM: {
        const int64_t rows = between(1, 5), depth = between(1, 5), columns = between(1, 5), a = below(3) == 0, b = below(2);
        ints(ACCEL_ATTRIBUTE_TRANS_A, {a}), ints(ACCEL_ATTRIBUTE_TRANS_B, {b});
        operand(a ? Dims{depth, rows} : Dims{rows, depth}), weights(b ? Dims{columns, depth} : Dims{depth, columns});
        return bias(columns);
    }
    case ACCEL_OPERATION_MATMUL: {
        Dims w = below(2) ? dims(2) : dims(1 + below(3));
        w[w.size() > 1 ? w.size() - 2 : 0] = x.back();
        return operand(x), weights(w);
    }
    case ACCEL_OPERATION_BATCH_NORMALIZATION: {
        x = dims(2 + axes);
        operand(x);
        for (size_t i = 0; i < 3; ++i)
            operand({x[1]}, below(2));
        const std::vector<float> variance(static_cast<size_t>(x[1]), 0.5f);
        given(type_, {x[1]}, scales_, type_ == ACCEL_TYPE_F32 ? bytes_of(variance) : values(type_, x[1]), below(2));
    }
    }
}

void Draw::pooled(size_t axes)
{
    if (operation_ == ACCEL_OPERATION_GLOBAL_AVERAGE_POOL)
        return operand(dims(2 + axes));
    Dims kernel = dims(axes);
    operand(dims(axes + 2));
    ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, kernel), ints(ACCEL_ATTRIBUTE_CEIL_MODE, {below(2)});
    if (operation_ == ACCEL_OPERATION_AVERAGE_POOL)
        ints(ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, {below(2)});
    window(axes, false);
}

void Draw::recurrent()
{
    const int64_t gates = operation_ == ACCEL_OPERATION_LSTM ? 4 : operation_ == ACCEL_OPERATION_GRU ? 3
                                                                                                     : 1;
    const int64_t steps = between(1, 4), batch = between(1, 6), inputs = between(1, 9), hidden = between(1, 40), directions = between(1, 2), lines = gates * hidden;
    const bool batch_first = below(2);
    const auto maybe = [&](const Dims &dims) { below(2) ? operand(dims, below(2)) : inputs_.push_back(ACCEL_TENSOR_NONE); };
    const Dims state = batch_first ? Dims{batch, directions, hidden} : Dims{directions, batch, hidden};
    ints(ACCEL_ATTRIBUTE_LAYOUT, {batch_first});
    attributes_.texts = {{ACCEL_ATTRIBUTE_DIRECTION, directions == 2 ? "bidirectional" : below(2) ? "reverse"
                                                                                                  : "forward"}};
    operand(batch_first ? Dims{batch, steps, inputs} : Dims{steps, batch, inputs});
    weights({directions, lines, inputs}), weights({directions, lines, hidden});
    maybe({directions, 2 * lines});
    std::vector<int32_t> lengths;
    for (int64_t row = 0; row < batch; ++row)
        lengths.push_back(static_cast<int32_t>(between(0, steps)));
    below(2) ? void(given(ACCEL_TYPE_I32, {batch}, std::nullopt, bytes_of(lengths), below(2))) : inputs_.push_back(ACCEL_TENSOR_NONE);
    maybe(state);
    if (operation_ == ACCEL_OPERATION_GRU)
        return ints(ACCEL_ATTRIBUTE_LINEAR_BEFORE_RESET, {below(2)});
    if (operation_ != ACCEL_OPERATION_LSTM)
        return;
    ints(ACCEL_ATTRIBUTE_INPUT_FORGET, {below(2)});
    maybe(state), maybe({directions, 3 * hidden});
}

void Draw::arranged(Dims x)
{
    const size_t rank = x.size();
    const uint32_t axis = below(static_cast<uint32_t>(rank));
    switch (operation_) {
    case ACCEL_OPERATION_TRANSPOSE: {
        Dims perm(rank);
        for (size_t i = 0; i < rank; ++i)
            perm[i] = static_cast<int64_t>(i);
        std::shuffle(perm.begin(), perm.end(), random_);
        ints(ACCEL_ATTRIBUTE_PERM, perm);
        return operand(x);
    }
    case ACCEL_OPERATION_CONCAT: {
        ints(ACCEL_ATTRIBUTE_AXIS, {axis});
        operand(x);
        x[axis] = between(1, 5);
        return operand(x, below(2));
    }
    case ACCEL_OPERATION_SLICE:
        operand(x);
        return list({between(-5, 2)}), list({between(-1, 9)}), list({static_cast<int64_t>(rank) - 1}), list({below(4) ? 1 : -1});
    case ACCEL_OPERATION_PAD: {
        operand(x);
        Dims pads;
        for (size_t i = 0; i < 2 * rank; ++i)
            pads.push_back(below(3));
        return list(pads);
    }
    case ACCEL_OPERATION_SPLIT: {
        x[axis] = between(2, 5);
        ints(ACCEL_ATTRIBUTE_AXIS, {axis});
        operand(x);
        return list({1, x[axis] - 1});
    }
    case ACCEL_OPERATION_GATHER: {
        ints(ACCEL_ATTRIBUTE_AXIS, {axis});
        operand(x);
        std::vector<int64_t> indices{between(-x[axis], x[axis] - 1), 0};
        given(ACCEL_TYPE_I64, {2}, std::nullopt, bytes_of(indices), below(2));
        return;
    }
    case ACCEL_OPERATION_RESHAPE:
        operand(x);
        return list({-1});
    }
}

// Drawn anew for each of its kind of operation; what is not named reads one operand.
void Draw::operands()
{
    const size_t axes = 1 + below(2), rank = 1 + below(4);
    Dims x = dims(rank);
    switch (operation_) {
    case ACCEL_OPERATION_CONV:
    case ACCEL_OPERATION_CONV_TRANSPOSE:
    case ACCEL_OPERATION_GEMM:
    case ACCEL_OPERATION_MATMUL:
    case ACCEL_OPERATION_BATCH_NORMALIZATION:
        return weighted(axes, x);
    case ACCEL_OPERATION_MAX_POOL:
    case ACCEL_OPERATION_AVERAGE_POOL:
    case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL:
        return pooled(axes);
    case ACCEL_OPERATION_RESHAPE:
    case ACCEL_OPERATION_TRANSPOSE:
    case ACCEL_OPERATION_CONCAT:
    case ACCEL_OPERATION_SLICE:
    case ACCEL_OPERATION_PAD:
    case ACCEL_OPERATION_SPLIT:
    case ACCEL_OPERATION_GATHER:
        return arranged(x);
    case ACCEL_OPERATION_MATMUL_INTEGER:
    case ACCEL_OPERATION_CONV_INTEGER:
        return of_bytes(axes, x);
    case ACCEL_OPERATION_LAYER_NORMALIZATION:
    case ACCEL_OPERATION_RMS_NORMALIZATION:
        return in_rows(x);
    case ACCEL_OPERATION_DEPTH_TO_SPACE:
    case ACCEL_OPERATION_SPACE_TO_DEPTH:
        return in_blocks();
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_MUL:
    case ACCEL_OPERATION_DIV: {
        Dims other(x.begin() + below(static_cast<uint32_t>(rank)), x.end());
        other[below(static_cast<uint32_t>(other.size()))] = below(2) ? 1 : other[0];
        return operand(x), operand(other, below(2));
    }
    case ACCEL_OPERATION_CLIP:
        operand(x), inputs_.push_back(graph_.real(-0.2f));
        return below(2) ? inputs_.push_back(graph_.real(0.3f)) : void();
    case ACCEL_OPERATION_SOFTMAX:
        ints(ACCEL_ATTRIBUTE_AXIS, {below(static_cast<uint32_t>(rank))});
        return operand(x);
    case ACCEL_OPERATION_ARG_MAX:
    case ACCEL_OPERATION_ARG_MIN:
    case ACCEL_OPERATION_CUM_SUM:
    case ACCEL_OPERATION_CUM_PROD:
    case ACCEL_OPERATION_REDUCE_SUM:
    case ACCEL_OPERATION_REDUCE_MAX:
    case ACCEL_OPERATION_REDUCE_MIN:
    case ACCEL_OPERATION_REDUCE_PROD:
    case ACCEL_OPERATION_REDUCE_MEAN:
        return reduced(x);
    default:
        return placed(x);
    }
}

uint32_t Draw::result_type()
{
    if (operation_ == ACCEL_OPERATION_QUANTIZE)
        return below(2) ? uint32_t{ACCEL_TYPE_I8} : uint32_t{ACCEL_TYPE_U8};
    if (operation_ == ACCEL_OPERATION_DEQUANTIZE)
        return ACCEL_TYPE_F32;
    if (operation_ == ACCEL_OPERATION_MATMUL_INTEGER || operation_ == ACCEL_OPERATION_CONV_INTEGER)
        return ACCEL_TYPE_I32;
    if (operation_ == ACCEL_OPERATION_ARG_MAX || operation_ == ACCEL_OPERATION_ARG_MIN)
        return ACCEL_TYPE_I64;
    if (operation_ == ACCEL_OPERATION_BIT_CAST)
        return attributes_.ints.empty() ? type_ : static_cast<uint32_t>(attributes_.ints[0].second[0]);
    if (operation_ == ACCEL_OPERATION_CAST)
        return std::initializer_list<uint32_t>{ACCEL_TYPE_F32, ACCEL_TYPE_I32, ACCEL_TYPE_I64, ACCEL_TYPE_BOOL, ACCEL_TYPE_U8}.begin()[below(5)];
    return below(12) == 0 ? uint32_t{ACCEL_TYPE_F32} : type_;
}

// A move or choice keeps them, and whatever computes may have its own.
std::optional<Scales> Draw::result_scales()
{
    const bool own = operation_ == ACCEL_OPERATION_QUANTIZE || (scales_ && (clamps() && operation_ != ACCEL_OPERATION_MAX_POOL));
    if (operation_ == ACCEL_OPERATION_DEQUANTIZE || operation_ == ACCEL_OPERATION_CAST)
        return std::nullopt;
    return own ? std::optional(Scales{{0.05f}, {3}, 0}) : scales_;
}

// Sizes of the results, one of them sometimes wrong; what contradicts itself keeps its own.
void Draw::fit()
{
    const graph::View view(graph_.desc());
    const auto shapes = graph::infer_shapes(graph::NodeView(view, view.node(0)).get(), nullptr);
    for (size_t i = 0; shapes && i < results_.size(); ++i) {
        Dims sizes = graph::sizes_of((*shapes)[i].value());
        if (!sizes.empty() && below(16) == 0)
            ++sizes[0];
        graph_.resize(results_[i], sizes);
    }
}

}  // namespace accel::cpu::test
