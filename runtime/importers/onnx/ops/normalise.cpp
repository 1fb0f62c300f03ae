// SPDX-License-Identifier: MIT
// Translators of softmax, normalisation and means.
#include "ops.h"

#include <algorithm>
#include <numeric>

namespace accel::onnx::ops {
namespace {

void emit_softmax(Node& node, ValueId x, ValueId y, uint32_t axis) {
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_AXIS, axis);
    node.emit(ACCEL_OPERATION_SOFTMAX, {x}, {y}, std::move(attributes));
}

void emit_reshape(Node& node, ValueId x, ValueId y) {
    node.emit(ACCEL_OPERATION_RESHAPE, reshape_operands(node, x, node.graph.value(y).dims), {y});
}

/// Below opset 13 everything from the axis on is one row: seen as a matrix, except where all but one of these axes have size 1.
void flattening_softmax(Node& node, uint32_t axis) {
    const Dims dims = node.input(0).dims;
    const uint32_t type = node.input(0).type;
    size_t long_axes = 0;
    uint32_t long_axis = axis;
    for (uint32_t i = axis; i < dims.size(); ++i) {
        if (!is_one(dims[i])) {
            ++long_axes;
            long_axis = i;
        }
    }
    if (long_axes <= 1) {
        emit_softmax(node, node.input_id(0), node.define_output(0, type, dims), long_axis);
        return;
    }
    Sizes& sizes = node.graph.sizes;
    const Dims matrix{sizes.dim(sizes.product(std::span(dims).first(axis))), sizes.dim(sizes.product(std::span(dims).subspan(axis)))};
    const ValueId flat = node.define_hidden(type, matrix);
    const ValueId normalised = node.define_hidden(type, node.graph.value(flat).dims);
    emit_reshape(node, node.input_id(0), flat);
    emit_softmax(node, flat, normalised, 1);
    emit_reshape(node, normalised, node.define_output(0, type, dims));
}

}  // namespace

void softmax(Node& node) {
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, kRealTypes);
    const size_t rank = node.input(0).dims.size();
    if (node.opset >= 13) {
        node.expect_rank(0, 1);
        const uint32_t axis = node.axis(node.integer("axis", -1), rank);
        emit_softmax(node, node.input_id(0), node.define_output(0, node.input(0).type, node.input(0).dims), axis);
        return;
    }
    node.expect_rank(0, 1);
    flattening_softmax(node, node.axis(node.integer("axis", 1), rank));
}

void batch_normalization(Node& node) {
    node.expect_operands(5, 5, 1, 5);
    for (size_t i = 0; i < 5; ++i) {
        node.expect_type(i, kRealTypes);
    }
    node.expect_rank(0, 2);
    for (size_t output = 1; output < node.output_count(); ++output) {
        if (node.is_output_read(output)) {
            node.fail_unsupported("outputs of training");
        }
    }
    if (node.opset < 7 && node.integer("is_test", 0) == 0) {
        node.fail_unsupported("is_test 0, which is training");
    }
    if (node.integer("training_mode", 0) != 0) {
        node.fail_unsupported("training_mode 1");
    }
    if (node.integer("spatial", 1) != 1) {
        node.fail_unsupported("spatial 0");
    }
    node.ignore_attribute("momentum");  // training only
    const float epsilon = node.real("epsilon", 1e-5f);
    const Dims& x = node.input(0).dims;
    for (size_t i = 1; i < 5; ++i) {
        if (!may_equal(node.input(i).dims, Dims{x[1]})) {
            node.fail_corrupt("input '", node.input(i).name, "' is ", to_text(node.input(i).dims), ", expected is one value per channel, ", to_text(Dims{x[1]}));
        }
    }
    const ValueId y = node.define_output(0, node.input(0).type, x);
    AttributeList attributes;
    attributes.real(ACCEL_ATTRIBUTE_EPSILON, epsilon);
    node.emit(ACCEL_OPERATION_BATCH_NORMALIZATION, node.inputs(), {y}, std::move(attributes));
}

namespace {

/// Axes that are open, of which there is one at least: they stay an operand.
void reduce_by_operand(Node& node) {
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    const auto count = element_count(node.input(1).dims);
    const bool keepdims = node.integer("keepdims", 1) != 0;
    const size_t rank = node.input(0).dims.size();
    if (node.input(1).dims.size() > 1 || !count || *count < 1 || *count > static_cast<int64_t>(rank)) {
        node.fail_unsupported("axes '", node.input(1).name, "' that are computed, and not of a known number from 1 to ", rank);
    }
    node.ignore_attribute("noop_with_empty_axes");
    const ValueId y = node.define_output(0, node.input(0).type, Dims(keepdims ? rank : rank - static_cast<size_t>(*count), open_dim()));
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_KEEPDIMS, keepdims ? 1 : 0);
    node.emit(ACCEL_OPERATION_REDUCE_MEAN, {node.input_id(0), node.input_id(1)}, {y}, std::move(attributes));
}

}  // namespace

void reduce_mean(Node& node) {
    node.expect_operands(1, node.opset < 18 ? 1 : 2, 1, 1);
    node.expect_type(0, kRealTypes);
    if (node.opset >= 18 && node.has_input(1) && !integers_of(node.input(1))) {
        reduce_by_operand(node);
        return;
    }
    const Dims& x = node.input(0).dims;
    std::vector<int64_t> given;
    if (node.opset < 18) {
        given = node.integers("axes").value_or(std::vector<int64_t>{});
    } else if (node.has_input(1)) {
        given = node.constant_integers(1, "axes");
    }
    const bool keepdims = node.integer("keepdims", 1) != 0;
    const bool nothing_if_empty = node.integer("noop_with_empty_axes", 0) != 0;
    std::vector<int64_t> axes;
    for (const int64_t axis : given) {
        axes.push_back(node.axis(axis, x.size()));
    }
    std::sort(axes.begin(), axes.end());
    if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
        node.fail_corrupt("an axis is given twice");
    }
    if (axes.empty() && nothing_if_empty) {
        node.emit(ACCEL_OPERATION_IDENTITY, {node.input_id(0)}, {node.define_output(0, node.input(0).type, x)});
        return;
    }
    if (axes.empty()) {
        axes.resize(x.size());
        std::iota(axes.begin(), axes.end(), 0);
    }
    Dims dims;
    for (size_t i = 0; i < x.size(); ++i) {
        const bool reduced = std::binary_search(axes.begin(), axes.end(), static_cast<int64_t>(i));
        if (!reduced) {
            dims.push_back(x[i]);
        } else if (keepdims) {
            dims.push_back(fixed_dim(1));
        }
    }
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_KEEPDIMS, keepdims ? 1 : 0);
    node.emit(ACCEL_OPERATION_REDUCE_MEAN, {node.input_id(0), node.define_list(axes)}, {y}, std::move(attributes));
}

}  // namespace accel::onnx::ops
