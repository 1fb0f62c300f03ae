// SPDX-License-Identifier: MIT
// Translators of operators that take values at positions.
#include "onnx/schema.h"
#include "ops.h"
#include "steps.h"

#include <algorithm>

namespace accel::onnx::ops {
namespace {

/// Places of a grid of these sizes, the last axis first, and a 1 behind them.
std::vector<double> plain_grid(const std::vector<int64_t> &sizes, bool aligned)
{
    const auto place = [aligned](int64_t index, int64_t size) {
        const auto at = static_cast<double>(index), length = static_cast<double>(size);
        return aligned ? (size > 1 ? 2 * at / (length - 1) - 1 : -1) : (2 * at + 1) / length - 1;
    };
    int64_t count = 1;
    for (const int64_t size : sizes) {
        count *= size;
    }
    std::vector<double> grid;
    for (int64_t at = 0; at < count; ++at) {
        int64_t rest = at;
        for (size_t axis = sizes.size(); axis-- > 0; rest /= sizes[axis]) {
            grid.push_back(place(rest % sizes[axis], sizes[axis]));
        }
        grid.push_back(1);
    }
    return grid;
}

}  // namespace

void affine_grid(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kRealTypes);
    const std::vector<int64_t> size = node.constant_integers(1, "size");
    if ((size.size() != 4 && size.size() != 5) || std::any_of(size.begin(), size.end(), [](int64_t each) { return each < 1 || each > kSizeMax; })) {
        node.fail_corrupt("size has ", size.size(), " values, expected are batch, channels, and two or three sizes above 0");
    }
    const std::vector<int64_t> spatial(size.begin() + 2, size.end());
    const auto axes = static_cast<int64_t>(spatial.size());
    if (!may_equal(node.input(0).dims, fixed_dims(std::vector<int64_t>{size[0], axes, axes + 1}))) {
        node.fail_corrupt("theta is ", to_text(node.input(0).dims), ", expected is ", size[0], "x", axes, "x", axes + 1);
    }
    Dims dims = fixed_dims(spatial);
    const auto count = element_count(dims);
    if (!count || *count > kElementsMax / 64) {
        node.fail_corrupt("its result has more elements than any memory holds");
    }
    node.charge(static_cast<uint64_t>(*count * (axes + 1)) * sizeof(double));
    const std::vector<double> grid = plain_grid(spatial, node.integer("align_corners", 0) != 0);
    Steps steps{node};
    const ValueId places = numbers(node, ACCEL_TYPE_F32, std::vector<float>(grid.begin(), grid.end()), fixed_dims(std::vector<int64_t>{*count, axes + 1}));
    const ValueId matrices = steps.permute(node.input_id(0), {0, 2, 1});
    const ValueId moved = steps.make(ACCEL_OPERATION_MATMUL, {places, matrices}, ACCEL_TYPE_F32, fixed_dims(std::vector<int64_t>{size[0], *count, axes}));
    dims.insert(dims.begin(), fixed_dim(size[0]));
    dims.push_back(fixed_dim(axes));
    steps.give(steps.shaped(moved, std::move(dims)));
}

}  // namespace accel::onnx::ops
