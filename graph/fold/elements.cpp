// SPDX-License-Identifier: MIT
// Reads elements with any steps, and repeats them along axes.
#include "elements.h"

#include <accel/graph/catalog.h>

#include <algorithm>

namespace accel::graph::folds {

namespace {

/// Copies a row of elements that lie `step` elements apart.
template <size_t width> void copy_row(uint8_t *to, const uint8_t *from, int64_t step, uint64_t count)
{
    if (step == 1) {
        std::memcpy(to, from, count * width);
        return;
    }
    for (uint64_t i = 0; i < count; ++i) std::memcpy(to + i * width, from + static_cast<int64_t>(i) * step * static_cast<int64_t>(width), width);
}

using CopyRow = void (*)(uint8_t *to, const uint8_t *from, int64_t step, uint64_t count);

CopyRow row_copier(size_t width)
{
    switch (width) {
    case 1: return copy_row<1>;
    case 2: return copy_row<2>;
    case 4: return copy_row<4>;
    case 8: return copy_row<8>;
    case 16: return copy_row<16>;
    default: return nullptr;
    }
}

}  // namespace

std::optional<Bytes> read_strided(const accel_tensor_desc &from, const Shape &result, const std::vector<int64_t> &steps, int64_t start, Pulse pulse)
{
    const size_t width = type_size_bytes(from.type);
    const CopyRow copy = row_copier(width);
    if (!copy) return std::nullopt;
    const uint64_t count = element_count(result).value_or(0);
    Bytes bytes(count * width);
    const size_t outer_rank = result.empty() ? 0 : result.size() - 1;
    const uint64_t row = result.empty() ? 1 : static_cast<uint64_t>(result.back().size);
    const int64_t row_step = result.empty() ? 1 : steps.back();
    std::vector<int64_t> index(outer_rank);
    int64_t at = start;
    uint64_t since = 0;
    for (uint64_t done = 0; done < count; done += row) {
        for (uint64_t i = 0; i < row; i += kPieceElements) {
            const uint64_t piece = std::min(kPieceElements, row - i);
            copy(bytes.data() + (done + i) * width, bytes_of(from) + (at + static_cast<int64_t>(i) * row_step) * static_cast<int64_t>(width), row_step, piece);
            since += piece;
            if (since < kPieceElements) continue;
            pulse();
            since = 0;
        }
        for (size_t axis = outer_rank; axis-- > 0;) {
            at += steps[axis];
            if (++index[axis] < result[axis].size) break;
            at -= steps[axis] * result[axis].size;
            index[axis] = 0;
        }
    }
    return bytes;
}

std::optional<Bytes> spread(const accel_tensor_desc &from, const Shape &result, Pulse pulse)
{
    const Shape shape = Applied::shape_of(from);
    const std::vector<int64_t> strides = row_major_strides(shape);
    std::vector<int64_t> steps(result.size());
    const size_t lead = result.size() - shape.size();
    for (size_t axis = 0; axis < shape.size(); ++axis) steps[axis + lead] = shape[axis].size == 1 ? 0 : strides[axis];
    return read_strided(from, result, steps, 0, pulse);
}

}  // namespace accel::graph::folds
