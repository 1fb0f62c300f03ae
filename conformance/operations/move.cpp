// SPDX-License-Identifier: MIT
// Operations that move stored elements: every output names the element that it must hold.
#include <algorithm>
#include <numeric>
#include <random>

#include "../support/operation.h"
#include "makers.h"

namespace accel::conformance {
namespace {

size_t bytes_of(accel_type type) { return type == ACCEL_TYPE_I64 ? 8 : type == ACCEL_TYPE_F32 || type == ACCEL_TYPE_I32 ? 4 : 1; }

constexpr size_t kFilled = SIZE_MAX;  ///< no element of x: the value that PAD fills in

/// The elements of x at `sources`.
std::vector<char> picked(accel_type type, const std::vector<char> &x, const std::vector<size_t> &sources, const std::vector<char> &filler = {})
{
    const size_t bytes = bytes_of(type);
    std::vector<char> y;
    y.reserve(sources.size() * bytes);
    for (const size_t source : sources) {
        const auto from = source == kFilled ? filler.begin() : x.begin() + static_cast<std::ptrdiff_t>(source * bytes);
        y.insert(y.end(), from, from + static_cast<std::ptrdiff_t>(bytes));
    }
    return y;
}

/// y = operation(x), where source_of tells for each index of y the position in x that it comes from.
template <class Source> Probe moved(const Subject &subject, Draw &draw, const Dims &x_dims, const Dims &y_dims, const GraphBuilder::Attributes &attributes, const Source &source_of)
{
    const auto quantization = quantization_of(subject, draw);
    Probe probe;
    const uint32_t x = probe.graph.input("x", subject.type, x_dims, quantization), y = probe.graph.tensor("y", subject.type, y_dims, quantization);
    probe.graph.node(subject.operation, {x}, {y}, attributes);
    probe.graph.output(y);
    probe.about = shape_text(x_dims) + " to " + shape_text(y_dims);
    probe.inputs = {draw.elements(subject.type, element_count(x_dims))};
    std::vector<size_t> sources;
    for_each_index(y_dims, [&](const Dims &index) { sources.push_back(source_of(index)); });
    probe.expect = [type = subject.type, y_dims, sources, given = probe.inputs[0]] { return std::vector{Expected::exactly(type, y_dims, picked(type, given, sources))}; };
    return probe;
}

}  // namespace

Probe probe_identity(const Subject &subject, Draw &draw)
{
    const Dims dims = draw.dims();
    return moved(subject, draw, dims, dims, {}, [&](const Dims &index) { return position_of(dims, index); });
}

Probe probe_reshape(const Subject &subject, Draw &draw)
{
    const Dims x = draw.dims(2);
    Dims y = x;
    std::shuffle(y.begin(), y.end(), std::minstd_rand(draw.random.next()));
    if (draw.even()) y = {x[0], static_cast<int64_t>(element_count(x)) / x[0]};
    else if (draw.coin()) {
        y[0] *= y[1];
        y.erase(y.begin() + 1);
    }
    return moved(subject, draw, x, y, {{}, {}, {{ACCEL_OPERAND_RESHAPE_SHAPE, y}}}, [&](const Dims &index) { return position_of(y, index); });
}

Probe probe_transpose(const Subject &subject, Draw &draw)
{
    const Dims x = draw.dims(2);
    Dims perm(x.size());
    std::iota(perm.begin(), perm.end(), 0);
    if (draw.even()) perm = draw.plain() ? Dims{0, 2, 3, 1} : Dims{0, 3, 1, 2};
    else std::shuffle(perm.begin(), perm.end(), std::minstd_rand(draw.random.next()));
    Dims y;
    for (const int64_t axis : perm) y.push_back(x[static_cast<size_t>(axis)]);
    return moved(subject, draw, x, y, {{{ACCEL_ATTRIBUTE_PERM, perm}}, {}}, [&](const Dims &index) {
        Dims source(x.size());
        for (size_t axis = 0; axis < perm.size(); ++axis) source[static_cast<size_t>(perm[axis])] = index[axis];
        return position_of(x, source);
    });
}

Probe probe_slice(const Subject &subject, Draw &draw)
{
    const Dims x = draw.dims();
    Dims y = x, axes, starts, ends, steps, first(x.size(), 0), stride(x.size(), 1);
    for (size_t axis = 0; axis < x.size(); ++axis) {
        const bool last = axis + 1 == x.size();
        if (draw.even() ? axis != 1 : draw.coin() && !(last && axes.empty())) continue;
        const int64_t start = draw.even() ? x[axis] / 4 : draw.size(0, static_cast<int>(x[axis]) - 1), step = draw.even() || draw.coin() ? 1 : draw.size(2, 3);
        const int64_t end = draw.even() ? x[axis] / 2 + 1 : draw.size(static_cast<int>(start) + 1, static_cast<int>(x[axis]));
        axes.push_back(static_cast<int64_t>(axis)), starts.push_back(start), ends.push_back(end), steps.push_back(step);
        first[axis] = start, stride[axis] = step, y[axis] = (end - start + step - 1) / step;
    }
    const GraphBuilder::Attributes attributes{
        {}, {}, {{ACCEL_OPERAND_SLICE_STARTS, starts}, {ACCEL_OPERAND_SLICE_ENDS, ends}, {ACCEL_OPERAND_SLICE_AXES, axes}, {ACCEL_OPERAND_SLICE_STEPS, steps}}};
    return moved(subject, draw, x, y, attributes, [&](const Dims &index) {
        Dims source = index;
        for (size_t axis = 0; axis < x.size(); ++axis) source[axis] = first[axis] + index[axis] * stride[axis];
        return position_of(x, source);
    });
}

Probe probe_pad(const Subject &subject, Draw &draw)
{
    const Dims x = draw.dims();
    const size_t rank = x.size();
    Dims pads(2 * rank), y = x;
    for (size_t axis = 0; axis < rank; ++axis) {
        const bool padded = draw.even() ? axis >= 2 : draw.coin();
        pads[axis] = padded ? draw.size(0, 3) : 0, pads[rank + axis] = padded ? draw.size(0, 3) : 0;
        y[axis] += pads[axis] + pads[rank + axis];
    }
    const auto quantization = quantization_of(subject, draw);
    // Of stored bytes the padding is the real 0; of F32 it may be any value.
    const float value = subject.type == ACCEL_TYPE_F32 && draw.coin() ? static_cast<float>(draw.random.whole(-9, 9)) : 0;
    GraphBuilder::Attributes attributes{{}, {}, {{ACCEL_OPERAND_PAD_PADS, pads}}};
    if (value != 0) attributes.reals = {{ACCEL_OPERAND_PAD_VALUE, value}};
    auto probe = Probe{"", unary_graph(ACCEL_OPERATION_PAD, x, y, attributes, subject.type, quantization), {draw.elements(subject.type, element_count(x))}, {}};
    probe.about = shape_text(x) + " to " + shape_text(y) + ", value " + std::to_string(value);
    std::vector<size_t> sources;
    for_each_index(y, [&](const Dims &index) {
        Dims source = index;
        bool inside = true;
        for (size_t axis = 0; axis < rank; ++axis) {
            source[axis] -= pads[axis];
            inside = inside && source[axis] >= 0 && source[axis] < x[axis];
        }
        sources.push_back(inside ? position_of(x, source) : kFilled);
    });
    const auto filler = subject.type == ACCEL_TYPE_F32 ? to_bytes(std::vector<float>{value}) : std::vector<char>{static_cast<char>(quantization.zero_points[0])};
    probe.expect = [type = subject.type, y, sources, filler, given = probe.inputs[0]] { return std::vector{Expected::exactly(type, y, picked(type, given, sources, filler))}; };
    return probe;
}

Probe probe_concat(const Subject &subject, Draw &draw)
{
    Dims y = draw.dims();
    const size_t axis = draw.even() ? 1 : draw.random.next() % y.size(), operands = draw.even() ? 2 : static_cast<size_t>(draw.size(1, 5));
    const auto quantization = quantization_of(subject, draw);
    Probe probe;
    std::vector<uint32_t> parts;
    Dims begins{0};
    for (size_t part = 0; part < operands; ++part) {
        Dims dims = y;
        dims[axis] = draw.even() ? y[axis] : draw.size(1, 9);
        const std::string name = std::string("x").append(std::to_string(part));
        parts.push_back(probe.graph.input(name.c_str(), subject.type, dims, quantization));
        probe.inputs.push_back(draw.elements(subject.type, element_count(dims)));
        begins.push_back(begins.back() + dims[axis]);
    }
    y[axis] = begins.back();
    const uint32_t out = probe.graph.tensor("y", subject.type, y, quantization);
    probe.graph.node(ACCEL_OPERATION_CONCAT, parts, {out}, {{{ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(axis)}}}, {}});
    probe.graph.output(out);
    probe.about = std::to_string(operands) + " operands to " + shape_text(y) + " along axis " + std::to_string(axis);
    probe.expect = [type = subject.type, y, axis, begins, given = probe.inputs] {
        const size_t bytes = bytes_of(type);
        std::vector<char> result;
        for_each_index(y, [&](const Dims &index) {
            const auto part = static_cast<size_t>(std::upper_bound(begins.begin(), begins.end(), index[axis]) - begins.begin()) - 1;
            Dims dims = y, source = index;
            dims[axis] = begins[part + 1] - begins[part];
            source[axis] -= begins[part];
            const auto from = given[part].begin() + static_cast<std::ptrdiff_t>(position_of(dims, source) * bytes);
            result.insert(result.end(), from, from + static_cast<std::ptrdiff_t>(bytes));
        });
        return std::vector{Expected::exactly(type, y, result)};
    };
    return probe;
}

