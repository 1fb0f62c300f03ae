// SPDX-License-Identifier: MIT
// Translators of operators that take values at positions.
#include "computed.h"
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

/// Along one axis whose size is an element of a list: RANGE, as coordinates.
ValueId coordinates(Steps &steps, ValueId sizes, int64_t element, bool aligned)
{
    Node &node = steps.node;
    const auto whole = [&](int64_t value) { return one_value(node, ACCEL_TYPE_I64, static_cast<double>(value)); };
    const auto real = [&](double value) { return one_value(node, ACCEL_TYPE_F64, value); };
    const auto of = [&](accel_operation operation, ValueId a, ValueId b) { return steps.make(operation, a, b); };
    const ValueId size = steps.make(ACCEL_OPERATION_GATHER, {sizes, whole(element)}, ACCEL_TYPE_I64, {}, along(0));
    const ValueId places = steps.convert(steps.make(ACCEL_OPERATION_RANGE, {whole(0), size, whole(1)}, ACCEL_TYPE_I64, {open_dim()}), ACCEL_TYPE_F64);
    const ValueId length = steps.convert(size, ACCEL_TYPE_F64), twice = of(ACCEL_OPERATION_MUL, places, real(2));
    // One place alone, where ends are aligned, is the begin.
    const ValueId part = aligned ? of(ACCEL_OPERATION_DIV, twice, of(ACCEL_OPERATION_MAX, of(ACCEL_OPERATION_SUB, length, real(1)), real(1))) : of(ACCEL_OPERATION_DIV, of(ACCEL_OPERATION_ADD, twice, real(1)), length);
    return steps.convert(of(ACCEL_OPERATION_SUB, part, real(1)), ACCEL_TYPE_F32);
}

/// The same grid of sizes that are computed, times the matrices.
void open_affine_grid(Node &node, bool aligned)
{
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    node.expect_rank(0, 3, 3);
    const Dims theta = node.input(0).dims;
    const int64_t axes = known_size(node, theta, 1);
    if ((axes != 2 && axes != 3) || !may_equal(theta[2], fixed_dim(axes + 1)) || !may_equal(node.input(1).dims, Dims{fixed_dim(axes + 2)})) {
        node.fail_corrupt("theta is ", to_text(theta), " and size has ", to_text(node.input(1).dims), " values, which are not of two or three axes");
    }
    Steps steps{node};
    std::vector<ValueId> along_axes;
    for (int64_t axis = 0; axis < axes; ++axis) {
        const ValueId row = coordinates(steps, node.input_id(1), axis + 2, aligned);
        Dims dims(static_cast<size_t>(axes) + 1, fixed_dim(1));
        dims[static_cast<size_t>(axis)] = steps.dims(row)[0];
        along_axes.push_back(steps.shaped(row, std::move(dims)));
    }
    // Each is spread by what the others are nothing of; a 1 comes behind them.
    ValueId none = steps.make(ACCEL_OPERATION_MUL, along_axes[0], one_value(node, ACCEL_TYPE_F32, 0));
    for (size_t axis = 1; axis < along_axes.size(); ++axis) {
        none = steps.make(ACCEL_OPERATION_ADD, none, steps.make(ACCEL_OPERATION_MUL, along_axes[axis], one_value(node, ACCEL_TYPE_F32, 0)));
    }
    std::vector<ValueId> columns;
    for (size_t axis = along_axes.size(); axis-- > 0;) {
        columns.push_back(steps.make(ACCEL_OPERATION_ADD, none, along_axes[axis]));
    }
    columns.push_back(steps.make(ACCEL_OPERATION_ADD, none, one_value(node, ACCEL_TYPE_F32, 1)));
    Dims y = steps.dims(none);
    y.back() = fixed_dim(axes);
    y.insert(y.begin(), theta[0]);
    const ValueId rows = steps.make(ACCEL_OPERATION_RESHAPE, {steps.joined(columns, static_cast<size_t>(axes)), node.define_list({-1, axes + 1})}, ACCEL_TYPE_F32, {open_dim(), fixed_dim(axes + 1)});
    const ValueId moved = steps.make(ACCEL_OPERATION_MATMUL, {rows, steps.permute(node.input_id(0), {0, 2, 1})}, ACCEL_TYPE_F32, {theta[0], steps.dims(rows)[0], fixed_dim(axes)});
    std::vector<int64_t> positions{0};
    for (int64_t axis = 0; axis < axes; ++axis) {
        positions.push_back(axis + 2);
    }
    positions.push_back(axes + 2);
    const ValueId shape = picked(steps, node.input_id(1), node.define_list({axes}), positions);
    node.emit(ACCEL_OPERATION_RESHAPE, {moved, shape}, {node.define_output(0, ACCEL_TYPE_F32, std::move(y))});
}

}  // namespace

void affine_grid(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kRealTypes);
    const bool aligned = node.integer("align_corners", 0) != 0;
    if (!integers_of(node.input(1))) {
        open_affine_grid(node, aligned);
        return;
    }
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
    const std::vector<double> grid = plain_grid(spatial, aligned);
    Steps steps{node};
    const ValueId places = numbers(node, ACCEL_TYPE_F32, std::vector<float>(grid.begin(), grid.end()), fixed_dims(std::vector<int64_t>{*count, axes + 1}));
    const ValueId matrices = steps.permute(node.input_id(0), {0, 2, 1});
    const ValueId moved = steps.make(ACCEL_OPERATION_MATMUL, {places, matrices}, ACCEL_TYPE_F32, fixed_dims(std::vector<int64_t>{size[0], *count, axes}));
    dims.insert(dims.begin(), fixed_dim(size[0]));
    dims.push_back(fixed_dim(axes));
    steps.give(steps.shaped(moved, std::move(dims)));
}

void grid_sample(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    for (const uint32_t i : {0, 1}) {
        node.expect_type(i, node.types_of(i));
    }
    const Dims x = node.input(0).dims, grid = node.input(1).dims;
    node.expect_rank(0, 3);
    if (grid.size() != x.size() || !may_equal(grid.front(), x.front()) || !may_equal(grid.back(), fixed_dim(static_cast<int64_t>(x.size()) - 2))) {
        node.fail_corrupt("grid is ", to_text(grid), ", expected are ", x.size() - 2, " coordinates for each position in as many batches as ", to_text(x), " has");
    }
    std::string mode = node.string("mode").value_or("linear");
    if (node.opset < 20) {
        mode = mode == "bilinear" ? "linear" : mode == "bicubic" ? "cubic"
                                                                 : mode;
    }
    const std::string padding = node.string("padding_mode").value_or("zeros");
    if ((mode != "linear" && mode != "nearest" && mode != "cubic") || (padding != "zeros" && padding != "border" && padding != "reflection")) {
        node.fail_unsupported("mode '", mode, "' and padding_mode '", padding, "'");
    }
    AttributeList attributes;
    attributes.text(ACCEL_ATTRIBUTE_MODE, mode).text(ACCEL_ATTRIBUTE_PADDING_MODE, padding).integer(ACCEL_ATTRIBUTE_ALIGN_CORNERS, node.integer("align_corners", 0) != 0);
    Dims y{x[0], x[1]};
    y.insert(y.end(), grid.begin() + 1, grid.end() - 1);
    const ValueId made = node.define_output(0, node.input(0).type, std::move(y));
    node.emit(ACCEL_OPERATION_GRID_SAMPLE, {node.input_id(0), node.input_id(1)}, {made}, std::move(attributes));
}

}  // namespace accel::onnx::ops
