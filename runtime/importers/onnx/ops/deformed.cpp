// SPDX-License-Identifier: MIT
// DeformConv: values at the places of a window that offsets move, and a product with the weights.
#include "ops.h"
#include "steps.h"

#include "window.h"

namespace accel::onnx::ops {
namespace {

struct Deformed {
    int64_t batch, channels, height, width;  ///< of x
    int64_t results, rows, columns, places;  ///< channels and sizes of the result; places of the window
    int64_t group, offset_group;
    Window window;
};

Deformed read_deformed(Node &node)
{
    Deformed sizes{};
    for (const size_t index : {0, 1, 2}) {
        node.expect_rank(index, 4, 4);
    }
    const auto size = [&](size_t index, size_t axis) { return known_size(node, node.input(index).dims, axis); };
    sizes.batch = size(0, 0), sizes.channels = size(0, 1), sizes.height = size(0, 2), sizes.width = size(0, 3);
    sizes.results = size(1, 0), sizes.places = size(1, 2) * size(1, 3);
    sizes.rows = size(2, 2), sizes.columns = size(2, 3);
    sizes.group = node.integer("group", 1), sizes.offset_group = node.integer("offset_group", 1);
    sizes.window = read_window(node, 2, std::vector<int64_t>{size(1, 2), size(1, 3)});
    check_range(node, sizes.window.pads, 4, 0, kPadMax, "pads");
    if (sizes.group < 1 || sizes.offset_group < 1 || sizes.channels % sizes.offset_group != 0 || sizes.results % sizes.group != 0 || size(1, 1) * sizes.group != sizes.channels) {
        node.fail_corrupt("weights of ", to_text(node.input(1).dims), " in ", sizes.group, " groups, and offsets in ", sizes.offset_group, ", do not fit ", sizes.channels, " channels");
    }
    if (sizes.window.kernel != std::vector<int64_t>{size(1, 2), size(1, 3)}) {
        node.fail_corrupt("kernel_shape differs from the weights' ", to_text(node.input(1).dims));
    }
    if (size(2, 0) != sizes.batch || size(2, 1) != sizes.offset_group * sizes.places * 2) {
        node.fail_corrupt("offset is ", to_text(node.input(2).dims), ", expected are two numbers for each of ", sizes.places, " places");
    }
    for (size_t axis = 0; axis < 2; ++axis) {
        const int64_t room = size(0, axis + 2) + sizes.window.pads[axis] + sizes.window.pads[axis + 2] - extent(sizes.window, axis);
        if (room < 0 || room / sizes.window.strides[axis] + 1 != size(2, axis + 2)) {
            node.fail_corrupt("offset is ", to_text(node.input(2).dims), ", which has not the result's sizes");
        }
    }
    return sizes;
}

/// Where the places of the window lie before they are moved, as coordinates of GRID_SAMPLE, of each axis; and what an offset of 1 is there.
ValueId plain_places(Node &node, const Deformed &sizes, size_t axis)
{
    const Window &window = sizes.window;
    const auto length = static_cast<double>(axis == 0 ? sizes.height : sizes.width);
    node.charge(static_cast<uint64_t>(sizes.places * sizes.rows * sizes.columns) * sizeof(float));
    std::vector<float> made;
    for (int64_t place = 0; place < sizes.places; ++place) {
        const int64_t in_window = axis == 0 ? place / window.kernel[1] : place % window.kernel[1];
        for (int64_t at = 0; at < sizes.rows * sizes.columns; ++at) {
            const int64_t window_at = axis == 0 ? at / sizes.columns : at % sizes.columns;
            const int64_t source = window_at * window.strides[axis] - window.pads[axis] + in_window * window.dilations[axis];
            made.push_back(static_cast<float>((2 * static_cast<double>(source) + 1) / length - 1));
        }
    }
    return numbers(node, ACCEL_TYPE_F32, made, fixed_dims(std::vector<int64_t>{sizes.places, 1, sizes.rows, sizes.columns}));
}

/// Width first, as GRID_SAMPLE has its coordinates: [batch * offset groups, places * rows, columns, 2].
ValueId grid_of(Steps &steps, const Deformed &sizes)
{
    const int64_t images = sizes.batch * sizes.offset_group;
    const ValueId offsets = steps.shaped(steps.node.input_id(2), fixed_dims(std::vector<int64_t>{images, sizes.places, 2, sizes.rows, sizes.columns}));
    std::vector<ValueId> coordinates;
    for (const size_t axis : {1, 0}) {
        const ValueId unit = one_value(steps.node, ACCEL_TYPE_F32, 2 / static_cast<double>(axis == 0 ? sizes.height : sizes.width));
        const ValueId moved = steps.make(ACCEL_OPERATION_MUL, steps.part(offsets, 2, static_cast<int64_t>(axis), 1), unit);
        coordinates.push_back(steps.make(ACCEL_OPERATION_ADD, moved, plain_places(steps.node, sizes, axis)));
    }
    const ValueId both = steps.permute(steps.joined(coordinates, 2), {0, 1, 3, 4, 2});
    return steps.shaped(both, fixed_dims(std::vector<int64_t>{images, sizes.places * sizes.rows, sizes.columns, 2}));
}

}  // namespace

void deformed_convolution(Node &node)
{
    node.expect_operands(3, 5, 1, 1);
    for (size_t i = 0; i < node.input_count(); ++i) {
        if (node.has_input(i)) {
            node.expect_type(i, kRealTypes);
        }
    }
    const Deformed sizes = read_deformed(node);
    const int64_t images = sizes.batch * sizes.offset_group, each = sizes.channels / sizes.offset_group, positions = sizes.rows * sizes.columns;
    Steps steps{node};
    const auto dims = [](std::vector<int64_t> of) { return fixed_dims(of); };
    const ValueId x = steps.shaped(node.input_id(0), dims({images, each, sizes.height, sizes.width}));
    AttributeList attributes;
    attributes.text(ACCEL_ATTRIBUTE_MODE, "linear").text(ACCEL_ATTRIBUTE_PADDING_MODE, "zeros").integer(ACCEL_ATTRIBUTE_ALIGN_CORNERS, 0);
    ValueId taken = steps.make(ACCEL_OPERATION_GRID_SAMPLE, {x, grid_of(steps, sizes)}, ACCEL_TYPE_F32, dims({images, each, sizes.places * sizes.rows, sizes.columns}), std::move(attributes));
    if (node.has_input(4)) {
        if (!may_equal(node.input(4).dims, dims({sizes.batch, sizes.offset_group * sizes.places, sizes.rows, sizes.columns}))) {
            node.fail_corrupt("mask is ", to_text(node.input(4).dims), ", expected is one value for each place");
        }
        const ValueId mask = steps.shaped(node.input_id(4), dims({images, 1, sizes.places * sizes.rows, sizes.columns}));
        taken = steps.make(ACCEL_OPERATION_MUL, taken, mask);
    }
    const int64_t depth = sizes.channels / sizes.group * sizes.places;
    const ValueId columns = steps.shaped(taken, dims({sizes.batch, sizes.group, depth, positions}));
    const ValueId weights = steps.shaped(node.input_id(1), dims({sizes.group, sizes.results / sizes.group, depth}));
    ValueId y = steps.make(ACCEL_OPERATION_MATMUL, {weights, columns}, ACCEL_TYPE_F32, dims({sizes.batch, sizes.group, sizes.results / sizes.group, positions}));
    y = steps.shaped(y, dims({sizes.batch, sizes.results, sizes.rows, sizes.columns}));
    if (node.has_input(3)) {
        if (!may_equal(node.input(3).dims, dims({sizes.results}))) {
            node.fail_corrupt("bias is ", to_text(node.input(3).dims), ", expected is one value for each of ", sizes.results, " channels");
        }
        y = steps.make(ACCEL_OPERATION_ADD, y, steps.shaped(node.input_id(3), dims({sizes.results, 1, 1})));
    }
    steps.give(y);
}

}  // namespace accel::onnx::ops
