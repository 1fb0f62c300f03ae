// SPDX-License-Identifier: MIT
// Translators of operators that move blocks between the channels and the sides of an image.
#include "ops.h"

namespace accel::onnx::ops {
namespace {

constexpr int64_t kBlockMax = int64_t{1} << 20;

struct Blocks {
    int64_t side = 1;
    AttributeList attributes;
};

Blocks read_blocks(Node &node, bool has_mode)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, kMovedTypes);
    node.expect_rank(0, 4, 4);
    const auto side = node.integer("blocksize");
    if (!side || *side < 1 || *side > kBlockMax) {
        node.fail_corrupt("blocksize is ", side.value_or(0), ", allowed are 1 to ", kBlockMax);
    }
    const std::string mode = has_mode ? node.string("mode").value_or("DCR") : "DCR";
    if (mode != "DCR" && mode != "CRD") {
        node.fail_corrupt("mode is '", mode, "', expected is DCR or CRD");
    }
    Blocks blocks{*side, {}};
    blocks.attributes.integer(ACCEL_ATTRIBUTE_BLOCK_SIZE, *side).text(ACCEL_ATTRIBUTE_MODE, mode);
    return blocks;
}

accel_dim divided(Node &node, const accel_dim &size, int64_t by)
{
    if (is_fixed(size) && size.size % by != 0) {
        node.fail_corrupt("a size of ", size.size, " does not divide into blocks of ", by);
    }
    Sizes &sizes = node.graph.sizes;
    return sizes.dim(sizes.calculate().floor_div(sizes.size(size), sizes.number(by)));
}

accel_dim multiplied(Node &node, const accel_dim &size, int64_t by)
{
    Sizes &sizes = node.graph.sizes;
    return sizes.dim(sizes.calculate().mul(sizes.size(size), sizes.number(by)));
}

void emit_moved(Node &node, Dims dims, AttributeList attributes)
{
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    node.emit(node.schema().operation, {node.input_id(0)}, {y}, std::move(attributes));
}

}  // namespace

void depth_to_space(Node &node)
{
    Blocks blocks = read_blocks(node, node.opset >= 11);
    const Dims x = node.input(0).dims;
    const int64_t side = blocks.side;
    emit_moved(node, {x[0], divided(node, x[1], side * side), multiplied(node, x[2], side), multiplied(node, x[3], side)}, std::move(blocks.attributes));
}

void space_to_depth(Node &node)
{
    Blocks blocks = read_blocks(node, node.schema().attribute("mode", node.opset) != nullptr);
    const Dims x = node.input(0).dims;
    const int64_t side = blocks.side;
    emit_moved(node, {x[0], multiplied(node, x[1], side * side), divided(node, x[2], side), divided(node, x[3], side)}, std::move(blocks.attributes));
}

}  // namespace accel::onnx::ops
