// SPDX-License-Identifier: MIT
// The translator of Slice: bounds that are known become numbers, others stay operands.
#include "ops.h"

#include <algorithm>
#include <numeric>

namespace accel::onnx::ops {

namespace {

struct SliceRequest {
    std::vector<Element> starts;
    std::vector<Element> ends;
    std::vector<int64_t> axes;
    std::vector<int64_t> steps;
    bool computed = false;  ///< axes or steps are, and stand for nothing here
};

std::vector<Element> numbers(const std::vector<int64_t> &values)
{
    std::vector<Element> elements;
    for (const int64_t value : values) {
        elements.push_back({value});
    }
    return elements;
}

/// Bounds that an operand holds, open where they are computed.
std::vector<Element> read_bounds(Node &node, size_t index, const char *what)
{
    const Value &value = node.input(index);
    if (auto elements = elements_of(value)) {
        return *elements;
    }
    const auto count = element_count(value.dims);
    if (!count || *count > static_cast<int64_t>(kRankMax)) {
        node.fail_unsupported(what, " '", value.name, "' are computed, and so is their number");
    }
    node.expect_type(index, type_set({ACCEL_TYPE_I32, ACCEL_TYPE_I64}));
    return std::vector<Element>(static_cast<size_t>(*count), Element{-1, kOpenSize});
}

SliceRequest read_slice(Node &node)
{
    SliceRequest request;
    std::optional<std::vector<int64_t>> axes;
    if (node.opset < 10) {
        const auto starts = node.integers("starts");
        const auto ends = node.integers("ends");
        if (!starts || !ends) {
            node.fail_corrupt("attributes 'starts' and 'ends' are missing");
        }
        request.starts = numbers(*starts);
        request.ends = numbers(*ends);
        axes = node.integers("axes");
    } else {
        request.starts = read_bounds(node, 1, "starts");
        request.ends = read_bounds(node, 2, "ends");
        for (const size_t index : {3, 4}) {
            if (node.has_input(index) && !integers_of(node.input(index))) {
                request.computed = true;
                node.expect_type(index, type_set({ACCEL_TYPE_I32, ACCEL_TYPE_I64}));
            }
        }
        if (request.computed) {
            return request;
        }
        axes = node.has_input(3) ? integers_of(node.input(3)) : std::nullopt;
        request.steps = node.has_input(4) ? *integers_of(node.input(4)) : request.steps;
    }
    request.axes.resize(request.starts.size());
    std::iota(request.axes.begin(), request.axes.end(), 0);
    request.axes = axes.value_or(request.axes);
    if (request.steps.empty()) {
        request.steps.assign(request.starts.size(), 1);
    }
    const size_t count = request.starts.size();
    if (request.ends.size() != count || request.axes.size() != count || request.steps.size() != count) {
        node.fail_corrupt("starts, ends, axes and steps have ", count, ", ", request.ends.size(), ", ", request.axes.size(), " and ", request.steps.size(), " values");
    }
    return request;
}

/// Positions first, first + step, … of an axis, in front of or up to last; backwards last may be -1.
struct Positions {
    int64_t first;
    int64_t last;
    int64_t step;
    int64_t count() const { return step > 0 ? (last - first + step - 1) / step : (first - last - step - 1) / -step; }
};

Positions positions(int64_t start, int64_t end, int64_t step, int64_t size)
{
    const auto placed = [size](int64_t given, int64_t low, int64_t high) { return std::clamp<int64_t>(given < 0 ? given + size : given, low, high); };
    if (step > 0) {
        const int64_t first = placed(start, 0, size);
        return {first, std::max(first, placed(end, 0, size)), std::min(step, kSizeMax)};
    }
    const int64_t first = placed(start, -1, size - 1);
    return {first, std::min(first, placed(end, -1, size - 1)), std::max(step, -kSizeMax)};
}

/// A bound counted from the begin, within a size.
Size position(Node &node, const Element &bound, Size size)
{
    Sizes &sizes = node.graph.sizes;
    graph::Builder &calculate = sizes.calculate();
    if (bound.is_number() && bound.value < 0) {
        return calculate.max(calculate.add(size, sizes.number(std::max(bound.value, -kSizeMax))), sizes.number(0));
    }
    if (!bound.is_number() && (bound.size == kOpenSize || calculate.range(bound.size).low < 0)) {
        return kOpenSize;
    }
    return calculate.min(node.graph.size_of(bound), size);
}

/// Positions from start up to end of a dimension.
accel_dim cut(Node &node, const accel_dim &dim, const Element &start, const Element &end, int64_t step)
{
    Sizes &sizes = node.graph.sizes;
    graph::Builder &calculate = sizes.calculate();
    const Size size = sizes.size(dim);
    const Size reach = calculate.sub(position(node, end, size), position(node, start, size));
    return sizes.dim(calculate.ceil_div(calculate.max(reach, sizes.number(0)), sizes.number(step)));
}

/// From the last place to the first, whatever the size.
bool is_turned(const SliceRequest &request, size_t i)
{
    const Element &start = request.starts[i], &end = request.ends[i];
    return request.steps[i] == -1 && start.is_number() && (start.value == -1 || start.value >= kSizeMax) && end.is_number() && end.value <= -kSizeMax;
}

/// Bounds that are open, or count from the end of what is open: they stay operands.
void slice_by_operands(Node &node, const SliceRequest &request)
{
    Dims dims = node.input(0).dims;
    for (size_t i = 0; i < request.axes.size(); ++i) {
        accel_dim &dim = dims[node.axis(request.axes[i], dims.size())];
        dim = is_turned(request, i) ? dim : cut(node, dim, request.starts[i], request.ends[i], request.steps[i]);
    }
    std::vector<ValueId> inputs = node.inputs();
    if (node.opset < 10) {
        std::vector<int64_t> starts, ends;
        for (size_t i = 0; i < request.axes.size(); ++i) {
            starts.push_back(request.starts[i].value);
            ends.push_back(request.ends[i].value);
        }
        inputs = {node.input_id(0), node.define_list(starts), node.define_list(ends), node.define_list(request.axes)};
    }
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    node.emit(ACCEL_OPERATION_SLICE, std::move(inputs), {y});
}

/// Do all bounds have places that are known, whatever the open sizes are?
bool has_plain_bounds(const Node &node, const SliceRequest &request)
{
    const Dims &x = node.input(0).dims;
    for (size_t i = 0; i < request.axes.size(); ++i) {
        const Element &start = request.starts[i];
        const Element &end = request.ends[i];
        if (!start.is_number() || !end.is_number()) {
            return false;
        }
        if (!is_fixed(x[node.axis(request.axes[i], x.size())]) && (start.value < 0 || end.value < 0 || request.steps[i] < 0)) {
            return false;
        }
    }
    return true;
}

/// For each axis the place of its bounds in the request.
std::vector<std::optional<size_t>> places_by_axis(Node &node, const SliceRequest &request)
{
    std::vector<std::optional<size_t>> by_axis(node.input(0).dims.size());
    for (size_t i = 0; i < request.axes.size(); ++i) {
        const uint32_t axis = node.axis(request.axes[i], by_axis.size());
        if (by_axis[axis]) {
            node.fail_corrupt("axis ", axis, " is given twice");
        }
        if (request.steps[i] == 0) {
            node.fail_corrupt("a step of 0");
        }
        if (request.steps[i] < 0 && !is_turned(request, i) && (!is_fixed(node.input(0).dims[axis]) || !request.starts[i].is_number() || !request.ends[i].is_number())) {
            node.fail_unsupported("a step of ", request.steps[i], " along a size or between bounds that are open; only steps forward");
        }
        by_axis[axis] = i;
    }
    return by_axis;
}

/// What is cut, in numbers, and what remains.
struct PlainSlice {
    Dims dims;
    std::vector<int64_t> axes = {}, starts = {}, ends = {}, steps = {};

