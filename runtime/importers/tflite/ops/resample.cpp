// SPDX-License-Identifier: MIT
// Translators of operations that change height and width, with channels first.
#include "ops.h"

namespace accel::tflite::ops {
namespace {

constexpr int64_t kBlockMax = int64_t{1} << 15;

/// Height and width of the result; CORRUPT where they are no sizes.
Sizes wanted(const Node &node)
{
    node.expect_operands(2, 2);
    node.expect_rank(0, 4, 4);
    const Sizes to = node.integers(1, "size");
    if (to.size() != 2 || to[0] < 1 || to[1] < 1) {
        node.fail_corrupt("no height and width above 0");
    }
    return {node.sizes(0)[0], node.sizes(0)[3], to[0], to[1]};
}

ValueId resized(Node &node, ValueId x, const Sizes &to, AttributeList attributes)
{
    Emitter &emitter = node.emitter();
    const ValueId y = emitter.result(emitter.value(x).type, to, emitter.value(x).quantization);
    emitter.push(ACCEL_OPERATION_RESIZE, {x, kNoValue, kNoValue, emitter.list(to)}, {y}, std::move(attributes));
    return y;
}

const char *coordinates_of(const Node &node, bool align_corners, bool half_pixel_centers)
{
    if (align_corners && half_pixel_centers) {
        node.fail_corrupt("both align_corners and half_pixel_centers");
    }
    return align_corners ? "align_corners" : half_pixel_centers ? "half_pixel"
                                                                : "asymmetric";
}

}  // namespace

void resize_bilinear(Node &node)
{
    const auto &options = node.options<schema::ResizeBilinearOptions>();
    const Sizes to = wanted(node);
    AttributeList attributes;
    attributes.text(ACCEL_ATTRIBUTE_MODE, "linear").text(ACCEL_ATTRIBUTE_COORDINATES, coordinates_of(node, options.align_corners(), options.half_pixel_centers()));
    node.define(0, Order::kChannelsFirst, resized(node, node.value(0, Order::kChannelsFirst), to, std::move(attributes)));
}

/// The format takes the floor of (i + 1/2) * scale, which is the position of the catalog's half pixels, with halves up.
void resize_nearest(Node &node)
{
    const auto &options = node.options<schema::ResizeNearestNeighborOptions>();
    const Sizes to = wanted(node);
    const bool rounds = options.align_corners() || options.half_pixel_centers();
    AttributeList attributes;
    attributes.text(ACCEL_ATTRIBUTE_MODE, "nearest")
        .text(ACCEL_ATTRIBUTE_COORDINATES, coordinates_of(node, options.align_corners(), options.half_pixel_centers()))
        .text(ACCEL_ATTRIBUTE_NEAREST, rounds ? "round_prefer_ceil" : "floor");
    node.define(0, Order::kChannelsFirst, resized(node, node.moved(0, Order::kChannelsFirst), to, std::move(attributes)));
}

namespace {

void move_blocks(Node &node, accel_operation operation, int64_t block, Sizes to)
{
    Emitter &emitter = node.emitter();
    const ValueId x = node.moved(0, Order::kChannelsFirst);
    const ValueId y = emitter.result(emitter.value(x).type, std::move(to), emitter.value(x).quantization);
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_BLOCK_SIZE, block).text(ACCEL_ATTRIBUTE_MODE, "DCR");
    emitter.push(operation, {x}, {y}, std::move(attributes));
    node.define(0, Order::kChannelsFirst, y);
}

}  // namespace

void depth_to_space(Node &node)
{
    node.expect_operands(1, 1);
    node.expect_rank(0, 4, 4);
    const int64_t block = node.options<schema::DepthToSpaceOptions>().block_size();
    const Sizes &x = node.sizes(0);
    if (block < 1 || block > kBlockMax || x[3] % (block * block) != 0) {
        node.fail_corrupt("blocks of ", block, "x", block, " of ", x[3], " channels");
    }
    move_blocks(node, ACCEL_OPERATION_DEPTH_TO_SPACE, block, {x[0], x[3] / (block * block), x[1] * block, x[2] * block});
}

void space_to_depth(Node &node)
{
    node.expect_operands(1, 1);
    node.expect_rank(0, 4, 4);
    const int64_t block = node.options<schema::SpaceToDepthOptions>().block_size();
    const Sizes &x = node.sizes(0);
    if (block < 1 || block > kBlockMax || x[1] % block != 0 || x[2] % block != 0) {
        node.fail_corrupt("blocks of ", block, "x", block, " in ", x[1], "x", x[2]);
    }
    move_blocks(node, ACCEL_OPERATION_SPACE_TO_DEPTH, block, {x[0], x[3] * block * block, x[1] / block, x[2] / block});
}

}  // namespace accel::tflite::ops
