// SPDX-License-Identifier: MIT
// Operations that only move stored values: strided copies, made by pools over
// one element. A copy of one channel may have any strides on both sides, so a
// transpose of two axes is one operation.
#include "bounds.h"
#include "operand.h"

#include <accel/graph/cuts.h>

#include <algorithm>

namespace accel::ethosu {
namespace {

constexpr size_t kMaxCopies = 64;

// One axis of a copy, with its distances in elements on both sides.
struct Axis {
    int64_t size = 1;
    int64_t from = 0;
    int64_t to = 0;
};

// Slowest first. Neighbours that are contiguous on both sides become one axis.
std::vector<Axis> simplify(std::vector<Axis> axes)
{
    std::erase_if(axes, [](const Axis &axis) { return axis.size == 1; });
    std::ranges::stable_sort(axes, [](const Axis &a, const Axis &b) { return a.to > b.to; });
    std::vector<Axis> merged;
    for (const Axis &axis : axes) {
        if (!merged.empty()) {
            Axis &last = merged.back();
            const bool joint = last.from == axis.from * axis.size && last.to == axis.to * axis.size && last.size * axis.size <= kMaxExtent;
            if (joint) {
                last = {last.size * axis.size, axis.from, axis.to};
                continue;
            }
        }
        merged.push_back(axis);
    }
    return merged;
}

struct Copy {
    int64_t from = 0;  // element offsets
    int64_t to = 0;
    Axis y, x, c;
};

// Channels need neighbours on both sides; the two longest of the rest are the
// plane; what is left is walked.
std::vector<Copy> split(std::vector<Axis> axes, int64_t from, int64_t to)
{
    Copy base{from, to, {}, {}, {1, 1, 1}};
    const auto dense = std::ranges::find_if(axes, [](const Axis &axis) { return axis.from == 1 && axis.to == 1; });
    if (dense != axes.end()) {
        base.c = *dense;
        axes.erase(dense);
    }
    std::ranges::stable_sort(axes, [](const Axis &a, const Axis &b) { return a.size > b.size; });
    if (!axes.empty())
        base.y = axes[0];
    if (axes.size() > 1)
        base.x = axes[1];
    std::vector<Copy> copies{base};
    for (size_t i = 2; i < axes.size(); ++i) {
        std::vector<Copy> more;
        for (const Copy &copy : copies)
            for (int64_t step = 0; step < axes[i].size && more.size() <= kMaxCopies; ++step) {
                Copy next = copy;
                next.from += step * axes[i].from;
                next.to += step * axes[i].to;
                more.push_back(next);
            }
        copies = std::move(more);
    }
    return copies;
}

FeatureMap side(const Operand &operand, const Copy &copy, int64_t offset, int64_t Axis::*stride)
{
    FeatureMap map;
    map.place.offset_bytes = static_cast<uint64_t>(offset);
    map.extent = {copy.y.size, copy.x.size, copy.c.size};
    map.strides = {copy.y.*stride, copy.x.*stride, 1};
    map.is_signed = operand.is_signed;
    return map;
}

Verdict add_copies(const Operand &x, const Operand &y, std::vector<Axis> axes, int64_t from, int64_t to, NodePlan &plan)
{
    const auto copies = split(simplify(std::move(axes)), from, to);
    if (copies.size() > kMaxCopies)
        return refuse(ACCEL_REASON_LAYOUT, y.tensor, static_cast<int64_t>(copies.size()), kMaxCopies);
    for (const Copy &copy : copies) {
        Op op;
        op.kind = OpKind::kMaxPool;
        op.clamp = y.range();
        op.ifm = side(x, copy, copy.from, &Axis::from);
        op.ofm = side(y, copy, copy.to, &Axis::to);
        if (const Verdict refusal = finish_op(op))
            return refusal;
        plan.ops.push_back({op, x.tensor, ACCEL_TENSOR_NONE, y.tensor, std::nullopt, {}});
    }
    return std::nullopt;
}

bool is_plain_copy(const std::vector<Axis> &axes)
{
    return std::ranges::all_of(axes, [](const Axis &axis) { return axis.size == 1 || axis.from == axis.to; });
}

Verdict read_move(const graph::View &graph, const accel_node_desc &node, Operand &x, Operand &y)
{
    if (const Verdict refusal = read_variable(graph, graph::input(node, 0), x))
        return refusal;
    if (const Verdict refusal = read_output(graph, node, y))
        return refusal;
    if (!x.same_quantisation(y))
        return refuse(ACCEL_REASON_QUANTIZATION, y.tensor, y.zero_point, x.zero_point);
    return std::nullopt;
}

// Axes of a row-major reading of `dims`, in elements of its memory.
std::vector<Axis> memory_axes(const Operand &operand)
{
    std::vector<Axis> axes;
    const auto strides = strides_bytes(operand.dims);
    for (size_t i = 0; i < operand.dims.size(); ++i)
        axes.push_back({operand.dims[i], strides[i], strides[i]});
    return axes;
}

// From channels-last memory of [N, C, H, W] to row-major, or back.
std::vector<Axis> unfold(const Shape &shape, bool to_row_major)
{
    const int64_t channels = shape.extent.channels;
    const int64_t pixels = shape.extent.height * shape.extent.width;
    std::vector<Axis> axes{{shape.batch, channels * pixels, channels * pixels},
                           {channels, 1, pixels},
                           {shape.extent.height, shape.extent.width * channels, shape.extent.width},
                           {shape.extent.width, channels, 1}};
    if (!to_row_major)
        for (Axis &axis : axes)
            std::swap(axis.from, axis.to);
    return axes;
}

// What a SLICE takes of its operand.
Verdict read_cuts(const graph::View &graph, const accel_node_desc &node, const Operand &x, std::vector<graph::Cut> &out)
{
    std::optional<std::vector<int64_t>> values[4];
    for (uint32_t i = 0; i < 4; ++i)
        if (const Verdict refusal = read_integers(graph, node, ACCEL_OPERAND_SLICE_STARTS + i, values[i]))
            return refusal;
    const auto &[starts, ends, axes, steps] = values;
    if (!starts || !ends)
        return refuse(ACCEL_REASON_OPERATION, ACCEL_TENSOR_NONE, node.input_count, 3);
    graph::Bounds bounds{*starts, *ends, {}, {}};
    if (axes)
        bounds.axes = *axes;
    if (steps)
        bounds.steps = *steps;
    auto cuts = graph::cuts(x.dims, bounds, nullptr);
    if (!cuts)
        return refuse(ACCEL_REASON_SIZE, graph::input(node, ACCEL_OPERAND_SLICE_STARTS));
    out = std::move(*cuts);
    return std::nullopt;
}

}  // namespace

Verdict plan_reshape(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    Operand x, y;
    if (const Verdict refusal = read_move(graph, node, x, y))
        return refusal;
    std::optional<std::vector<int64_t>> shape;  // of a RESHAPE: known, the result has its sizes
    if (const Verdict refusal = read_integers(graph, node, ACCEL_OPERAND_RESHAPE_SHAPE, shape))
        return refusal;
    if (x.shape.elements() != y.shape.elements())
        return refuse(ACCEL_REASON_SIZE, y.tensor, y.shape.elements(), x.shape.elements());
    const bool from_rows = is_row_major(x.dims);
    const bool to_rows = is_row_major(y.dims);
    const auto pixels = [](const Shape &shape) { return shape.extent.height * shape.extent.width; };
    const bool same_fold = x.shape.extent.channels == y.shape.extent.channels && pixels(x.shape) == pixels(y.shape);
    if (from_rows == to_rows) {
        if (!from_rows && !same_fold)
            return refuse(ACCEL_REASON_LAYOUT, y.tensor, y.shape.extent.channels, x.shape.extent.channels);
        plan.may_alias = true;
        return add_copies(x, y, memory_axes(x), 0, 0, plan);
    }
    return add_copies(x, y, unfold(from_rows ? y.shape : x.shape, to_rows), 0, 0, plan);
}

Verdict plan_transpose(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    Operand x, y;
    if (const Verdict refusal = read_move(graph, node, x, y))
        return refusal;
    const auto perm = graph::ints(node, ACCEL_ATTRIBUTE_PERM);
    const size_t rank = x.dims.size();
    if (y.dims.size() != rank || (!perm.empty() && perm.size() != rank))
        return refuse_attribute(ACCEL_ATTRIBUTE_PERM, y.tensor, static_cast<int64_t>(perm.size()), static_cast<int64_t>(rank));
    const auto from = strides_bytes(x.dims);
    const auto to = strides_bytes(y.dims);
    std::vector<Axis> axes;
    for (size_t i = 0; i < rank; ++i) {
        const int64_t source = perm.empty() ? static_cast<int64_t>(rank - 1 - i) : perm[i];
        if (source < 0 || source >= static_cast<int64_t>(rank) || x.dims[static_cast<size_t>(source)] != y.dims[i])
            return refuse_attribute(ACCEL_ATTRIBUTE_PERM, y.tensor, source, static_cast<int64_t>(i));
        axes.push_back({y.dims[i], from[static_cast<size_t>(source)], to[i]});
    }
    plan.may_alias = is_plain_copy(axes);
    return add_copies(x, y, std::move(axes), 0, 0, plan);
}

Verdict plan_concat(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    Operand y;
    if (const Verdict refusal = read_output(graph, node, y))
        return refusal;
    const auto axis = static_cast<size_t>(graph::integer(node, ACCEL_ATTRIBUTE_AXIS, 0));
    if (axis >= y.dims.size() || node.input_count == 0)
        return refuse_attribute(ACCEL_ATTRIBUTE_AXIS, y.tensor, static_cast<int64_t>(axis), 0);
    const auto to = strides_bytes(y.dims);
    int64_t filled = 0;
    for (const uint32_t input : graph::inputs(node)) {
        Operand x;
        if (const Verdict refusal = read_variable(graph, input, x))
            return refusal;
        if (!x.same_quantisation(y))
            return refuse(ACCEL_REASON_QUANTIZATION, input, x.zero_point, y.zero_point);
        auto expected = y.dims;
        expected[axis] = x.dims.size() == y.dims.size() ? x.dims[axis] : 0;
        if (x.dims != expected || expected[axis] > y.dims[axis] - filled)
            return refuse(ACCEL_REASON_SIZE, input, x.shape.elements(), y.shape.elements());
        const auto from = strides_bytes(x.dims);
        std::vector<Axis> axes;
        for (size_t i = 0; i < x.dims.size(); ++i)
            axes.push_back({x.dims[i], from[i], to[i]});
        if (const Verdict refusal = add_copies(x, y, std::move(axes), 0, filled * to[axis], plan))
            return refusal;
        filled += x.dims[axis];
    }
    if (filled != y.dims[axis])
        return refuse(ACCEL_REASON_SIZE, y.tensor, y.dims[axis], filled);
    return std::nullopt;
}

Verdict plan_slice(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    Operand x, y;
    if (const Verdict refusal = read_move(graph, node, x, y))
        return refusal;
    std::vector<graph::Cut> cuts;
    if (const Verdict refusal = read_cuts(graph, node, x, cuts))
        return refusal;
    if (y.dims.size() != x.dims.size())
        return refuse(ACCEL_REASON_RANK, y.tensor, static_cast<int64_t>(y.dims.size()), static_cast<int64_t>(x.dims.size()));
    const auto from = strides_bytes(x.dims);
    const auto to = strides_bytes(y.dims);
    std::vector<Axis> axes;
    auto expected = x.dims;
    for (size_t i = 0; i < y.dims.size(); ++i)
        axes.push_back({y.dims[i], from[i], to[i]});
    int64_t offset = 0;
    for (const graph::Cut &cut : cuts) {
        const auto axis = static_cast<size_t>(cut.axis);
        if (cut.step < 1)
            return refuse(ACCEL_REASON_SIZE, graph::input(node, ACCEL_OPERAND_SLICE_STEPS), cut.step, 1);
        expected[axis] = cut.count;
        offset += cut.start * from[axis];
        axes[axis].from *= cut.step;
    }
    for (size_t axis = 0; axis < y.dims.size(); ++axis)
        if (y.dims[axis] != expected[axis])
            return refuse(ACCEL_REASON_SIZE, y.tensor, y.dims[axis], expected[axis]);
    return add_copies(x, y, std::move(axes), offset, 0, plan);
}

}  // namespace accel::ethosu
