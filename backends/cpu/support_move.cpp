// SPDX-License-Identifier: MIT
// Requirements of operations that move or convert elements.
#include "checker.h"
#include "shapes.h"

#include <algorithm>

namespace accel::cpu
{

// Type and quantisation stay what they are.
void Checker::moved() const
{
    types({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8, ACCEL_TYPE_I32, ACCEL_TYPE_I64, ACCEL_TYPE_BOOL});
    for (const uint32_t tensor : node_.outputs) {
        same_type(tensor, input(0).type);
        // Per-axis scales would have to move along with their axis.
        if (input(0).quantization && !input(0).quantization->per_tensor())
            refuse(ACCEL_REASON_QUANTIZATION, node_.inputs[0], static_cast<int64_t>(input(0).quantization->scales.size()), 1);
        equal_quantization(node_.inputs[0], tensor);
    }
}

void Checker::reshape() const
{
    operands(1, 2, 1);
    moved();
    integers(ACCEL_OPERAND_RESHAPE_SHAPE); // known: the result has its sizes then
    if (output().elements() != input(0).elements())
        refuse(ACCEL_REASON_SIZE, node_.outputs[0], output().elements(), input(0).elements());
}

void Checker::transpose() const
{
    operands(1, 1, 1);
    moved();
    const size_t rank = input(0).rank;
    const Dims *perm = node_.list(ACCEL_ATTRIBUTE_PERM);
    Dims sorted = perm ? *perm : Dims{};
    std::ranges::sort(sorted);
    if (perm && sorted.size() != rank)
        refuse_attribute(ACCEL_ATTRIBUTE_PERM, static_cast<int64_t>(sorted.size()), static_cast<int64_t>(rank));
    for (size_t i = 0; i < sorted.size(); ++i)
        if (sorted[i] != static_cast<int64_t>(i))
            refuse_attribute(ACCEL_ATTRIBUTE_PERM, sorted[i], static_cast<int64_t>(i));
    Dims result(rank);
    for (size_t i = 0; i < rank; ++i)
        result[i] = input(0).dims[perm ? static_cast<size_t>((*perm)[i]) : rank - 1 - i];
    shape(node_.outputs[0], result);
}

void Checker::concat() const
{
    operands(1, SIZE_MAX, 1);
    moved();
    const int64_t along = node_.integer(ACCEL_ATTRIBUTE_AXIS, -1);
    axis(along, input(0).rank);
    const auto at = static_cast<size_t>(along);
    Dims result = input(0).dims;
    result[at] = 0;
    for (size_t i = 0; i < node_.inputs.size(); ++i) {
        if (!has_input(i))
            refuse(ACCEL_REASON_OPERATION);
        same_type(node_.inputs[i], input(0).type);
        equal_quantization(node_.inputs[0], node_.inputs[i]);
        Dims expected = input(0).dims;
        if (input(i).rank == expected.size())
            expected[at] = input(i).dims[at];
        shape(node_.inputs[i], expected);
        result[at] += expected[at];
    }
    shape(node_.outputs[0], result);
}

void Checker::split() const
{
    operands(1, 2, 0);
    moved();
    const int64_t along = node_.integer(ACCEL_ATTRIBUTE_AXIS, 0);
    axis(along, input(0).rank);
    const auto at = static_cast<size_t>(along);
    const auto sizes = integers(ACCEL_OPERAND_SPLIT_SPLIT);
    if (sizes && sizes->size() != node_.outputs.size())
        refuse(ACCEL_REASON_SIZE, node_.inputs[ACCEL_OPERAND_SPLIT_SPLIT], static_cast<int64_t>(sizes->size()), static_cast<int64_t>(node_.outputs.size()));
    int64_t total = 0;
    for (size_t i = 0; i < node_.outputs.size(); ++i) {
        Dims expected = input(0).dims;
        if (sizes)
            expected[at] = (*sizes)[i];
        else if (output(i).rank == expected.size())
            expected[at] = output(i).dims[at];
        shape(node_.outputs[i], expected);
        total += expected[at];
    }
    if (total != input(0).dims[at])
        refuse(ACCEL_REASON_SIZE, node_.inputs[0], total, input(0).dims[at]);
}

void Checker::slice() const
{
    operands(3, 5, 1);
    moved();
    for (size_t position = ACCEL_OPERAND_SLICE_STARTS; position <= ACCEL_OPERAND_SLICE_STEPS; ++position)
        integers(position);
    const auto range = slice_range(graph_, node_);
    if (!range)
        refuse(ACCEL_REASON_SIZE, node_.inputs[ACCEL_OPERAND_SLICE_STARTS]);
    shape(node_.outputs[0], range->counts);
}

void Checker::pad() const
{
    operands(2, 3, 1);
    types({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8});
    moved();
    real(ACCEL_OPERAND_PAD_VALUE);
    const uint32_t pads_tensor = node_.inputs[ACCEL_OPERAND_PAD_PADS];
    const auto pads = integers(ACCEL_OPERAND_PAD_PADS);
    const size_t rank = input(0).rank;
    if (pads->size() != 2 * rank)
        refuse(ACCEL_REASON_SIZE, pads_tensor, static_cast<int64_t>(pads->size()), static_cast<int64_t>(2 * rank));
    Dims result = input(0).dims;
    for (size_t i = 0; i < 2 * rank; ++i) {
        if ((*pads)[i] < 0 || (*pads)[i] > (int64_t{1} << 31))
            refuse(ACCEL_REASON_SIZE, pads_tensor, (*pads)[i], 0);
        result[i % rank] += (*pads)[i];
    }
    shape(node_.outputs[0], result);
}

void Checker::gather() const
{
    operands(2, 2, 1);
    moved();
    const uint32_t index_type = input(1).type;
    if (index_type != ACCEL_TYPE_I32 && index_type != ACCEL_TYPE_I64)
        refuse(ACCEL_REASON_TYPE, node_.inputs[1], index_type, ACCEL_TYPE_I64);
    const int64_t along = node_.integer(ACCEL_ATTRIBUTE_AXIS, 0);
    axis(along, input(0).rank);
    Dims result(input(0).dims.begin(), input(0).dims.begin() + along);
    result.insert(result.end(), input(1).dims.begin(), input(1).dims.end());
    result.insert(result.end(), input(0).dims.begin() + along + 1, input(0).dims.end());
    shape(node_.outputs[0], result);
}

void Checker::cast() const
{
    operands(1, 1, 1);
    shape(node_.outputs[0], input(0).dims);
    for (const uint32_t tensor : {node_.inputs[0], node_.outputs[0]}) {
        const uint32_t type = graph_.tensor(tensor).type;
        if (type != ACCEL_TYPE_F32 && type != ACCEL_TYPE_I8 && type != ACCEL_TYPE_U8 && type != ACCEL_TYPE_I32 && type != ACCEL_TYPE_I64 &&
            type != ACCEL_TYPE_BOOL)
            refuse(ACCEL_REASON_TYPE, tensor, type, ACCEL_TYPE_F32);
        if (graph_.tensor(tensor).quantization)
            refuse(ACCEL_REASON_QUANTIZATION, tensor);
    }
    const int64_t to = node_.integer(ACCEL_ATTRIBUTE_TO, output().type);
    if (to != output().type)
        refuse_attribute(ACCEL_ATTRIBUTE_TO, to, output().type);
}

} // namespace accel::cpu
