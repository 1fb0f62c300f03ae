// SPDX-License-Identifier: MIT
// What scale and zero point operands say of a tensor, as its quantisation.
#include "stored.h"

#include "ops.h"

#include <accel/graph/quantization.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace accel::onnx::ops {

std::vector<float> read_scales(const Node &node, size_t index)
{
    const Value &value = node.input(index);
    if (value.data == nullptr) {
        node.fail_unsupported("the scale '", value.name, "' is not constant");
    }
    if ((kScaleTypes >> value.type & 1) == 0) {
        node.fail_unsupported("the scale '", value.name, "' has type ", name_of(value.type), ", only float, float16 and bfloat16 are taken");
    }
    accel_quantization desc{};
    desc.scale_type = value.type;
    desc.scales = value.data;
    desc.count = value.data_bytes / size_bytes_of(value.type);
    const std::vector<float> scales = *graph::float_scales(desc);
    for (const float scale : scales) {
        if (!std::isfinite(scale) || scale < 0) {
            node.fail_corrupt("the scale '", value.name, "' has ", scale, ", it must be finite and above 0");
        }
    }
    return scales;
}

namespace {

std::vector<int32_t> read_zero_points(const Node &node, size_t index)
{
    const Value &value = node.input(index);
    if (value.data == nullptr) {
        node.fail_unsupported("the zero point '", value.name, "' is not constant");
    }
    std::vector<int32_t> zero_points;
    const auto *bytes = static_cast<const char *>(value.data);
    const uint64_t step = size_bytes_of(value.type);
    for (uint64_t i = 0; i < value.data_bytes; i += step) {
        switch (value.type) {
        case ACCEL_TYPE_I8: zero_points.push_back(static_cast<int8_t>(bytes[i])); break;
        case ACCEL_TYPE_U8: zero_points.push_back(static_cast<uint8_t>(bytes[i])); break;
        case ACCEL_TYPE_I32: {
            int32_t zero_point = 0;
            std::memcpy(&zero_point, bytes + i, sizeof zero_point);
            zero_points.push_back(zero_point);
            break;
        }
        default: node.fail_unsupported("the zero point '", value.name, "' has type ", name_of(value.type));
        }
    }
    return zero_points;
}

/// Is every stored value the zero point of its channel, in the channels (or the whole) whose scale is 0?
bool is_zero_where_scale_is(const Value &stored, const Quantization &quantization)
{
    const auto count = element_count(stored.dims);
    const uint64_t step = size_bytes_of(stored.type);
    if (stored.data == nullptr || !count || step > sizeof(int32_t)) {
        return false;
    }
    std::vector<int64_t> sizes;
    for (const accel_dim &dim : stored.dims) {
        sizes.push_back(dim.size);
    }
    const std::vector<int64_t> block_dims = block_dims_of(quantization, sizes.size());
    accel_quantization desc{};
    desc.rank = static_cast<uint32_t>(block_dims.size());
    desc.block_dims = block_dims.data();
    const graph::ScaleIndex index(desc, sizes);
    for (int64_t i = 0; i < *count; ++i) {
        const size_t channel = index.of(static_cast<uint64_t>(i));
        // Compared as bytes: they are the zero point's, whatever the sign.
        if (quantization.scales[channel] == 0 && std::memcmp(static_cast<const char *>(stored.data) + static_cast<uint64_t>(i) * step, &quantization.zero_points[channel], step) != 0) {
            return false;
        }
    }
    return true;
}

}  // namespace

void mend_zero_scales(const Node &node, const Value &stored, Quantization &quantization)
{
    float largest = 0;
    bool any = false;
    for (const float scale : quantization.scales) {
        largest = std::max(largest, scale);
        any = any || scale == 0;
    }
    if (!any) {
        return;
    }
    if (!is_zero_where_scale_is(stored, quantization)) {
        node.fail_unsupported("a scale of 0 for '", stored.name, "', which is no constant of zeros there");
    }
    std::replace(quantization.scales.begin(), quantization.scales.end(), 0.0f, largest > 0 ? largest : 1.0f);
}

