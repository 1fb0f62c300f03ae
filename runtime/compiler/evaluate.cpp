// SPDX-License-Identifier: MIT
#include "evaluate.h"

#include <algorithm>
#include <cmath>

#include "../catalog.h"
#include "../graph_shapes.h"
#include "../graph_values.h"
#include "../progress.h"
#include "constants.h"

namespace accel::runtime {

namespace {

/// Shape arithmetic is small; larger tensors are a device's work.
constexpr uint64_t kMaxArithmeticElements = 65536;

using Bytes = std::vector<uint8_t>;

/// Elements that are copied between two looks at the application's wishes: a millisecond or a few.
constexpr uint64_t kPieceElements = uint64_t{1} << 18;

/// A look at the application's wishes in loops over elements.
void pace_elements(size_t element)
{
    if (element % kPieceElements == 0) pace_piece();
}

/// Copies a row of elements that lie `step` elements apart.
template <size_t width> void copy_row(uint8_t *to, const uint8_t *from, int64_t step, uint64_t count)
{
    if (step == 1) {
        std::memcpy(to, from, count * width);
        return;
    }
    for (uint64_t i = 0; i < count; ++i) std::memcpy(to + i * width, from + static_cast<int64_t>(i) * step * static_cast<int64_t>(width), width);
}

void copy_row(size_t width, uint8_t *to, const uint8_t *from, int64_t step, uint64_t count)
{
    switch (width) {
    case 1: return copy_row<1>(to, from, step, count);
    case 2: return copy_row<2>(to, from, step, count);
    case 4: return copy_row<4>(to, from, step, count);
    default: return copy_row<8>(to, from, step, count);
    }
}

/// Read a tensor through steps per output axis, starting at an element: transposes, slices and broadcasts are this.
Bytes gather_strided(const Tensor &from, const Shape &out, const std::vector<int64_t> &steps, int64_t start)
{
    const size_t width = type_size_bytes(from.type);
    const uint64_t count = element_count(out).value_or(0);
    Bytes bytes(count * width);
    const auto *source = static_cast<const uint8_t *>(from.data);
    const size_t outer_rank = out.empty() ? 0 : out.size() - 1;
    const uint64_t row = out.empty() ? 1 : static_cast<uint64_t>(out.back().size);
    const int64_t row_step = out.empty() ? 1 : steps.back();
    std::vector<int64_t> index(outer_rank);
    int64_t at = start;
    uint64_t since = 0;
    for (uint64_t done = 0; done < count; done += row) {
        for (uint64_t i = 0; i < row; i += kPieceElements) {
            const uint64_t piece = std::min(kPieceElements, row - i);
            copy_row(width, bytes.data() + (done + i) * width, source + (at + static_cast<int64_t>(i) * row_step) * static_cast<int64_t>(width), row_step, piece);
            since += piece;
            if (since < kPieceElements) continue;
            pace_piece();
            since = 0;
        }
        for (size_t axis = outer_rank; axis-- > 0;) {
            at += steps[axis];
            if (++index[axis] < out[axis].size) break;
            at -= steps[axis] * out[axis].size;
            index[axis] = 0;
        }
    }
    return bytes;
}

Bytes stretch(const Tensor &from, const Shape &out)
{
    const std::vector<int64_t> strides = row_major_strides(from.shape);
    std::vector<int64_t> steps(out.size());
    const size_t lead = out.size() - from.shape.size();
    for (size_t axis = 0; axis < from.shape.size(); ++axis) steps[axis + lead] = from.shape[axis].size == 1 ? 0 : strides[axis];
    return gather_strided(from, out, steps, 0);
}

template <class Value> std::optional<Value> combine(uint32_t operation, Value a, Value b)
{
    if constexpr (std::is_floating_point_v<Value>) {
        switch (operation) {
        case ACCEL_OPERATION_ADD: return a + b;
        case ACCEL_OPERATION_SUB: return a - b;
        case ACCEL_OPERATION_MUL: return a * b;
        default: return a / b;
        }
    } else {
        using Unsigned = std::make_unsigned_t<Value>;  // integers wrap, as devices do
        const auto x = static_cast<Unsigned>(a);
        const auto y = static_cast<Unsigned>(b);
        switch (operation) {
        case ACCEL_OPERATION_ADD: return static_cast<Value>(x + y);
        case ACCEL_OPERATION_SUB: return static_cast<Value>(x - y);
        case ACCEL_OPERATION_MUL: return static_cast<Value>(x * y);
        default: break;
        }
        if (b == 0 || (b == -1 && a == std::numeric_limits<Value>::min())) return std::nullopt;
        return a / b;
    }
}

template <class Value> std::optional<Bytes> arithmetic(const Node &node, const Tensor &a, const Tensor &b, const Shape &out)
{
    Bytes left = stretch(a, out);
    const Bytes right = stretch(b, out);
    for (size_t at = 0; at < left.size(); at += sizeof(Value)) {
        Value x, y;
        std::memcpy(&x, left.data() + at, sizeof(Value));
        std::memcpy(&y, right.data() + at, sizeof(Value));
        const std::optional<Value> result = combine(node.operation, x, y);
        if (!result) return std::nullopt;
        std::memcpy(left.data() + at, &*result, sizeof(Value));
    }
    return left;
}

template <class Function> bool with_type(uint32_t type, Function &&function)
{
    switch (type) {
    case ACCEL_TYPE_F32: return function(float{}), true;
    case ACCEL_TYPE_F64: return function(double{}), true;
    case ACCEL_TYPE_I8: return function(int8_t{}), true;
    case ACCEL_TYPE_U8: return function(uint8_t{}), true;
    case ACCEL_TYPE_I16: return function(int16_t{}), true;
    case ACCEL_TYPE_I32: return function(int32_t{}), true;
    case ACCEL_TYPE_I64: return function(int64_t{}), true;
    default: return false;
    }
}

/// What devices give (docs/numerics.md): from real values toward zero, saturated, NaN as 0; integers wrap.
template <class To, class From> To convert(From value)
{
    if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        using Limits = std::numeric_limits<To>;
        const double whole = std::trunc(static_cast<double>(value));
        if (std::isnan(whole)) return 0;
        if (whole <= static_cast<double>(Limits::min())) return Limits::min();
        return whole >= static_cast<double>(Limits::max()) ? Limits::max() : static_cast<To>(whole);
    } else {
        return static_cast<To>(value);
    }
}

std::optional<Bytes> cast(const Tensor &from, uint32_t to)
{
    if (from.type == to) return Bytes(static_cast<const uint8_t *>(from.data), static_cast<const uint8_t *>(from.data) + from.data_bytes);
    std::optional<Bytes> out;
    with_type(from.type, [&](auto from_value) {
        using From = decltype(from_value);
        with_type(to, [&](auto to_value) {
            using To = decltype(to_value);
            const std::vector<From> values = values_of<From>(from);
            Bytes bytes(values.size() * sizeof(To));
            for (size_t i = 0; i < values.size(); ++i) {
                pace_elements(i);
                const To value = convert<To>(values[i]);
                std::memcpy(bytes.data() + i * sizeof(To), &value, sizeof(To));
            }
            out = std::move(bytes);
        });
    });
    return out;
}

/// Numbers of a quantisation, and whose they are; there are none of scales that F32 does not have.
struct Scaling {
    explicit Scaling(const Tensor &tensor) : desc(*tensor.quantization, static_cast<uint32_t>(tensor.shape.size())), index(desc.get(), sizes_of(tensor.shape)), scales(graph::float_scales(desc.get())), zero_points(graph::zero_points(desc.get())) {}
    const graph::QuantizationDesc desc;
    const graph::ScaleIndex index;
    const std::optional<std::vector<float>> scales;
    const std::vector<int32_t> zero_points;
};

std::optional<Bytes> dequantize(const Tensor &from)
{
    const Scaling scaling(from);
    if (!scaling.scales) return std::nullopt;
    std::optional<Bytes> out;
    with_type(from.type, [&](auto sample) {
        using Stored = decltype(sample);
        const std::vector<Stored> stored = values_of<Stored>(from);
        Bytes bytes(stored.size() * sizeof(float));
        for (size_t i = 0; i < stored.size(); ++i) {
            pace_elements(i);
            const size_t c = scaling.index.of(i);
            const float real = static_cast<float>(static_cast<int64_t>(stored[i]) - scaling.zero_points[c]) * (*scaling.scales)[c];
            std::memcpy(bytes.data() + i * sizeof real, &real, sizeof real);
        }
        out = std::move(bytes);
    });
    return out;
}

/// QuantizeLinear: halves to even, in the rounding mode that a process starts with.
std::optional<Bytes> quantize(const Tensor &from, const Tensor &to)
{
    if (from.type != ACCEL_TYPE_F32 || (to.type != ACCEL_TYPE_I8 && to.type != ACCEL_TYPE_U8)) return std::nullopt;
    const std::vector<float> real = values_of<float>(from);
    const float low = to.type == ACCEL_TYPE_I8 ? -128.0f : 0.0f;
    const Scaling scaling(to);
    if (!scaling.scales) return std::nullopt;
    Bytes bytes(real.size());
    for (size_t i = 0; i < real.size(); ++i) {
        pace_elements(i);
        const size_t c = scaling.index.of(i);
        const float scaled = std::nearbyint(real[i] / (*scaling.scales)[c]) + static_cast<float>(scaling.zero_points[c]);
        if (std::isnan(scaled)) return std::nullopt;
        bytes[i] = static_cast<uint8_t>(static_cast<int>(std::clamp(scaled, low, low + 255.0f)));
    }
    return bytes;
}

Bytes transpose(const Node &node, const Tensor &from, const Shape &out)
{
    const std::vector<int64_t> strides = row_major_strides(from.shape);
    std::vector<int64_t> steps;
    for (size_t axis = 0; axis < out.size(); ++axis) {
        const auto reversed = static_cast<int64_t>(out.size() - 1 - axis);
        const Attribute *perm = node.find(ACCEL_ATTRIBUTE_PERM);
        steps.push_back(strides[static_cast<size_t>(perm ? perm->ints()[axis] : reversed)]);
    }
    return gather_strided(from, out, steps, 0);
}

Bytes bytes_of(int64_t value)
{
    Bytes bytes(sizeof value);
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

Bytes sizes(const Node &node, const Shape &shape)
{
    const AxisSpan told = told_axes(node, shape.size());
    Bytes bytes;
    for (size_t axis = told.begin; axis < told.end; ++axis) {
        const Bytes size = bytes_of(shape[axis].size);
        bytes.insert(bytes.end(), size.begin(), size.end());
    }
    return bytes;
}

std::optional<Bytes> slice(const Graph &graph, const Node &node, const Tensor &from, const Shape &out)
{
    const std::vector<int64_t> strides = row_major_strides(from.shape);
    std::vector<int64_t> steps = strides;
    int64_t start = 0;
    std::string why;
    const auto taken = cuts_of(graph, node, &why);
    if (!taken) return std::nullopt;
    for (const graph::Cut &cut : *taken) {
        const auto axis = static_cast<size_t>(cut.axis);
        steps[axis] = strides[axis] * cut.step;
        start += strides[axis] * cut.start;
    }
    return gather_strided(from, out, steps, start);
}

Bytes concat(const Graph &graph, const Node &node, const Shape &out)
{
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    uint64_t rows = 1;
    for (size_t i = 0; i < axis; ++i) rows *= static_cast<uint64_t>(out[i].size);
    Bytes bytes;
    for (uint64_t row = 0; row < rows; ++row) {
        for (const uint32_t input : node.inputs) {
            const Tensor &part = graph.tensors[input];
            const size_t width = part.data_bytes / rows;
            const auto *start = static_cast<const uint8_t *>(part.data) + row * width;
            bytes.insert(bytes.end(), start, start + width);
        }
    }
    return bytes;
}

std::optional<Bytes> gather(const Node &node, const Tensor &from, const Tensor &indices)
{
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    const std::optional<Bytes> wide = cast(indices, ACCEL_TYPE_I64);
    if (!wide) return std::nullopt;
    std::vector<int64_t> rows(wide->size() / sizeof(int64_t));
    if (!rows.empty()) std::memcpy(rows.data(), wide->data(), wide->size());
    uint64_t outer = 1;
    for (size_t i = 0; i < axis; ++i) outer *= static_cast<uint64_t>(from.shape[i].size);
    const int64_t extent = from.shape[axis].size;
    const size_t width = outer && extent ? from.data_bytes / outer / static_cast<size_t>(extent) : 0;
    Bytes bytes;
    for (uint64_t o = 0; o < outer; ++o) {
        for (const int64_t given : rows) {
            const int64_t row = given < 0 ? given + extent : given;
            if (row < 0 || row >= extent) return std::nullopt;
            const auto *start = static_cast<const uint8_t *>(from.data) + (o * static_cast<uint64_t>(extent) + static_cast<uint64_t>(row)) * width;
            bytes.insert(bytes.end(), start, start + width);
        }
    }
    return bytes;
}

}  // namespace

bool may_evaluate(const Graph &graph, const Node &node, FoldDequantize dequantize_mode)
{
    const uint64_t count = element_count(graph.tensors[node.outputs[0]].shape).value_or(UINT64_MAX);
    switch (node.operation) {
    case ACCEL_OPERATION_TRANSPOSE:
    case ACCEL_OPERATION_CAST:
    case ACCEL_OPERATION_SHAPE:
    case ACCEL_OPERATION_SIZE:
    case ACCEL_OPERATION_EXPAND:
    case ACCEL_OPERATION_QUANTIZE: return true;
    case ACCEL_OPERATION_DEQUANTIZE: return dequantize_mode == FoldDequantize::Expand;
    case ACCEL_OPERATION_SLICE:
    case ACCEL_OPERATION_CONCAT:
    case ACCEL_OPERATION_GATHER: return count <= kMaxArithmeticElements;
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_MUL:
    case ACCEL_OPERATION_DIV: return count <= kMaxArithmeticElements && !node.find(ACCEL_ATTRIBUTE_CLAMP_MIN) && !node.find(ACCEL_ATTRIBUTE_CLAMP_MAX);
    default: return false;
    }
}

std::optional<Bytes> evaluate(const Graph &graph, const Node &node)
{
    const Tensor &x = graph.tensors[node.inputs[0]];
    const Tensor &out = graph.tensors[node.outputs[0]];
    switch (node.operation) {
    case ACCEL_OPERATION_TRANSPOSE: return transpose(node, x, out.shape);
    case ACCEL_OPERATION_CAST: return cast(x, out.type);
    case ACCEL_OPERATION_SHAPE: return sizes(node, x.shape);
    case ACCEL_OPERATION_SIZE: return bytes_of(static_cast<int64_t>(element_count(x.shape).value_or(0)));
    case ACCEL_OPERATION_EXPAND: return stretch(x, out.shape);
    case ACCEL_OPERATION_QUANTIZE: return quantize(x, out);
    case ACCEL_OPERATION_DEQUANTIZE: return dequantize(x);
    case ACCEL_OPERATION_SLICE: return slice(graph, node, x, out.shape);
    case ACCEL_OPERATION_CONCAT: return element_count(out.shape).value_or(0) ? std::optional(concat(graph, node, out.shape)) : std::nullopt;
    case ACCEL_OPERATION_GATHER: return gather(node, x, graph.tensors[node.inputs[1]]);
    default: break;
    }
    const Tensor &b = graph.tensors[node.inputs[1]];
    if (x.type == ACCEL_TYPE_F32) return arithmetic<float>(node, x, b, out.shape);
    if (x.type == ACCEL_TYPE_I32) return arithmetic<int32_t>(node, x, b, out.shape);
    if (x.type == ACCEL_TYPE_I64) return arithmetic<int64_t>(node, x, b, out.shape);
    return std::nullopt;
}

}  // namespace accel::runtime
