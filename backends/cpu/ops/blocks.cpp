// SPDX-License-Identifier: MIT
// DEPTH_TO_SPACE and SPACE_TO_DEPTH: one copy between two views of the same elements, by image, channel, and place of a block and in it along both sides.
#include "../checker.h"
#include "../nodes/nodes.h"
#include "ops.h"

namespace accel::cpu {
namespace {

void check_blocks(const Checker &c) { c.moved(); }

// Of the tensor with the larger sides.
View of_space(View space, int64_t side)
{
    const Dims &dims = space.dims;
    space.dims = {dims[0], dims[1], dims[2] / side, side, dims[3] / side, side};
    space.strides = row_major_strides(space.dims);
    return space;
}

// Of the one with more channels; blocks_last: the channel's place within a block varies fastest in its number.
View of_depth(View depth, const Dims &space, int64_t side, bool blocks_last)
{
    const int64_t width = depth.dims[3], plane = depth.dims[2] * width, image = depth.dims[1] * plane;
    const int64_t block = blocks_last ? plane : space[1] * plane, channel = blocks_last ? side * side * plane : plane;
    depth.dims = space;
    depth.strides = {image, channel, width, side * block, 1, block};
    return depth;
}

void prepare_blocks(Builder &builder, const Node &node)
{
    const View x = builder.in_layout(node.inputs[0], Layout::kRowMajor), y = builder.define(node.outputs[0], Layout::kRowMajor);
    const int64_t side = node.integer(ACCEL_ATTRIBUTE_BLOCK_SIZE, 1);
    const graph::Attribute *mode = node.find(ACCEL_ATTRIBUTE_MODE);
    const bool from_depth = node.operation == ACCEL_OPERATION_DEPTH_TO_SPACE, blocks_last = mode != nullptr && mode->text() == "CRD";
    const View space = of_space(from_depth ? y : x, side), depth = of_depth(from_depth ? x : y, space.dims, side, blocks_last);
    builder.add(from_depth ? make_copy_step(depth, space, builder.threads()) : make_copy_step(space, depth, builder.threads()), {x.value, y.value});
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_DEPTH_TO_SPACE, 1, check_blocks, prepare_blocks},
    {ACCEL_OPERATION_SPACE_TO_DEPTH, 1, check_blocks, prepare_blocks},
};

}  // namespace

const std::span<const CpuOp> kBlockOps = kRows;

}  // namespace accel::cpu
