// SPDX-License-Identifier: MIT
// From the graph's sizes to the NPU's, and the strides of both.
#include "shape.h"

namespace accel::ethosu {

Shape shape_of(std::span<const int64_t> dims)
{
    Shape shape;
    switch (dims.size()) {
    case 4:
        return {dims[0], {dims[2], dims[3], dims[1]}};
    case 3:
        shape.extent.height = dims[0];
        [[fallthrough]];
    case 2:
        shape.extent.width = dims[dims.size() - 2];
        [[fallthrough]];
    case 1:
        shape.extent.channels = dims[dims.size() - 1];
        break;
    default:
        break;
    }
    return shape;
}

std::vector<int64_t> strides_bytes(std::span<const int64_t> dims)
{
    if (dims.size() == 4) {
        const int64_t c = dims[1], h = dims[2], w = dims[3];
        return {c * h * w, 1, w * c, c};
    }
    std::vector<int64_t> strides(dims.size(), 1);
    for (size_t i = dims.size(); i-- > 1;)
        strides[i - 1] = strides[i] * dims[i];
    return strides;
}

bool is_row_major(std::span<const int64_t> dims) { return dims.size() != 4 || dims[1] == 1 || dims[2] * dims[3] == 1; }

std::vector<int64_t> pad_rank(std::span<const int64_t> dims, size_t rank)
{
    std::vector<int64_t> padded(rank > dims.size() ? rank - dims.size() : 0, 1);
    padded.insert(padded.end(), dims.begin(), dims.end());
    return padded;
}

}  // namespace accel::ethosu
