// SPDX-License-Identifier: MIT
// Judges a node: its operands, types and shapes, before what its operation asks for.
#include "support.h"

#include "checker.h"
#include "graph.h"
#include "operations.h"

#include <algorithm>

namespace accel::cpu
{
namespace
{

void check_family(const Checker &c)
{
    switch (c.operation()) {
    case ACCEL_OPERATION_CONV:
        return check_convolution(c);
    case ACCEL_OPERATION_GEMM:
        return check_gemm(c);
    case ACCEL_OPERATION_MATMUL:
        return check_matmul(c);
    case ACCEL_OPERATION_MAX_POOL:
    case ACCEL_OPERATION_AVERAGE_POOL:
        return check_pool(c);
    case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL:
        return check_global_pool(c);
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_MUL:
    case ACCEL_OPERATION_DIV:
        return check_binary(c);
    case ACCEL_OPERATION_RELU:
    case ACCEL_OPERATION_CLIP:
        return check_choice(c);
    case ACCEL_OPERATION_SIGMOID:
    case ACCEL_OPERATION_TANH:
    case ACCEL_OPERATION_EXP:
    case ACCEL_OPERATION_LEAKY_RELU:
    case ACCEL_OPERATION_SOFTMAX:
        return check_unary(c);
    case ACCEL_OPERATION_BATCH_NORMALIZATION:
        return check_batch_normalization(c);
    case ACCEL_OPERATION_REDUCE_MEAN:
        return check_reduce_mean(c);
    case ACCEL_OPERATION_RESHAPE:
    case ACCEL_OPERATION_TRANSPOSE:
    case ACCEL_OPERATION_IDENTITY:
    case ACCEL_OPERATION_SPLIT:
    case ACCEL_OPERATION_SLICE:
        return check_move(c);
    case ACCEL_OPERATION_CONCAT:
        return check_concat(c);
    case ACCEL_OPERATION_PAD:
        return check_pad(c);
    case ACCEL_OPERATION_GATHER:
        return check_gather(c);
    case ACCEL_OPERATION_CAST:
        return check_cast(c);
    case ACCEL_OPERATION_QUANTIZE:
        return check_quantize(c);
    case ACCEL_OPERATION_DEQUANTIZE:
        return check_dequantize(c);
    default:
        refuse(ACCEL_REASON_OPERATION);
    }
}

} // namespace

void refuse(uint32_t reason, uint32_t tensor, int64_t given, int64_t expected) { throw Refusal{reason, tensor, given, expected, 0, {}}; }

void refuse_attribute(uint32_t key, int64_t given, int64_t expected)
{
    throw Refusal{ACCEL_REASON_ATTRIBUTE, ACCEL_TENSOR_NONE, given, expected, key, {}};
}

std::string text_of(const Refusal &refusal)
{
    if (!refusal.sentence.empty())
        return refusal.sentence;
    const graph::NameRow *reason = graph::find_reason(refusal.reason);
    std::string text = std::string(reason != nullptr ? reason->name : "?") + ", given " + std::to_string(refusal.given) + ", expected " + std::to_string(refusal.expected);
    if (refusal.tensor != ACCEL_TENSOR_NONE)
        text += ", of tensor " + std::to_string(refusal.tensor);
    return text;
}

Refusal check_node(const graph::View &graph, const accel_node_desc &node)
{
    try {
        const Checker checker(graph, node);
        checker.known(kOperations);
        checker.fitting();
        check_family(checker);
        return {};
    } catch (const Refusal &refusal) {
        return refusal;
    }
}

std::optional<uint32_t> port_without_size(const graph::View &graph)
{
    for (const auto numbers : {graph.inputs(), graph.outputs()})
        for (const uint32_t tensor : numbers)
            if (type_bytes(graph.tensor(tensor).type) == 0 || graph::size_bytes(graph.tensor(tensor)).value_or(0) == 0)
                return tensor;
    return std::nullopt;
}

void Checker::known(std::span<const accel_bk_operation> operations) const
{
    const uint32_t revision = graph::known_revision(operations, node_.operation);
    if (revision == 0 || node_.region_count != 0)
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
    for (const uint32_t tensor : outputs())
        if (tensor == ACCEL_TENSOR_NONE)
            refuse(ACCEL_REASON_OPERATION);
        else if (graph::is_constant(graph_.tensor(tensor)))
            refuse(ACCEL_REASON_CONSTANT, tensor);
}

// All but value operands.
void Checker::tensors() const
{
    const unsigned first_value = accel_first_value_operand(node_.operation);
    const auto all = inputs();
    for (const auto numbers : {first_value == 0 ? all : all.first(std::min<size_t>(first_value, all.size())), outputs()})
        for (const uint32_t index : numbers)
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
    if (count > kMaxElements || count == 0)
        refuse(ACCEL_REASON_SIZE, index, count, count == 0 ? 1 : kMaxElements);
    const uint64_t unit_bytes = type_bytes(described.type), size_bytes = static_cast<uint64_t>(count) * unit_bytes;
    if (unit_bytes == 0)
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
        if (!(row.values[i].kind == graph::ValueKind::kIntegers ? graph::read_integers(values, &why).has_value() : graph::read_real(values, &why).has_value()))
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
        const graph::Shape &expected = (*shapes)[i].value();
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

void Checker::types(std::initializer_list<uint32_t> admitted) const
{
    const uint32_t type = input(0).type;
    if (std::ranges::find(admitted, type) == admitted.end())
        refuse(ACCEL_REASON_TYPE, operand(0), type, *admitted.begin());
    same_type(result(), type);
}

void Checker::equal_quantization(uint32_t a, uint32_t b) const
{
    if (quantization(a) != quantization(b))
        refuse(ACCEL_REASON_QUANTIZATION, b);
}

} // namespace accel::cpu
