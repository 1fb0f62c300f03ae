// SPDX-License-Identifier: MIT
// Translators of operators whose results are as many as values say.
#include "onnx/schema.h"
#include "ops.h"
#include "steps.h"

namespace accel::onnx::ops {

void non_zero(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, node.types_of(0));
    const size_t rank = node.input(0).dims.size();
    if (rank == 0) {
        node.fail_unsupported("of a scalar, which has no places");
    }
    node.emit(ACCEL_OPERATION_NON_ZERO, {node.input_id(0)}, {node.define_output(0, ACCEL_TYPE_I64, {fixed_dim(static_cast<int64_t>(rank)), open_dim()})});
}

void non_max_suppression(Node &node)
{
    node.expect_operands(2, 5, 1, 1);
    for (size_t i = 0; i < node.input_count(); ++i) {
        if (node.has_input(i)) {
            node.expect_type(i, node.types_of(i));
        }
    }
    node.expect_rank(0, 3, 3);
    node.expect_rank(1, 3, 3);
    const Dims &boxes = node.input(0).dims, &scores = node.input(1).dims;
    if (!may_equal(boxes, Dims{scores[0], scores[2], fixed_dim(4)})) {
        node.fail_corrupt("boxes are ", to_text(boxes), " and scores ", to_text(scores), ", expected are four numbers and one score of each class for every box");
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_CENTER_POINT_BOX, node.integer("center_point_box", 0) != 0);
    std::vector<ValueId> operands = node.inputs();
    node.emit(ACCEL_OPERATION_NON_MAX_SUPPRESSION, std::move(operands), {node.define_output(0, ACCEL_TYPE_I64, {open_dim(), fixed_dim(3)})}, std::move(attributes));
}

/// What lies at the places of the condition that are true, along an axis, or of all elements in a row.
void compress(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, node.types_of(0));
    node.expect_type(1, type_set({ACCEL_TYPE_BOOL}));
    node.expect_rank(1, 1, 1);
    Steps steps{node};
    Sizes &sizes = node.graph.sizes;
    ValueId x = node.input_id(0);
    uint32_t axis = 0;
    if (const auto given = node.integer("axis")) {
        axis = node.axis(*given, node.input(0).dims.size());
    } else {
        x = steps.shaped(x, {sizes.dim(sizes.product(node.input(0).dims))});
    }
    Dims dims = steps.dims(x);
    const accel_dim length = node.input(1).dims[0];
    if (is_fixed(length) && is_fixed(dims[axis]) && length.size > dims[axis].size) {
        node.fail_corrupt("condition has ", length.size, " values, and the axis ", dims[axis].size);
    }
    dims[axis] = open_dim();
    const ValueId found = steps.make(ACCEL_OPERATION_NON_ZERO, {node.input_id(1)}, ACCEL_TYPE_I64, {fixed_dim(1), open_dim()});
    const ValueId places = steps.make(ACCEL_OPERATION_RESHAPE, {found, node.define_list({-1})}, ACCEL_TYPE_I64, {open_dim()});
    const uint32_t type = node.input(0).type;
    node.emit(ACCEL_OPERATION_GATHER, {x, places}, {node.define_output(0, type, std::move(dims))}, along(axis));
}

}  // namespace accel::onnx::ops