namespace {

/// Along one axis so many indices share a scale, along all others each has its own.
void set_blocks(const Node &node, size_t scale, const Dims &dims, const Blocks &blocks, Quantization &quantization)
{
    const uint32_t axis = node.axis(blocks.axis, dims.size());
    if (!all_fixed(dims)) {
        node.fail_unsupported("quantisation in blocks of dimensions that are only known by name");
    }
    if (blocks.size < 0) {
        node.fail_corrupt("block_size ", blocks.size);
    }
    Dims expected = dims;
    expected[axis].size = dims[axis].size / blocks.size + (dims[axis].size % blocks.size != 0);
    if (!same(node.input(scale).dims, expected)) {
        node.fail_corrupt("scales of ", to_text(node.input(scale).dims), ", expected are ", to_text(expected), " for blocks of ", blocks.size);
    }
    quantization.block_dims.assign(dims.size(), 1);
    quantization.block_dims[axis] = blocks.size;
}

/// Scale and zero point operands as the quantisation of a tensor with these dims.
Quantization read_quantization(const Node &node, size_t scale, size_t zero_point, const Dims &dims, const Blocks &blocks)
{
    Quantization quantization;
    quantization.scales = read_scales(node, scale);
    quantization.zero_points = node.has_input(zero_point) ? read_zero_points(node, zero_point) : std::vector<int32_t>(quantization.scales.size(), 0);
    const size_t count = quantization.scales.size();
    if (count == 0 || quantization.zero_points.size() != count) {
        node.fail_corrupt(count, " scales and ", quantization.zero_points.size(), " zero points");
    }
    if (blocks.size != 0) {
        set_blocks(node, scale, dims, blocks, quantization);
    } else if (node.input(scale).dims.size() > 1) {
        node.fail_unsupported("scales of ", to_text(node.input(scale).dims), " without a block_size");
    } else if (count > 1) {
        quantization.axis = node.axis(blocks.axis, dims.size());
        const accel_dim &dim = dims[quantization.axis];
        if (is_fixed(dim) && dim.size != static_cast<int64_t>(count)) {
            node.fail_corrupt(count, " scales for a dimension of ", dim.size);
        }
        if (!is_fixed(dim)) {
            node.fail_unsupported("scales along a dimension that is only known by name");
        }
    }
    return quantization;
}

}  // namespace

Quantization operand_quantization(const Node &node, size_t data, size_t scale, size_t zero_point, const Blocks &blocks)
{
    Quantization quantization = read_quantization(node, scale, zero_point, node.input(data).dims, blocks);
    mend_zero_scales(node, node.input(data), quantization);
    return quantization;
}

Quantization result_quantization(const Node &node, size_t scale, size_t zero_point, const Dims &dims, const Blocks &blocks)
{
    Quantization quantization = read_quantization(node, scale, zero_point, dims, blocks);
    if (std::find(quantization.scales.begin(), quantization.scales.end(), 0.0f) != quantization.scales.end()) {
        node.fail_unsupported("a result with a scale of 0");
    }
    return quantization;
}

ValueId quantized(Node &node, ValueId id, const Quantization &quantization)
{
    const Value &value = node.graph.value(id);
    if (!value.quantization) {
        node.graph.set_quantization(id, quantization);
        return id;
    }
    if (*value.quantization == quantization) {
        return id;
    }
    if (!value.is_constant()) {
        node.fail_unsupported("'", value.name, "' is read with another scale or zero point than it was made or is read elsewhere with");
    }
    Value view = value;
    view.quantization = quantization;
    return node.graph.add(std::move(view));
}

void expect_stored_operand(const Node &node, size_t data, size_t zero_point)
{
    node.expect_type(data, kStoredTypes);
    if (node.has_input(zero_point)) {
        node.expect_same_type(data, zero_point);
    }
}

