// SPDX-License-Identifier: MIT
// Operations that move elements: all are strided copies, or no work at all.
#include "../checker.h"
#include "../held.h"
#include "../nodes/nodes.h"
#include "ops.h"

#include "../kernels/integer.h"
#include "../nodes/copy_row.h"
#include "../nodes/walk.h"
#include "../team.h"

#include <accel/graph/cuts.h>
#include <accel/graph/description.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <numeric>

namespace accel::cpu {
namespace {

template <typename Element> class CopyStep : public Step {
public:
    // Offsets in elements from the start of the values.
    CopyStep(const View &from, int64_t from_offset, const View &to, int64_t to_offset, int threads)
        : walk_(make_walk<2>(from.dims, {to.strides, from.strides})),
          from_(from.value),
          to_(to.value),
          from_offset_(from_offset),
          to_offset_(to_offset),
          threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        auto *to = reinterpret_cast<Element *>(values[to_]) + to_offset_;
        const auto *from = reinterpret_cast<const Element *>(values[from_]) + from_offset_;
        walk_.each(threads_, [&](const std::array<int64_t, 2> &at, int64_t count) {
            copy_row(to + at[0], walk_.row_stride[0], from + at[1], walk_.row_stride[1], count);
        });
        return true;
    }

private:
    Walk<2> walk_;
    uint32_t from_, to_;
    int64_t from_offset_, to_offset_;
    int threads_;
};

// Three planes of bytes become pixels, as images do in front of quantised convolutions.
class PixelsStep : public Step {
public:
    PixelsStep(const View &from, int64_t from_offset, const View &to, int64_t to_offset, int64_t pixels, int64_t plane_step, int threads)
        : from_(from.value),
          to_(to.value),
          from_offset_(from_offset),
          to_offset_(to_offset),
          pixels_(pixels),
          plane_step_(plane_step),
          threads_(threads)
    {
    }

    // Whether a copy is one of that kind.
    static bool fits(const Walk<2> &walk)
    {
        return walk.rank == 1 && walk.size[0] == 3 && walk.stride[0][0] == 1 && walk.row_stride[0] == 3 && walk.row_stride[1] == 1;
    }

    bool run(Values values, StepState *) const noexcept override
    {
        constexpr int64_t kGrain = 1 << 14;
        auto *to = reinterpret_cast<uint8_t *>(values[to_]) + to_offset_;
        const auto *from = reinterpret_cast<const uint8_t *>(values[from_]) + from_offset_;
        parallel_for(threads_, pixels_, kGrain, [&](int64_t first, int64_t last) {
            integer_kernels().interleave3(from + first, plane_step_, last - first, to + 3 * first);
        });
        return true;
    }

private:
    uint32_t from_, to_;
    int64_t from_offset_, to_offset_, pixels_, plane_step_;
    int threads_;
};

std::unique_ptr<Step> make_byte_copy(const View &from, int64_t from_offset, const View &to, int64_t to_offset, int threads)
{
    if (const auto walk = make_walk<2>(from.dims, {to.strides, from.strides}); PixelsStep::fits(walk))
        return std::make_unique<PixelsStep>(from, from_offset, to, to_offset, walk.row, walk.stride[1][0], threads);
    return std::make_unique<CopyStep<uint8_t>>(from, from_offset, to, to_offset, threads);
}

std::unique_ptr<Step> make_copy(const View &from, int64_t from_offset, const View &to, int64_t to_offset, int threads)
{
    switch (held_bytes(from.type)) {
    case 1:
        return make_byte_copy(from, from_offset, to, to_offset, threads);
    case 2:
        return std::make_unique<CopyStep<uint16_t>>(from, from_offset, to, to_offset, threads);
    case 4:
        return std::make_unique<CopyStep<uint32_t>>(from, from_offset, to, to_offset, threads);
    default:
        return std::make_unique<CopyStep<uint64_t>>(from, from_offset, to, to_offset, threads);
    }
}

class FillStep : public Step {
public:
    FillStep(uint32_t value, uint64_t size_bytes, std::array<std::byte, 4> pattern, uint64_t element_bytes)
        : value_(value),
          size_bytes_(size_bytes),
          pattern_(pattern),
          element_bytes_(element_bytes)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        if (element_bytes_ == 1) {
            std::memset(values[value_], static_cast<int>(pattern_[0]), size_bytes_);
        } else {
            float number;
            std::memcpy(&number, pattern_.data(), sizeof number);
            std::fill_n(reinterpret_cast<float *>(values[value_]), size_bytes_ / sizeof number, number);
        }
        return true;
    }

private:
    uint32_t value_;
    uint64_t size_bytes_;
    std::array<std::byte, 4> pattern_;
    uint64_t element_bytes_;
};

