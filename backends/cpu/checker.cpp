// SPDX-License-Identifier: MIT
// What operations ask of their operands and results, in one place each.
#include "checker.h"

#include "held.h"

#include <accel/graph/reals.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace accel::cpu {
namespace {

bool in_range(uint32_t type, int32_t zero_point)
{
    return type == ACCEL_TYPE_U8 ? zero_point >= 0 && zero_point <= 255 : zero_point >= -128 && zero_point <= 127;
}

// Multipliers are quotients of scales: keep them all normal numbers.
bool normal(float scale) { return scale > 1e-18f && scale < 1e18f; }

// Of a constant bias, or 0.
int64_t largest_bias(const Checker &c, int64_t channels)
{
    if (!c.has_input(2))
        return 0;
    if (!graph::is_constant(c.input(2)))
        refuse(ACCEL_REASON_CONSTANT, c.operand(2));
    c.same_type(c.operand(2), ACCEL_TYPE_I32);
    std::vector<int32_t> values(static_cast<size_t>(channels));
    std::memcpy(values.data(), c.input(2).data, values.size() * sizeof(int32_t));
    int64_t most = 0;
    for (const int64_t value : values)
        most = std::max(most, std::abs(value));
    return most;
}

}  // namespace

void refuse(uint32_t reason, uint32_t tensor, int64_t given, int64_t expected) { throw Refusal{reason, tensor, given, expected, 0, {}}; }

void refuse_attribute(uint32_t key, int64_t given, int64_t expected)
{
    throw Refusal{ACCEL_REASON_ATTRIBUTE, ACCEL_TENSOR_NONE, given, expected, key, {}};
}

void Checker::known(uint32_t revision) const
{
    if (node_.region_count != 0 && node_.operation != ACCEL_OPERATION_IF)
        refuse(ACCEL_REASON_OPERATION);
    if (node_.revision > revision)
        refuse(ACCEL_REASON_REVISION, ACCEL_TENSOR_NONE, node_.revision, revision);
    const graph::OperationRow &row = *graph::find_operation(node_.operation);
    operands(row);
    tensors();
    values(row);
}

void Checker::operands(const graph::OperationRow &row) const
{
    if (node_.input_count < row.input_count_min || node_.input_count > row.input_count_max)
        refuse(ACCEL_REASON_OPERATION, ACCEL_TENSOR_NONE, node_.input_count, row.input_count_max);
    if (node_.output_count < row.output_count_min || node_.output_count > row.output_count_max)
        refuse(ACCEL_REASON_OPERATION, ACCEL_TENSOR_NONE, node_.output_count, row.output_count_max);
    for (uint32_t i = 0; i < node_.input_count; ++i)
        if (!has_input(i) && (i < row.input_count_min || row.input_count_max == graph::kUnbounded))
            refuse(ACCEL_REASON_OPERATION);
    for (uint32_t i = 0; i < node_.output_count; ++i)
        if (const uint32_t tensor = outputs()[i]; tensor != ACCEL_TENSOR_NONE && graph::is_constant(graph_.tensor(tensor)))
            refuse(ACCEL_REASON_CONSTANT, tensor);
        else if (tensor == ACCEL_TENSOR_NONE && i < row.output_count_min)
            refuse(ACCEL_REASON_OPERATION);
}

// All but value operands.
void Checker::tensors() const
{
    for (uint32_t i = 0; i < node_.input_count; ++i)
        if (has_input(i) && !accel_is_value_operand(node_.operation, i))
            sized(node_.inputs[i]);
    for (const uint32_t index : outputs())
        if (index != ACCEL_TENSOR_NONE)
            sized(index);
}

void Checker::sized(uint32_t index) const
{
    constexpr int64_t kMaxElements = int64_t{1} << 31;
    const accel_tensor_desc &described = graph_.tensor(index);
    if (described.rank > kMaxRank)
        refuse(ACCEL_REASON_RANK, index, described.rank, kMaxRank);
    int64_t count = 1;
    for (const accel_dim &dim : graph::dims(described)) {
        if (dim.symbol != ACCEL_SYMBOL_NONE || dim.size < 0)
            refuse(ACCEL_REASON_SYMBOL, index);
        if (__builtin_mul_overflow(count, dim.size, &count))
            count = INT64_MAX;
    }
    // Of nothing these make nothing, in front of an output of the graph.
    const bool may_be_empty = node_.operation == ACCEL_OPERATION_IDENTITY || node_.operation == ACCEL_OPERATION_SLICE || node_.operation == ACCEL_OPERATION_SPLIT;
    if (count > kMaxElements || (count == 0 && !may_be_empty))
        refuse(ACCEL_REASON_SIZE, index, count, count == 0 ? 1 : kMaxElements);
    const uint64_t size_bytes = graph::packed_size_bytes(described.type, static_cast<uint64_t>(count)).value_or(0);
    if ((node_.operation == ACCEL_OPERATION_CAST || node_.operation == ACCEL_OPERATION_BIT_CAST ? held_bytes(described.type) : type_bytes(described.type)) == 0)
        refuse(ACCEL_REASON_TYPE, index, described.type, ACCEL_TYPE_F32);
    if (described.quantization != nullptr && quantization(index).scales.empty())
        refuse(ACCEL_REASON_QUANTIZATION, index);
    if (graph::is_constant(described) && described.data_bytes != size_bytes)
        refuse(ACCEL_REASON_SIZE, index, static_cast<int64_t>(described.data_bytes), static_cast<int64_t>(size_bytes));
}