Probe probe_split(const Subject &subject, Draw &draw)
{
    Dims x = draw.dims();
    const size_t axis = draw.even() ? 1 : draw.random.next() % x.size(), parts = draw.even() ? 2 : static_cast<size_t>(draw.size(1, 4));
    const auto quantization = quantization_of(subject, draw);
    Dims sizes;
    for (size_t part = 0; part < parts; ++part) sizes.push_back(draw.even() ? x[axis] / 2 : draw.size(1, 5));
    x[axis] = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
    Probe probe;
    const uint32_t in = probe.graph.input("x", subject.type, x, quantization);
    std::vector<uint32_t> outputs;
    std::vector<Dims> part_dims;
    for (size_t part = 0; part < parts; ++part) {
        part_dims.push_back(x);
        part_dims.back()[axis] = sizes[part];
        const std::string name = std::string("y").append(std::to_string(part));
        outputs.push_back(probe.graph.tensor(name.c_str(), subject.type, part_dims.back(), quantization));
    }
    probe.graph.node(ACCEL_OPERATION_SPLIT, {in}, outputs, {{{ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(axis)}}}, {}, {{ACCEL_OPERAND_SPLIT_SPLIT, sizes}}});
    for (const uint32_t output : outputs) probe.graph.output(output);
    probe.about = shape_text(x) + " into " + std::to_string(parts) + " along axis " + std::to_string(axis);
    probe.inputs = {draw.elements(subject.type, element_count(x))};
    probe.expect = [type = subject.type, x, axis, part_dims, given = probe.inputs[0]] {
        std::vector<Expected> all;
        int64_t begin = 0;
        for (const auto &dims : part_dims) {
            std::vector<size_t> sources;
            for_each_index(dims, [&](Dims index) {
                index[axis] += begin;
                sources.push_back(position_of(x, index));
            });
            all.push_back(Expected::exactly(type, dims, picked(type, given, sources)));
            begin += dims[axis];
        }
        return all;
    };
    return probe;
}