// What PAD writes outside, as stored.
std::array<std::byte, 4> pad_pattern(const Tensor &tensor, float real)
{
    std::array<std::byte, 4> pattern{};
    if (tensor.type == ACCEL_TYPE_F32) {
        std::memcpy(pattern.data(), &real, sizeof real);
        return pattern;
    }
    float stored = real;
    if (tensor.quantization)
        stored = std::nearbyint(real / tensor.quantization->scales[0]) + static_cast<float>(tensor.quantization->zero_points[0]);
    const float low = tensor.type == ACCEL_TYPE_U8 ? 0 : -128, high = tensor.type == ACCEL_TYPE_U8 ? 255 : 127;
    pattern[0] = static_cast<std::byte>(static_cast<int>(std::isnan(stored) ? low : std::clamp(stored, low, high)) & 0xff);
    return pattern;
}

// Copies the values that an index tensor picks along one axis.
template <typename Index> class GatherStep : public Step {
public:
    GatherStep(const View &from, const View &indices, const View &to, size_t axis)
        : from_(from.value),
          indices_(indices.value),
          to_(to.value),
          axis_(axis),
          count_(*element_count(indices.dims)),
          size_(from.dims[axis])
    {
        outer_ = *element_count(Dims(from.dims.begin(), from.dims.begin() + static_cast<std::ptrdiff_t>(axis)));
        inner_bytes_ =
            static_cast<size_t>(*element_count(Dims(from.dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, from.dims.end()))) *
            type_bytes(from.type);
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *indices = reinterpret_cast<const Index *>(values[indices_]);
        const std::byte *from = values[from_];
        std::byte *to = values[to_];
        for (int64_t outer = 0; outer < outer_; ++outer, from += static_cast<size_t>(size_) * inner_bytes_) {
            for (int64_t i = 0; i < count_; ++i, to += inner_bytes_) {
                const int64_t given = indices[i];  // read once: it may lie in a file that somebody writes to
                const int64_t index = given < 0 ? given + size_ : given;
                if (index < 0 || index >= size_)
                    return false;
                std::memcpy(to, from + static_cast<size_t>(index) * inner_bytes_, inner_bytes_);
            }
        }
        return true;
    }

    void explain(Values values, std::span<char> sentence) const noexcept override
    {
        const auto *indices = reinterpret_cast<const Index *>(values[indices_]);
        const auto *bad = std::find_if(indices, indices + count_, [this](Index index) { return index < -size_ || index >= size_; });
        if (bad != indices + count_)
            std::snprintf(sentence.data(), sentence.size(), "Gather: index %lld, element %lld of the indices, lies outside axis %zu; expected %lld to %lld",
                          static_cast<long long>(*bad), static_cast<long long>(bad - indices), axis_, static_cast<long long>(-size_),
                          static_cast<long long>(size_ - 1));
    }

private:
    uint32_t from_, indices_, to_;
    size_t axis_;
    int64_t count_, size_, outer_ = 1;
    size_t inner_bytes_ = 0;
};

void add_copy(Builder &builder, const View &from, int64_t from_offset, const View &to, int64_t to_offset)
{
    if (*element_count(to.dims) == 0)
        return;
    builder.add(make_copy(from, from_offset, to, to_offset, builder.threads()), {from.value, to.value});
}

void check_move(const Checker &c) { c.moved(); }

void prepare_reshape(Builder &builder, const Node &node)
{
    const bool same = node.operation == ACCEL_OPERATION_IDENTITY;
    View view = same ? builder.view(node.inputs[0]) : builder.in_layout(node.inputs[0], Layout::kRowMajor);
    if (!same) {
        view.dims = dims_of(builder.graph().tensor(node.outputs[0]));
        view.strides = row_major_strides(view.dims);
    }
    builder.alias(node.outputs[0], view);
}

void check_bit_cast(const Checker &c)
{
    for (const uint32_t tensor : {c.operand(0), c.result()})
        c.unscaled(tensor);
    if (const int64_t to = c.output().type; c.integer(ACCEL_ATTRIBUTE_TO, to) != to)
        refuse_attribute(ACCEL_ATTRIBUTE_TO, c.integer(ACCEL_ATTRIBUTE_TO, to), to);
}

void prepare_bit_cast(Builder &builder, const Node &node)
{
    View view = builder.view(node.inputs[0]);
    view.type = builder.graph().tensor(node.outputs[0]).type;
    builder.alias(node.outputs[0], view);
}

void prepare_transpose(Builder &builder, const Node &node)
{
    const View from = builder.view(node.inputs[0]);
    const size_t rank = from.dims.size();
    const graph::Attribute *perm = node.find(ACCEL_ATTRIBUTE_PERM);
    View turned = from;
    for (size_t axis = 0; axis < rank; ++axis) {
        const size_t source = perm ? static_cast<size_t>(perm->ints()[axis]) : rank - 1 - axis;
        turned.dims[axis] = from.dims[source];
        turned.strides[axis] = from.strides[source];
    }
    for (const Layout layout : {Layout::kRowMajor, Layout::kChannelsLast}) {
        if (!same_strides(turned.dims, turned.strides, strides_of(turned.dims, layout)))
            continue;
        turned.strides = strides_of(turned.dims, layout);
        return builder.alias(node.outputs[0], turned);
    }
    add_copy(builder, turned, 0, builder.define(node.outputs[0], Layout::kRowMajor), 0);
}

