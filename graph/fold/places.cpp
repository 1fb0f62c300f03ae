// SPDX-License-Identifier: MIT
// Folds that repeat elements, take them where indices say, or keep a triangle of them.
#include <accel/graph/catalog.h>

#include <algorithm>

#include "elements.h"
#include "rules.h"

namespace accel::graph::folds {

namespace {

/// An index, counted from the begin. Nothing: it is outside, or of no type of indices.
std::optional<int64_t> index_at(const accel_tensor_desc &indices, size_t element, int64_t size)
{
    if (indices.type != ACCEL_TYPE_I64 && indices.type != ACCEL_TYPE_I32) return std::nullopt;
    const int64_t given = indices.type == ACCEL_TYPE_I64 ? load<int64_t>(bytes_of(indices), element) : load<int32_t>(bytes_of(indices), element);
    const int64_t index = given < 0 ? given + size : given;
    return index >= 0 && index < size ? std::optional(index) : std::nullopt;
}

uint64_t count_of(const Shape &shape, size_t first, size_t last)
{
    return element_count(Shape(shape.begin() + static_cast<std::ptrdiff_t>(first), shape.begin() + static_cast<std::ptrdiff_t>(last))).value_or(0);
}

}  // namespace

/// Each axis as two, of which the first one stands still.
std::optional<Bytes> tile(const Applied &node, const Shape &, Pulse pulse)
{
    const Shape x = node.shape(0);
    const std::vector<int64_t> strides = row_major_strides(x), repeats = node.integers(ACCEL_OPERAND_TILE_REPEATS).value_or(std::vector<int64_t>(x.size(), 1));
    Shape pairs;
    std::vector<int64_t> steps;
    for (size_t axis = 0; axis < x.size(); ++axis) {
        pairs.insert(pairs.end(), {Dim{repeats[axis]}, x[axis]});
        steps.insert(steps.end(), {0, strides[axis]});
    }
    return read_strided(*node.operand(0), pairs, steps, 0, pulse);
}

std::optional<Bytes> gather_elements(const Applied &node, const Shape &result, Pulse pulse)
{
    const accel_tensor_desc &from = *node.operand(0);
    const Shape x = node.shape(0);
    const auto along = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    const std::vector<int64_t> strides = row_major_strides(x);
    const size_t width = type_size_bytes(from.type), count = element_count(result).value_or(0);
    if (width == 0) return std::nullopt;
    Bytes bytes;
    std::vector<int64_t> place(result.size());
    for (size_t element = 0; element < count; ++element) {
        pulse_at(element, pulse);
        const auto index = index_at(*node.operand(1), element, x[along].size);
        if (!index) return std::nullopt;
        int64_t at = *index * strides[along];
        for (size_t axis = 0; axis < place.size(); ++axis) at += axis == along ? 0 : place[axis] * strides[axis];
        const uint8_t *start = bytes_of(from) + static_cast<size_t>(at) * width;
        bytes.insert(bytes.end(), start, start + width);
        for (size_t axis = place.size(); axis-- > 0;) {
            if (++place[axis] < result[axis].size) break;
            place[axis] = 0;
        }
    }
    return bytes;
}

std::optional<Bytes> gather_nd(const Applied &node, const Shape &, Pulse pulse)
{
    const accel_tensor_desc &from = *node.operand(0);
    const Shape x = node.shape(0), indices = node.shape(1);
    const auto batch = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_BATCH_DIMS, 0)), depth = static_cast<size_t>(indices.back().size);
    const uint64_t count = count_of(indices, 0, indices.size() - 1), each = count_of(indices, batch, indices.size() - 1);
    const uint64_t block = count_of(x, batch, x.size()), width = count_of(x, batch + depth, x.size()) * type_size_bytes(from.type);
    Bytes bytes;
    for (uint64_t i = 0; i < count && width != 0; ++i) {
        pulse_at(i, pulse);
        uint64_t at = 0;
        for (size_t part = 0; part < depth; ++part) {
            const auto index = index_at(*node.operand(1), i * depth + part, x[batch + part].size);
            if (!index) return std::nullopt;
            at = at * static_cast<uint64_t>(x[batch + part].size) + static_cast<uint64_t>(*index);
        }
        const uint8_t *start = bytes_of(from) + i / each * block * type_size_bytes(from.type) + at * width;
        bytes.insert(bytes.end(), start, start + width);
    }
    return bytes;
}

std::optional<Bytes> triangle(const Applied &node, const Shape &result, Pulse pulse)
{
    const accel_tensor_desc &from = *node.operand(0);
    const auto columns = static_cast<uint64_t>(result.back().size), rows = static_cast<uint64_t>(result[result.size() - 2].size);
    const size_t width = type_size_bytes(from.type);
    // A stored 0 is none where it has a scale.
    if (width == 0 || from.quantization) return std::nullopt;
    const bool upper = node.integer(ACCEL_ATTRIBUTE_UPPER, 1) != 0;
    const int64_t most = static_cast<int64_t>(std::max(rows, columns)) + 1;
    const int64_t diagonal = node.operand(ACCEL_OPERAND_TRILU_K) ? std::clamp(node.integers(ACCEL_OPERAND_TRILU_K)->front(), -most, most) : 0;
    Bytes bytes(bytes_of(from), bytes_of(from) + from.data_bytes);
    const uint64_t count = columns ? bytes.size() / width / columns : 0;
    for (uint64_t row = 0; row < count; ++row) {
        pulse_at(row * columns, pulse);
        // The first column behind the part below the diagonal, which the upper triangle does not have.
        const auto edge = static_cast<uint64_t>(std::clamp<int64_t>(static_cast<int64_t>(row % rows) + diagonal + (upper ? 0 : 1), 0, static_cast<int64_t>(columns)));
        uint8_t *start = bytes.data() + row * columns * width;
        if (upper)
            std::fill_n(start, edge * width, uint8_t{0});
        else
            std::fill(start + edge * width, start + columns * width, uint8_t{0});
    }
    return bytes;
}

}  // namespace accel::graph::folds
