// SPDX-License-Identifier: MIT
// The translator of CausalConvWithState: a CONV of each channel by itself, behind the values that came before.
#include "ops.h"
#include "steps.h"

#include <limits>

namespace accel::onnx::ops {
namespace {

constexpr TypeSet kConvolved = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_F16, ACCEL_TYPE_BF16});

/// How many values before the first one count.
int64_t read_reach(Node &node)
{
    for (size_t i = 0; i < node.input_count(); ++i) {
        if (node.has_input(i)) {
            node.expect_type(i, kConvolved);
            node.expect_same_type(0, i);
        }
    }
    node.expect_rank(0, 3, 3);
    node.expect_rank(1, 3, 3);
    const Dims x = node.input(0).dims, w = node.input(1).dims;
    if (!is_fixed(w[0]) || !is_fixed(w[2])) {
        node.fail_unsupported("the weights have sizes that are only known by name, ", to_text(w));
    }
    if (!may_equal(x[1], w[0]) || !may_equal(w[1], fixed_dim(1)) || w[2].size < 1) {
        node.fail_corrupt("weights of ", to_text(w), " for ", to_text(x), ", expected are those of each channel, ", to_text({x[1], fixed_dim(1), w[2]}));
    }
    const int64_t reach = w[2].size - 1;
    if (node.has_input(2) && !may_equal(node.input(2).dims, Dims{w[0]})) {
        node.fail_corrupt("bias is ", to_text(node.input(2).dims), ", expected is one for each channel, ", to_text(Dims{w[0]}));
    }
    if (node.has_input(3) && !may_equal(node.input(3).dims, Dims{x[0], x[1], fixed_dim(reach)})) {
        node.fail_corrupt("past_state is ", to_text(node.input(3).dims), ", expected is ", to_text({x[0], x[1], fixed_dim(reach)}));
    }
    return reach;
}

/// What came before, or zeros, and the values.
ValueId behind_state(Steps &steps, int64_t reach)
{
    Node &node = steps.node;
    const ValueId x = steps.convert(node.input_id(0), ACCEL_TYPE_F32);
    if (reach == 0) {
        return x;
    }
    Sizes &sizes = node.graph.sizes;
    Dims dims = steps.dims(x);
    dims[2] = sizes.dim(sizes.calculate().add(sizes.size(dims[2]), sizes.number(reach)));
    if (node.has_input(3)) {
        return steps.make(ACCEL_OPERATION_CONCAT, {steps.convert(node.input_id(3), ACCEL_TYPE_F32), x}, ACCEL_TYPE_F32, std::move(dims), along(2));
    }
    return steps.make(ACCEL_OPERATION_PAD, {x, node.define_list({0, 0, reach, 0, 0, 0})}, ACCEL_TYPE_F32, std::move(dims));
}

ValueId convolved(Steps &steps, ValueId padded)
{
    Node &node = steps.node;
    const Dims w = node.input(1).dims;
    AttributeList attributes;
    attributes.ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {w[2].size})
        .ints(ACCEL_ATTRIBUTE_STRIDES, {1})
        .ints(ACCEL_ATTRIBUTE_DILATIONS, {1})
        .ints(ACCEL_ATTRIBUTE_PADS, {0, 0})
        .integer(ACCEL_ATTRIBUTE_GROUP, w[0].size);
    std::vector<ValueId> operands{padded, steps.convert(node.input_id(1), ACCEL_TYPE_F32)};
    if (node.has_input(2)) {
        operands.push_back(steps.convert(node.input_id(2), ACCEL_TYPE_F32));
    }
    return steps.make(ACCEL_OPERATION_CONV, std::move(operands), ACCEL_TYPE_F32, Dims(node.input(0).dims), std::move(attributes));
}

}  // namespace

void causal_convolution(Node &node)
{
    node.expect_operands(2, 4, 1, 2);
    const int64_t reach = read_reach(node);
    const std::string activation = node.string("activation").value_or("none");
    if (activation != "none" && activation != "silu" && activation != "swish") {
        node.fail_corrupt("activation is '", activation, "', expected is none, silu or swish");
    }
    Steps steps{node};
    const uint32_t type = node.input(0).type;
    const ValueId padded = behind_state(steps, reach);
    ValueId made = convolved(steps, padded);
    if (activation != "none") {
        made = steps.make(ACCEL_OPERATION_MUL, made, steps.make(ACCEL_OPERATION_SIGMOID, made));
    }
    steps.give(0, made, type);
    if (!node.has_output(1)) {
        return;
    }
    Dims state = node.input(0).dims;
    state[2] = fixed_dim(reach);
    const int64_t begin = reach == 0 ? std::numeric_limits<int64_t>::max() : -reach;
    const ValueId last = steps.make(ACCEL_OPERATION_SLICE, {padded, node.define_list({begin}), node.define_list({std::numeric_limits<int64_t>::max()}), node.define_list({2})}, ACCEL_TYPE_F32, std::move(state));
    steps.give(1, last, type);
}

}  // namespace accel::onnx::ops