void Checker::values(const graph::OperationRow &row) const
{
    for (size_t i = 0; i < row.values.size(); ++i) {
        const uint32_t index = operand(row.first_value + i);
        if (index == ACCEL_TENSOR_NONE)
            continue;
        graph::Unreadable why;
        const graph::Values values = graph::Values::of(graph_.tensor(index));
        const graph::ValueKind kind = row.values[i].kind;
        const bool readable = kind == graph::ValueKind::kIntegers ? graph::read_integers(values, &why).has_value()
                              : kind == graph::ValueKind::kReals  ? graph::read_reals(values, &why).has_value()
                                                                  : graph::read_real(values, &why).has_value();
        if (!readable)
            refuse(why.reason, index, why.given, why.expected);
    }
}

void Checker::fitting() const
{
    graph::Contradiction why;
    const auto shapes = graph::infer_shapes(applied(), &why);
    if (!shapes) {
        const bool of_tensor = why.reason != ACCEL_REASON_ATTRIBUTE;
        throw Refusal{why.reason, of_tensor ? operand(why.operand) : ACCEL_TENSOR_NONE, why.given, why.expected, why.attribute, why.sentence};
    }
    for (size_t i = 0; i < shapes->size(); ++i) {
        if (outputs()[i] == ACCEL_TENSOR_NONE)
            continue;
        if (!(*shapes)[i])  // of a region that does not know what it makes
            refuse(ACCEL_REASON_SIZE, outputs()[i]);
        const graph::Shape &expected = *(*shapes)[i];
        const accel_tensor_desc &described = graph_.tensor(outputs()[i]);
        if (described.rank != expected.size())
            refuse(ACCEL_REASON_RANK, outputs()[i], described.rank, static_cast<int64_t>(expected.size()));
        for (size_t axis = 0; axis < expected.size(); ++axis)
            if (described.dims[axis].size != expected[axis].size)
                refuse(ACCEL_REASON_SIZE, outputs()[i], described.dims[axis].size, expected[axis].size);
    }
}

graph::Quantization Checker::quantization(uint32_t index) const
{
    return graph_.tensor(index).quantization == nullptr ? graph::Quantization{} : graph::quantization(graph_.tensor(index));
}

void Checker::same_type(uint32_t tensor, uint32_t type) const
{
    if (graph_.tensor(tensor).type != type)
        refuse(ACCEL_REASON_TYPE, tensor, graph_.tensor(tensor).type, type);
}

void Checker::operand_types(std::initializer_list<uint32_t> admitted) const
{
    const uint32_t type = input(0).type;
    if (std::ranges::find(admitted, type) == admitted.end())
        refuse(ACCEL_REASON_TYPE, operand(0), type, *admitted.begin());
}

void Checker::types(std::initializer_list<uint32_t> admitted) const
{
    operand_types(admitted);
    same_type(result(), input(0).type);
}

void Checker::unscaled(uint32_t tensor) const
{
    if (graph_.tensor(tensor).quantization != nullptr)
        refuse(ACCEL_REASON_QUANTIZATION, tensor);
}

void Checker::equal_quantization(uint32_t a, uint32_t b) const
{
    if (quantization(a) != quantization(b))
        refuse(ACCEL_REASON_QUANTIZATION, b);
}

void Checker::rank(uint32_t most) const
{
    if (input(0).rank > most)
        refuse(ACCEL_REASON_RANK, operand(0), input(0).rank, most);
}

Window Checker::window(const Dims &kernel) const
{
    if (applied().find(ACCEL_ATTRIBUTE_AUTO_PAD) != nullptr)
        refuse_attribute(ACCEL_ATTRIBUTE_AUTO_PAD);
    auto window = read_window(applied(), kernel);
    if (!window)
        refuse_attribute(ACCEL_ATTRIBUTE_PADS);
    return *std::move(window);
}

void Checker::real_operands() const
{
    types({ACCEL_TYPE_F32});
    for (const uint32_t tensor : inputs())
        if (tensor != ACCEL_TENSOR_NONE)
            same_type(tensor, ACCEL_TYPE_F32);
}

void Checker::moved() const
{
    // All whose elements are whole bytes.
    types({ACCEL_TYPE_F32, ACCEL_TYPE_F64, ACCEL_TYPE_F16, ACCEL_TYPE_BF16, ACCEL_TYPE_I8, ACCEL_TYPE_U8, ACCEL_TYPE_I16, ACCEL_TYPE_U16, ACCEL_TYPE_I32, ACCEL_TYPE_U32,
           ACCEL_TYPE_I64, ACCEL_TYPE_U64, ACCEL_TYPE_BOOL});
    kept();
}

