// SPDX-License-Identifier: MIT
#include "ops.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace accel::onnx::ops {

void transpose(Node& node) {
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, kMovedTypes);
    const Dims& x = node.input(0).dims;
    std::vector<int64_t> perm(x.size());
    std::iota(perm.rbegin(), perm.rend(), 0);
    perm = node.integers("perm").value_or(perm);
    std::vector<int64_t> sorted = perm;
    std::sort(sorted.begin(), sorted.end());
    std::vector<int64_t> ascending(x.size());
    std::iota(ascending.begin(), ascending.end(), 0);
    if (sorted != ascending) {
        node.fail_corrupt("perm is no permutation of ", x.size(), " axes");
    }
    Dims dims;
    for (const int64_t axis : perm) {
        dims.push_back(x[static_cast<size_t>(axis)]);
    }
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    AttributeList attributes;
    attributes.ints(ACCEL_ATTRIBUTE_PERM, perm);
    node.emit(ACCEL_OPERATION_TRANSPOSE, {node.input_id(0)}, {y}, std::move(attributes));
}

void concat(Node& node) {
    node.expect_operands(1, SIZE_MAX, 1, 1);
    auto given = node.integer("axis");
    if (!given && node.opset < 4) {
        given = 1;
    }
    if (!given) {
        node.fail_corrupt("attribute 'axis' is missing");
    }
    Dims dims = node.input(0).dims;
    const uint32_t axis = node.axis(*given, dims.size());
    node.expect_type(0, kMovedTypes);
    Sizes& sizes = node.graph.sizes;
    Size along = sizes.size(dims[axis]);
    for (size_t i = 1; i < node.input_count(); ++i) {
        node.expect_same_type(0, i);
        const Dims& next = node.input(i).dims;
        if (next.size() != dims.size()) {
            node.fail_corrupt("ranks ", dims.size(), " and ", next.size(), " differ");
        }
        for (size_t k = 0; k < dims.size(); ++k) {
            if (k == axis) {
                continue;
            }
            if (is_fixed(dims[k]) && is_fixed(next[k]) && dims[k].size != next[k].size) {
                node.fail_corrupt("shapes ", to_text(dims), " and ", to_text(next), " differ beside the axis");
            }
            if (!is_fixed(dims[k])) {
                dims[k] = next[k];
            }
        }
        along = sizes.calculate().add(along, sizes.size(next[axis]));
    }
    dims[axis] = sizes.dim(along);
    if (fold_concat(node)) {
        return;
    }
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    node.emit(ACCEL_OPERATION_CONCAT, node.inputs(), {y}, std::move(attributes));
}

