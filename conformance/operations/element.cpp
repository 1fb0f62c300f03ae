// SPDX-License-Identifier: MIT
// Operations on single elements, and SOFTMAX.
#include <cmath>

#include "../support/operation.h"
#include "makers.h"

namespace accel::conformance {
namespace {

double arithmetic(accel_operation operation, double a, double b)
{
    return operation == ACCEL_OPERATION_ADD ? a + b : operation == ACCEL_OPERATION_SUB ? a - b : operation == ACCEL_OPERATION_MUL ? a * b : a / b;
}

int32_t stored_arithmetic(const Subject &subject, int32_t a, const StoredType &qa, int32_t b, const StoredType &qb, const StoredType &qy)
{
    const auto range = stored_range(subject.type);
    if (subject.operation == ACCEL_OPERATION_MUL) return multiply_stored(a, qa, b, qb, qy, subject.rounding, range);
    return add_stored(a, qa, b, qb, subject.operation == ACCEL_OPERATION_ADD ? 1 : -1, qy, subject.rounding, range);
}

/// An operand that stretches: some of its axes are 1, or the first ones are missing.
Dims stretched(Draw &draw, Dims dims)
{
    for (auto &size : dims)
        if (draw.random.next() % 3 == 0) size = 1;
    if (draw.coin()) dims.erase(dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(draw.random.next() % dims.size()));
    return dims;
}

/// The position in an operand that stretches to y.
size_t stretched_position(const Dims &operand, const Dims &y)
{
    Dims index(y.end() - static_cast<std::ptrdiff_t>(operand.size()), y.end());
    for (size_t axis = 0; axis < operand.size(); ++axis)
        if (operand[axis] == 1) index[axis] = 0;
    return position_of(operand, index);
}

/// Operands whose result fits the type; none is zero, as something may be divided by it.
std::vector<char> operands(const Subject &subject, Draw &draw, size_t count)
{
    if (is_byte(subject.type)) return draw.elements(subject.type, count);
    if (subject.type == ACCEL_TYPE_F32) {
        std::vector<float> values(count);
        for (auto &value : values) value = static_cast<float>(std::ldexp(draw.random.unit() + (draw.coin() ? 1.25 : -1.25), draw.random.whole(-30, 30)));
        return to_bytes(values);
    }
    std::vector<int64_t> wide(count);
    // Of I64, numbers that 32 bits and binary32 do not hold.
    const int shift = subject.type == ACCEL_TYPE_I64 ? (subject.operation == ACCEL_OPERATION_MUL ? 8 : 30) : 0;
    for (auto &value : wide) value = (draw.coin() ? 1 : -1) * ((static_cast<int64_t>(draw.random.whole(1, 30000)) << shift) + draw.random.whole(0, 255));
    if (subject.type == ACCEL_TYPE_I64) return to_bytes(wide);
    return to_bytes(std::vector<int32_t>(wide.begin(), wide.end()));
}

template <class T> T typed_at(const std::vector<char> &bytes, size_t index)
{
    T value;
    std::memcpy(&value, &bytes[index * sizeof(T)], sizeof(T));
    return value;
}

template <class T> T whole_arithmetic(accel_operation operation, T a, T b)
{
    return operation == ACCEL_OPERATION_ADD ? a + b : operation == ACCEL_OPERATION_SUB ? a - b : operation == ACCEL_OPERATION_MUL ? a * b : a / b;
}

struct Binary {
    Subject subject;
    Dims a_dims, b_dims, y_dims;
    Quantization qa, qb, qy;
    std::vector<std::vector<char>> inputs;