void check_concat(const Checker &c)
{
    c.moved();
    for (const uint32_t tensor : c.inputs()) {
        c.same_type(tensor, c.input(0).type);
        c.equal_quantization(c.operand(0), tensor);
    }
}

void prepare_concat(Builder &builder, const Node &node)
{
    const View to = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    int64_t at = 0;
    for (const uint32_t input : node.inputs) {
        const View from = builder.view(input);
        add_copy(builder, from, 0, to, at * to.strides[axis]);
        at += from.dims[axis];
    }
}

void prepare_split(Builder &builder, const Node &node)
{
    const View from = builder.view(node.inputs[0]);
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    int64_t at = 0;
    for (const uint32_t output : node.outputs) {
        const View to = builder.define(output, builder.layout_of(node.inputs[0]));
        View part = from;
        part.dims = to.dims;
        add_copy(builder, part, at * from.strides[axis], to, 0);
        at += to.dims[axis];
    }
}

void prepare_slice(Builder &builder, const Node &node)
{
    const View from = builder.view(node.inputs[0]);
    const View to = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    View part = from;
    part.dims = to.dims;
    int64_t start = 0;
    const auto cuts = graph::cuts(graph::NodeDesc(builder.graph(), node).get(), nullptr);
    for (const graph::Cut &cut : cuts.value()) {
        const auto axis = static_cast<size_t>(cut.axis);
        start += cut.start * from.strides[axis];
        part.strides[axis] *= cut.step;
    }
    add_copy(builder, part, start, to, 0);
}

void check_pad(const Checker &c)
{
    c.types({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8});
    c.moved();
}

void prepare_pad(Builder &builder, const Node &node)
{
    const View from = builder.view(node.inputs[0]);
    const Tensor &result = builder.graph().tensor(node.outputs[0]);
    const View to = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    const Dims pads = builder.integers(node, ACCEL_OPERAND_PAD_PADS);
    const auto pattern = pad_pattern(result, graph::NodeDesc(builder.graph(), node).get().real(ACCEL_OPERAND_PAD_VALUE).value_or(0));
    builder.add(std::make_unique<FillStep>(to.value, *graph::size_bytes(result), pattern, type_bytes(result.type)), {to.value});
    View inside = to;
    inside.dims = from.dims;
    add_copy(builder, from, 0, inside, std::inner_product(to.strides.begin(), to.strides.end(), pads.begin(), int64_t{0}));
}

void check_gather(const Checker &c)
{
    c.moved();
    const uint32_t index_type = c.input(1).type;
    if (index_type != ACCEL_TYPE_I32 && index_type != ACCEL_TYPE_I64)
        refuse(ACCEL_REASON_TYPE, c.operand(1), index_type, ACCEL_TYPE_I64);
}

void prepare_gather(Builder &builder, const Node &node)
{
    const View from = builder.in_layout(node.inputs[0], Layout::kRowMajor), indices = builder.in_layout(node.inputs[1], Layout::kRowMajor);
    const View to = builder.define(node.outputs[0], Layout::kRowMajor);
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    if (indices.type == ACCEL_TYPE_I32)
        builder.add(std::make_unique<GatherStep<int32_t>>(from, indices, to, axis), {from.value, indices.value, to.value});
    else
        builder.add(std::make_unique<GatherStep<int64_t>>(from, indices, to, axis), {from.value, indices.value, to.value});
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_RESHAPE, 1, check_move, prepare_reshape},
    {ACCEL_OPERATION_TRANSPOSE, 1, check_move, prepare_transpose},
    {ACCEL_OPERATION_CONCAT, 1, check_concat, prepare_concat},
    {ACCEL_OPERATION_SLICE, 1, check_move, prepare_slice},
    {ACCEL_OPERATION_PAD, 1, check_pad, prepare_pad},
    {ACCEL_OPERATION_IDENTITY, 1, check_move, prepare_reshape},
    {ACCEL_OPERATION_BIT_CAST, 1, check_bit_cast, prepare_bit_cast},
    {ACCEL_OPERATION_SPLIT, 1, check_move, prepare_split},
    {ACCEL_OPERATION_GATHER, 1, check_gather, prepare_gather},
};

}  // namespace

std::unique_ptr<Step> make_copy_step(const View &from, const View &to, int threads) { return make_copy(from, 0, to, 0, threads); }

const std::span<const CpuOp> kMovementOps = kRows;

}  // namespace accel::cpu