    void add(size_t axis, int64_t start, int64_t end, int64_t step)
    {
        axes.push_back(static_cast<int64_t>(axis));
        starts.push_back(start);
        ends.push_back(end);
        steps.push_back(step);
    }
};

void cut_axis(Node &node, PlainSlice &plain, size_t axis, int64_t start, int64_t end, int64_t step)
{
    accel_dim &dim = plain.dims[axis];
    const int64_t stride = std::min(step, kSizeMax);
    if (!is_fixed(dim)) {
        if (start == 0 && end >= kSizeMax && step == 1) {
            return;
        }
        plain.add(axis, std::min(start, kSizeMax), std::min(end, kSizeMax), stride);
        dim = cut(node, dim, {plain.starts.back()}, {plain.ends.back()}, stride);
        return;
    }
    const Positions taken = positions(start, end, step, dim.size);
    plain.add(axis, std::max<int64_t>(taken.first, 0), taken.last < 0 ? -dim.size - 1 : taken.last, taken.step);
    dim = fixed_dim(taken.count());
}

}  // namespace

void slice(Node &node)
{
    node.expect_operands(node.opset < 10 ? 1 : 3, node.opset < 10 ? 1 : 5, 1, 1);
    node.expect_type(0, kMovedTypes);
    const SliceRequest request = read_slice(node);
    if (request.computed) {
        // Any axis may be cut.
        const ValueId y = node.define_output(0, node.input(0).type, Dims(node.input(0).dims.size(), open_dim()));
        node.emit(ACCEL_OPERATION_SLICE, node.inputs(), {y});
        return;
    }
    const std::vector<std::optional<size_t>> by_axis = places_by_axis(node, request);
    if (!has_plain_bounds(node, request)) {
        slice_by_operands(node, request);
        return;
    }
    PlainSlice plain{node.input(0).dims};
    for (size_t axis = 0; axis < by_axis.size(); ++axis) {
        if (by_axis[axis]) {
            const size_t i = *by_axis[axis];
            cut_axis(node, plain, axis, request.starts[i].value, request.ends[i].value, request.steps[i]);
        }
    }
    if (plain.axes.size() == 1 && fold_slice(node, plain.dims, static_cast<size_t>(plain.axes[0]), plain.starts[0], plain.steps[0])) {
        return;
    }
    const ValueId y = node.define_output(0, node.input(0).type, std::move(plain.dims));
    if (plain.axes.empty()) {
        node.emit(ACCEL_OPERATION_IDENTITY, {node.input_id(0)}, {y});
        return;
    }
    node.emit(ACCEL_OPERATION_SLICE, {node.input_id(0), node.define_list(plain.starts), node.define_list(plain.ends), node.define_list(plain.axes), node.define_list(plain.steps)}, {y});
}

}  // namespace accel::onnx::ops
