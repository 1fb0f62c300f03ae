// SPDX-License-Identifier: MIT
// Folds that move elements and compute nothing.
#include <accel/graph/cuts.h>

#include "elements.h"
#include "rules.h"

namespace accel::graph::folds {

std::optional<Bytes> alias(const Applied &node, const Shape &, Pulse)
{
    const accel_tensor_desc &x = *node.operand(0);
    return Bytes(bytes_of(x), bytes_of(x) + x.data_bytes);
}

std::optional<Bytes> permute(const Applied &node, const Shape &result, Pulse pulse)
{
    const std::vector<int64_t> strides = row_major_strides(node.shape(0));
    std::vector<int64_t> steps(strides.rbegin(), strides.rend());
    const auto perm = node.ints(ACCEL_ATTRIBUTE_PERM);
    for (size_t axis = 0; axis < perm.size(); ++axis) steps[axis] = strides[static_cast<size_t>(perm[axis])];
    return read_strided(*node.operand(0), result, steps, 0, pulse);
}

std::optional<Bytes> slice(const Applied &node, const Shape &result, Pulse pulse)
{
    const auto taken = cuts(node, nullptr);
    if (!taken) return std::nullopt;
    const std::vector<int64_t> strides = row_major_strides(node.shape(0));
    std::vector<int64_t> steps = strides;
    int64_t start = 0;
    for (const Cut &cut : *taken) {
        const auto axis = static_cast<size_t>(cut.axis);
        if (cut.count > 1) steps[axis] = strides[axis] * cut.step;  // a larger step would reach nothing
        start += strides[axis] * cut.start;
    }
    return read_strided(*node.operand(0), result, steps, start, pulse);
}

std::optional<Bytes> stretch(const Applied &node, const Shape &result, Pulse pulse) { return spread(*node.operand(0), result, pulse); }

std::optional<Bytes> concat(const Applied &node, const Shape &result, Pulse)
{
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    uint64_t rows = 1;
    for (size_t i = 0; i < axis; ++i) rows *= static_cast<uint64_t>(result[i].size);
    Bytes bytes;
    for (uint64_t row = 0; row < rows; ++row) {
        for (const accel_tensor_desc *part : node.operands) {
            const size_t width = part->data_bytes / rows;
            bytes.insert(bytes.end(), bytes_of(*part) + row * width, bytes_of(*part) + (row + 1) * width);
        }
    }
    return bytes;
}

std::optional<Bytes> gather(const Applied &node, const Shape &, Pulse)
{
    const accel_tensor_desc &from = *node.operand(0), &indices = *node.operand(1);
    if (indices.type != ACCEL_TYPE_I64 && indices.type != ACCEL_TYPE_I32) return std::nullopt;
    const Shape shape = node.shape(0);
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    const uint64_t outer = element_count(Shape(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(axis))).value_or(0);
    const uint64_t index_count = element_count(node.shape(1)).value_or(0);
    const int64_t extent = shape[axis].size;
    const size_t width = outer && extent ? from.data_bytes / outer / static_cast<size_t>(extent) : 0;
    Bytes bytes;
    for (uint64_t o = 0; o < outer; ++o) {
        for (uint64_t i = 0; i < index_count; ++i) {
            int64_t row = indices.type == ACCEL_TYPE_I64 ? load<int64_t>(bytes_of(indices), i) : load<int32_t>(bytes_of(indices), i);
            if (row < 0) row += extent;
            if (row < 0 || row >= extent) return std::nullopt;
            const uint8_t *start = bytes_of(from) + (o * static_cast<uint64_t>(extent) + static_cast<uint64_t>(row)) * width;
            bytes.insert(bytes.end(), start, start + width);
        }
    }
    return bytes;
}

}  // namespace accel::graph::folds