namespace {

struct SliceRequest {
    std::vector<int64_t> starts;
    std::vector<int64_t> ends;
    std::vector<int64_t> axes;
    std::vector<int64_t> steps;
};

SliceRequest read_slice(Node& node) {
    SliceRequest request;
    std::optional<std::vector<int64_t>> axes;
    if (node.opset < 10) {
        const auto starts = node.integers("starts");
        const auto ends = node.integers("ends");
        if (!starts || !ends) {
            node.fail_corrupt("attributes 'starts' and 'ends' are missing");
        }
        request.starts = *starts;
        request.ends = *ends;
        axes = node.integers("axes");
    } else {
        request.starts = node.constant_integers(1, "starts");
        request.ends = node.constant_integers(2, "ends");
        if (node.has_input(3)) {
            axes = node.constant_integers(3, "axes");
        }
        if (node.has_input(4)) {
            request.steps = node.constant_integers(4, "steps");
        }
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

int64_t clamp_position(int64_t given, int64_t size) {
    return std::clamp<int64_t>(given < 0 ? given + size : given, 0, size);
}

/// Positions from start up to end of a dimension that is open.
accel_dim cut(Node& node, const accel_dim& dim, int64_t start, int64_t end, int64_t step) {
    Sizes& sizes = node.graph.sizes;
    graph::Builder& calculate = sizes.calculate();
    const Size size = sizes.size(dim);
    const Size first = calculate.min(sizes.number(start), size);
    const Size last = calculate.min(sizes.number(end), size);
    return sizes.dim(calculate.ceil_div(calculate.max(calculate.sub(last, first), sizes.number(0)), sizes.number(step)));
}

}  // namespace

void slice(Node& node) {
    node.expect_operands(node.opset < 10 ? 1 : 3, node.opset < 10 ? 1 : 5, 1, 1);
    node.expect_type(0, kMovedTypes);
    const SliceRequest request = read_slice(node);
    Dims dims = node.input(0).dims;
    std::vector<std::optional<std::array<int64_t, 3>>> by_axis(dims.size());
    for (size_t i = 0; i < request.axes.size(); ++i) {
        const uint32_t axis = node.axis(request.axes[i], dims.size());
        if (by_axis[axis]) {
            node.fail_corrupt("axis ", axis, " is given twice");
        }
        by_axis[axis] = {request.starts[i], request.ends[i], request.steps[i]};
    }
    std::vector<int64_t> axes, starts, ends, steps;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
        if (!by_axis[axis]) {
            continue;
        }
        const auto [start, end, step] = *by_axis[axis];
        if (step == 0) {
            node.fail_corrupt("a step of 0");
        }
        if (step < 0) {
            node.fail_unsupported("a step of ", step, "; only steps forward");
        }
        if (!is_fixed(dims[axis])) {
            if (start == 0 && end >= kSizeMax && step == 1) {
                continue;
            }
            if (start < 0 || end < 0) {
                node.fail_unsupported("cuts from the end of a dimension that is only known by name");
            }
            axes.push_back(static_cast<int64_t>(axis));
            starts.push_back(std::min(start, kSizeMax));
            ends.push_back(std::min(end, kSizeMax));
            steps.push_back(std::min(step, kSizeMax));
            dims[axis] = cut(node, dims[axis], starts.back(), ends.back(), steps.back());
            continue;
        }
        const int64_t size = dims[axis].size;
        const int64_t first = clamp_position(start, size);
        const int64_t last = std::max(first, clamp_position(end, size));
        const int64_t stride = std::min(step, kSizeMax);
        axes.push_back(static_cast<int64_t>(axis));
        starts.push_back(first);
        ends.push_back(last);
        steps.push_back(stride);
        dims[axis] = fixed_dim((last - first + stride - 1) / stride);
    }
    if (axes.size() == 1 && fold_slice(node, starts[0], ends[0], steps[0])) {
        return;
    }
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    if (axes.empty()) {
        node.emit(ACCEL_OPERATION_IDENTITY, {node.input_id(0)}, {y});
        return;
    }
    AttributeList attributes;
    attributes.ints(ACCEL_ATTRIBUTE_AXES, axes).ints(ACCEL_ATTRIBUTE_STARTS, starts).ints(ACCEL_ATTRIBUTE_ENDS, ends).ints(ACCEL_ATTRIBUTE_STEPS, steps);
    node.emit(ACCEL_OPERATION_SLICE, {node.input_id(0)}, {y}, std::move(attributes));
}

namespace {

/// Equal parts of a dimension that is open. Whether it divides is seen when it is known.
void split_evenly(Node& node, uint32_t axis, int64_t count, int64_t asked) {
    if (asked != count) {
        node.fail_corrupt(asked, " parts for ", count, " outputs");
    }
    const uint32_t type = node.input(0).type;
    Dims dims = node.input(0).dims;
    Sizes& sizes = node.graph.sizes;
    dims[axis] = sizes.dim(sizes.calculate().floor_div(sizes.size(dims[axis]), sizes.number(count)));
    std::vector<ValueId> outputs;
    for (int64_t i = 0; i < count; ++i) {
        outputs.push_back(node.define_output(static_cast<size_t>(i), type, dims));
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    node.emit(ACCEL_OPERATION_SPLIT, {node.input_id(0)}, std::move(outputs), std::move(attributes));
}

}  // namespace

void split(Node& node) {
    const bool has_operand = node.opset >= 13 || node.opset < 2;
    node.expect_operands(1, has_operand ? 2 : 1, 1, SIZE_MAX);
    node.expect_type(0, kMovedTypes);
    const Dims x = node.input(0).dims;
    const uint32_t type = node.input(0).type;
    const uint32_t axis = node.axis(node.integer("axis", 0), x.size());
    const auto count = static_cast<int64_t>(node.output_count());
    std::optional<std::vector<int64_t>> sizes = node.opset < 13 ? node.integers("split") : std::nullopt;
    if (has_operand && node.has_input(1)) {
        sizes = node.constant_integers(1, "split");
    }
    const int64_t asked = node.opset >= 18 ? node.integer("num_outputs", count) : count;
    if (!is_fixed(x[axis]) && !sizes) {
        split_evenly(node, axis, count, asked);
        return;
    }
    const int64_t size = is_fixed(x[axis]) ? x[axis].size : kSizeMax;
    if (!sizes) {
        const int64_t piece = (size + count - 1) / count;
        sizes.emplace(static_cast<size_t>(count), piece);
        sizes->back() = size - piece * (count - 1);
        if (node.opset < 18 && size % count != 0) {
            node.fail_corrupt(size, " does not split into ", count, " equal parts");
        }
    }
    int64_t sum = 0;
    for (const int64_t part : *sizes) {
        if (part < 0 || part > size || __builtin_add_overflow(sum, part, &sum)) {
            node.fail_corrupt("a part of ", part, " out of ", size);
        }
    }
    if ((is_fixed(x[axis]) && sum != size) || static_cast<int64_t>(sizes->size()) != count || asked != count) {
        node.fail_corrupt(sizes->size(), " parts of together ", sum, " for ", count, " outputs of together ", size);
    }
    std::vector<ValueId> outputs;
    for (size_t i = 0; i < sizes->size(); ++i) {
        Dims dims = x;
        dims[axis] = fixed_dim((*sizes)[i]);
        outputs.push_back(node.define_output(i, type, std::move(dims)));
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis).ints(ACCEL_ATTRIBUTE_SPLIT, *sizes);
    node.emit(ACCEL_OPERATION_SPLIT, {node.input_id(0)}, std::move(outputs), std::move(attributes));
}

namespace {

/// Pads of all axes: begins, then ends. Since opset 18 they may be given for some axes only.
std::vector<int64_t> read_pads(Node& node, size_t rank) {
    std::vector<int64_t> given;
    if (node.opset < 11) {
        given = node.integers(node.opset < 2 ? "paddings" : "pads").value_or(std::vector<int64_t>{});
    } else {
        given = node.constant_integers(1, "pads");
    }
    std::vector<int64_t> axes(rank);
    std::iota(axes.begin(), axes.end(), 0);
    if (node.has_input(3)) {
        axes = node.constant_integers(3, "axes");
    }
    if (given.size() != 2 * axes.size()) {
        node.fail_corrupt("pads has ", given.size(), " values for ", axes.size(), " axes");
    }
    std::vector<int64_t> pads(2 * rank, 0);
    for (size_t i = 0; i < axes.size(); ++i) {
        const uint32_t axis = node.axis(axes[i], rank);
        pads[axis] = given[i];
        pads[rank + axis] = given[axes.size() + i];
    }
    return pads;
}

/// As stored; settle_quantization makes it real where the tensor turns out to be quantised.
float read_pad_value(Node& node) {
    if (node.opset < 11) {
        return node.real("value", 0.0f);
    }
    if (!node.has_input(2)) {
        return 0.0f;
    }
    return node.input(0).type == ACCEL_TYPE_F32 ? node.constant_real(2, "value") : node.constant_byte(2, "value");
}

}  // namespace

void pad(Node& node) {
    node.expect_operands(node.opset < 11 ? 1 : 2, node.opset < 11 ? 1 : node.opset < 18 ? 3 : 4, 1, 1);
    node.expect_type(0, kPooledTypes);
    const std::string mode = node.string("mode").value_or("constant");
    if (mode != "constant") {
        node.fail_unsupported("mode '", mode, "'; only constant");
    }
    Dims dims = node.input(0).dims;
    const size_t rank = dims.size();
    const std::vector<int64_t> pads = read_pads(node, rank);
    for (size_t axis = 0; axis < rank; ++axis) {
        const int64_t begin = pads[axis];
        const int64_t end = pads[rank + axis];
        if (begin < 0 || end < 0) {
            node.fail_unsupported("negative pads");
        }
        if (begin > kSizeMax || end > kSizeMax) {
            node.fail_corrupt("pads ", begin, " and ", end);
        }
        Sizes& sizes = node.graph.sizes;
        dims[axis] = sizes.dim(sizes.calculate().add(sizes.size(dims[axis]), sizes.number(begin + end)));
    }
    const float value = read_pad_value(node);
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    AttributeList attributes;
    attributes.ints(ACCEL_ATTRIBUTE_PADS, pads).real(ACCEL_ATTRIBUTE_VALUE, value);
    node.emit(ACCEL_OPERATION_PAD, {node.input_id(0)}, {y}, std::move(attributes));
}

namespace {

/// Indices may count from the end; constant ones are made to count from the begin, and are checked.
ValueId resolve_indices(Node& node, const accel_dim& along) {
    const ValueId id = node.input_id(1);
    const auto indices = integers_of(node.input(1));
    if (!indices || !is_fixed(along)) {
        return id;
    }
    std::vector<Element> resolved;
    bool changed = false;
    for (const int64_t index : *indices) {
        if (index < -along.size || index >= along.size) {
            node.fail_corrupt("index ", index, " lies outside of ", along.size);
        }
        changed = changed || index < 0;
        resolved.push_back({index < 0 ? index + along.size : index});
    }
    if (!changed) {
        return id;
    }
    Value value;
    value.type = node.input(1).type;
    value.data_type = node.input(1).data_type;
    value.dims = node.input(1).dims;
    value.elements = std::move(resolved);
    return node.graph.add(std::move(value));
}

}  // namespace

void gather(Node& node) {
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kMovedTypes);
    node.expect_type(1, type_set({ACCEL_TYPE_I32, ACCEL_TYPE_I64}));
    node.expect_rank(0, 1);
    const Dims& x = node.input(0).dims;
    const uint32_t axis = node.axis(node.integer("axis", 0), x.size());
    if (fold_gather(node)) {
        return;
    }
    Dims dims(x.begin(), x.begin() + axis);
    dims.insert(dims.end(), node.input(1).dims.begin(), node.input(1).dims.end());
    dims.insert(dims.end(), x.begin() + axis + 1, x.end());
    const ValueId indices = resolve_indices(node, x[axis]);
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    node.emit(ACCEL_OPERATION_GATHER, {node.input_id(0), indices}, {y}, std::move(attributes));
}

}  // namespace accel::onnx::ops
