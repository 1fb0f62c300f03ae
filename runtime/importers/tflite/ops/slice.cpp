// SPDX-License-Identifier: MIT
// Translators of operations that take a part of a tensor, or put something around it.
#include "ops.h"

#include <algorithm>
#include <numeric>

namespace accel::tflite::ops {
namespace {

constexpr int64_t kGatheredMax = int64_t{1} << 20;
constexpr int64_t kBoundMax = int64_t{1} << 40;

/// A value of the same elements' meaning as x.
ValueId like(Node &node, ValueId x, Sizes sizes)
{
    Emitter &emitter = node.emitter();
    return emitter.result(emitter.value(x).type, std::move(sizes), emitter.value(x).quantization);
}

/// Along one axis: from begin so many, a step apart.
struct Range {
    int64_t begin = 0, count = 0, step = 1;
};

/// Ranges of all axes, in the file's order; a range that begins and goes on as its axis does is left out.
ValueId sliced(Node &node, Order order, const std::vector<Range> &ranges)
{
    const ValueId x = node.moved(0, order);
    Sizes starts, ends, axes, steps, to = node.emitter().sizes(x);
    for (size_t i = 0; i < ranges.size(); ++i) {
        const Range &range = ranges[i];
        const int64_t axis = ranges.size() == 4 ? axis_in(order, static_cast<int64_t>(i)) : static_cast<int64_t>(i);
        int64_t &size = to[static_cast<size_t>(axis)];
        if (range.begin == 0 && range.count == size && range.step == 1) {
            continue;
        }
        const int64_t end = range.begin + range.count * range.step;
        starts.push_back(range.begin);
        // In front of the first element is, counted from behind, beyond it.
        ends.push_back(end < 0 ? -size - 1 : std::min(end, size));
        axes.push_back(axis);
        steps.push_back(range.step);
        size = range.count;
    }
    if (axes.empty()) {
        return x;
    }
    Emitter &emitter = node.emitter();
    const ValueId y = like(node, x, std::move(to));
    emitter.push(ACCEL_OPERATION_SLICE, {x, emitter.list(starts), emitter.list(ends), emitter.list(axes), emitter.list(steps)}, {y});
    return y;
}

}  // namespace

ValueId gathered(Node &node, ValueId x, uint32_t axis, const std::vector<int64_t> &places)
{
    Emitter &emitter = node.emitter();
    Sizes to = emitter.sizes(x);
    to[axis] = static_cast<int64_t>(places.size());
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    const ValueId y = like(node, x, std::move(to));
    emitter.push(ACCEL_OPERATION_GATHER, {x, emitter.list(places)}, {y}, std::move(attributes));
    return y;
}

/// Operands: x, begins, sizes, of which -1 goes to the end.
void slice(Node &node)
{
    node.expect_operands(3, 3);
    const Sizes &x = node.sizes(0);
    const Sizes begins = node.integers(1, "begin"), sizes = node.integers(2, "size");
    if (begins.size() != x.size() || sizes.size() != x.size()) {
        node.fail_corrupt(begins.size(), " begins and ", sizes.size(), " sizes for ", x.size(), " axes");
    }
    std::vector<Range> ranges;
    for (size_t i = 0; i < x.size(); ++i) {
        const int64_t size = sizes[i] == -1 ? x[i] - begins[i] : sizes[i];
        if (begins[i] < 0 || begins[i] > x[i] || size < 0 || size > x[i] - begins[i]) {
            node.fail_corrupt("elements ", begins[i], " + ", sizes[i], " of an axis of ", x[i]);
        }
        ranges.push_back({begins[i], size, 1});
    }
    const Order order = node.order();
    node.define_in(order, sliced(node, order, ranges));
}

namespace {

/// One entry of begins, ends and steps as a range of an axis.
Range range_of(const Node &node, int64_t size, int64_t begin, int64_t end, int64_t step, bool from_first, bool to_last)
{
    if (step == 0 || step < -importer::kSizeMax || step > importer::kSizeMax) {
        node.fail_corrupt("a step of ", step);
    }
    const int64_t lowest = step > 0 ? 0 : -1, highest = step > 0 ? size : size - 1;
    const auto bound = [&](int64_t value) { return std::clamp(value < 0 ? value + size : value, lowest, highest); };
    const int64_t first = from_first ? (step > 0 ? lowest : highest) : bound(begin);
    const int64_t last = to_last ? (step > 0 ? highest : lowest) : bound(end);
    const int64_t span = step > 0 ? last - first : first - last, stride = step > 0 ? step : -step;
    return {first, span <= 0 ? 0 : (span + stride - 1) / stride, step};
}

struct Spec {
    std::vector<Range> ranges;
    Sizes to;  ///< of the result, with axes taken out and put in
};

/// Begins, ends and steps with their masks, of which bit i is about entry i.
Spec spec_of(const Node &node, const Sizes &x)
{
    const Sizes begins = node.integers(1, "begin"), ends = node.integers(2, "end"), steps = node.integers(3, "strides");
    const auto &options = node.options<schema::StridedSliceOptions>();
    const auto has = [](int32_t mask, size_t entry) { return (static_cast<uint32_t>(mask) >> entry & 1) != 0; };
    if (begins.size() != ends.size() || begins.size() != steps.size() || begins.size() > 16) {
        node.fail_corrupt(begins.size(), " begins, ", ends.size(), " ends and ", steps.size(), " strides");
    }
    for (const Sizes *list : {&begins, &ends}) {
        for (const int64_t value : *list) {
            if (value < -kBoundMax || value > kBoundMax) {
                node.fail_corrupt("a bound of ", value);
            }
        }
    }
    size_t entries = 0;  // that stand for an axis
    for (size_t i = 0; i < begins.size(); ++i) {
        entries += has(options.ellipsis_mask(), i) || has(options.new_axis_mask(), i) ? 0 : 1;
    }
    if (entries > x.size()) {
        node.fail_corrupt(entries, " entries for ", x.size(), " axes");
    }
    Spec out;
    const auto whole = [&] {
        const int64_t size = x[out.ranges.size()];
        out.ranges.push_back({0, size, 1});
        out.to.push_back(size);
    };
    bool open = true;
    for (size_t i = 0; i < begins.size(); ++i) {
        if (has(options.ellipsis_mask(), i)) {
            for (size_t left = x.size() - entries; open && left > 0; --left) {
                whole();
            }
            open = false;
        } else if (has(options.new_axis_mask(), i)) {
            out.to.push_back(1);
        } else if (has(options.shrink_axis_mask(), i)) {
            const int64_t size = x[out.ranges.size()], at = begins[i] < 0 ? begins[i] + size : begins[i];
            if (at < 0 || at >= size) {
                node.fail_corrupt("element ", begins[i], " of an axis of ", size);
            }
            out.ranges.push_back({at, 1, 1});
        } else {
            const int64_t end = options.offset() ? begins[i] + ends[i] : ends[i];
            out.ranges.push_back(range_of(node, x[out.ranges.size()], begins[i], end, steps[i], has(options.begin_mask(), i), has(options.end_mask(), i)));
            out.to.push_back(out.ranges.back().count);
        }
    }
    while (out.ranges.size() < x.size()) {
        whole();
    }
    return out;
}

}  // namespace

void strided_slice(Node &node)
{
    node.expect_operands(4, 4);
    const Spec spec = spec_of(node, node.sizes(0));
    Sizes part;
    for (const Range &range : spec.ranges) {
        part.push_back(range.count);
    }
    if (spec.to == part) {
        const Order order = node.order();
        node.define_in(order, sliced(node, order, spec.ranges));
        return;
    }
    node.define(0, Order::kFile, node.emitter().reshaped(sliced(node, Order::kFile, spec.ranges), spec.to));
}

namespace {

/// Before and behind each axis, in the file's order.
std::vector<std::pair<int64_t, int64_t>> pads_of(const Node &node)
{
    const Sizes &x = node.sizes(0);
    const Sizes given = node.integers(1, "paddings");
    if (given.size() != 2 * x.size()) {
        node.fail_corrupt(given.size(), " paddings for ", x.size(), " axes");
    }
    std::vector<std::pair<int64_t, int64_t>> out;
    for (size_t i = 0; i < x.size(); ++i) {
        out.emplace_back(given[2 * i], given[2 * i + 1]);
        if (given[2 * i] < 0 || given[2 * i + 1] < 0 || given[2 * i] > importer::kSizeMax || given[2 * i + 1] > importer::kSizeMax) {
            node.fail_corrupt("paddings ", given[2 * i], " and ", given[2 * i + 1]);
        }
    }
    return out;
}

/// The catalog pads with a real number, also what is stored.
ValueId pad_value(Node &node)
{
    return node.has_input(2) ? node.emitter().reshaped(node.value(2), {}) : node.emitter().real(0);
}

}  // namespace

/// Operands: x, pads, and of PADV2 the value.
void pad(Node &node)
{
    node.expect_operands(2, 3);
    const auto pads = pads_of(node);
    const Order order = node.order();
    const ValueId x = node.moved(0, order);
    Sizes to = node.emitter().sizes(x), list(2 * to.size());
    for (size_t i = 0; i < pads.size(); ++i) {
        const auto axis = static_cast<size_t>(pads.size() == 4 ? axis_in(order, static_cast<int64_t>(i)) : static_cast<int64_t>(i));
        to[axis] += pads[i].first + pads[i].second;
        list[axis] = pads[i].first;
        list[pads.size() + axis] = pads[i].second;
    }
    const uint32_t type = node.emitter().value(x).type;
    if (type != ACCEL_TYPE_F32 && !is_byte(type)) {
        node.fail_unsupported("pads around elements that are neither real nor bytes");
    }
    const ValueId value = pad_value(node);
    if (node.emitter().value(value).type != ACCEL_TYPE_F32) {
        node.fail_unsupported("a padding value that is not real");
    }
    const ValueId y = like(node, x, std::move(to));
    node.emitter().push(ACCEL_OPERATION_PAD, {x, node.emitter().list(list), value}, {y});
    node.define_in(order, y);
}

/// Elements are gathered, axis by axis: around the edge, or with it.
void mirror_pad(Node &node)
{
    node.expect_operands(2, 2);
    const auto pads = pads_of(node);
    const int64_t edge = node.options<schema::MirrorPadOptions>().mode() == schema::MirrorPadMode::REFLECT ? 1 : 0;
    const Order order = node.order();
    ValueId y = node.moved(0, order);
    for (size_t i = 0; i < pads.size(); ++i) {
        const int64_t size = node.sizes(0)[i];
        const auto [before, behind] = pads[i];
        if (before > size - edge || behind > size - edge) {
            node.fail_corrupt("paddings ", before, " and ", behind, " of a mirrored axis of ", size);
        }
        if (before + behind == 0) {
            continue;
        }
        if (size + before + behind > kGatheredMax) {
            node.fail_unsupported("a mirrored axis of more than ", kGatheredMax, " elements");
        }
        Sizes places;
        for (int64_t at = -before; at < size + behind; ++at) {
            places.push_back(at < 0 ? -at - 1 + edge : at >= size ? 2 * size - 1 - at - edge
                                                                  : at);
        }
        y = gathered(node, y, static_cast<uint32_t>(pads.size() == 4 ? axis_in(order, static_cast<int64_t>(i)) : static_cast<int64_t>(i)), places);
    }
    node.define_in(order, y);
}

/// Operands: x, axes.
void reverse(Node &node)
{
    node.expect_operands(2, 2);
    const Sizes &x = node.sizes(0);
    std::vector<Range> ranges;
    for (const int64_t size : x) {
        ranges.push_back({0, size, 1});
    }
    for (const int64_t given : node.integers(1, "axes")) {
        const uint32_t axis = node.axis(given, x.size());
        ranges[axis] = {std::max<int64_t>(x[axis] - 1, 0), x[axis], -1};
    }
    const Order order = node.order();
    node.define_in(order, sliced(node, order, ranges));
}

}  // namespace accel::tflite::ops
