// SPDX-License-Identifier: MIT
// Operations between element types: QUANTIZE, DEQUANTIZE, CAST.
#include <cmath>

#include "makers.h"

namespace accel::conformance {
namespace {

template <class T> void append(std::vector<char> &bytes, T value) { bytes.insert(bytes.end(), reinterpret_cast<const char *>(&value), reinterpret_cast<const char *>(&value) + sizeof(value)); }

void append_as(accel_type type, std::vector<char> &bytes, double value)
{
    switch (type) {
    case ACCEL_TYPE_F32: return append(bytes, static_cast<float>(value));
    case ACCEL_TYPE_I8: return append(bytes, static_cast<int8_t>(value));
    case ACCEL_TYPE_U8: return append(bytes, static_cast<uint8_t>(value));
    case ACCEL_TYPE_I32: return append(bytes, static_cast<int32_t>(value));
    case ACCEL_TYPE_I64: return append(bytes, static_cast<int64_t>(value));
    default: return append(bytes, static_cast<uint8_t>(value != 0));
    }
}

/// Values that every type in question can take, fractions among them where the source has any: what does not fit is docs/numerics.md's.
std::vector<double> castable(Draw &draw, size_t count, accel_type from, accel_type to)
{
    const bool is_unsigned = from == ACCEL_TYPE_U8 || to == ACCEL_TYPE_U8, narrow = is_byte(from) || is_byte(to);
    const int high = from == ACCEL_TYPE_BOOL ? 1 : is_unsigned ? (from == ACCEL_TYPE_I8 || to == ACCEL_TYPE_I8 ? 127 : 255) : narrow ? 127 : 1000000;
    const int low = from == ACCEL_TYPE_BOOL || is_unsigned ? 0 : narrow ? -128 : -1000000;
    std::vector<double> values(count);
    for (auto &value : values) {
        value = draw.random.next() % 4 ? draw.random.whole(low, high) : draw.random.whole(std::max(low, -1), 1);
        if (from == ACCEL_TYPE_F32 && to != ACCEL_TYPE_F32 && to != ACCEL_TYPE_BOOL && draw.coin() && std::fabs(value) + 1 < high) value += value < 0 ? -0.75 : 0.75;
    }
    return values;
}

}  // namespace

Probe probe_quantize(const Subject &subject, Draw &draw)
{
    const Dims dims = draw.dims();
    const auto to = subject.type == ACCEL_TYPE_F32 && draw.coin() && !draw.even() ? ACCEL_TYPE_U8 : is_byte(subject.type) ? subject.type : ACCEL_TYPE_I8;
    const auto qx = quantization_of(subject, draw), qy = draw.quantization(to);
    const bool real = subject.type == ACCEL_TYPE_F32;
    Probe probe;
    const uint32_t x = probe.graph.input("x", subject.type, dims, qx), y = probe.graph.tensor("y", to, dims, qy);
    probe.graph.node(ACCEL_OPERATION_QUANTIZE, {x}, {y}, {}, real ? ACCEL_ROUNDING_HALF_EVEN : subject.rounding);
    probe.graph.output(y);
    probe.about = shape_text(dims) + " to " + type_name(to) + ", scale " + std::to_string(qy.scales[0]) + ", zero point " + std::to_string(qy.zero_points[0]);
    const size_t count = element_count(dims);
    // Reals from beyond one end of the range to beyond the other.
    const double reach = 300.0 * static_cast<double>(qy.scales[0]);
    probe.inputs = {real ? to_bytes(draw.reals(count, -reach, reach)) : draw.elements(subject.type, count)};
    probe.expect = [subject, to, dims, qx, qy, given = probe.inputs[0]] {
        std::vector<char> results;
        for (size_t index = 0; index < element_count(dims); ++index) {
            const auto range = stored_range(to);
            float value = 0;
            if (subject.type == ACCEL_TYPE_F32) std::memcpy(&value, &given[index * 4], 4);
            results.push_back(static_cast<char>(subject.type == ACCEL_TYPE_F32
                                                    ? quantise_real(value, qy.scales[0], qy.zero_points[0], range)
                                                    : requantise(stored_at(subject.type, given, index) - qx.zero_points[0], stored_type(qx).scale / stored_type(qy).scale, subject.rounding,
                                                                 qy.zero_points[0], range)));
        }
        return std::vector{Expected::exactly(to, dims, results)};
    };
    return probe;
}

Probe probe_dequantize(const Subject &subject, Draw &draw)
{
    const Dims dims = draw.dims();
    auto quantization = is_byte(subject.type) ? draw.quantization(subject.type) : Quantization{{static_cast<float>(0.001 + draw.random.unit() * 0.0005)}, {0}};
    // One scale per index of an axis, now and then.
    const size_t axis = draw.random.next() % dims.size();
    if (!draw.even() && draw.coin()) {
        quantization.axis = static_cast<uint32_t>(axis);
        quantization.scales = draw.reals(static_cast<size_t>(dims[axis]), 0.01, 0.2);
        quantization.zero_points.assign(quantization.scales.size(), quantization.zero_points[0]);
    }
    Probe probe;
    const uint32_t x = probe.graph.input("x", subject.type, dims, quantization), y = probe.graph.tensor("y", ACCEL_TYPE_F32, dims);
    probe.graph.node(ACCEL_OPERATION_DEQUANTIZE, {x}, {y});
    probe.graph.output(y);
    probe.about = shape_text(dims) + ", " + std::to_string(quantization.scales.size()) + " scales";
    const size_t count = element_count(dims);
    if (is_byte(subject.type)) probe.inputs = {draw.elements(subject.type, count)};
    // Whole numbers that binary32 holds exactly.
    else probe.inputs = {to_bytes(whole_numbers<int32_t>(draw.random, count, -(1 << 23), 1 << 23))};
    probe.expect = [type = subject.type, dims, axis, quantization, given = probe.inputs[0]] {
        std::vector<double> results;
        for_each_index(dims, [&](const Dims &index) {
            const size_t position = position_of(dims, index);
            int32_t stored = 0;
            if (is_byte(type)) stored = stored_at(type, given, position);
            else std::memcpy(&stored, &given[position * 4], 4);
            const size_t channel = quantization.scales.size() == 1 ? 0 : static_cast<size_t>(index[axis]);
            results.push_back(static_cast<double>(static_cast<float>(stored - quantization.zero_points[channel]) * quantization.scales[channel]));
        });
        return std::vector{Expected::within_ulps(dims, results, 0)};
    };
    return probe;
}

Probe probe_cast(const Subject &subject, Draw &draw)
{
    static const std::vector<accel_type> kTargets{ACCEL_TYPE_I32, ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8, ACCEL_TYPE_I64, ACCEL_TYPE_BOOL};
    const Dims dims = draw.dims();
    accel_type to = draw.plain() ? kTargets[0] : draw.even() ? kTargets[1] : draw.one_of(kTargets);
    if (to == subject.type) to = subject.type == ACCEL_TYPE_F32 ? ACCEL_TYPE_I32 : ACCEL_TYPE_F32;
    Probe probe;
    const uint32_t x = probe.graph.input("x", subject.type, dims), y = probe.graph.tensor("y", to, dims);
    probe.graph.node(ACCEL_OPERATION_CAST, {x}, {y}, {{{ACCEL_ATTRIBUTE_TO, {to}}}, {}});
    probe.graph.output(y);
    probe.about = shape_text(dims) + " to " + type_name(to);
    const auto values = castable(draw, element_count(dims), subject.type, to);
    probe.inputs.emplace_back();
    for (const double value : values) append_as(subject.type, probe.inputs[0], value);
    probe.expect = [dims, to, values] {
        std::vector<char> results;
        for (const double value : values) append_as(to, results, to == ACCEL_TYPE_F32 || to == ACCEL_TYPE_BOOL ? value : std::trunc(value));
        return std::vector{Expected::exactly(to, dims, results)};
    };
    return probe;
}

}  // namespace accel::conformance
