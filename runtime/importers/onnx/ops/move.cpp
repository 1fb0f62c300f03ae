// SPDX-License-Identifier: MIT
// Translators of operators that move, cut, join, choose and pad elements.
#include "ops.h"

#include <algorithm>
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
    std::vector<Element> starts;
    std::vector<Element> ends;
    std::vector<int64_t> axes;
    std::vector<int64_t> steps;
};

std::vector<Element> numbers(const std::vector<int64_t>& values) {
    std::vector<Element> elements;
    for (const int64_t value : values) {
        elements.push_back({value});
    }
    return elements;
}

/// Bounds that an operand holds, open where they are computed.
std::vector<Element> read_bounds(Node& node, size_t index, const char* what) {
    const Value& value = node.input(index);
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

SliceRequest read_slice(Node& node) {
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

/// A bound counted from the begin, within a size.
Size position(Node& node, const Element& bound, Size size) {
    Sizes& sizes = node.graph.sizes;
    graph::Builder& calculate = sizes.calculate();
    if (bound.is_number() && bound.value < 0) {
        return calculate.max(calculate.add(size, sizes.number(std::max(bound.value, -kSizeMax))), sizes.number(0));
    }
    if (!bound.is_number() && (bound.size == kOpenSize || calculate.range(bound.size).low < 0)) {
        return kOpenSize;
    }
    return calculate.min(node.graph.size_of(bound), size);
}

/// Positions from start up to end of a dimension.
accel_dim cut(Node& node, const accel_dim& dim, const Element& start, const Element& end, int64_t step) {
    Sizes& sizes = node.graph.sizes;
    graph::Builder& calculate = sizes.calculate();
    const Size size = sizes.size(dim);
    const Size reach = calculate.sub(position(node, end, size), position(node, start, size));
    return sizes.dim(calculate.ceil_div(calculate.max(reach, sizes.number(0)), sizes.number(step)));
}

/// Bounds that are open, or count from the end of what is open: they stay operands.
void slice_by_operands(Node& node, const SliceRequest& request) {
    Dims dims = node.input(0).dims;
    for (size_t i = 0; i < request.axes.size(); ++i) {
        accel_dim& dim = dims[node.axis(request.axes[i], dims.size())];
        dim = cut(node, dim, request.starts[i], request.ends[i], request.steps[i]);
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
bool has_plain_bounds(const Node& node, const SliceRequest& request) {
    const Dims& x = node.input(0).dims;
    for (size_t i = 0; i < request.axes.size(); ++i) {
        const Element& start = request.starts[i];
        const Element& end = request.ends[i];
        if (!start.is_number() || !end.is_number()) {
            return false;
        }
        if (!is_fixed(x[node.axis(request.axes[i], x.size())]) && (start.value < 0 || end.value < 0)) {
            return false;
        }
    }
    return true;
}

}  // namespace

void slice(Node& node) {
    node.expect_operands(node.opset < 10 ? 1 : 3, node.opset < 10 ? 1 : 5, 1, 1);
    node.expect_type(0, kMovedTypes);
    const SliceRequest request = read_slice(node);
    Dims dims = node.input(0).dims;
    std::vector<std::optional<size_t>> by_axis(dims.size());
    for (size_t i = 0; i < request.axes.size(); ++i) {
        const uint32_t axis = node.axis(request.axes[i], dims.size());
        if (by_axis[axis]) {
            node.fail_corrupt("axis ", axis, " is given twice");
        }
        if (request.steps[i] == 0) {
            node.fail_corrupt("a step of 0");
        }
        if (request.steps[i] < 0) {
            node.fail_unsupported("a step of ", request.steps[i], "; only steps forward");
        }
        by_axis[axis] = i;
    }
    if (!has_plain_bounds(node, request)) {
        slice_by_operands(node, request);
        return;
    }
    std::vector<int64_t> axes, starts, ends, steps;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
        if (!by_axis[axis]) {
            continue;
        }
        const int64_t start = request.starts[*by_axis[axis]].value;
        const int64_t end = request.ends[*by_axis[axis]].value;
        const int64_t step = request.steps[*by_axis[axis]];
        if (!is_fixed(dims[axis])) {
            if (start == 0 && end >= kSizeMax && step == 1) {
                continue;
            }
            axes.push_back(static_cast<int64_t>(axis));
            starts.push_back(std::min(start, kSizeMax));
            ends.push_back(std::min(end, kSizeMax));
            steps.push_back(std::min(step, kSizeMax));
            dims[axis] = cut(node, dims[axis], {starts.back()}, {ends.back()}, steps.back());
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
    node.emit(ACCEL_OPERATION_SLICE, {node.input_id(0), node.define_list(starts), node.define_list(ends), node.define_list(axes), node.define_list(steps)}, {y});
}

namespace {

/// Parts whose sizes are open: they stay an operand.
void split_by_operand(Node& node, uint32_t axis) {
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    const std::optional<Dims> parts = sizes_operand(node, 1);
    if (!parts || parts->size() != node.output_count()) {
        node.fail_unsupported("split '", node.input(1).name, "' is computed, and so is the number of parts");
    }
    const uint32_t type = node.input(0).type;
    Dims dims = node.input(0).dims;
    std::vector<ValueId> outputs;
    for (size_t i = 0; i < parts->size(); ++i) {
        dims[axis] = (*parts)[i];
        outputs.push_back(node.define_output(i, type, dims));
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    node.emit(ACCEL_OPERATION_SPLIT, {node.input_id(0), node.input_id(1)}, std::move(outputs), std::move(attributes));
}

/// Equal parts of a dimension that is open; since opset 18 the last one may be smaller. Whether it divides is seen when it is known.
void split_evenly(Node& node, uint32_t axis, int64_t count, int64_t asked) {
    if (asked != count) {
        node.fail_corrupt(asked, " parts for ", count, " outputs");
    }
    const uint32_t type = node.input(0).type;
    Dims dims = node.input(0).dims;
    Sizes& sizes = node.graph.sizes;
    const Size whole = sizes.size(dims[axis]);
    const bool uneven = node.opset >= 18;
    const Size part = uneven ? sizes.calculate().ceil_div(whole, sizes.number(count)) : sizes.calculate().floor_div(whole, sizes.number(count));
    const Size last = uneven ? sizes.calculate().sub(whole, sizes.calculate().mul(part, sizes.number(count - 1))) : part;
    std::vector<ValueId> outputs;
    for (int64_t i = 0; i < count; ++i) {
        dims[axis] = sizes.dim(i + 1 < count ? part : last);
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
    if (has_operand && node.has_input(1) && !integers_of(node.input(1))) {
        split_by_operand(node, axis);
        return;
    }
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
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    node.emit(ACCEL_OPERATION_SPLIT, {node.input_id(0), node.define_list(*sizes)}, std::move(outputs), std::move(attributes));
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

/// Of stored values as stored; settle_quantization makes it real where the tensor turns out to be quantised.
ValueId pad_value(Node& node) {
    if (node.opset < 11 || !node.has_input(2)) {
        return node.define_real(node.opset < 11 ? node.real("value", 0.0f) : 0.0f);
    }
    return node.input(0).type == ACCEL_TYPE_F32 ? node.real_operand(2, "value") : node.define_real(node.constant_byte(2, "value"));
}

/// Pads that are open: they stay an operand.
void pad_by_operand(Node& node) {
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    if (node.has_input(3)) {
        node.fail_unsupported("pads '", node.input(1).name, "' that are computed, of some axes only");
    }
    Dims dims = node.input(0).dims;
    const size_t rank = dims.size();
    if (!same(node.input(1).dims, Dims{fixed_dim(static_cast<int64_t>(2 * rank))})) {
        node.fail_corrupt("pads has ", to_text(node.input(1).dims), " values for ", rank, " axes");
    }
    const auto elements = elements_of(node.input(1));
    Sizes& sizes = node.graph.sizes;
    for (size_t axis = 0; axis < rank; ++axis) {
        const Size added = elements ? sizes.calculate().add(node.graph.size_of((*elements)[axis]), node.graph.size_of((*elements)[rank + axis])) : kOpenSize;
        dims[axis] = sizes.dim(sizes.calculate().add(sizes.size(dims[axis]), added));
    }
    const ValueId value = pad_value(node);
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    node.emit(ACCEL_OPERATION_PAD, {node.input_id(0), node.input_id(1), value}, {y});
}

}  // namespace

void pad(Node& node) {
    node.expect_operands(node.opset < 11 ? 1 : 2, node.opset < 11 ? 1 : node.opset < 18 ? 3 : 4, 1, 1);
    node.expect_type(0, kPooledTypes);
    const std::string mode = node.string("mode").value_or("constant");
    if (mode != "constant") {
        node.fail_unsupported("mode '", mode, "'; only constant");
    }
    if (node.opset >= 11 && !integers_of(node.input(1))) {
        pad_by_operand(node);
        return;
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
    const ValueId value = pad_value(node);
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    node.emit(ACCEL_OPERATION_PAD, {node.input_id(0), node.define_list(pads), value}, {y});
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