Probe probe_gather(const Subject &subject, Draw &draw)
{
    const Dims x = draw.dims(1, 4), index_dims = draw.even() ? Dims{3} : draw.dims(0, 2);
    const size_t axis = draw.even() ? 1 : draw.random.next() % x.size();
    const auto quantization = quantization_of(subject, draw);
    // A negative index counts from the end, as the operator says.
    std::vector<int64_t> indices(element_count(index_dims));
    for (auto &index : indices) index = draw.random.whole(draw.even() ? 0 : -static_cast<int>(x[axis]), static_cast<int>(x[axis]) - 1);
    Dims y(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(axis));
    y.insert(y.end(), index_dims.begin(), index_dims.end());
    y.insert(y.end(), x.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.end());
    const bool constant = draw.coin();
    Probe probe;
    const uint32_t in = probe.graph.input("x", subject.type, x, quantization);
    const uint32_t chosen = constant ? probe.graph.constant<int64_t>("indices", ACCEL_TYPE_I64, index_dims, indices) : probe.graph.input("indices", ACCEL_TYPE_I64, index_dims);
    const uint32_t out = probe.graph.tensor("y", subject.type, y, quantization);
    probe.graph.node(ACCEL_OPERATION_GATHER, {in, chosen}, {out}, {{{ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(axis)}}}, {}});
    probe.graph.output(out);
    probe.about = shape_text(x) + " by " + shape_text(index_dims) + (constant ? " constant" : "") + " indices along axis " + std::to_string(axis);
    probe.inputs = {draw.elements(subject.type, element_count(x))};
    if (!constant) probe.inputs.push_back(to_bytes(indices));
    probe.expect = [type = subject.type, x, y, axis, index_dims, indices, given = probe.inputs[0]] {
        std::vector<size_t> sources;
        for_each_index(y, [&](const Dims &index) {
            const auto split = index.begin() + static_cast<std::ptrdiff_t>(axis), rest = split + static_cast<std::ptrdiff_t>(index_dims.size());
            const int64_t along = indices[position_of(index_dims, Dims(split, rest))];
            Dims source(index.begin(), split);
            source.push_back(along < 0 ? along + x[axis] : along);
            source.insert(source.end(), rest, index.end());
            sources.push_back(position_of(x, source));
        });
        return std::vector{Expected::exactly(type, y, picked(type, given, sources))};
    };
    return probe;
}

}  // namespace accel::conformance
