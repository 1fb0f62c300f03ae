// SPDX-License-Identifier: MIT
// Judges a node: its operands, types and shapes, before what its operation asks for.
#include "support.h"

#include "checker.h"
#include <accel/graph/view.h>
#include "operations.h"

#include <algorithm>

namespace accel::cpu
{

void refuse(uint32_t reason, uint32_t tensor, int64_t given, int64_t expected) { throw Refusal{reason, tensor, given, expected}; }

void refuse_attribute(accel_attribute_key key, int64_t given, int64_t expected)
{
    throw Refusal{ACCEL_REASON_ATTRIBUTE, kNone, given, expected, static_cast<uint32_t>(key)};
}

bool is_quantized(const Graph &graph, const Node &node)
{
    if (node.input(0) == kNone || node.outputs.empty() || node.outputs[0] == kNone)
        return false;
    const auto stored = [&](uint32_t index) {
        const Tensor &tensor = graph.tensor(index);
        return (tensor.type == ACCEL_TYPE_I8 || tensor.type == ACCEL_TYPE_U8) && tensor.quantization;
    };
    return stored(node.inputs[0]) && stored(node.outputs[0]);
}

Refusal check_node(const Graph &graph, const Node &node)
{
    try {
        Checker(graph, node).check();
        return {};
    } catch (const Refusal &refusal) {
        return refusal;
    }
}

void Checker::operands(size_t least, size_t most, size_t outputs) const
{
    if (node_.inputs.size() < least || node_.inputs.size() > most)
        refuse(ACCEL_REASON_OPERATION, kNone, static_cast<int64_t>(node_.inputs.size()), static_cast<int64_t>(most));
    if (outputs != 0 && node_.outputs.size() != outputs)
        refuse(ACCEL_REASON_OPERATION, kNone, static_cast<int64_t>(node_.outputs.size()), static_cast<int64_t>(outputs));
    for (size_t i = 0; i < least; ++i)
        if (node_.inputs[i] == kNone)
            refuse(ACCEL_REASON_OPERATION);
}

void Checker::tensors() const
{
    constexpr int64_t kMaxElements = int64_t{1} << 31;
    // What value operands hold is checked where it is read.
    const unsigned first_value = accel_first_value_operand(node_.operation);
    const size_t tensors = first_value == 0 ? node_.inputs.size() : std::min<size_t>(first_value, node_.inputs.size());
    std::vector<uint32_t> all(node_.inputs.begin(), node_.inputs.begin() + static_cast<std::ptrdiff_t>(tensors));
    all.insert(all.end(), node_.outputs.begin(), node_.outputs.end());
    for (const uint32_t index : all) {
        if (index == kNone)
            continue;
        const Tensor &tensor = graph_.tensor(index);
        if (tensor.rank > kMaxRank)
            refuse(ACCEL_REASON_RANK, index, tensor.rank, kMaxRank);
        if (!tensor.fixed)
            refuse(ACCEL_REASON_SYMBOL, index);
        const auto count = element_count(tensor.dims);
        if (!count || *count > kMaxElements || *count == 0)
            refuse(ACCEL_REASON_SIZE, index, count.value_or(INT64_MAX), count == 0 ? 1 : kMaxElements);
        if (type_bytes(tensor.type) == 0)
            refuse(ACCEL_REASON_TYPE, index, tensor.type, ACCEL_TYPE_F32);
        if (tensor.quantization && tensor.quantization->scales.empty())
            refuse(ACCEL_REASON_QUANTIZATION, index);
        if (tensor.constant() && tensor.data_bytes != tensor.size_bytes())
            refuse(ACCEL_REASON_SIZE, index, static_cast<int64_t>(tensor.data_bytes), static_cast<int64_t>(tensor.size_bytes()));
    }
    for (const uint32_t index : node_.outputs)
        if (index == kNone)
            refuse(ACCEL_REASON_OPERATION);
        else if (graph_.tensor(index).constant())
            refuse(ACCEL_REASON_CONSTANT, index);
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
        refuse(ACCEL_REASON_TYPE, node_.inputs[0], type, *admitted.begin());
    same_type(node_.outputs[0], type);
}

void Checker::shape(uint32_t tensor, const Dims &expected) const
{
    const Dims &dims = graph_.tensor(tensor).dims;
    if (dims.size() != expected.size())
        refuse(ACCEL_REASON_RANK, tensor, static_cast<int64_t>(dims.size()), static_cast<int64_t>(expected.size()));
    for (size_t i = 0; i < dims.size(); ++i)
        if (dims[i] != expected[i])
            refuse(ACCEL_REASON_SIZE, tensor, dims[i], expected[i]);
}

void Checker::axis(int64_t value, size_t rank) const
{
    if (value < 0 || value >= static_cast<int64_t>(rank))
        refuse_attribute(ACCEL_ATTRIBUTE_AXIS, value, static_cast<int64_t>(rank) - 1);
}

void Checker::equal_quantization(uint32_t a, uint32_t b) const
{
    if (graph_.tensor(a).quantization != graph_.tensor(b).quantization)
        refuse(ACCEL_REASON_QUANTIZATION, b);
}

std::optional<Dims> Checker::integers(size_t position) const
{
    if (!has_input(position))
        return std::nullopt;
    graph::Unreadable why;
    auto values = graph_.integers(node_, position, &why);
    if (!values)
        refuse(why.reason, node_.inputs[position], why.given, why.expected);
    return values;
}

std::optional<float> Checker::real(size_t position) const
{
    if (!has_input(position))
        return std::nullopt;
    graph::Unreadable why;
    const auto value = graph_.real(node_, position, &why);
    if (!value)
        refuse(why.reason, node_.inputs[position], why.given, why.expected);
    return value;
}

void Checker::check() const
{
    const uint32_t known = graph::known_revision(kOperations, node_.operation);
    if (known == 0)
        refuse(ACCEL_REASON_OPERATION);
    if (node_.revision > known)
        refuse(ACCEL_REASON_REVISION, kNone, node_.revision, known);
    if (node_.has_regions || node_.outputs.empty())
        refuse(ACCEL_REASON_OPERATION);
    tensors();
    switch (node_.operation) {
    case ACCEL_OPERATION_CONV:
        return convolution();
    case ACCEL_OPERATION_GEMM:
        return gemm();
    case ACCEL_OPERATION_MATMUL:
        return matmul();
    case ACCEL_OPERATION_MAX_POOL:
    case ACCEL_OPERATION_AVERAGE_POOL:
        return pool();
    case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL:
        return global_pool();
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_MUL:
    case ACCEL_OPERATION_DIV:
        return binary();
    case ACCEL_OPERATION_RELU:
    case ACCEL_OPERATION_CLIP:
    case ACCEL_OPERATION_SIGMOID:
    case ACCEL_OPERATION_TANH:
    case ACCEL_OPERATION_EXP:
    case ACCEL_OPERATION_LEAKY_RELU:
        return unary();
    case ACCEL_OPERATION_SOFTMAX:
        return softmax();
    case ACCEL_OPERATION_RESHAPE:
        return reshape();
    case ACCEL_OPERATION_TRANSPOSE:
        return transpose();
    case ACCEL_OPERATION_CONCAT:
        return concat();
    case ACCEL_OPERATION_SLICE:
        return slice();
    case ACCEL_OPERATION_BATCH_NORMALIZATION:
        return batch_normalization();
    case ACCEL_OPERATION_QUANTIZE:
        return quantize();
    case ACCEL_OPERATION_DEQUANTIZE:
        return dequantize();
    case ACCEL_OPERATION_REDUCE_MEAN:
        return reduce_mean();
    case ACCEL_OPERATION_PAD:
        return pad();
    case ACCEL_OPERATION_CAST:
        return cast();
    case ACCEL_OPERATION_IDENTITY:
        operands(1, 1, 1);
        moved();
        return shape(node_.outputs[0], input(0).dims);
    case ACCEL_OPERATION_SPLIT:
        return split();
    case ACCEL_OPERATION_GATHER:
        return gather();
    default:
        refuse(ACCEL_REASON_OPERATION);
    }
}

} // namespace accel::cpu
