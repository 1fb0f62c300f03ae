// SPDX-License-Identifier: MIT
// Reads shapes, quantisation and clamps of a node's tensors, and refuses with the tensor.
#include "operand.h"

#include "block.h"
#include "bounds.h"

#include <algorithm>
#include <cmath>

namespace accel::ethosu {
namespace {

Verdict read_dims(const accel_tensor_desc &tensor, uint32_t index, std::vector<int64_t> &out)
{
    if (tensor.rank > kMaxRank)
        return refuse(ACCEL_REASON_RANK, index, tensor.rank, kMaxRank);
    auto dims = graph::fixed_dims(tensor);
    if (!dims)
        return refuse(ACCEL_REASON_SYMBOL, index);
    int64_t bytes = 1;
    for (const int64_t dim : *dims) {
        if (dim < 1 || dim > kMaxExtent)
            return refuse(ACCEL_REASON_SIZE, index, dim, kMaxExtent);
        bytes *= dim;  // 2^16 at most each: no overflow before the check below
        if (bytes > kMaxFeatureMapBytes)
            return refuse(ACCEL_REASON_SIZE, index, bytes, kMaxFeatureMapBytes);
    }
    out = std::move(*dims);
    return std::nullopt;
}

Verdict read_quantisation(const accel_tensor_desc &tensor, uint32_t index, Operand &out)
{
    if (tensor.quantization == nullptr)
        return std::nullopt;
    const graph::Quantization quantisation = graph::quantization(tensor);
    if (!quantisation.per_tensor())
        return refuse(ACCEL_REASON_QUANTIZATION, index, static_cast<int64_t>(quantisation.scales.size()), 1);
    out.scale = quantisation.scales[0];
    out.zero_point = quantisation.zero_points[0];
    if (!std::isfinite(out.scale) || out.scale <= 0)
        return refuse(ACCEL_REASON_QUANTIZATION, index);
    if (!out.range().contains(out.zero_point))
        return refuse(ACCEL_REASON_QUANTIZATION, index, out.zero_point, out.range().min);
    out.is_quantised = true;
    return std::nullopt;
}

// round(value / scale) + zero point, divided in binary32 and rounded in the manner of the node's rounding.
double stored(float value, const Operand &output, uint32_t rounding)
{
    const float ratio = value / output.scale;
    const float rounded = rounding == ACCEL_ROUNDING_HALF_EVEN ? std::nearbyint(ratio) : std::round(ratio);
    return static_cast<double>(rounded) + output.zero_point;
}

}  // namespace

bool Operand::same_quantisation(const Operand &other) const
{
    return is_signed == other.is_signed && scale == other.scale && zero_point == other.zero_point;
}

FeatureMap Operand::map(int64_t batch_index) const
{
    FeatureMap map;
    map.place.offset_bytes = static_cast<uint64_t>(batch_index * shape.extent.elements());
    map.extent = shape.extent;
    map.strides = layout::strides(layout::kNhwc, shape.extent, 1);
    map.zero_point = zero_point;
    map.is_signed = is_signed;
    return map;
}

Verdict read_operand(const graph::View &graph, uint32_t tensor, Operand &out)
{
    if (tensor == ACCEL_TENSOR_NONE)
        return refuse(ACCEL_REASON_OPERATION);
    const accel_tensor_desc &desc = graph.tensor(tensor);
    if (desc.type != ACCEL_TYPE_I8 && desc.type != ACCEL_TYPE_U8)
        return refuse(ACCEL_REASON_TYPE, tensor, desc.type, ACCEL_TYPE_I8);
    out.tensor = tensor;
    out.is_signed = desc.type == ACCEL_TYPE_I8;
    out.is_constant = graph::is_constant(desc);
    if (const Verdict refusal = read_dims(desc, tensor, out.dims))
        return refusal;
    out.shape = shape_of(out.dims);
    if (out.is_constant && desc.data_bytes < static_cast<uint64_t>(out.shape.elements()))
        return refuse(ACCEL_REASON_SIZE, tensor, static_cast<int64_t>(desc.data_bytes), out.shape.elements());
    return read_quantisation(desc, tensor, out);
}

Verdict read_variable(const graph::View &graph, uint32_t tensor, Operand &out)
{
    if (const Verdict refusal = read_operand(graph, tensor, out))
        return refusal;
    if (out.is_constant)
        return refuse(ACCEL_REASON_CONSTANT, tensor);
    return std::nullopt;
}

Verdict read_output(const graph::View &graph, const accel_node_desc &node, Operand &out)
{
    if (node.output_count != 1)
        return refuse(ACCEL_REASON_OPERATION, ACCEL_TENSOR_NONE, node.output_count, 1);
    return read_variable(graph, node.outputs[0], out);
}

Verdict need_quantised(const Operand &operand)
{
    if (!operand.is_quantised)
        return refuse(ACCEL_REASON_QUANTIZATION, operand.tensor, 0, 1);
    return std::nullopt;
}

Verdict read_rounding(const accel_node_desc &node, Rounding &out)
{
    switch (node.rounding) {
    case ACCEL_ROUNDING_TFLITE:
        out = Rounding::kDouble;
        return std::nullopt;
    case ACCEL_ROUNDING_NATURAL:
        out = Rounding::kNatural;
        return std::nullopt;
    default:
        return refuse(ACCEL_REASON_ROUNDING, ACCEL_TENSOR_NONE, node.rounding, ACCEL_ROUNDING_TFLITE);
    }
}

namespace {

// False: nothing of the stored range is left.
bool narrow(std::optional<float> min, std::optional<float> max, uint32_t rounding, const Operand &output, quant::Range &out)
{
    out = output.range();
    double low = out.min;
    double high = out.max;
    if (min)
        low = std::max(low, stored(*min, output, rounding));
    if (max)
        high = std::min(high, stored(*max, output, rounding));
    if (!(low <= high) || low > out.max || high < out.min)
        return false;
    out = {static_cast<int32_t>(low), static_cast<int32_t>(high)};
    return true;
}

Verdict unreadable(const accel_node_desc &node, uint32_t position, const graph::Unreadable &why)
{
    if (why.reason == ACCEL_REASON_OK)
        return std::nullopt;
    return Refusal{static_cast<accel_reason>(why.reason), node.inputs[position], why.given, why.expected};
}

}  // namespace

Verdict read_clamp(const accel_node_desc &node, const Operand &output, quant::Range &out)
{
    if (!narrow(graph::real(node, ACCEL_ATTRIBUTE_CLAMP_MIN), graph::real(node, ACCEL_ATTRIBUTE_CLAMP_MAX), node.rounding, output, out))
        return refuse_attribute(ACCEL_ATTRIBUTE_CLAMP_MIN, output.tensor);
    return std::nullopt;
}

Verdict read_bounds(const graph::View &graph, const accel_node_desc &node, const Operand &output, quant::Range &out)
{
    graph::Unreadable why;
    const auto min = graph::real(graph, node, ACCEL_OPERAND_CLIP_MIN, &why);
    if (const Verdict refusal = unreadable(node, ACCEL_OPERAND_CLIP_MIN, why))
        return refusal;
    const auto max = graph::real(graph, node, ACCEL_OPERAND_CLIP_MAX, &why);
    if (const Verdict refusal = unreadable(node, ACCEL_OPERAND_CLIP_MAX, why))
        return refusal;
    if (!narrow(min, max, node.rounding, output, out))
        return refuse(ACCEL_REASON_QUANTIZATION, output.tensor);
    return std::nullopt;
}

Verdict read_integers(const graph::View &graph, const accel_node_desc &node, uint32_t position, std::optional<std::vector<int64_t>> &out)
{
    graph::Unreadable why;
    out = graph::integers(graph, node, position, &why);
    return unreadable(node, position, why);
}

Verdict check_repeats(const Operand &output, int64_t parts)
{
    const int64_t limit = parts > kMaxOpsPerNode ? 0 : kMaxOpsPerNode / parts;
    if (output.shape.batch > limit)
        return refuse(ACCEL_REASON_SIZE, output.tensor, output.shape.batch, limit);
    return std::nullopt;
}

Verdict finish_op(Op &op)
{
    const auto block = choose_block(op);
    if (!block)
        return refuse(ACCEL_REASON_RESOURCE);
    op.block = *block;
    return std::nullopt;
}

}  // namespace accel::ethosu