uint32_t stored_type(const Node &node, size_t zero_point)
{
    if (!node.has_input(zero_point)) {
        return ACCEL_TYPE_U8;
    }
    node.expect_type(zero_point, kStoredTypes);
    return node.input(zero_point).type;
}

ValueId define_quantized(Node &node, uint32_t type, Dims dims, Quantization quantization)
{
    const ValueId y = node.define_output(0, type, std::move(dims));
    node.graph.value(y).quantization = std::move(quantization);
    return y;
}

namespace {

/// One scale and zero point for each index of the first axis and of the last.
Quantization quantization_by_rows(const Node &node, size_t data, size_t scale, size_t zero_point)
{
    const Dims &dims = node.input(data).dims;
    if (!all_fixed(dims) || !same(node.input(scale).dims, Dims{dims.front(), dims.back()})) {
        node.fail_corrupt("scales of ", to_text(node.input(scale).dims), ", expected is one for each index of the first and the last axis of ", to_text(dims));
    }
    Quantization quantization{read_scales(node, scale), read_zero_points(node, zero_point), 0, {}};
    if (quantization.scales.size() != quantization.zero_points.size()) {
        node.fail_corrupt(quantization.scales.size(), " scales and ", quantization.zero_points.size(), " zero points");
    }
    for (size_t axis = 0; axis < dims.size(); ++axis) {
        quantization.block_dims.push_back(axis == 0 || axis + 1 == dims.size() ? 1 : dims[axis].size);
    }
    mend_zero_scales(node, node.input(data), quantization);
    return quantization;
}

}  // namespace

ValueId dequantized(Node &node, size_t data, size_t scale, size_t zero_point)
{
    node.expect_type(data, kStoredTypes);
    node.expect_same_type(data, zero_point);
    const bool by_rows = node.input(scale).dims.size() > 1;
    const Quantization quantization = by_rows ? quantization_by_rows(node, data, scale, zero_point) : operand_quantization(node, data, scale, zero_point, {0});
    const ValueId stored = quantized(node, node.input_id(data), quantization);
    const ValueId made = node.define_hidden(ACCEL_TYPE_F32, Dims(node.input(data).dims));
    node.emit(ACCEL_OPERATION_DEQUANTIZE, {stored}, {made});
    return made;
}

ValueId reals_of(Steps &steps, size_t data, size_t scale, size_t zero_point, int64_t axis)
{
    Node &node = steps.node;
    expect_stored_operand(node, data, zero_point);
    if (is_computed(node, {scale, zero_point})) {
        return reals_by_steps(node, data, scale, zero_point);
    }
    const Quantization quantization = operand_quantization(node, data, scale, zero_point, {axis});
    if (quantization.per_axis() && !node.input(data).is_constant()) {
        node.fail_unsupported("several scales for '", node.input(data).name, "', which is computed");
    }
    return steps.make(ACCEL_OPERATION_DEQUANTIZE, {quantized(node, node.input_id(data), quantization)}, ACCEL_TYPE_F32, Dims(node.input(data).dims));
}

void give_stored(Steps &steps, ValueId reals, size_t scale, size_t zero_point, uint32_t otherwise)
{
    Node &node = steps.node;
    const uint32_t type = node.has_input(zero_point) ? stored_type(node, zero_point) : otherwise;
    if (is_computed(node, {scale, zero_point})) {
        return store_by_steps(node, reals, scale, zero_point, type);
    }
    Dims dims = steps.dims(reals);
    Quantization quantization = result_quantization(node, scale, zero_point, dims, {0});
    if (quantization.per_axis()) {
        node.fail_unsupported("several scales for a result");
    }
    node.emit(ACCEL_OPERATION_QUANTIZE, {reals}, {define_quantized(node, type, std::move(dims), std::move(quantization))}, {}, ACCEL_ROUNDING_HALF_EVEN);
}

}  // namespace accel::onnx::ops
