// SPDX-License-Identifier: MIT
// Translators of operators that make truths of indices, or take values in an order that depends on some.
#include "onnx/schema.h"
#include "ops.h"
#include "steps.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace accel::onnx::ops {
namespace {

/// How many classes there are: one constant number of any type. Nothing of one that is computed.
std::optional<int64_t> read_depth(const Node &node)
{
    const Value &value = node.input(1);
    double depth = -1;
    if (const auto given = integers_of(value); given && given->size() == 1) {
        depth = static_cast<double>(given->front());
    } else if (value.data != nullptr && element_count(value.dims) == 1 && (value.type == ACCEL_TYPE_F32 || value.type == ACCEL_TYPE_F64)) {
        float narrow = 0;
        std::memcpy(value.type == ACCEL_TYPE_F32 ? static_cast<void *>(&narrow) : &depth, value.data, size_bytes_of(value.type));
        depth = value.type == ACCEL_TYPE_F32 ? static_cast<double>(narrow) : depth;
    } else if (value.data == nullptr && element_count(value.dims) == 1) {
        return std::nullopt;
    } else {
        node.fail_unsupported("depth '", value.name, "' is not one number");
    }
    if (!(depth >= 1 && depth <= static_cast<double>(kSizeMax)) || depth != std::floor(depth)) {
        node.fail_corrupt("depth is ", depth, ", expected is a whole number above 0");
    }
    return static_cast<int64_t>(depth);
}

/// The classes along an axis of which so many are behind, and as one number how many they are; where it is open, RANGE counts them.
struct Classes {
    ValueId numbers, depth;
};
Classes read_classes(Steps &steps, uint32_t type, size_t behind)
{
    Node &node = steps.node;
    if (const auto depth = read_depth(node)) {
        return {counted(node, *depth, behind), one_value(node, type, static_cast<double>(*depth))};
    }
    const ValueId depth = steps.shaped(node.input_id(1), {}), none = one_value(node, ACCEL_TYPE_I64, 0), step = one_value(node, ACCEL_TYPE_I64, 1);
    const ValueId counted = steps.make(ACCEL_OPERATION_RANGE, {none, steps.convert(depth, ACCEL_TYPE_I64), step}, ACCEL_TYPE_I64, {open_dim()});
    Dims dims(behind + 1, fixed_dim(1));
    dims[0] = steps.dims(counted)[0];
    return {steps.shaped(counted, std::move(dims)), steps.convert(depth, type)};
}

/// The one of two values with that number, as a scalar.
ValueId one_of_two(Steps &steps, ValueId values, int64_t which)
{
    return steps.make(ACCEL_OPERATION_GATHER, {values, numbers<int64_t>(steps.node, ACCEL_TYPE_I64, {which}, {})}, steps.type(values), {}, along(0));
}

}  // namespace

void one_hot(Node &node)
{
    node.expect_operands(3, 3, 1, 1);
    node.expect_type(0, node.types_of(0));
    node.expect_type(2, kMovedTypes);
    if (!may_equal(node.input(2).dims, Dims{fixed_dim(2)})) {
        node.fail_corrupt("values are ", to_text(node.input(2).dims), ", expected are two, for off and for on");
    }
    Steps steps{node};
    // Fractions are no class, so that what is real stays real.
    const uint32_t given = node.input(0).type, type = given == ACCEL_TYPE_F64 || given == ACCEL_TYPE_I32 ? given : given == ACCEL_TYPE_F32 || given == ACCEL_TYPE_F16 ? uint32_t{ACCEL_TYPE_F32}
                                                                                                                                                                      : uint32_t{ACCEL_TYPE_I64};
    const ValueId indices = steps.convert(node.input_id(0), type);
    Dims column = steps.dims(indices);
    const uint32_t axis = node.axis(node.integer("axis", -1), column.size() + 1);
    column.insert(column.begin() + axis, fixed_dim(1));
    // Below 0 they count from the end.
    const ValueId negative = steps.both(ACCEL_OPERATION_LESS, indices, one_value(node, type, 0));
    const Classes classes = read_classes(steps, type, column.size() - 1 - axis);
    const ValueId wrapped = steps.both(ACCEL_OPERATION_ADD, indices, classes.depth);
    const ValueId places = steps.shaped(steps.where(negative, wrapped, indices), column);
    const ValueId on = steps.both(ACCEL_OPERATION_EQUAL, places, steps.convert(classes.numbers, type));
    steps.give(steps.where(on, one_of_two(steps, node.input_id(2), 1), one_of_two(steps, node.input_id(2), 0)));
}