void Checker::kept() const
{
    for (const uint32_t tensor : outputs()) {
        same_type(tensor, input(0).type);
        // Per-axis scales would have to move along with their axis.
        if (const auto scales = quantization(operand(0)).scales.size(); scales > 1)
            refuse(ACCEL_REASON_QUANTIZATION, operand(0), static_cast<int64_t>(scales), 1);
        equal_quantization(operand(0), tensor);
    }
}

void Checker::rounding() const
{
    if (node_.rounding < ACCEL_ROUNDING_HALF_EVEN || node_.rounding > ACCEL_ROUNDING_NATURAL)
        refuse(ACCEL_REASON_ROUNDING, ACCEL_TENSOR_NONE, node_.rounding, ACCEL_ROUNDING_HALF_EVEN);
}

void Checker::per_tensor(uint32_t tensor) const
{
    const graph::Quantization found = quantization(tensor);
    if (!found.per_tensor())
        refuse(ACCEL_REASON_QUANTIZATION, tensor, static_cast<int64_t>(found.scales.size()), 1);
    if (!normal(found.scales[0]))
        refuse(ACCEL_REASON_QUANTIZATION, tensor);
    if (quantizable(graph_.tensor(tensor).type) && !in_range(graph_.tensor(tensor).type, found.zero_points[0]))
        refuse(ACCEL_REASON_QUANTIZATION, tensor, found.zero_points[0], 0);
}

void Checker::scaled(uint32_t tensor) const
{
    const accel_tensor_desc &described = graph_.tensor(tensor);
    const graph::Quantization found = quantization(tensor);
    for (const int32_t zero_point : found.zero_points)
        if (quantizable(described.type) && !in_range(described.type, zero_point))
            refuse(ACCEL_REASON_QUANTIZATION, tensor, zero_point, 0);
    const auto count = static_cast<int64_t>(found.scales.size());
    if (!found.per_tensor() && (found.axis >= described.rank || count != described.dims[found.axis].size))
        refuse(ACCEL_REASON_QUANTIZATION, tensor);
}

void Checker::ratio(double operand_scale) const
{
    constexpr double kMost = 1 << 20;
    const double ratio = operand_scale / static_cast<double>(quantization(result()).scales[0]);
    if (!(ratio > 1.0 / (int64_t{1} << 60) && ratio < kMost))
        refuse(ACCEL_REASON_QUANTIZATION, result());
}

bool Checker::averaged_types() const
{
    if (!quantizable(input(0).type))
        return types({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8}), false;
    if (!quantizable(output().type))
        refuse(ACCEL_REASON_TYPE, result(), output().type, input(0).type);
    return true;
}

void Checker::stored_average(int64_t count, int64_t most) const
{
    if (count > most)
        refuse(ACCEL_REASON_SIZE, operand(0), count, most);
    rescaled();
}

void Checker::rescaled() const
{
    per_tensor(operand(0));
    per_tensor(result());
    ratio(static_cast<double>(quantization(operand(0)).scales[0]));
    rounding();
}

void Checker::quantized_weights(uint32_t channel_axis) const
{
    per_tensor(operand(0));
    if (!quantizable(output().type))
        refuse(ACCEL_REASON_TYPE, result(), output().type, ACCEL_TYPE_I8);
    per_tensor(result());
    rounding();
    const uint32_t index = operand(1);
    const accel_tensor_desc &w = graph_.tensor(index);
    if (!graph::is_constant(w))
        refuse(ACCEL_REASON_CONSTANT, index);
    if (!quantizable(w.type))
        refuse(ACCEL_REASON_TYPE, index, w.type, ACCEL_TYPE_I8);
    const int64_t channels = w.dims[channel_axis].size;
    const graph::Quantization found = quantization(index);
    const auto count = static_cast<int64_t>(found.scales.size());
    if (!found.per_tensor() && (found.axis != channel_axis || count != channels))
        refuse(ACCEL_REASON_QUANTIZATION, index, count, channels);
    for (size_t i = 0; i < found.scales.size(); ++i)
        if (!normal(found.scales[i]) || !in_range(w.type, found.zero_points[i]))
            refuse(ACCEL_REASON_QUANTIZATION, index, found.zero_points[i], 0);
    const auto [least, most] = std::ranges::minmax(found.scales);
    const auto scale = static_cast<double>(quantization(operand(0)).scales[0]);
    ratio(scale * static_cast<double>(least));
    ratio(scale * static_cast<double>(most));
    // 255 * 255 per product bounds every combination of types and zero points.
    const int64_t depth = element_count(*graph::fixed_dims(w)).value() / channels, limit = (INT64_C(1) << 31) - 1;
    const int64_t bias = largest_bias(*this, channels);
    if (depth > limit / (255 * 255) || depth * 255 * 255 + bias > limit)
        refuse(ACCEL_REASON_SIZE, index, depth, (limit - bias) / (255 * 255));
}

}  // namespace accel::cpu