    std::vector<Expected> results() const
    {
        std::vector<char> bits;
        std::vector<double> reals;
        std::vector<int32_t> words;
        std::vector<int64_t> doubles;
        for_each_index(y_dims, [&](const Dims &index) {
            const size_t a = stretched_position(a_dims, index), b = stretched_position(b_dims, index);
            if (is_byte(subject.type))
                bits.push_back(static_cast<char>(stored_arithmetic(subject, stored_at(subject.type, inputs[0], a), stored_type(qa), stored_at(subject.type, inputs[1], b), stored_type(qb), stored_type(qy))));
            else if (subject.type == ACCEL_TYPE_F32)
                reals.push_back(arithmetic(subject.operation, static_cast<double>(typed_at<float>(inputs[0], a)), static_cast<double>(typed_at<float>(inputs[1], b))));
            else if (subject.type == ACCEL_TYPE_I32) words.push_back(whole_arithmetic(subject.operation, typed_at<int32_t>(inputs[0], a), typed_at<int32_t>(inputs[1], b)));
            else doubles.push_back(whole_arithmetic(subject.operation, typed_at<int64_t>(inputs[0], a), typed_at<int64_t>(inputs[1], b)));
        });
        if (subject.type == ACCEL_TYPE_F32) return {Expected::within_ulps(y_dims, reals, 1)};
        return {Expected::exactly(subject.type, y_dims, is_byte(subject.type) ? bits : subject.type == ACCEL_TYPE_I32 ? to_bytes(words) : to_bytes(doubles))};
    }
};

/// What a function of one real number is, and how far a result may be off.
struct Function {
    double value, allowed;
};

Function function_at(accel_operation operation, double x, double alpha)
{
    const auto relative = [](double value, double factor) { return Function{value, factor * std::ldexp(1.0, -23) * std::max(std::fabs(value), static_cast<double>(std::numeric_limits<float>::min()))}; };
    switch (operation) {
    case ACCEL_OPERATION_SIGMOID: return relative(1 / (1 + std::exp(-x)), 2 * (1 + std::fabs(x)));
    case ACCEL_OPERATION_TANH: {
        // Near 0 an absolute error counts instead.
        const double value = std::tanh(x), factor = 4 * (3 + 2 * std::fabs(x));
        return {value, factor * std::ldexp(1.0, -23) * std::max(std::fabs(value), 0.5)};
    }
    case ACCEL_OPERATION_EXP: return relative(std::exp(x), 3 + 2 * std::fabs(x));
    default: return {x < 0 ? alpha * x : x, ulp_of(x < 0 ? alpha * x : x)};
    }
}

}  // namespace

Probe probe_binary(const Subject &subject, Draw &draw)
{
    Binary binary{subject, {}, {}, draw.dims(), quantization_of(subject, draw), quantization_of(subject, draw), quantization_of(subject, draw), {}};
    binary.a_dims = binary.b_dims = binary.y_dims;
    if (!draw.even() && draw.coin()) (draw.coin() ? binary.a_dims : binary.b_dims) = stretched(draw, binary.y_dims);
    Probe probe;
    const uint32_t a = probe.graph.input("a", subject.type, binary.a_dims, binary.qa), b = probe.graph.input("b", subject.type, binary.b_dims, binary.qb);
    const uint32_t y = probe.graph.tensor("y", subject.type, binary.y_dims, binary.qy);
    probe.graph.node(subject.operation, {a, b}, {y}, {}, subject.rounding);
    probe.graph.output(y);
    probe.about = shape_text(binary.a_dims) + " and " + shape_text(binary.b_dims);
    probe.inputs = {operands(subject, draw, element_count(binary.a_dims)), operands(subject, draw, element_count(binary.b_dims))};
    binary.inputs = probe.inputs;
    probe.expect = [binary] { return binary.results(); };
    return probe;
}

Probe probe_choose(const Subject &subject, Draw &draw)
{
    const Dims dims = draw.dims();
    const auto quantization = quantization_of(subject, draw);
    const bool clips = subject.operation == ACCEL_OPERATION_CLIP;
    const float low = clips ? static_cast<float>(draw.random.whole(-4, 0)) : 0, high = static_cast<float>(draw.random.whole(1, 6));
    GraphBuilder::Attributes attributes;
    if (clips) attributes.reals = {{ACCEL_OPERAND_CLIP_MIN, low}, {ACCEL_OPERAND_CLIP_MAX, high}};
    Probe probe{shape_text(dims), unary_graph(subject.operation, dims, dims, attributes, subject.type, quantization), {}, {}};
    if (clips) probe.about += ", from " + std::to_string(low) + " to " + std::to_string(high);
    const size_t count = element_count(dims);
    probe.inputs = {is_byte(subject.type) ? draw.elements(subject.type, count) : to_bytes(draw.reals(count, -9, 9))};
    probe.expect = [subject, dims, quantization, clips, low, high, given = probe.inputs[0]] {
        std::vector<char> bits;
        std::vector<double> reals;
        for (size_t index = 0; index < element_count(dims); ++index) {
            if (is_byte(subject.type)) {
                auto range = stored_range(subject.type);
                // The bounds of a moved value do not depend on a rounding unless they lie between two stored numbers: halves, which would, are not drawn.
                if (clips) range = clamp_range(static_cast<double>(low), static_cast<double>(high), stored_type(quantization), ACCEL_ROUNDING_HALF_EVEN, range);
                else range.low = std::max(range.low, quantization.zero_points[0]);
                bits.push_back(static_cast<char>(std::clamp(stored_at(subject.type, given, index), range.low, range.high)));
            } else {
                const float value = typed_at<float>(given, index);
                reals.push_back(static_cast<double>(clips ? std::clamp(value, low, high) : std::max(value, 0.0f)));
            }
        }
        return std::vector{is_byte(subject.type) ? Expected::exactly(subject.type, dims, bits) : Expected::within_ulps(dims, reals, 0)};
    };
    return probe;
}

Probe probe_function(const Subject &subject, Draw &draw)
{
    const Dims dims = draw.dims();
    const bool leaky = subject.operation == ACCEL_OPERATION_LEAKY_RELU;
    const float alpha = leaky ? static_cast<float>(0.01 + 0.2 * (draw.random.unit() + 1)) : 0;
    GraphBuilder::Attributes attributes;
    if (leaky) attributes.floats = {{ACCEL_ATTRIBUTE_ALPHA, {alpha}}};
    Probe probe{shape_text(dims) + (leaky ? ", alpha " + std::to_string(alpha) : ""), unary_graph(subject.operation, dims, dims, attributes), {}, {}};
    const auto x = draw.reals(element_count(dims), -20, 20);
    probe.inputs = {to_bytes(x)};
    probe.expect = [operation = subject.operation, dims, alpha, x] {
        std::vector<double> values, allowed;
        for (const float argument : x) {
            const auto [value, error] = function_at(operation, static_cast<double>(argument), static_cast<double>(alpha));
            values.push_back(value);
            allowed.push_back(error);
        }
        return std::vector{Expected::within(dims, values, allowed)};
    };
    return probe;
}

Probe probe_softmax(const Subject &subject, Draw &draw)
{
    const Dims dims = draw.even() ? Dims{4, 37} : draw.dims();
    const size_t axis = draw.even() ? 1 : draw.random.next() % dims.size();
    Probe probe{shape_text(dims) + " along axis " + std::to_string(axis), unary_graph(subject.operation, dims, dims, {{{ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(axis)}}}, {}}), {}, {}};
    // A shift that all share changes nothing.
    const double shift = draw.coin() ? 500 : 0;
    const auto x = draw.reals(element_count(dims), shift - 8, shift + 8);
    probe.inputs = {to_bytes(x)};
    probe.expect = [dims, axis, x] {
        std::vector<double> values, allowed;
        for_each_index(dims, [&](Dims index) {
            const double own = static_cast<double>(x[position_of(dims, index)]);
            double highest = own, sum = 0;
            const auto others = [&](auto visit) {
                for (index[axis] = 0; index[axis] < dims[axis]; ++index[axis]) visit(static_cast<double>(x[position_of(dims, index)]));
            };
            others([&](double value) { highest = std::max(highest, value); });
            others([&](double value) { sum += std::exp(value - highest); });
            values.push_back(std::exp(own - highest) / sum);
            allowed.push_back((8 + 2 * std::fabs(own - highest) + static_cast<double>(dims[axis])) * std::ldexp(values.back(), -23));
        });
        return std::vector{Expected::within(dims, values, allowed)};
    };
    return probe;
}