void reverse_sequence(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kMovedTypes);
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    const Dims x = node.input(0).dims;
    const uint32_t time = node.axis(node.integer("time_axis", 0), x.size()), batch = node.axis(node.integer("batch_axis", 1), x.size());
    if (time + batch != 1) {
        node.fail_corrupt("time_axis is ", time, " and batch_axis ", batch, ", expected are 0 and 1, one of each");
    }
    if (!may_equal(node.input(1).dims, Dims{x[batch]})) {
        node.fail_corrupt("sequence_lens are ", to_text(node.input(1).dims), ", expected is one for each batch, ", to_text(Dims{x[batch]}));
    }
    Steps steps{node};
    std::vector<int64_t> perm;
    for (size_t axis = 0; axis < x.size(); ++axis) {
        perm.push_back(static_cast<int64_t>(axis));
    }
    std::swap(perm[0], perm[batch]);
    const ValueId rows = steps.permute(node.input_id(0), perm);
    const ValueId places = counted(node, known_size(node, x, time), 0), lengths = steps.shaped(node.input_id(1), {x[batch], fixed_dim(1)});
    const ValueId mirrored = steps.both(ACCEL_OPERATION_SUB, steps.both(ACCEL_OPERATION_SUB, lengths, one_value(node, ACCEL_TYPE_I64, 1)), places);
    const ValueId sources = steps.where(steps.both(ACCEL_OPERATION_LESS, places, lengths), mirrored, places);
    AttributeList one_batch;
    one_batch.integer(ACCEL_ATTRIBUTE_BATCH_DIMS, 1);
    const ValueId taken = steps.make(ACCEL_OPERATION_GATHER_ND, {rows, steps.shaped(sources, {x[batch], x[time], fixed_dim(1)})}, steps.type(rows), steps.dims(rows), std::move(one_batch));
    steps.give(steps.permute(taken, perm));
}

/// Of ai.onnx.ml: columns of the last axis; a vector is one row.
void array_feature_extractor(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, node.types_of(0));
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    node.expect_rank(0, 1);
    Steps steps{node};
    Dims x = node.input(0).dims;
    if (x.size() == 1) {
        x.insert(x.begin(), fixed_dim(1));
    }
    Sizes &sizes = node.graph.sizes;
    const ValueId features = steps.shaped(node.input_id(1), {sizes.dim(sizes.product(node.input(1).dims))});
    const ValueId rows = steps.shaped(node.input_id(0), x);
    x.back() = steps.dims(features)[0];
    const uint32_t type = node.input(0).type;
    const auto axis = static_cast<int64_t>(x.size()) - 1;
    node.emit(ACCEL_OPERATION_GATHER, {rows, features}, {node.define_output(0, type, std::move(x))}, along(axis));
}

/// Of ai.onnx.ml: 1 for what is above a threshold.
void binarizer(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, node.types_of(0));
    Steps steps{node};
    const uint32_t type = node.input(0).type;
    const float threshold = node.real("threshold", 0);
    if (type != ACCEL_TYPE_F32 && type != ACCEL_TYPE_F64 && threshold != std::floor(threshold)) {
        node.fail_unsupported("threshold ", threshold, " for whole numbers");
    }
    const ValueId above = steps.both(ACCEL_OPERATION_GREATER, node.input_id(0), one_value(node, type, static_cast<double>(threshold)));
    steps.give(steps.convert(above, type));
}

}  // namespace accel::onnx::ops
