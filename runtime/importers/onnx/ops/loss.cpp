// SPDX-License-Identifier: MIT
// Translators of losses over classes: the steps of their records (api/catalog/ops/rewrites.yaml).
#include "ops.h"
#include "steps.h"

#include <numeric>

namespace accel::onnx::ops {
namespace {

/// Operand 1 has one class for each place of operand 0 without its axis 1; operand 2 one weight for each class.
void expect_classes(Node &node)
{
    for (size_t i = 0; i < node.input_count(); ++i) {
        if (node.has_input(i)) {
            node.expect_type(i, node.types_of(i));
        }
    }
    node.expect_rank(0, 2);
    Dims places = node.input(0).dims;
    places.erase(places.begin() + 1);
    if (!may_equal(node.input(1).dims, places)) {
        node.fail_corrupt("target is ", to_text(node.input(1).dims), ", expected is ", to_text(places));
    }
    if (!node.has_input(2)) {
        return;
    }
    node.expect_same_type(0, 2);
    if (!may_equal(node.input(2).dims, Dims{node.input(0).dims[1]})) {
        node.fail_corrupt("weight is ", to_text(node.input(2).dims), ", expected is one for each class, ", to_text(Dims{node.input(0).dims[1]}));
    }
}

/// All of them added up, as one value.
ValueId total(Steps &steps, ValueId values)
{
    std::vector<int64_t> axes(steps.dims(values).size());
    std::iota(axes.begin(), axes.end(), 0);
    return sum_of(steps, values, axes, false);
}

struct Weighted {
    ValueId loss, weights;
};

/// What each place's class is found to be, turned round and weighed; what is ignored weighs nothing.
Weighted weigh(Steps &steps, ValueId likelihoods)
{
    Node &node = steps.node;
    const ValueId target = node.input_id(1);
    const Dims places = steps.dims(target);
    const uint32_t type = steps.type(likelihoods), index_type = steps.type(target);
    // No class has the number -1.
    const ValueId index = one_value(node, index_type, static_cast<double>(node.integer("ignore_index", -1)));
    const ValueId ignored = steps.make(ACCEL_OPERATION_EQUAL, {target, index}, ACCEL_TYPE_BOOL, places);
    const ValueId classes = steps.make(ACCEL_OPERATION_WHERE, {ignored, one_value(node, index_type, 0), target}, index_type, places);
    Dims column = places;
    column.insert(column.begin() + 1, fixed_dim(1));
    const ValueId indices = steps.make(ACCEL_OPERATION_RESHAPE, reshape_operands(node, classes, column), index_type, column);
    const ValueId chosen = steps.make(ACCEL_OPERATION_GATHER_ELEMENTS, {likelihoods, indices}, type, column, along(1));
    const ValueId likelihood = steps.make(ACCEL_OPERATION_RESHAPE, reshape_operands(node, chosen, places), type, places);
    const ValueId loss = steps.make(ACCEL_OPERATION_NEG, {likelihood}, type, places);
    const ValueId given = node.has_input(2) ? steps.make(ACCEL_OPERATION_GATHER, {node.input_id(2), classes}, type, places, along(0)) : one_value(node, type, 1);
    const ValueId weights = steps.make(ACCEL_OPERATION_WHERE, {ignored, one_value(node, type, 0), given}, type, places);
    return {steps.make(ACCEL_OPERATION_MUL, {loss, weights}, type, places), weights};
}

/// The result, made of one loss for each place.
void reduce_loss(Node &node, ValueId likelihoods)
{
    const std::string reduction = node.string("reduction").value_or("mean");
    if (reduction != "none" && reduction != "sum" && reduction != "mean") {
        node.fail_corrupt("reduction is '", reduction, "', expected is none, sum or mean");
    }
    Steps steps{node};
    const auto [loss, weights] = weigh(steps, likelihoods);
    const uint32_t type = steps.type(loss);
    if (reduction == "none") {
        node.emit(ACCEL_OPERATION_IDENTITY, {loss}, {node.define_output(0, type, Dims(steps.dims(loss)))});
        return;
    }
    const ValueId sum = total(steps, loss);
    if (reduction == "sum") {
        node.emit(ACCEL_OPERATION_IDENTITY, {sum}, {node.define_output(0, type, Dims{})});
        return;
    }
    const ValueId count = total(steps, weights);
    node.emit(ACCEL_OPERATION_DIV, {sum, count}, {node.define_output(0, type, Dims{})});
}

}  // namespace

void negative_log_likelihood_loss(Node &node)
{
    node.expect_operands(2, 3, 1, 1);
    expect_classes(node);
    reduce_loss(node, node.input_id(0));
}

void softmax_cross_entropy_loss(Node &node)
{
    node.expect_operands(2, 3, 1, 2);
    expect_classes(node);
    const uint32_t type = node.input(0).type;
    const Dims dims = node.input(0).dims;
    const ValueId likelihoods = node.has_output(1) ? node.define_output(1, type, dims) : node.define_hidden(type, dims);
    node.emit(ACCEL_OPERATION_LOG_SOFTMAX, {node.input_id(0)}, {likelihoods}, along(1));
    reduce_loss(node, likelihoods);
}

}  // namespace accel::onnx::ops