Probe probe_batch_normalization(const Subject &subject, Draw &draw)
{
    const Dims dims = draw.dims(2);
    const auto channels = static_cast<size_t>(dims[1]);
    const float epsilon = draw.even() || draw.coin() ? 1e-5f : 0.01f;
    const auto scale = draw.reals(channels, -2, 2), bias = draw.reals(channels, -3, 3), mean = draw.reals(channels, -2, 2), variance = draw.reals(channels, 0.01, 4);
    Probe probe;
    const uint32_t in = probe.graph.input("x", ACCEL_TYPE_F32, dims);
    std::vector<uint32_t> operands{in};
    const std::pair<const char *, const std::vector<float> &> parameters[] = {{"scale", scale}, {"bias", bias}, {"mean", mean}, {"variance", variance}};
    for (const auto &[name, values] : parameters) operands.push_back(probe.graph.constant<float>(name, ACCEL_TYPE_F32, {dims[1]}, values));
    const uint32_t out = probe.graph.tensor("y", ACCEL_TYPE_F32, dims);
    probe.graph.node(subject.operation, operands, {out}, {{}, {{ACCEL_ATTRIBUTE_EPSILON, {epsilon}}}});
    probe.graph.output(out);
    probe.about = shape_text(dims) + ", epsilon " + std::to_string(epsilon);
    const auto x = draw.reals(element_count(dims), -5, 5);
    probe.inputs = {to_bytes(x)};
    probe.expect = [=] {
        std::vector<double> values, allowed;
        for_each_index(dims, [&](const Dims &index) {
            const auto channel = static_cast<size_t>(index[1]);
            const double factor = static_cast<double>(scale[channel]) / std::sqrt(static_cast<double>(variance[channel]) + static_cast<double>(epsilon));
            const double value = static_cast<double>(x[position_of(dims, index)]), centre = static_cast<double>(mean[channel]), offset = static_cast<double>(bias[channel]);
            values.push_back(factor * (value - centre) + offset);
            // Factor and offset may be made beforehand: each of half a dozen roundings is of a term, and the terms may cancel.
            allowed.push_back(4 * std::ldexp(std::fabs(factor) * (std::fabs(value) + std::fabs(centre)) + std::fabs(offset), -23));
        });
        return std::vector{Expected::within(dims, values, allowed)};
    };
    return probe;
}

}  // namespace accel::conformance
